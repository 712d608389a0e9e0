import type { Command } from "commander";

import { acting, command, withClient, type Shared } from "./command.ts";
import { Problem } from "../domain/problem.ts";
import { print, printJson } from "./output.ts";

export function open(program: Command): void {
  command(program, "open", "a new one-time link to sign in to the running server").action(
    acting(async ({ json }: Shared) => {
      await withClient(async (client) => {
        if (client.address === null)
          throw new Problem({
            code: "no_server",
            what: "No server runs on this data folder.",
            next: "Start it with `leadline up`; it prints a link.",
          });
        const { path } = await client.call<{ path: string }>("POST", "/api/v1/session/links");
        const link = client.address + path;
        if (json) printJson({ link });
        else print(link);
      });
    }),
  );
}
