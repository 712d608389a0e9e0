import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { Problem } from "../domain/problem.ts";
import { DuckEngine } from "./duckdb/engine.ts";
import { copyDatabase, isDuckDbFile } from "./duckdb/files.ts";
import { readHomeOwner } from "./lock.ts";
import { type WarehouseAddress, openWarehouse, warehouseFile } from "./open.ts";
import { restorePostgres } from "./postgres/backup.ts";
import { problems, reason } from "./problems.ts";

/** Puts a backup in the place of the whole warehouse, which must not be open. What was there stays until the backup has proved readable. */
export async function restoreWarehouse({ home, databaseUrl, file }: WarehouseAddress & { readonly file: string }): Promise<void> {
  const isDuckDb = await stat(file)
    .then(() => isDuckDbFile(file))
    .catch((error: unknown) => {
      throw problems.badBackup(file, reason(error), error);
    });
  if (isDuckDb === Boolean(databaseUrl))
    throw problems.badBackup(
      file,
      `it was made by ${isDuckDb ? "a DuckDB" : "a PostgreSQL"} warehouse, and this is the other kind`,
    );
  if (databaseUrl) await restorePostgres(databaseUrl, file);
  else await restoreFile(home, file);
  await (await openWarehouse({ home, databaseUrl })).close();
}

async function restoreFile(home: string, file: string) {
  const owner = await readHomeOwner(home);
  if (owner && owner.pid !== process.pid) throw problems.homeInUse(home, owner);
  await mkdir(home, { recursive: true });
  const part = join(home, "warehouse.restore.duckdb");
  await rm(`${part}.wal`, { force: true });
  await copyDatabase(file, part);
  try {
    await proveReadable(part, home);
    await rm(`${warehouseFile(home)}.wal`, { force: true });
    await rename(part, warehouseFile(home));
  } catch (error) {
    await rm(part, { force: true });
    throw error instanceof Problem && error.code !== "query_failed" && error.code !== "warehouse_damaged"
      ? error
      : problems.badBackup(file, reason((error as Error).cause ?? error), error);
  }
}

async function proveReadable(file: string, home: string) {
  const engine = await DuckEngine.open(file, { temporary: join(home, "warehouse.tmp"), memoryMb: 100 });
  try {
    await engine.query("select count(*) from schema_migration", [], {});
  } finally {
    await engine.close();
  }
}
