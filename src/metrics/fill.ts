import { addSeconds, compareInstants } from "../domain/instant.ts";
import type { AnswerRow, Cell } from "./answer.ts";
import type { Bucket } from "./buckets.ts";
import { entityColumns } from "./compile.ts";
import type { Metric } from "./metric.ts";
import type { Plan } from "./plan.ts";

export type Draft = Record<string, Cell>;

const groupKey = (row: AnswerRow, columns: readonly string[]) => JSON.stringify(columns.map((column) => row[column] ?? null));

/** The part of a row that says which group it is: dimensions and their labels. */
const groupOf = (row: AnswerRow, columns: readonly string[]): Draft =>
  Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));

/** The value of a metric where no row is; before the first build nothing is known, not even zero. */
export const emptyOf = ({ empty }: Metric, { settings }: Plan): number | null =>
  empty === "zero" && settings.isBuilt ? 0 : null;

/**
 * Adds the rows that no fact row made: every bucket of the range and, with one dimension, every group seen in `rows` or
 * `elsewhere`. With two or three dimensions nothing is added, since most combinations were never possible.
 */
export function fill(plan: Plan, rows: readonly AnswerRow[], elsewhere: readonly AnswerRow[] = []): Draft[] {
  const { query } = plan;
  if (query.dimensions.length > 1) return rows.map((row) => marked(plan, { ...row }));
  const labels = entityColumns(plan).map(({ name }) => `${name}_label`);
  const groupColumns = [...query.dimensions, ...labels];
  const groups = new Map<string, Draft>();
  if (!query.dimensions.length) groups.set("[]", {});
  else for (const row of [...rows, ...elsewhere]) groups.set(groupKey(row, query.dimensions), groupOf(row, groupColumns));
  const byPlace = new Map(rows.map((row) => [`${String(row["bucket"] ?? "")} ${groupKey(row, query.dimensions)}`, row]));
  const filled: Draft[] = [];
  for (const { day } of plan.buckets)
    for (const [key, group] of groups) {
      const row = byPlace.get(`${day ?? ""} ${key}`);
      filled.push(marked(plan, row ? { ...row } : { ...(day ? { bucket: day } : {}), ...group, ...emptyValues(plan) }));
    }
  return filled;
}

const emptyValues = (plan: Plan): Draft =>
  Object.fromEntries(
    plan.metrics.flatMap((metric) => [
      [metric.name, emptyOf(metric, plan)],
      [`${metric.name}_n`, 0],
    ]),
  );

/** Says of a row whether its bucket is cut or not over, and whether later evidence can still change it. */
function marked(plan: Plan, row: Draft): Draft {
  const bucket = plan.buckets.find(({ day }) => day === (row["bucket"] ?? null));
  if (bucket?.isPartial) row["partial"] = true;
  if (bucket && isImmature(plan, bucket)) row["immature"] = true;
  return row;
}

function isImmature({ metrics, settings, query }: Plan, { to }: Bucket): boolean {
  if (!metrics.some(({ matures }) => matures)) return false;
  return compareInstants(addSeconds(to, settings.profile.settings["failure.window_hours"] * 3600), query.now) > 0;
}
