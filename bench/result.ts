import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What we hold ourselves to; null where nothing is promised. */
  readonly limit: number | null;
  /** Against the baseline named in `name` or `against`, measured in the same run. */
  readonly ratio: number | null;
  readonly against?: string;
}

/** Whether more or less than the limit is good follows from the unit: rates want more, everything else less. */
const wantsMore = (unit: string) => unit.endsWith("/s");

export const isMet = ({ value, unit, limit }: Row): boolean | null =>
  limit === null ? null : wantsMore(unit) ? value >= limit : value <= limit;

const format = (value: number) => (Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2));

export function printRow(row: Row): void {
  const met = isMet(row);
  const verdict = met === null ? "" : met ? "ok" : "MISSED";
  const ratio = row.ratio === null ? "" : `${row.ratio.toFixed(2)}× ${row.against ?? ""}`;
  console.log(
    [
      row.name.padEnd(58),
      `${format(row.value)} ${row.unit}`.padStart(22),
      (row.limit === null ? "" : `limit ${format(row.limit)}`).padStart(16),
      verdict.padEnd(7),
      ratio,
    ].join("  "),
  );
}

export function save(rows: readonly Row[]): void {
  const file = join(import.meta.dirname, "results.json");
  writeFileSync(file, `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`);
}
