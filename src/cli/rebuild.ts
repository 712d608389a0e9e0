import type { Command } from "commander";

import type { RebuildReport } from "../server/services.ts";
import { acting, command, Failed, withClient, type Shared } from "./command.ts";
import { duration, print, printJson, say, table } from "./output.ts";

export function rebuild(program: Command): void {
  command(program, "rebuild", "map the archive again, without a call to any vendor, and build facts")
    .option("--verify", "only into a second warehouse, and compare; exit 1 on any difference")
    .action(
      acting(async ({ json, verify = false }: Shared & { verify?: boolean }) => {
        if (!json) say(verify ? "Mapping the archive into a second warehouse …" : "Mapping the archive again …");
        const report = await withClient((client) =>
          client.call<RebuildReport>("POST", "/api/v1/rebuild", { isVerified: verify }),
        );
        if (json) printJson(report);
        else show(report);
        if (verify && !report.isEqual) throw new Failed();
      }),
    );
}

function show({ tables, isEqual, seconds }: RebuildReport): void {
  const filled = tables.filter(({ rows, rebuiltRows }) => rows + rebuiltRows > 0);
  print(
    table(
      ["table", "rows", "rebuilt", ""],
      filled.map((one) => [one.table, one.rows, one.rebuiltRows, one.isEqual ? "equal" : "different"]),
    ),
  );
  const empty = tables.length - filled.length;
  print(
    `${isEqual ? "Every table is equal" : "Some tables are different"} (${duration(seconds)}; ${empty} tables are empty in both).`,
  );
}
