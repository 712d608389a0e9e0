import { tables } from "../domain/tables.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { DataTable } from "./shapes/monitoring.ts";

/* What an integration has stored, table by table. */

const entityTables = tables.filter((table) => table.kind === "E");

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
