import type { Instant } from "../../domain/instant.ts";
import { toSnake } from "../../domain/table.ts";
import { tableNamed, type TableName } from "../../domain/tables.ts";
import { instantLiteral } from "../facts/literal.ts";

export interface Statement {
  readonly sql: string;
}

/** What opens the id of every S and L row that the product itself writes. */
export const linkId = (table: TableName, nativeKey: string): string => `leadline:${table}:leadline:${nativeKey}`;

/**
 * Replaces the rows of an L table (those that match `where`) by what the SELECT gives: `native_id` and every column of
 * the table itself, by name. The common columns are filled here.
 */
export function replaceBy(table: TableName, select: string, { now, where }: { now: Instant; where?: string }): Statement[] {
  const own = Object.keys(tableNamed(table).columns).map(toSnake);
  return [
    { sql: `delete from ${table}${where ? ` where ${where}` : ""}` },
    {
      sql: `insert into ${table} (id, integration_id, native_id, ingested_at, ${own.join(", ")})
select 'leadline:${table}:leadline:' || x.native_id, 'leadline', x.native_id, ${instantLiteral(now)}, ${own.map((name) => `x.${name}`).join(", ")}
from (
${select}
) as x`,
    },
  ];
}
