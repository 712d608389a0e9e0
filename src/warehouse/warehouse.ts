import type { Instant } from "../domain/instant.ts";
import type { RowOf, TableName } from "../domain/tables.ts";

/* The warehouse's `write`, `readProgress` and `readUnfinished` fit `Sink` of ingest by structure: neither folder imports the other. */

export type SqlValue = string | number | boolean | null | readonly string[];

export interface QueryOptions {
  /** The query is interrupted after this time; default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface QueryResult<Row = Record<string, unknown>> {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /**
   * Values in one form on both engines: instants as ISO UTC text, days as `YYYY-MM-DD`, whole and decimal numbers as
   * numbers, json parsed, text[] as arrays, missing as null. Column names stay as SQL gives them.
   */
  readonly rows: readonly Row[];
}

export interface StreamRef {
  readonly integrationId: string;
  readonly scopeId: string;
  readonly stream: string;
}

/** One interface over both engines. Every SQL text given to `query` and `run` is the shared dialect; parameters are `$1 …`. */
export interface Warehouse {
  readonly engine: "duckdb" | "postgres";
  /** Read-only: anything that would write is refused by the engine itself. */
  query<Row = Record<string, unknown>>(
    sql: string,
    values?: readonly SqlValue[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** Runs statements in one transaction on the writer connection: link steps and fact builds. */
  run(statements: readonly { readonly sql: string; readonly values?: readonly SqlValue[] }[]): Promise<void>;
  /** Replaces the rows of one S or L table (all, or those that match) by these, in one transaction. Columns are camelCase. */
  replaceRows<Name extends TableName>(
    table: Name,
    rows: Iterable<RowOf<Name>>,
    where?: { readonly column: string; readonly equals: string },
  ): Promise<void>;
  readProgress(key: StreamRef): Promise<{ cursor: unknown; cursorAt: Instant | null; coveredFrom: Instant | null } | null>;
  /** A consistent copy taken while the warehouse is in use. */
  backup(file: string): Promise<void>;
  close(): Promise<void>;
}
