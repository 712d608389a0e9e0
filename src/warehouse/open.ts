import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Instant } from "../domain/instant.ts";
import { type RowOf, type TableName, tableNamed } from "../domain/tables.ts";
import type { BatchToWrite, Json, StoredProgress, StoredUnfinished, Written } from "./batch.ts";
import { migrate } from "./ddl/migrate.ts";
import { DuckEngine } from "./duckdb/engine.ts";
import { type Engine, type StoredRow, columnNamed } from "./engine.ts";
import { PostgresEngine } from "./postgres/engine.ts";
import { problems } from "./problems.ts";
import { uniqueIds } from "./stored-row.ts";
import type { QueryOptions, QueryResult, SqlValue, StreamRef, Warehouse } from "./warehouse.ts";
import {
  type CandidateRow,
  type StoredKeyRow,
  readCandidates,
  readMissing,
  readNewestCounts,
  readStoredKeys,
} from "./writer/reconciled.ts";
import { writeBatch } from "./writer/write.ts";

export interface WarehouseAddress {
  /** The data folder; the DuckDB file and its temporary files live in it. */
  readonly home: string;
  /** PostgreSQL instead of DuckDB. */
  readonly databaseUrl?: string | null | undefined;
  /** What DuckDB's buffers may take, MB; default 400, which suits a company of a few hundred engineers. */
  readonly memoryMb?: number | undefined;
}

/** A warehouse that can also be written to: it fits the engine's `Sink` by structure. */
export interface WritableWarehouse extends Warehouse {
  readProgress(key: StreamRef): Promise<StoredProgress | null>;
  readUnfinished(key: StreamRef, due: { by: Instant; limit: number }): Promise<readonly StoredUnfinished[]>;
  write(batch: BatchToWrite): Promise<Written>;
  /** What a comparison with the provider's lists needs to know. */
  readonly reconciliation: {
    storedKeys(key: StreamRef, entity: TableName): Promise<readonly StoredKeyRow[]>;
    candidates(key: StreamRef, of: { entity: TableName; nativeKeys: readonly string[] }): Promise<readonly CandidateRow[]>;
    missing(key: StreamRef): Promise<readonly { entityId: string; nativeKey: string }[]>;
    newestCounts(integrationId: string): Promise<readonly RowOf<"source_count">[]>;
  };
}

/** DuckDB's own buffers; the process around it may take 600 MB while ingesting. */
const MEMORY_MB = 400;

export const warehouseFile = (home: string): string => join(home, "warehouse.duckdb");

/** Opens the warehouse and brings its schema up to date. */
export async function openWarehouse(address: WarehouseAddress): Promise<WritableWarehouse> {
  const engine = await openEngine(address);
  try {
    await migrate(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return new OpenedWarehouse(engine);
}

async function openEngine({ home, databaseUrl, memoryMb = MEMORY_MB }: WarehouseAddress): Promise<Engine> {
  if (databaseUrl) return PostgresEngine.open(databaseUrl);
  try {
    await mkdir(home, { recursive: true });
  } catch (error) {
    throw problems.notWritable(home, error);
  }
  return DuckEngine.open(warehouseFile(home), { temporary: join(home, "warehouse.tmp"), memoryMb });
}

class OpenedWarehouse implements WritableWarehouse {
  readonly engine: "duckdb" | "postgres";
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.engine = engine.name;
  }

  query<Row = Record<string, unknown>>(
    sql: string,
    values: readonly SqlValue[] = [],
    options: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    return this.#engine.query(sql, values, options) as Promise<QueryResult<Row>>;
  }

  async run(statements: readonly { readonly sql: string; readonly values?: readonly SqlValue[] }[]): Promise<void> {
    await this.#engine.transaction(async (tx) => {
      for (const { sql, values } of statements) await tx.run(sql, values);
    });
  }

  async replaceRows(name: TableName, rows: Iterable<object>, where?: { column: string; equals: string }): Promise<void> {
    const table = tableNamed(name);
    const all = [...rows] as StoredRow[];
    if (table.kind !== "C") uniqueIds(table, all);
    await this.#engine.transaction(async (tx) => {
      const condition = where ? ` where ${columnNamed(table, where.column).sql} = $1` : "";
      await tx.run(`delete from "${table.name}"${condition}`, where ? [where.equals] : []);
      await tx.append(table, all);
    });
  }

  async readProgress(key: StreamRef): Promise<StoredProgress | null> {
    const { rows } = await this.query<{ cursor: Json; cursor_at: Instant | null; covered_from: Instant | null }>(
      "select cursor, cursor_at, covered_from from progress where integration_id = $1 and scope_id = $2 and stream = $3",
      [key.integrationId, key.scopeId, key.stream],
    );
    const row = rows[0];
    return row ? { cursor: row.cursor, cursorAt: row.cursor_at, coveredFrom: row.covered_from } : null;
  }

  async readUnfinished(key: StreamRef, due: { by: Instant; limit: number }): Promise<readonly StoredUnfinished[]> {
    const { rows } = await this.query<{ native_key: string; next_read_at: Instant; attempts: number }>(
      `select native_key, next_read_at, attempts from unfinished_record
       where integration_id = $1 and scope_id = $2 and stream = $3 and next_read_at <= cast($4 as timestamptz)
       order by next_read_at, native_key limit $5`,
      [key.integrationId, key.scopeId, key.stream, due.by, due.limit],
    );
    return rows.map((row) => ({ nativeKey: row.native_key, nextReadAt: row.next_read_at, attempts: row.attempts }));
  }

  write(batch: BatchToWrite): Promise<Written> {
    return this.#engine.transaction((tx) => writeBatch(tx, batch));
  }

  readonly reconciliation: WritableWarehouse["reconciliation"] = {
    storedKeys: (key, entity) => readStoredKeys(this, key, entity),
    candidates: (key, of) => readCandidates(this, key, of),
    missing: (key) => readMissing(this, key),
    newestCounts: (integrationId) => readNewestCounts(this, integrationId),
  };

  backup(file: string): Promise<void> {
    return this.#engine.backup(file);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
