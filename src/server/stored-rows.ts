import { tables } from "../domain/tables.ts";
import { internalTables } from "../warehouse/internal-tables.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { DataTable } from "./shapes/monitoring.ts";

/* What an integration has stored, table by table. */

const entityTables = tables.filter((table) => table.kind === "E");

/** Control tables that carry the integration; people's own settings rows do too, under `leadline`. */
const controlTables = tables.filter((table) => table.kind === "C" && "integrationId" in table.all);

/** Tables that hold rows of the integration, largest first. */
export async function countRows(warehouse: Warehouse, integrationId: string): Promise<{ table: string; rows: number }[]> {
  const counts = entityTables.map(
    (table) => `select '${table.name}' as "table", count(*) as n from "${table.name}" where integration_id = $1`,
  );
  const { rows } = await warehouse.query<{ table: string; n: number }>(counts.join(" union all "), [integrationId]);
  return rows
    .filter((row) => row.n > 0)
    .map((row) => ({ table: row.table, rows: row.n }))
    .sort((a, b) => b.rows - a.rows || (a.table < b.table ? -1 : 1));
}

export async function dataTables(warehouse: Warehouse, integrationId: string): Promise<DataTable[]> {
  const parts = entityTables.map(
    (
      table,
    ) => `select '${table.name}' as "table", count(*) filter (where deleted_at is null) as n, count(*) filter (where deleted_at is not null) as gone,
      max(source_updated_at) as newest, max(ingested_at) as ingested from "${table.name}" where integration_id = $1`,
  );
  const { rows } = await warehouse.query<{
    table: string;
    n: number;
    gone: number;
    newest: string | null;
    ingested: string | null;
  }>(parts.join(" union all "), [integrationId]);
  return rows
    .filter((row) => row.n + row.gone > 0)
    .map((row) => ({ table: row.table, rows: row.n, deleted: row.gone, newestAt: row.newest, ingestedAt: row.ingested }))
    .sort((a, b) => b.rows - a.rows || (a.table < b.table ? -1 : 1));
}

/** How many rows there are of everything that vendors sent. */
export async function countEntities(warehouse: Warehouse): Promise<number> {
  const parts = entityTables.map((table) => `select count(*) as n from "${table.name}"`);
  const { rows } = await warehouse.query<{ n: number }>(`select sum(n) as n from (${parts.join(" union all ")}) as t`);
  return rows[0]?.n ?? 0;
}

/** Removes every row of an integration, one table at a time, so that an interruption loses nothing but time. */
export async function eraseRows(warehouse: Warehouse, integrationId: string): Promise<void> {
  for (const { name } of [...entityTables, ...controlTables, ...internalTables])
    await warehouse.run([{ sql: `delete from "${name}" where integration_id = $1`, values: [integrationId] }]);
}

/** Hashes of the archived pages that only this integration refers to. */
export async function ownPages(warehouse: Warehouse, integrationId: string): Promise<string[]> {
  const { rows } = await warehouse.query<{ hash: string }>(
    `select distinct p.body_hash as hash from raw_page as p
     where p.integration_id = $1
       and not exists (select 1 from raw_page as o where o.body_hash = p.body_hash and o.integration_id <> $1)`,
    [integrationId],
    { timeoutMs: 600_000 },
  );
  return rows.map(({ hash }) => hash);
}
