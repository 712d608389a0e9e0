import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createTestDatabase, postgresMissing } from "../../../test/postgres.ts";
import { type WarehouseAddress, type WritableWarehouse, openWarehouse } from "../open.ts";

export interface TestWarehouse {
  readonly warehouse: WritableWarehouse;
  readonly address: WarehouseAddress;
  /** Closes and opens it again. */
  reopen(): Promise<WritableWarehouse>;
  drop(): Promise<void>;
}

/** The engines that suites run on; `missing` says why one is left out. */
export const engines: readonly { name: "duckdb" | "postgres"; missing: string | null }[] = [
  { name: "duckdb", missing: null },
  { name: "postgres", missing: postgresMissing },
];

/** An empty warehouse of its own in a temporary folder or database. */
export async function createTestWarehouse(engine: "duckdb" | "postgres"): Promise<TestWarehouse> {
  const home = await mkdtemp(join(tmpdir(), "leadline-warehouse-"));
  const database = engine === "postgres" ? await createTestDatabase() : null;
  const address = { home, databaseUrl: database?.url ?? null };
  let warehouse = await openWarehouse(address);
  return {
    get warehouse() {
      return warehouse;
    },
    address,
    async reopen() {
      await warehouse.close();
      warehouse = await openWarehouse(address);
      return warehouse;
    },
    async drop() {
      await warehouse.close();
      await database?.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
