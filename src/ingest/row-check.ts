import { z } from "zod";

import { describeColumn, type Table } from "../domain/table.ts";
import { tablesByName } from "../domain/tables.ts";

/** What is wrong with a mapped row, as `table.column: what`; null when it fits its table. */
export type RowCheck = (row: Readonly<Record<string, unknown>>) => string | null;

type ValueCheck = (value: unknown) => string | null;

const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;
const isDay = /^\d{4}-\d{2}-\d{2}$/;

const say =
  (isRight: (value: unknown) => boolean, what: string): ValueCheck =>
  (value) =>
    isRight(value) ? null : what;

const checks: Readonly<Record<string, ValueCheck>> = {
  text: say((value) => typeof value === "string", "is not text"),
  "text[]": say((value) => Array.isArray(value) && value.every((one) => typeof one === "string"), "is not a list of texts"),
  bigint: say((value) => Number.isSafeInteger(value), "is not a whole number"),
  double: say((value) => typeof value === "number" && Number.isFinite(value), "is not a number"),
  boolean: say((value) => typeof value === "boolean", "is not true or false"),
  date: say((value) => typeof value === "string" && isDay.test(value) && !Number.isNaN(Date.parse(value)), "is not a day"),
  timestamptz: say(
    (value) => typeof value === "string" && isInstant.test(value) && !Number.isNaN(Date.parse(value)),
    "is not an instant",
  ),
  json: () => null,
};

/** Columns that the engine fills, or that rows of every table may carry. */
const common: Readonly<Record<string, ValueCheck>> = {
  entity: () => null,
  id: () => null,
  sighted: checks.boolean!,
  url: checks.text!,
  deletedAt: checks.timestamptz!,
  sourceUpdatedAt: checks.timestamptz!,
};

/**
 * Made once per integration: a row that would not fit its table is caught here, one record at a time, so that it
 * cannot spoil the batch it stands in.
 */
export function createRowCheck({ connector, integrationId }: { connector: string; integrationId: string }): RowCheck {
  const known = new Map<string, RowCheck>();
  return (row) => {
    const entity = String(row.entity);
    let check = known.get(entity);
    if (!check) {
      const table = tablesByName.get(entity);
      if (!table || table.kind !== "E") return `${entity}: there is no such entity`;
      check = checkTable(table, `${connector}:${entity}:${integrationId}:`);
      known.set(entity, check);
    }
    return check(row);
  };
}

function checkTable({ name, columns }: Table, opening: string): RowCheck {
  const byColumn = new Map<string, ValueCheck>(Object.entries(common));
  const required: string[] = [];
  for (const [column, schema] of Object.entries(columns)) {
    const { type, required: isRequired } = describeColumn(schema);
    byColumn.set(column, wordCheck(schema) ?? checks[type]!);
    if (isRequired) required.push(column);
  }
  return (row) => {
    const id = row.id;
    if (typeof id !== "string" || !id.startsWith(opening) || id.length === opening.length)
      return `${name}.id: does not open with ${opening}`;
    for (const column of required) if (row[column] === undefined || row[column] === null) return `${name}.${column}: is missing`;
    for (const column in row) {
      const value = row[column];
      const check = byColumn.get(column);
      if (!check) return `${name}.${column}: there is no such column`;
      const wrong = value === null || value === undefined ? null : check(value);
      if (wrong) return `${name}.${column}: ${wrong}`;
    }
    return null;
  };
}

/** Our own words of a closed list. */
function wordCheck(schema: z.ZodType): ValueCheck | null {
  let inner: z.ZodType = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap() as z.ZodType;
  if (!(inner instanceof z.ZodEnum)) return null;
  const words = new Set<unknown>(inner.options);
  return say((value) => words.has(value), `is not one of ${[...words].join(", ")}`);
}
