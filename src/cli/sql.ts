import type { Command } from "commander";

import { answerToCsv } from "../server/csv.ts";
import type { SqlAnswer } from "../server/shapes/metrics.ts";
import { acting, command, withClient, type Shared } from "./command.ts";
import { print, printJson, say, table } from "./output.ts";

interface Options extends Shared {
  readonly csv?: boolean;
  readonly limit: string;
}

export function sql(program: Command): void {
  command(program, "sql <query>", "read-only SQL on the warehouse")
    .option("--csv", "comma-separated values")
    .option("--limit <rows>", "at most so many rows", "10000")
    .action(
      acting(async (query: string, { csv, json, limit }: Options) => {
        const answer = await withClient((client) =>
          client.call<SqlAnswer>("POST", "/api/v1/sql", { sql: query, limit: Number(limit) }),
        );
        if (answer.isTruncated) say(`Only the first ${answer.rows.length} rows are shown: raise --limit.`);
        if (json) printJson(answer);
        else if (csv) process.stdout.write(answerToCsv(answer));
        else
          print(
            table(
              answer.columns.map(({ name }) => name),
              answer.rows.map((row) => answer.columns.map(({ name }) => shown(row[name]))),
            ),
          );
      }),
    );
}

const shown = (value: unknown) =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : JSON.stringify(value);
