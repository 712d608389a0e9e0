import type { AnswerRow } from "./answer.ts";
import type { Draft } from "./fill.ts";
import { emptyOf } from "./fill.ts";
import type { Plan } from "./plan.ts";

/** Moves the rows of the compared range into the buckets of the range asked for: the first onto the first, and so on. */
export function aligned(plan: Plan, before: { readonly plan: Plan; readonly rows: readonly AnswerRow[] }): AnswerRow[] {
  if (!plan.query.grain) return [...before.rows];
  const places = new Map(before.plan.buckets.map(({ day }, index) => [day, plan.buckets[index]?.day]));
  return before.rows.flatMap((row) => {
    const bucket = places.get(row["bucket"] as string);
    return bucket ? [{ ...row, bucket }] : [];
  });
}

/** Adds `<metric>_before` and `<metric>_change` = now ÷ before − 1; NULL when before is 0 or unknown. */
export function compare(plan: Plan, rows: readonly Draft[], before: readonly AnswerRow[]): void {
  const keys = [...(plan.query.grain ? ["bucket"] : []), ...plan.query.dimensions];
  const keyOf = (row: AnswerRow) => JSON.stringify(keys.map((key) => row[key] ?? null));
  const byKey = new Map(before.map((row) => [keyOf(row), row]));
  for (const row of rows) {
    const earlier = byKey.get(keyOf(row));
    for (const metric of plan.metrics) {
      const value = earlier ? (earlier[metric.name] as number | null) : emptyOf(metric, plan);
      row[`${metric.name}_before`] = value;
      row[`${metric.name}_change`] = changeOf(row[metric.name] as number | null, value);
    }
  }
}

const changeOf = (now: number | null, before: number | null): number | null =>
  now === null || before === null || before === 0 ? null : now / before - 1;
