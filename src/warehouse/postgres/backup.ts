import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";

import type pg from "pg";

import { readMigrations } from "../ddl/migrate.ts";
import { fileProblem } from "../duckdb/files.ts";
import { quote } from "../engine.ts";
import { problems } from "../problems.ts";
import { createPool } from "./pool.ts";

/*
 * One zstd file of JSON lines: a header, then for each table a line with its columns, lines with rows in PostgreSQL's own text form, and a
 * last line that says that the file is whole.
 */

const FORMAT = "leadline-warehouse-backup";
const PAGE = 2_000;

interface TableLine {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Writes one repeatable-read snapshot of every table of the schema; the file appears whole or not at all. */
export async function backupPostgres(client: pg.ClientBase, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await client.query("begin isolation level repeatable read read only");
    await pipeline(Readable.from(snapshotLines(client)), createZstdCompress(), createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall ? fileProblem(file, error) : error;
  } finally {
    await rm(part, { force: true });
    await client.query("rollback");
  }
}

async function* snapshotLines(client: pg.ClientBase): AsyncGenerator<string> {
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  const { rows: migrations } = await client.query("select max(number) as number from schema_migration");
  yield line({ format: FORMAT, version: 1, migration: migrations[0]?.number });
  let count = 0;
  for (const table of await listTables(client)) {
    yield line(table);
    const list = table.columns.map(({ name }) => `${quote(name)}::text`).join(", ");
    await client.query(`declare backup no scroll cursor for select ${list} from ${quote(table.table)}`);
    for (;;) {
      const { rows } = await client.query<(string | null)[]>({ text: `fetch ${PAGE} from backup`, rowMode: "array" });
      if (rows.length === 0) break;
      count += rows.length;
      yield rows.map(line).join("");
    }
    await client.query("close backup");
  }
  yield line({ rows: count });
}

async function listTables(client: pg.ClientBase): Promise<TableLine[]> {
  const { rows } = await client.query<{ table: string; name: string; type: string }>(
    `select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type
     from pg_class as c join pg_attribute as a on a.attrelid = c.oid
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
     order by c.relname, a.attnum`,
  );
  return [...Map.groupBy(rows, (row) => row.table)].map(([table, columns]) => ({
    table,
    columns: columns.map(({ name, type }) => ({ name, type })),
  }));
}

/** Replaces the whole schema by what a backup holds, in one transaction: either all of it or nothing. */
export async function restorePostgres(databaseUrl: string, file: string): Promise<void> {
  const pool = createPool(databaseUrl);
  const client = await pool.connect().catch((error: unknown) => {
    throw problems.serverUnreachable(error);
  });
  try {
    await client.query("begin; drop schema if exists warehouse cascade; create schema warehouse");
    await load(client, file);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
    await pool.end();
  }
}

async function load(client: pg.ClientBase, file: string) {
  let table: TableLine | null = null;
  let rows: (string | null)[][] = [];
  let count = 0;
  let total: number | null = null;
  const flush = async () => {
    if (table && rows.length > 0) await insert(client, table, rows);
    count += rows.length;
    rows = [];
  };
  for await (const line of readLines(file)) {
    if (Array.isArray(line)) {
      rows.push(line as (string | null)[]);
      if (rows.length >= PAGE) await flush();
      continue;
    }
    await flush();
    const part = line as Partial<TableLine> & { format?: string; migration?: number; rows?: number };
    if (part.format === FORMAT) await createSchema(client, part.migration ?? 0);
    else if (part.table) await createMissing(client, (table = part as TableLine));
    else if (part.rows !== undefined) total = part.rows;
  }
  if (total !== count) throw problems.badBackup(file, "it ends too early");
}

async function* readLines(file: string): AsyncGenerator {
  const source = createReadStream(file);
  const text = source.pipe(createZstdDecompress());
  source.on("error", (error) => text.destroy(error));
  let isFirst = true;
  try {
    for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
      const value = JSON.parse(line) as { format?: string };
      if (isFirst && value.format !== FORMAT) throw new Error("it has no header of a backup");
      isFirst = false;
      yield value;
    }
  } catch (error) {
    throw problems.badBackup(file, (error as Error).message, error);
  }
}

/** The schema as it was when the backup was made; opening the warehouse brings it up to date. */
async function createSchema(client: pg.ClientBase, migration: number) {
  for (const { number, sql } of readMigrations("postgres")) if (number <= migration) await client.query(sql);
}

/** Tables that no migration makes: imported ones and facts. */
async function createMissing(client: pg.ClientBase, { table, columns }: TableLine) {
  const list = columns.map(({ name, type }) => `${quote(name)} ${type}`);
  await client.query(`create table if not exists ${quote(table)} (${list.join(", ")})`);
}

async function insert(client: pg.ClientBase, { table, columns }: TableLine, rows: readonly (string | null)[][]) {
  const inputs = columns.map((_, index) => `$${index + 1}::text[]`);
  const outputs = columns.map(({ type }, index) => `u.c${index}::${type}`);
  const aliases = columns.map((_, index) => `c${index}`);
  const names = columns.map(({ name }) => quote(name));
  await client.query(
    `insert into ${quote(table)} (${names.join(", ")}) select ${outputs.join(", ")} from unnest(${inputs.join(", ")}) as u(${aliases.join(", ")})`,
    columns.map((_, index) => rows.map((row) => row[index])),
  );
}
