import { createHash } from "node:crypto";

import { type TableName, tableNamed, tables } from "../domain/tables.ts";
import { columnsOf, quote } from "./engine.ts";
import { internalTables } from "./internal-tables.ts";
import { hasId } from "./stored-row.ts";
import type { QueryResult, SqlValue, Warehouse } from "./warehouse.ts";

export interface TableDigest {
  readonly table: TableName;
  readonly rows: number;
  /** 128 bits over the rows in any order; equal on both engines for equal rows. */
  readonly digest: string;
}

const PAGE = 20_000;
const MODULUS = 1n << 128n;

/** Tells whether two warehouses hold the same rows. `without` leaves columns out (camelCase), such as `ingestedAt`. */
export async function digestTables(
  warehouse: Warehouse,
  names: readonly TableName[],
  options: { readonly without?: readonly string[] } = {},
): Promise<TableDigest[]> {
  const digests: TableDigest[] = [];
  for (const name of names) digests.push(await digestTable(warehouse, name, new Set(options.without)));
  return digests;
}

async function digestTable(warehouse: Warehouse, name: TableName, without: ReadonlySet<string>): Promise<TableDigest> {
  const table = tableNamed(name);
  const columns = columnsOf(table).filter((column) => !without.has(column.name));
  const keyed = hasId(table);
  const list = columns.map((column) => column.sql).join(", ");
  let sum = 0n;
  let rows = 0;
  let after: string | null = null;
  for (let isLast = false; !isLast;) {
    const values: SqlValue[] = after === null ? [] : [after];
    const where: string = after === null ? "" : "where id > $1";
    const sql: string = `select ${keyed ? "id as page_key, " : ""}${list} from ${quote(name)} ${where} ${keyed ? `order by id limit ${PAGE}` : ""}`;
    const page: QueryResult = await warehouse.query(sql, values, { timeoutMs: 600_000 });
    for (const { page_key: key, ...row } of page.rows) {
      sum = (sum + rowHash(row)) % MODULUS;
      after = (key as string | undefined) ?? null;
    }
    rows += page.rows.length;
    isLast = !keyed || page.rows.length < PAGE;
  }
  return { table: name, rows, digest: sum.toString(16).padStart(32, "0") };
}

/** A sum of hashes tells doubled rows apart, which an exclusive or would not. */
function rowHash(row: Record<string, unknown>): bigint {
  const hash = createHash("sha256")
    .update(JSON.stringify(sorted(row)))
    .digest("hex");
  return BigInt(`0x${hash.slice(0, 32)}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}

/** The tables that mappers fill. */
export const entityTables: readonly TableName[] = tables
  .filter((table) => table.kind === "E")
  .map((table) => table.name as TableName);

/**
 * Empties every entity table, of one integration or of all, and forgets that its records have been mapped, so that a replay writes them
 * again. The raw index, progress and settings stay. The same rows come back when **every** record of the index is replayed, not only the
 * latest of each key: removed commits and mentions come from earlier ones. `mapped_version` 0 marks what is still to be replayed.
 */
export async function clearEntities(warehouse: Warehouse, integrationId?: string): Promise<void> {
  const condition = integrationId === undefined ? "" : " where integration_id = $1";
  const values = integrationId === undefined ? [] : [integrationId];
  await warehouse.run([
    ...[...entityTables, ...internalTables.map((table) => table.name)].map((name) => ({
      sql: `delete from ${quote(name)}${condition}`,
      values,
    })),
    { sql: `update raw_record set mapped_version = 0${condition}`, values },
  ]);
}
