import type { z } from "zod";

import { describeColumn, toSnake, type Table } from "../src/domain/table.ts";
import { type RowOf, tableNamed, type TableName } from "../src/domain/tables.ts";
import { instantLiteral, literal, textLiteral } from "../src/warehouse/facts/literal.ts";

/** Rows by table name, each naming only the columns that the test is about. */
export type Entities = { [Name in TableName]?: readonly Partial<RowOf<Name>>[] };
type Values = Record<string, unknown>;

/** When nothing else is said: long before the times that tests use. */
export const longAgo = "2020-01-01T00:00:00Z";

const byType = {
  text: "-",
  "text[]": [],
  bigint: 0,
  double: 0,
  boolean: false,
  date: "2020-01-01",
  timestamptz: longAgo,
  json: {},
};

/** What a row of a table most often is; the columns that depend on given ones come as a function of the row. */
const usual: { [Name in TableName]?: (row: Values) => Values } = {
  account: (row) => ({ kindCategory: "human", canonicalKey: row.id }),
  account_group: (row) => ({ name: row.id, fullName: row.id, canonicalKey: row.id }),
  board: (row) => ({ name: row.id, canonicalKey: row.id }),
  repository: (row) => ({ defaultBranch: "main", isFork: false, name: row.id, fullName: row.id, canonicalKey: row.id }),
  pull_request: (row) => ({
    stateCategory: row.mergedAt ? "merged" : row.closedAt ? "closed" : "open",
    closedAt: row.mergedAt,
    targetBranch: "main",
    sourceBranch: "topic",
    isDraft: false,
    openedAt: row.mergedAt ?? longAgo,
  }),
  commit: (row) => ({ sha: row.id, committedAt: row.authoredAt ?? longAgo, isMerge: false }),
  pull_request_commit: (row) => ({ id: `${row.pullRequestId}/${row.sha}`, isMerge: false }),
  commit_parent: (row) => ({ id: `${row.repositoryId}/${row.sha}/${row.position ?? 0}` }),
  issue: (row) => ({ key: row.id, typeCategory: "task", statusCategory: "todo", projectId: "project" }),
  project: (row) => ({ canonicalKey: row.id, key: row.id }),
  pipeline: (row) => ({ name: row.id, fullName: row.id, canonicalKey: row.id }),
  pipeline_run: (row) => ({ runKey: row.id, attempt: 1, stateCategory: "finished" }),
  service: (row) => ({ name: row.id, canonicalKey: row.id }),
  deployment: (row) => ({
    statusCategory: "success",
    environment: "production",
    environmentCategory: "production",
    startedAt: row.finishedAt,
    createdAt: row.startedAt ?? row.finishedAt,
  }),
  incident: () => ({ statusCategory: "resolved" }),
  sprint: (row) => ({ name: row.id, stateCategory: "closed" }),
  person: (row) => ({ name: row.id, originCategory: "directory" }),
  team: (row) => ({ name: row.id, kindCategory: "ad_hoc" }),
  team_member: (row) => ({
    id: `${row.teamId}/${row.personId}/${row.validFrom ?? ""}`,
    allocationShare: 1,
    roleCategory: "member",
  }),
  calendar: (row) => ({ name: row.id, timezone: "UTC", opens: "09:00", closes: "17:00", weekdays: "1,2,3,4,5", holidays: [] }),
  profile: (row) => ({ profileId: "default", name: "Default", version: 1, settings: {}, id: `profile/${row.version ?? 1}` }),
};

/** Whole rows: what the test names, then what is usual, then a neutral value of the column's type. */
export function wholeRow<Name extends TableName>(name: Name, given: Partial<RowOf<Name>>): RowOf<Name> {
  const table: Table = tableNamed(name);
  const row: Values = { ...usual[name]?.({ ...given }), ...given };
  if (table.kind !== "C") {
    row.id ??= `${name}/${JSON.stringify(given)}`;
    row.integrationId ??= table.kind === "E" ? "acme-git" : "leadline";
    row.nativeId ??= row.id;
  }
  for (const [column, schema] of Object.entries(table.all))
    if (row[column] === undefined) row[column] = describeColumn(schema).required ? neutral(schema) : null;
  return row as RowOf<Name>;
}

function neutral(schema: z.ZodType): unknown {
  const words = (schema as { options?: readonly string[] }).options;
  return words ? words.at(-1) : byType[describeColumn(schema).type];
}

/** One multi-row `insert` per 500 rows, in the shared dialect. */
export function* insertStatements(given: Entities): Generator<{ sql: string }> {
  for (const [name, rows] of Object.entries(given) as [TableName, Partial<RowOf<TableName>>[]][]) {
    const columns = Object.entries(tableNamed(name).all);
    const header = `insert into ${name} (${columns.map(([column]) => toSnake(column)).join(", ")}) values`;
    for (let from = 0; from < rows.length; from += 500) {
      const tuples = rows.slice(from, from + 500).map((given) => {
        const row = wholeRow(name, given) as Values;
        return `(${columns.map(([column, schema]) => cell(row[column], schema)).join(", ")})`;
      });
      yield { sql: `${header}\n${tuples.join(",\n")}` };
    }
  }
}

function cell(value: unknown, schema: z.ZodType): string {
  if (value === null || value === undefined) return "null";
  switch (describeColumn(schema).type) {
    case "timestamptz":
      return instantLiteral(value as string);
    case "date":
      return `cast(${textLiteral(value as string)} as date)`;
    case "json":
      return `cast(${textLiteral(JSON.stringify(value))} as json)`;
    case "text[]": {
      const words = (value as string[]).map(textLiteral).join(", ");
      return `cast(array[${words}] as text[])`;
    }
    default:
      return literal(value as string | number | boolean);
  }
}

/** Puts the rows into any warehouse, past its writer: for tests of what is derived from them. */
export const insertEntities = (
  warehouse: { run(statements: readonly { sql: string }[]): Promise<void> },
  given: Entities,
): Promise<void> => warehouse.run([...insertStatements(given)]);
