import type { AnswerColumn, AnswerRow, Cell } from "./answer.ts";
import { problems } from "./problems.ts";
import type { Query } from "./query.ts";

/** Refuses an order by a column that the answer does not have. */
export function checkOrder(query: Query, columns: readonly AnswerColumn[]): void {
  const names = columns.map(({ name }) => name);
  for (const [column] of query.order) if (!names.includes(column)) throw problems.unknownOrder(column, names);
}

/** Sorts rows by the order asked for, then bucket and dimensions; NULLs last. Text is compared by code point, as the engines do. */
export function sorted<Row extends AnswerRow>(query: Query, rows: readonly Row[]): Row[] {
  const keys = [...(query.grain ? ["bucket"] : []), ...query.dimensions];
  const order = [...query.order, ...keys.map((key) => [key, "asc"] as const)];
  return rows.toSorted((a, b) => {
    for (const [column, direction] of order) {
      const difference = compareCells(a[column] ?? null, b[column] ?? null, direction === "asc" ? 1 : -1);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

function compareCells(a: Cell, b: Cell, sign: number): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === "string" && typeof b === "string") return sign * Buffer.compare(Buffer.from(a), Buffer.from(b));
  return sign * (a < b ? -1 : 1);
}
