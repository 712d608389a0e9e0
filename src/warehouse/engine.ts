import type { ColumnType } from "../domain/column.ts";
import { type Table, describeColumn, toSnake } from "../domain/table.ts";
import type { QueryOptions, QueryResult, SqlValue } from "./warehouse.ts";

/** A row of one table in code's form: camelCase, instants as ISO text, missing as null. */
export type StoredRow = Record<string, unknown>;

/** The rows of a table whose `column` is one of `values`, and that have the values of `within`. Columns are camelCase. */
export interface Lookup {
  readonly column: string;
  readonly values: readonly string[];
  readonly within?: Readonly<Record<string, string>>;
}

/** What shared code needs of an engine inside one transaction. */
export interface Transaction {
  run(sql: string, values?: readonly SqlValue[]): Promise<void>;
  query(sql: string, values?: readonly SqlValue[]): Promise<Record<string, unknown>[]>;
  find(table: Table, by: Lookup, columns?: readonly string[]): Promise<StoredRow[]>;
  /** Puts `rows` in the place of the rows that `replaced` names. Every row is named by it or new; ids are unique in `rows`. */
  replace(table: Table, rows: readonly StoredRow[], replaced: Lookup): Promise<void>;
  /** Waits until no other transaction, in any process, holds the same name; holds it until this one ends. */
  serialize(name: string): Promise<void>;
  /** Bulk insert; nothing is replaced. */
  append(table: Table, rows: Iterable<StoredRow>): Promise<void>;
}

/** One database engine: how it connects, queries, writes and is copied. Everything above it is shared. */
export interface Engine {
  readonly name: "duckdb" | "postgres";
  query(sql: string, values: readonly SqlValue[], options: QueryOptions): Promise<QueryResult>;
  /** One at a time, in order of calling; commits when `work` is done, rolls back when it throws. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  backup(file: string): Promise<void>;
  close(): Promise<void>;
}

export interface Column {
  readonly name: string;
  /** Quoted. */
  readonly sql: string;
  readonly type: ColumnType;
  readonly required: boolean;
}

const columnsByTable = new WeakMap<Table, readonly Column[]>();

/** The columns of a table in their order, with what the SQL builders need. */
export function columnsOf(table: Table): readonly Column[] {
  let columns = columnsByTable.get(table);
  if (!columns) {
    columns = Object.entries(table.all).map(([name, schema]) => ({ name, sql: quote(toSnake(name)), ...describeColumn(schema) }));
    columnsByTable.set(table, columns);
  }
  return columns;
}

export function columnNamed(table: Table, name: string): Column {
  const found = columnsOf(table).find((column) => column.name === name || column.sql === quote(name));
  if (!found) throw new RangeError(`table ${table.name} has no column ${name}`);
  return found;
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
