import type { AnswerRow } from "./answer.ts";
import { facts } from "./facts.ts";
import type { Metric } from "./metric.ts";

/**
 * The engines interpolate by formulas that differ in the last bit, and add doubles in an order of their own: fifteen significant
 * digits of such values, twelve of deviations and of splits, which gather more of it. Counts, sums of whole numbers and their
 * ratios are exact on both and stay as they are.
 */
function digitsOf({ expression, fact }: Metric): number | null {
  const { kind, sql } = expression;
  if (kind === "deviation" || kind === "split" || sql.includes("stddev_samp")) return 12;
  if (kind === "value" || kind === "sum") return 15;
  const words = sql.match(/[a-z_]+/g) ?? [];
  return words.some((word) => facts[fact].columns[word]?.type === "double") ? 15 : null;
}

export function sameDigits(metrics: readonly Metric[], row: AnswerRow): AnswerRow {
  const values = metrics.flatMap((metric) => {
    const digits = digitsOf(metric);
    return digits === null ? [] : [[metric.name, rounded(row[metric.name] as number | null, digits)] as const];
  });
  return { ...row, ...Object.fromEntries(values) };
}

const rounded = (value: number | null, digits: number): number | null =>
  value === null ? null : Number(value.toPrecision(digits));
