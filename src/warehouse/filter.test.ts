import { DuckDBInstance } from "@duckdb/node-api";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createTestDatabase, postgresUrl } from "../../test/postgres.ts";
import type { ColumnType } from "../domain/column.ts";
import type { Filter } from "../domain/filter.ts";
import { Problem } from "../domain/problem.ts";
import { portablePattern } from "./filter-pattern.ts";
import { filterToSql, parseFilter } from "./filter.ts";

const columns: Record<string, ColumnType> = {
  id: "bigint",
  name: "text",
  labels: "text[]",
  score: "double",
  is_open: "boolean",
  opened_on: "date",
  opened_at: "timestamptz",
  extra: "json",
};

const rows = `select * from (values
  (1, 'Fix login', array['bug', 'ui'], 1.5, true, date '2026-05-01', timestamptz '2026-05-01T10:00:00Z'),
  (2, 'fix 100%_done', array['bug'], 2.0, false, date '2026-05-02', timestamptz '2026-05-02T10:00:00Z'),
  (3, 'it''s a \\ slash', null, null, null, null, null),
  (4, null, array['docs'], 10.0, true, date '2026-05-04', timestamptz '2026-05-04T10:00:00Z'),
  (5, 'a' || chr(10) || 'b', array['a,b'], 0.0, false, date '2026-05-05', timestamptz '2026-05-05T10:00:00Z')
) as t(id, name, labels, score, is_open, opened_on, opened_at)`;

type Ask = (sql: string, values: unknown[]) => Promise<{ id: unknown }[]>;
const engines: Record<string, Ask> = {};
const closers: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
  await duckdb.run("set TimeZone = 'UTC'");
  engines.duckdb = async (sql, values) =>
    (await duckdb.runAndReadAll(sql, values as string[])).getRowObjectsJson() as { id: unknown }[];
  closers.push(() => duckdb.closeSync());
  if (!postgresUrl) return;
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  engines.postgres = async (sql, values) => (await client.query<{ id: unknown }>(sql, values)).rows;
  closers.push(async () => {
    await client.end();
    await database.drop();
  });
});
afterAll(async () => {
  for (const close of closers) await close();
});

const column = (name: string) => {
  const type = columns[name];
  if (!type) throw new Problem({ code: "unknown_column", what: name });
  return { sql: `f.${name}`, type };
};

async function matching(filter: Filter): Promise<number[]> {
  const answers: number[][] = [];
  for (const ask of Object.values(engines)) {
    const values: unknown[] = [];
    const withParameters = filterToSql(filter, { column, bind: (value) => `$${values.push(value)}` });
    const withLiterals = filterToSql(filter, {
      column,
      bind: (value) => (typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value)),
    });
    for (const [where, bound] of [
      [withParameters, values],
      [withLiterals, []],
    ] as const) {
      const found = await ask(`select id from (${rows}) as f where ${where} order by id`, [...bound]);
      answers.push(found.map((row) => Number(row.id)));
    }
  }
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  return answers[0]!;
}

describe("a filter as SQL", () => {
  const cases: [Filter, number[]][] = [
    [
      ["is", "name", ["Fix login", "it's a \\ slash"]],
      [1, 3],
    ],
    [["is", "name", ["fix login"]], []],
    [
      ["is_not", "name", ["Fix login"]],
      [2, 3, 4, 5],
    ],
    [
      ["contains", "name", ["FIX"]],
      [1, 2],
    ],
    [["contains", "name", ["100%_"]], [2]],
    [["contains", "name", ["0%d"]], []],
    [
      ["starts", "name", ["fix 1", "IT"]],
      [2, 3],
    ],
    [["ends", "name", ["slash"]], [3]],
    [["contains", "name", ["\\"]], [3]],
    [["contains", "name", ["!"]], []],
    [
      ["matches", "name", ["[Ff]ix .*"]],
      [1, 2],
    ],
    [["matches", "name", ["fix"]], []],
    [["matches", "name", ["fix|Fix login"]], [1]],
    [["matches", "name", ["\\w+ \\d{3}%_\\w+"]], [2]],
    [["matches", "name", ["a.b"]], []],
    [["matches", "name", ["a\\sb"]], [5]],
    [
      ["has", "labels", ["bug", "docs"]],
      [1, 2, 4],
    ],
    [["has", "labels", ["a"]], []],
    [
      ["has_not", "labels", ["bug"]],
      [3, 4, 5],
    ],
    [
      ["gt", "score", [1.5]],
      [2, 4],
    ],
    [
      ["gte", "score", ["1.5"]],
      [1, 2, 4],
    ],
    [
      ["lt", "id", [2.5]],
      [1, 2],
    ],
    [
      ["is", "id", [4, "5"]],
      [4, 5],
    ],
    [
      ["lte", "opened_on", ["2026-05-02"]],
      [1, 2],
    ],
    [
      ["gte", "opened_at", ["2026-05-04T12:00:00+02:00"]],
      [4, 5],
    ],
    [
      ["is", "is_open", ["true"]],
      [1, 4],
    ],
    [
      ["is_not", "is_open", [true]],
      [2, 3, 5],
    ],
    [["null", "name"], [4]],
    [
      ["not_null", "labels"],
      [1, 2, 4, 5],
    ],
    [
      ["not", ["is", "is_open", [true]]],
      [2, 3, 5],
    ],
    [
      ["not", ["contains", "name", ["fix"]]],
      [3, 4, 5],
    ],
    [
      ["and", ["is", "is_open", [true]], ["or", ["gt", "score", [5]], ["has", "labels", ["ui"]]]],
      [1, 4],
    ],
    [
      ["or", ["null", "score"], ["not", ["and", ["not_null", "name"], ["gt", "score", [0]]]]],
      [3, 4, 5],
    ],
  ];
  it.each(cases)("%j", async (filter, expected) => {
    expect(await matching(filter)).toEqual(expected);
  });

  it("keeps values out of the text", () => {
    const values: unknown[] = [];
    const sql = filterToSql(["is", "name", ["'; drop table x"]], { column, bind: (value) => `$${values.push(value)}` });
    expect(sql).toBe("(f.name in (cast($1 as text)))");
    expect(values).toEqual(["'; drop table x"]);
  });
});

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return null;
};

describe("what a filter may not say", () => {
  const toSql = (filter: Filter) => () => filterToSql(filter, { column, bind: () => "$1" });
  it.each<[Filter, string]>([
    [["contains", "score", ["1"]], "bad_filter"],
    [["gt", "name", ["a"]], "bad_filter"],
    [["is", "labels", ["bug"]], "bad_filter"],
    [["has", "name", ["bug"]], "bad_filter"],
    [["is", "extra", ["x"]], "bad_filter"],
    [["is", "is_open", ["yes"]], "bad_filter_value"],
    [["gt", "score", ["many"]], "bad_filter_value"],
    [["gt", "score", [""]], "bad_filter_value"],
    [["gt", "opened_at", ["yesterday"]], "bad_filter_value"],
    [["lt", "opened_on", ["2026-02-30"]], "bad_filter_value"],
    [["matches", "name", ["(a"]], "bad_pattern"],
    [["is", "nope", ["x"]], "unknown_column"],
  ])("%j", (filter, code) => {
    expect(codeOf(toSql(filter))).toBe(code);
  });

  it.each([
    [["equals", "name", ["x"]]],
    [["is", "name", []]],
    [["is", "name"]],
    [["is", "name", "x"]],
    [["gt", "score", [1, 2]]],
    [["null", "name", ["x"]]],
    [["and"]],
    [["not", ["null", "a"], ["null", "b"]]],
    [["is", "name", [null]]],
    ["is"],
    [null],
    [Array.from({ length: 5000 }).reduce((inner) => ["not", inner], ["null", "name"])],
  ])("form %#", (input) => {
    expect(codeOf(() => parseFilter(input))).toBe("bad_filter");
  });

  it.each([
    "a)",
    "(?=a)",
    "(?i)a",
    "\\1",
    "\\bx",
    "*a",
    "a**",
    "[",
    "[]",
    "[[:alpha:]]",
    "a{",
    "a{300}",
    "a{3,2}",
    "^a",
    "a$",
    "\\",
  ])("pattern %s", (pattern) => {
    expect(codeOf(() => portablePattern(pattern))).toBe("bad_pattern");
  });
});
