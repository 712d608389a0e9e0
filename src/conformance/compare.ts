import { expect } from "vitest";

import { toSnake } from "../domain/table.ts";
import type { Rows } from "./place.ts";
import type { Truth } from "./vendor.ts";

/** Tables that other records mention in passing: who saw more may know more. */
const mentioned = new Set(["account", "account_group", "commit", "repository", "project", "pipeline", "service", "artifact"]);

const MOST_SHOWN = 5;

type Row = Readonly<Record<string, unknown>>;

/** Everything that a first look finds is stored, column by column; whatever else is stored is marked as gone. */
export function compareRows(stored: Rows, fresh: Rows): void {
  const differences: unknown[] = [];
  for (const [key, row] of fresh) {
    const own = stored.get(key);
    // Of what is gone nobody can ask again what was not read in time.
    if (!own && goneOf(row, fresh).some((whole) => isWithin(row, whole))) continue;
    const wrong = own ? differing(own, row, mentioned.has(tableOf(key))) : ["is not stored"];
    if (wrong.length > 0) differences.push({ key, wrong });
  }
  const left = [...stored]
    .filter(([key, row]) => !fresh.has(key) && !isExplained(key, row, stored))
    .map(([key]) => ({ key, wrong: ["is not at the vendor"] }));
  expect([...differences, ...left].slice(0, MOST_SHOWN)).toEqual([]);
}

/** Rows that one stream alone writes: what a spoiled record said of others in passing may stay said. */
export const ownRows = (rows: Rows): Rows => new Map([...rows].filter(([key]) => !mentioned.has(tableOf(key))));

const tableOf = (key: string): string => key.slice(0, key.indexOf("/"));

function differing(own: Row, fresh: Row, mayKnowMore: boolean): string[] {
  const columns = Object.keys(fresh).filter((column) => !isDeepEqual(own[column], fresh[column]));
  return columns
    .filter((column) => !mayKnowMore || (fresh[column] !== null && !/_category$|source_updated_at/.test(column)))
    .map((column) => `${column}: ${JSON.stringify(own[column])} instead of ${JSON.stringify(fresh[column])}`);
}

const isDeepEqual = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Gone itself, mentioned only, or part of something that is gone. */
function isExplained(key: string, row: Row, stored: Rows): boolean {
  if ((row["deleted_at"] ?? null) !== null || (row["removed_at"] ?? null) !== null || mentioned.has(tableOf(key))) return true;
  return goneOf(row, stored).length > 0;
}

/** Things that the row names and that are gone. */
function goneOf(row: Row, rows: Rows): Row[] {
  const byId = idsOf(rows);
  return Object.entries(row).flatMap(([column, value]) => {
    const named = column.endsWith("_id") && typeof value === "string" ? byId.get(value) : undefined;
    return named && (named["deleted_at"] ?? null) !== null ? [named] : [];
  });
}

/** A key within the key of the whole: `105/4/0` within `105`. */
const isWithin = (row: Row, whole: Row): boolean => String(row["native_id"]).startsWith(`${String(whole["native_id"])}/`);

const indexes = new WeakMap<Rows, Map<unknown, Row>>();
function idsOf(rows: Rows): Map<unknown, Row> {
  let index = indexes.get(rows);
  if (!index) indexes.set(rows, (index = new Map([...rows.values()].map((row) => [row["id"], row]))));
  return index;
}

/** What the simulator planted, which no connector has touched. */
export function compareTruth(stored: Rows, truth: readonly Truth[]): void {
  const wrong = truth.flatMap(({ table, nativeKey, columns }) => {
    const row = stored.get(`${table}/${nativeKey}`);
    if (!row) return [{ table, nativeKey, wrong: "is not stored" }];
    const differences = Object.entries(columns).filter(([column, value]) => !isDeepEqual(row[toSnake(column)] ?? null, value));
    return differences.map(([column, value]) => ({
      table,
      nativeKey,
      wrong: `${column}: ${JSON.stringify(row[toSnake(column)])} instead of ${JSON.stringify(value)}`,
    }));
  });
  expect(wrong.slice(0, MOST_SHOWN)).toEqual([]);
}
