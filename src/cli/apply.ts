import type { Command } from "commander";

import { acting, command, withClient, type Shared } from "./command.ts";
import { difference, type Difference } from "./apply-difference.ts";
import { print, printJson } from "./output.ts";

interface Options extends Shared {
  readonly file: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
}

export function apply(program: Command): void {
  command(program, "apply", "make everything as a file declares it; prints the difference")
    .requiredOption("-f, --file <file>", "leadline.yaml")
    .option("--dry-run", "only print the difference")
    .option("--prune", "delete what the file does not name")
    .action(
      acting(async ({ file, dryRun = false, prune = false, json }: Options) => {
        const { readWanted } = await import("./leadline-yaml.ts");
        const wanted = readWanted(file);
        await withClient(async (client) => {
          const steps = await difference(client, wanted, prune);
          if (json)
            printJson({
              isDryRun: dryRun,
              changes: steps.map(({ action, kind, name, changes }) => ({ action, kind, name, changes })),
            });
          else print(steps.length === 0 ? "Nothing to change." : steps.map(line).join("\n"));
          if (!dryRun) for (const step of steps) await step.carryOut();
        });
      }),
    );
}

const signs = { create: "+", change: "~", delete: "-" } as const;

const line = ({ action, kind, name, changes }: Difference) =>
  [
    `${signs[action]} ${kind} ${name}`,
    ...changes.map(
      ({ field, before, after }) =>
        `    ${field}: ${before === undefined || before === null ? "" : `${shown(before)} → `}${shown(after)}`,
    ),
  ].join("\n");

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
