import { resolve } from "node:path";

import type { Command } from "commander";

import { readEnvironment } from "../server/environment.ts";
import { lockHome } from "../warehouse/lock.ts";
import { acting, command, withClient, type Shared } from "./command.ts";
import { print, printJson } from "./output.ts";

export function backup(program: Command): void {
  command(program, "backup <file>", "everything in one file: settings, warehouse, archive and key")
    .option("--without-key", "leave the key out that opens stored credentials")
    .action(
      acting(async (file: string, { json, withoutKey }: Shared & { withoutKey?: boolean }) => {
        const body = { file: resolve(file), isWithKey: !withoutKey };
        const made = await withClient((client) => client.call<{ file: string; bytes: number }>("POST", "/api/v1/backup", body));
        if (json) printJson(made);
        else print(`Wrote ${made.file} (${(made.bytes / 1_048_576).toFixed(1)} MiB).`);
      }),
    );
}

export function restore(program: Command): void {
  command(program, "restore <file>", "fill an empty data folder from a backup").action(
    acting(async (file: string, { json }: Shared) => {
      const { restoreBackup } = await import("../server/backup.ts");
      const environment = readEnvironment();
      const lock = await lockHome(environment.home, { role: "restore" });
      try {
        const manifest = await restoreBackup(environment, resolve(file));
        if (json) printJson(manifest);
        else
          print(
            `Restored ${environment.home} as of ${manifest.createdAt}.${manifest.hasKey ? "" : " The backup holds no key: give every integration its credential again."}`,
          );
      } finally {
        await lock.release();
      }
    }),
  );
}
