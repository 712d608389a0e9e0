import type pg from "pg";

import type { Table } from "../../domain/table.ts";
import { type Lookup, type StoredRow, type Transaction, columnNamed, columnsOf, quote } from "../engine.ts";
import type { SqlValue } from "../warehouse.ts";
import { textArray, toUnnest, typeName } from "./values.ts";

/** Rows in one statement: more make its parameters large without making it faster. */
const BLOCK = 5_000;

/** Runs statements and bulk writes on one connection; rows with an id are replaced through `on conflict`. */
export class PostgresTransaction implements Transaction {
  readonly #client: pg.ClientBase;

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<void> {
    await this.#client.query(sql, values.map(toParameter));
  }

  async query(sql: string, values: readonly SqlValue[] = []): Promise<Record<string, unknown>[]> {
    return (await readRows(this.#client, sql, values)).rows;
  }

  async find(table: Table, by: Lookup, names?: readonly string[]): Promise<StoredRow[]> {
    if (by.values.length === 0) return [];
    const columns = names ? names.map((name) => columnNamed(table, name)) : columnsOf(table);
    const { condition, values } = conditionOf(table, by);
    const list = columns.map((column) => column.sql).join(", ");
    const sql = `select ${list} from ${quote(table.name)} where ${condition}`;
    const { rows } = await readRows(
      this.#client,
      sql,
      values,
      columns.map((column) => column.name),
    );
    return rows;
  }

  async replace(table: Table, rows: readonly StoredRow[], replaced: Lookup): Promise<void> {
    const hasIds = table.kind !== "C";
    if (!hasIds && replaced.values.length > 0) {
      const { condition, values } = conditionOf(table, replaced);
      await this.#client.query(`delete from ${quote(table.name)} where ${condition}`, values);
    }
    await this.#insert(table, rows, hasIds ? onConflict(table) : "");
  }

  async serialize(name: string): Promise<void> {
    await this.#client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`leadline/warehouse/${name}`]);
  }

  async append(table: Table, rows: Iterable<StoredRow>): Promise<void> {
    let part: StoredRow[] = [];
    for (const row of rows) {
      part.push(row);
      if (part.length < BLOCK) continue;
      await this.#insert(table, part, "");
      part = [];
    }
    await this.#insert(table, part, "");
  }

  async #insert(table: Table, rows: readonly StoredRow[], conflict: string) {
    const columns = columnsOf(table);
    const target = `${quote(table.name)} (${columns.map((column) => column.sql).join(", ")})`;
    for (let at = 0; at < rows.length; at += BLOCK) {
      const { sql, values } = toUnnest(table, columns, rows.slice(at, at + BLOCK));
      await this.#client.query(`insert into ${target} ${sql} ${conflict}`, values);
    }
  }
}

function onConflict(table: Table): string {
  const sets = columnsOf(table).map(({ sql }) => `${sql} = excluded.${sql}`);
  return `on conflict (id) do update set ${sets.join(", ")}`;
}

function conditionOf(table: Table, { column, values, within = {} }: Lookup) {
  const fixed = Object.entries(within);
  const terms = fixed.map(([name], index) => `${columnNamed(table, name).sql} = $${index + 1}`);
  terms.push(`${columnNamed(table, column).sql} = any($${fixed.length + 1}::text[])`);
  return { condition: terms.join(" and "), values: [...fixed.map(([, value]) => value), textArray(values)] };
}

/** `queryMode` is missing from the types of pg. */
type ExtendedQuery = pg.QueryArrayConfig<unknown[]> & { queryMode: "extended" };

/** Lists go as PostgreSQL's own text form of an array. */
export const toParameter = (value: SqlValue): string | number | boolean | null =>
  typeof value === "object" && value !== null ? textArray(value) : value;

export async function readRows(client: pg.ClientBase, sql: string, values: readonly SqlValue[], rename?: readonly string[]) {
  // The extended protocol also without parameters: the simple one would take several commands, and with them leave the transaction.
  const config: ExtendedQuery = { text: sql, values: values.map(toParameter), rowMode: "array", queryMode: "extended" };
  const result = await client.query<unknown[]>(config);
  const names = rename ?? result.fields.map((field) => field.name);
  const rows = result.rows.map((row) => {
    const named: Record<string, unknown> = {};
    for (let index = 0; index < names.length; index++) named[names[index]!] = row[index];
    return named;
  });
  return { columns: result.fields.map((field, index) => ({ name: names[index]!, type: typeName(field.dataTypeID) })), rows };
}
