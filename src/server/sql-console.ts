import type { Warehouse } from "../warehouse/warehouse.ts";
import type { SqlAnswer, SqlRequest } from "./shapes/metrics.ts";

/** Read-only SQL: the engine itself refuses everything that writes. One row more than asked for tells a cut. */
export async function runSql(warehouse: Warehouse, { sql, values = [], limit }: SqlRequest): Promise<SqlAnswer> {
  const { columns, rows } = await warehouse.query(sql.replace(/[\s;]+$/, ""), values, { timeoutMs: 60_000 });
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: rows.slice(0, limit).map((row) => ({ ...row })),
    isTruncated: rows.length > limit,
  };
}
