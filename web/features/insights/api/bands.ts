import type { Metric } from "../../../lib/metric-query.ts";

/** Thresholds of one metric from a dated, published set; half-open edges in the metric's unit. */
interface MetricBand {
  set: string;
  source?: string;
  published_on?: string;
  statistic: string | null;
  edges: { level: string; at_least: number | null; below: number | null }[];
}

export interface Band {
  level: string;
  /** "DORA 2023": the name of the set as people say it. */
  set: string;
  source: string | undefined;
  publishedOn: string | undefined;
}

interface Asked {
  value: number | null;
  statistic: string;
  /** The set that the profile names. */
  set: string | undefined;
}

/** The level a value falls into, if the set speaks of this metric and statistic. Unknown has no level. */
export function bandOf(metric: Metric | undefined, { value, statistic, set }: Asked): Band | null {
  if (!metric || value === null) return null;
  const bands = metric.bands as unknown as MetricBand[];
  const band = bands.find(
    (one) => (set === undefined || one.set === set) && (one.statistic === null || one.statistic === statistic),
  );
  const edge = band?.edges.find(({ at_least, below }) => value >= (at_least ?? -Infinity) && value < (below ?? Infinity));
  if (!band || !edge) return null;
  return { level: edge.level, set: titleOf(band.set), source: band.source, publishedOn: band.published_on };
}

const titleOf = (name: string) => name.replace("_", " ").replace(/^[a-z]+/, (word) => word.toUpperCase());
