import { Command, Option } from "commander";

import { openClient, type Client } from "./client.ts";
import { printJson, problemJson, sayProblem } from "./output.ts";

/** Raised by a command that did its work and found it wanting; what it printed says why. */
export class Failed extends Error {}

export interface Shared {
  /** Machine-readable answer on standard output. */
  readonly json?: boolean;
}

/** A command with `--json`, whose errors end in exit code 1 and three parts on standard error. */
export function command(program: Command, usage: string, summary: string): Command {
  return program.command(usage).description(summary).addOption(new Option("--json", "machine-readable output"));
}

/** Runs the body of a command and turns its errors into an exit code. */
export const acting =
  <Arguments extends unknown[]>(body: (...given: Arguments) => Promise<void>) =>
  async (...given: Arguments): Promise<void> => {
    try {
      await body(...given);
    } catch (error) {
      process.exitCode = 1;
      if (error instanceof Failed) return;
      const options = given.findLast(
        (value): value is Shared =>
          typeof value === "object" && value !== null && !(value instanceof Command) && !Array.isArray(value),
      );
      if (options?.json) printJson({ problem: problemJson(error) });
      sayProblem(error);
    }
  };

/** Opens the API, hands it on, and closes it whatever happens. */
export async function withClient<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = await openClient();
  const stop = () => void client.close().finally(() => process.exit(130));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    return await work(client);
  } finally {
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
    await client.close();
  }
}

/** Collects an option that may be given several times, or once with commas. */
export const listed = (value: string, before: string[] = []): string[] => [
  ...before,
  ...value
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean),
];

/** Collects an option that may be given several times; commas stay. */
export const repeated = (value: string, before: string[] = []): string[] => [...before, value];
