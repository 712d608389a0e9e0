import type { Bucket, ChartData, Series } from "../../../components/charts/series.ts";
import type { Grain } from "../../../lib/dates.ts";
import { type Answer, bucketColumn, numberOf, type Outcome, textOf } from "../../../lib/metric-query.ts";

export interface Drawn {
  outcome: Outcome | undefined;
  metric: string;
  /** Key of the series; the metric's name unless one metric is drawn twice. */
  name?: string;
  label: string;
  color: string;
}

/** Answers by bucket as series over one time axis. All answers have the same buckets: the server fills missing ones. */
export function chartData(drawn: readonly Drawn[], grain: Grain, unit: string): ChartData {
  const answers = drawn.map((one) => one.outcome?.answer).filter((answer): answer is Answer => Boolean(answer));
  const longest = answers.reduce<Answer | null>(
    (best, answer) => (answer.rows.length > (best?.rows.length ?? -1) ? answer : best),
    null,
  );
  const buckets = longest ? longest.rows.map((row) => bucketOf(row, bucketColumn(longest))) : [];
  return { buckets, grain, unit, series: drawn.map((one) => seriesOf(one, buckets)) };
}

const bucketOf = (row: Answer["rows"][number], column: string): Bucket => ({
  start: String(row[column]).slice(0, 10),
  isPartial: row["partial"] === true,
  isImmature: row["immature"] === true,
});

function seriesOf({ outcome, metric, name = metric, label, color }: Drawn, buckets: readonly Bucket[]): Series {
  const answer = outcome?.answer;
  const column = answer ? bucketColumn(answer) : "bucket";
  const rows = new Map(answer?.rows.map((row) => [String(row[column]).slice(0, 10), row]));
  return {
    name,
    label,
    color,
    values: buckets.map((bucket) => numberOf(rows.get(bucket.start), metric)),
    counts: buckets.map((bucket) => numberOf(rows.get(bucket.start), `${metric}_n`)),
  };
}

interface Grouped {
  metric: string;
  dimension: string;
  grain: Grain;
  unit: string;
  /** In the order in which they are drawn; those without a row are left out. A null id: rows without one. */
  groups: readonly { id: string | null; label: string; color: string }[];
}

/** One answer by bucket and group as one series for each group. */
export function groupedData(outcome: Outcome | undefined, { metric, dimension, groups, ...axis }: Grouped): ChartData {
  const answer = outcome?.answer;
  const drawn = groups.flatMap(({ id, label, color }): Drawn[] => {
    const rows = answer?.rows.filter((row) => textOf(row, dimension) === id) ?? [];
    if (!answer || rows.length === 0) return [];
    return [{ outcome: { answer: { ...answer, rows }, problem: null }, metric, name: id ?? "none", label, color }];
  });
  return chartData(drawn, axis.grain, axis.unit);
}
