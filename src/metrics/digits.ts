import type { AnswerRow } from "./answer.ts";
import type { Metric } from "./metric.ts";

/**
 * Fifteen significant digits of what is interpolated or added up as doubles: the engines interpolate by formulas that differ in
 * the last bit, and add in an order of their own. Counts and ratios of counts are exact on both and stay as they are.
 */
const APPROXIMATE = new Set(["value", "sum", "deviation", "split"]);

export function sameDigits(metrics: readonly Metric[], row: AnswerRow): AnswerRow {
  const names = metrics.filter(({ expression }) => APPROXIMATE.has(expression.kind)).map(({ name }) => name);
  const values = names.map((name) => [name, roundTo15(row[name] as number | null)] as const);
  return { ...row, ...Object.fromEntries(values) };
}

const roundTo15 = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(15)));
