import pg from "pg";

import type { ColumnType } from "../../domain/column.ts";
import { fromMicros, toMicros } from "../../domain/instant.ts";
import type { Table } from "../../domain/table.ts";
import type { Column, StoredRow } from "../engine.ts";
import { storable } from "../stored-row.ts";

/* Values between JavaScript and PostgreSQL, in the one form that both engines share (`QueryResult`). */

/** Type oids of https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const oid = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  json: 114,
  float4: 700,
  float8: 701,
  varchar: 1043,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
} as const;

/** Array types by the oid of their elements. */
const arrays: Record<number, number> = {
  [oid.bool]: 1000,
  [oid.int2]: 1005,
  [oid.int4]: 1007,
  [oid.text]: 1009,
  [oid.varchar]: 1015,
  [oid.int8]: 1016,
  [oid.float4]: 1021,
  [oid.float8]: 1022,
  [oid.timestamp]: 1115,
  [oid.date]: 1182,
  [oid.timestamptz]: 1185,
  [oid.numeric]: 1231,
};

const asText = (text: string): string => text;

/** `2026-03-31 23:59:59.999999+00`, as a session in UTC writes it. */
const instant = (text: string): string =>
  /^-?infinity$/.test(text) ? text : fromMicros(toMicros(text.replace(" ", "T").replace(/\+00$/, "Z")));

const parsers: Record<number, (text: string) => unknown> = {
  [oid.bool]: (text) => text === "t",
  [oid.int8]: Number,
  [oid.int2]: Number,
  [oid.int4]: Number,
  [oid.float4]: Number,
  [oid.float8]: Number,
  [oid.numeric]: Number,
  [oid.json]: (text) => JSON.parse(text) as unknown,
  [oid.jsonb]: (text) => JSON.parse(text) as unknown,
  [oid.timestamptz]: instant,
  [oid.timestamp]: (text) => instant(`${text}+00`).slice(0, -1),
};

/** pg-types declares a function here; what it has is this object. */
const arrayParser = pg.types.arrayParser as unknown as {
  create(text: string, parse: (item: string) => unknown): { parse(): unknown[] };
};

for (const [element, array] of Object.entries(arrays)) {
  const parse = parsers[Number(element)] ?? asText;
  parsers[array] = (text) => arrayParser.create(text, parse).parse();
}

/** Hands every value over as text unless one of ours knows better. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((typeId: number) => parsers[typeId] ?? asText) as typeof pg.types.getTypeParser,
};

const names: Record<number, string> = {
  [oid.bool]: "boolean",
  [oid.int8]: "bigint",
  [oid.int2]: "bigint",
  [oid.int4]: "bigint",
  [oid.float4]: "double",
  [oid.float8]: "double",
  [oid.numeric]: "double",
  [oid.text]: "text",
  [oid.varchar]: "text",
  [oid.date]: "date",
  [oid.timestamp]: "timestamp",
  [oid.timestamptz]: "timestamptz",
  [oid.json]: "json",
  [oid.jsonb]: "json",
};

for (const [element, array] of Object.entries(arrays)) names[array] = `${names[Number(element)]}[]`;

/** The type's name as `domain.md` §1.2 spells it where it has one. */
export const typeName = (typeId: number): string => names[typeId] ?? `oid ${typeId}`;

/** How each column travels in `unnest`: as an array of this type, cast back afterwards (an array of arrays would be flattened). */
const carriers: Record<ColumnType, { carrier: string; cast: string }> = {
  text: { carrier: "text", cast: "" },
  "text[]": { carrier: "text", cast: "::text[]" },
  bigint: { carrier: "bigint", cast: "" },
  double: { carrier: "double precision", cast: "" },
  boolean: { carrier: "boolean", cast: "" },
  date: { carrier: "date", cast: "" },
  timestamptz: { carrier: "timestamptz", cast: "" },
  json: { carrier: "text", cast: "::jsonb" },
};

/** Rows as one array parameter per column, and the `select … from unnest(…)` that turns them back into rows. */
export function toUnnest(table: Table, columns: readonly Column[], rows: readonly StoredRow[]) {
  const values = columns.map((column) =>
    arrayText(
      rows.map((row) => storable(table, column, row)),
      column.type,
    ),
  );
  const outputs = columns.map((column, index) => `u.c${index}${carriers[column.type].cast}`);
  const inputs = columns.map((column, index) => `$${index + 1}::${carriers[column.type].carrier}[]`);
  const aliases = columns.map((_, index) => `c${index}`);
  return { sql: `select ${outputs.join(", ")} from unnest(${inputs.join(", ")}) as u(${aliases.join(", ")})`, values };
}

/** PostgreSQL's text form of an array. */
function arrayText(values: readonly unknown[], type: ColumnType): string {
  const element = elementTexts[type];
  return `{${values.map((value) => (value === null ? "NULL" : element(value))).join(",")}}`;
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;

const elementTexts: Record<ColumnType, (value: unknown) => string> = {
  text: (value) => quoted(value as string),
  "text[]": (value) => quoted(`{${(value as string[]).map(quoted).join(",")}}`),
  bigint: String,
  double: String,
  boolean: (value) => (value ? "t" : "f"),
  date: (value) => value as string,
  timestamptz: (value) => `"${fromMicros(value as bigint)}"`,
  json: (value) => quoted(value as string),
};

export const textArray = (values: readonly string[]): string => arrayText(values, "text");
