import { toMicros } from "../domain/instant.ts";
import type { Table } from "../domain/table.ts";
import { type Column, type StoredRow, columnsOf } from "./engine.ts";
import { problems } from "./problems.ts";

/**
 * Checks one value against its column and gives it the one form that both engines store. Text loses what PostgreSQL cannot hold:
 * NUL and halves of surrogate pairs become U+FFFD. JSON becomes text.
 */
export function storable(table: Table, column: Column, row: StoredRow): unknown {
  const value = row[column.name];
  if (value === null || value === undefined) {
    if (column.required) refuse(table, column, row, "is missing");
    return null;
  }
  switch (column.type) {
    case "text":
      if (typeof value !== "string") refuse(table, column, row, `is ${describe(value)} instead of text`);
      return cleanText(value);
    case "text[]":
      if (!Array.isArray(value)) refuse(table, column, row, `is ${describe(value)} instead of a list of texts`);
      return (value as unknown[]).map((item) =>
        typeof item === "string" ? cleanText(item) : refuse(table, column, row, `lists ${describe(item)} among its texts`),
      );
    case "bigint":
      if (!Number.isSafeInteger(value)) refuse(table, column, row, `is ${describe(value)} instead of a whole number`);
      return value;
    case "double":
      if (typeof value !== "number" || !Number.isFinite(value))
        refuse(table, column, row, `is ${describe(value)} instead of a number`);
      return value;
    case "boolean":
      if (typeof value !== "boolean") refuse(table, column, row, `is ${describe(value)} instead of true or false`);
      return value;
    case "json":
      return jsonText(value);
    case "date":
      if (!isDay(value)) refuse(table, column, row, `is ${describe(value)} instead of a day`);
      return value;
    case "timestamptz":
      return instantMicros(value) ?? refuse(table, column, row, `is ${describe(value)} instead of an instant`);
  }
}

function refuse(table: Table, column: Column, row: StoredRow, detail: string): never {
  throw problems.rowInvalid(
    { table: table.name, column: column.name, id: (row["id"] ?? row["nativeKey"] ?? "") as string },
    detail,
  );
}

const describe = (value: unknown) => (JSON.stringify(value) ?? String(value)).slice(0, 60);

/** Text as both engines can hold it. */
export const cleanText = (text: string): string => {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\uFFFD") : wellFormed;
};

const ESCAPED = /\\u(?:0000|[dD][89a-fA-F])/;

function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return ESCAPED.test(text) ? JSON.stringify(cleanJson(value)) : text;
}

function cleanJson(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanJson);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanJson(item)]));
}

const isDay = (value: unknown): value is string =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));

function instantMicros(value: unknown): bigint | null {
  if (typeof value !== "string") return null;
  try {
    return toMicros(value);
  } catch {
    return null;
  }
}

/** The id of a row, for tables that have one. */
export function uniqueIds(table: Table, rows: readonly StoredRow[]): string[] {
  const ids = new Set<string>();
  for (const row of rows) {
    const id = cleanText(String(row["id"]));
    if (ids.has(id)) throw problems.duplicateId(table.name, id);
    ids.add(id);
  }
  return [...ids];
}

export const hasId = (table: Table): boolean => columnsOf(table)[0]?.name === "id";
