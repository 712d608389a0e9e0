import type { DuckDBConnection } from "@duckdb/node-api";

import type { Table } from "../../domain/table.ts";
import { type Lookup, type StoredRow, type Transaction, columnNamed, columnsOf, quote } from "../engine.ts";
import type { SqlValue } from "../warehouse.ts";
import { chunkRows, readResult, toChunk, toParameter, toTextChunk } from "./values.ts";

/** So many keys go as parameters; more are staged in a table, which costs a few milliseconds each time. */
const FEW = 64;

/** Runs statements and bulk writes on the writer connection; there are no keys, so replaced rows are deleted by name first. */
export class DuckTransaction implements Transaction {
  readonly #connection: DuckDBConnection;
  /** The values that `staged_key` holds now. */
  #staged: readonly string[] | null = null;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<void> {
    const parameters = values.map(toParameter);
    await this.#connection.run(
      sql,
      parameters.map((parameter) => parameter.value),
      parameters.map((parameter) => parameter.type),
    );
  }

  async query(sql: string, values: readonly SqlValue[] = []): Promise<Record<string, unknown>[]> {
    return (await this.#read(sql, values)).rows;
  }

  async find(table: Table, by: Lookup, names?: readonly string[]): Promise<StoredRow[]> {
    if (by.values.length === 0) return [];
    const columns = names ? names.map((name) => columnNamed(table, name)) : columnsOf(table);
    const { condition, values } = await this.#condition(table, by);
    const list = columns.map((column) => column.sql).join(", ");
    const { rows } = await this.#read(
      `select ${list} from ${quote(table.name)} where ${condition}`,
      values,
      columns.map((column) => column.name),
    );
    return rows;
  }

  async replace(table: Table, rows: readonly StoredRow[], replaced: Lookup): Promise<void> {
    if (replaced.values.length > 0) {
      const { condition, values } = await this.#condition(table, replaced);
      await this.run(`delete from ${quote(table.name)} where ${condition}`, values);
    }
    await this.append(table, rows);
  }

  /** There is one writer connection, and transactions take turns on it. */
  async serialize(): Promise<void> {}

  async append(table: Table, rows: Iterable<StoredRow>): Promise<void> {
    const columns = columnsOf(table);
    const appender = await this.#connection.createAppender(table.name);
    let part: StoredRow[] = [];
    for (const row of rows) {
      part.push(row);
      if (part.length < chunkRows) continue;
      appender.appendDataChunk(toChunk(table, columns, part));
      part = [];
    }
    if (part.length > 0) appender.appendDataChunk(toChunk(table, columns, part));
    appender.closeSync();
  }

  async #condition(table: Table, { column, values, within = {} }: Lookup) {
    const fixed = Object.entries(within);
    const terms = fixed.map(([name], index) => `${columnNamed(table, name).sql} = $${index + 1}`);
    const isFew = values.length <= FEW;
    if (!isFew) await this.#stage(values);
    const among = isFew ? values.map((_, index) => `$${fixed.length + index + 1}`).join(", ") : "select key from staged_key";
    terms.push(`${columnNamed(table, column).sql} in (${among})`);
    return { condition: terms.join(" and "), values: [...fixed.map(([, value]) => value), ...(isFew ? values : [])] };
  }

  async #stage(values: readonly string[]) {
    if (this.#staged === values) return;
    await this.#connection.run("create or replace temp table staged_key(key varchar)");
    const appender = await this.#connection.createAppender("staged_key", "main", "temp");
    for (let at = 0; at < values.length; at += chunkRows) appender.appendDataChunk(toTextChunk(values.slice(at, at + chunkRows)));
    appender.closeSync();
    this.#staged = values;
  }

  async #read(sql: string, values: readonly SqlValue[], rename?: readonly string[]) {
    const parameters = values.map(toParameter);
    const result = await this.#connection.run(
      sql,
      parameters.map((parameter) => parameter.value),
      parameters.map((parameter) => parameter.type),
    );
    return readResult(result, rename);
  }
}
