import { removeArchived } from "../ingest/engine.ts";
import type { Scan } from "../workspace/integration-deletions.ts";
import { toSnake, type Table } from "../domain/table.ts";
import { schemaTables } from "../warehouse/internal-tables.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";

/* Removing what the warehouse holds of one integration, batch by batch, and proving that nothing is left. */

/** Rows that carry the integration (mapped ones, progress, raw index, ledger …), and rows of people and engine that name its things. */
const conditionOf = (table: Table): string | null => {
  const columns = Object.keys(table.all).map(toSnake);
  const parts = columns.includes("integration_id") ? ["integration_id = $1"] : [];
  if (table.kind !== "E") parts.push(...columns.filter(namesThings).map(isOfIntegration));
  return table.kind === "L" || parts.length === 0 ? null : parts.join(" or ");
};

const namesThings = (column: string) => column !== "integration_id" && (column === "id" || column.endsWith("_id"));
/** Ids are `<connector>:<entity>:<integration>:<key>`. */
const isOfIntegration = (column: string) => `split_part("${column}", ':', 3) = $1`;

const conditions = schemaTables.flatMap((table) => {
  const where = conditionOf(table);
  return where === null ? [] : [{ table: table.name, where }];
});

const LONG = { timeoutMs: 600_000 };

/** How many rows each table still holds; tables without any are left out. */
export async function rowsToErase(warehouse: Warehouse, id: string): Promise<{ table: string; rows: number }[]> {
  const found: { table: string; rows: number }[] = [];
  for (const { table, where } of conditions) {
    const { rows } = await warehouse.query<{ n: number }>(`select count(*) as n from "${table}" where ${where}`, [id], LONG);
    if (rows[0]!.n > 0) found.push({ table, rows: rows[0]!.n });
  }
  return found;
}

/** Removes at most `limit` rows of one table in one transaction. */
export async function eraseBatch(
  warehouse: Warehouse,
  table: string,
  { id, limit }: { id: string; limit: number },
): Promise<void> {
  const { where } = conditions.find((each) => each.table === table)!;
  const address = warehouse.engine === "duckdb" ? "rowid" : "ctid";
  const chosen = `select ${address} from "${table}" where ${where} limit ${limit}`;
  await warehouse.run([{ sql: `delete from "${table}" where ${address} in (${chosen})`, values: [id] }]);
}

/** Removes everything at once; for the demo's small world. */
export const eraseAll = (warehouse: Warehouse, id: string): Promise<void> =>
  warehouse.run(conditions.map(({ table, where }) => ({ sql: `delete from "${table}" where ${where}`, values: [id] })));

/**
 * Removes a few archived pages that no other integration refers to, then their rows: whoever is interrupted still knows which
 * files are left. Answers how many rows and files went.
 */
export async function erasePages(
  warehouse: Warehouse,
  folder: string,
  { id, limit }: { id: string; limit: number },
): Promise<{ rows: number; files: number }> {
  const { rows } = await warehouse.query<{ id: string; hash: string; is_shared: boolean }>(
    `select p.id, p.body_hash as hash,
       exists (select 1 from raw_page as o where o.body_hash = p.body_hash and o.integration_id <> $1) as is_shared
     from (select id, body_hash from raw_page where integration_id = $1 limit ${limit}) as p`,
    [id],
    LONG,
  );
  const own = new Set(rows.filter((row) => !row.is_shared).map((row) => row.hash));
  await removeArchived(folder, own);
  if (rows.length > 0)
    await warehouse.run([
      {
        sql: `delete from raw_page where integration_id = $1 and id in (${rows.map((_, n) => `$${n + 2}`).join(", ")})`,
        values: [id, ...rows.map((row) => row.id)],
      },
    ]);
  return { rows: rows.length, files: own.size };
}

interface ColumnRow {
  table_name: string;
  column_name: string;
}

/**
 * Looks through every table there is, facts and links too, for rows that carry the integration or an id made of it. The list of
 * tables comes from the database, so that no list of ours can forget one.
 */
export async function scanWarehouse(warehouse: Warehouse, id: string): Promise<Scan> {
  const { rows } = await warehouse.query<ColumnRow>(
    `select c.table_name, c.column_name from information_schema.columns as c
     join information_schema.tables as t on t.table_schema = c.table_schema and t.table_name = c.table_name and t.table_type = 'BASE TABLE'
     where c.table_schema = current_schema() and lower(c.data_type) in ('varchar', 'text', 'character varying')
       and (c.column_name = 'id' or c.column_name like '%\\_id' escape '\\' or c.table_name = 'integration' and c.column_name = 'native_id')
     order by c.table_name, c.column_name`,
  );
  const left: { place: string; rows: number }[] = [];
  for (const [table, columns] of Map.groupBy(rows, (row) => row.table_name)) {
    const counts = columns.map(({ column_name: column }, n) => {
      const isWhole = column.endsWith("integration_id") || (table === "integration" && column === "native_id");
      return `count(*) filter (where ${isWhole ? `"${column}" = $1` : isOfIntegration(column)}) as c${n}`;
    });
    const found = await warehouse.query<Record<string, number>>(`select ${counts.join(", ")} from "${table}"`, [id], LONG);
    for (const [n, { column_name: column }] of columns.entries()) {
      const count = found.rows[0]![`c${n}`]!;
      if (count > 0) left.push({ place: `warehouse ${table}.${column}`, rows: count });
    }
  }
  return { tables: new Set(rows.map((row) => row.table_name)).size, columns: rows.length, left };
}

/** Hashes of every page that some row of any integration refers to. */
export async function archivedPages(warehouse: Warehouse): Promise<Set<string>> {
  const { rows } = await warehouse.query<{ hash: string }>("select distinct body_hash as hash from raw_page", [], LONG);
  return new Set(rows.map((row) => row.hash));
}
