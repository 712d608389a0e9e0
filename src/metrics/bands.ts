import type { Answer } from "./answer.ts";
import type { Statistic } from "./metric.ts";

export type Level = "elite" | "high" | "medium" | "low";

/** Half-open in the metric's unit; null is unbounded. */
export interface Edge {
  readonly level: Level;
  readonly at_least: number | null;
  readonly below: number | null;
}

export interface Band {
  readonly set: string;
  readonly metric: string;
  /** The statistic the edges were made for; null for metrics that take none. */
  readonly statistic: Statistic | null;
  readonly edges: readonly Edge[];
}

export interface BandSet {
  readonly name: string;
  readonly source: string;
  readonly published_on: string;
  readonly retired_on: string | null;
  readonly bands: readonly Band[];
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/** From elite to low for a metric where less is better: three bounds, each the first value that is no longer as good. */
const fewer = (set: string, metric: string, statistic: Statistic | null, [a, b, c]: readonly [number, number, number]): Band => ({
  set,
  metric,
  statistic,
  edges: [
    { level: "elite", at_least: null, below: a },
    { level: "high", at_least: a, below: b },
    { level: "medium", at_least: b, below: c },
    { level: "low", at_least: c, below: null },
  ],
});

/** The same where more is better: three bounds, each the least value that is still as good. */
const more = (set: string, metric: string, statistic: Statistic | null, [a, b, c]: readonly [number, number, number]): Band => ({
  set,
  metric,
  statistic,
  edges: [
    { level: "elite", at_least: a, below: null },
    { level: "high", at_least: b, below: a },
    { level: "medium", at_least: c, below: b },
    { level: "low", at_least: null, below: c },
  ],
});

const dora = (set: string, bounds: Record<"frequency" | "lead" | "failures" | "recovery", readonly [number, number, number]>) => [
  more(set, "deployment_frequency", null, bounds.frequency),
  fewer(set, "lead_time_for_changes", "median", bounds.lead),
  fewer(set, "change_failure_rate", null, bounds.failures),
  fewer(set, "failed_deployment_recovery_time", "median", bounds.recovery),
  fewer(set, "time_to_restore", "median", bounds.recovery),
];

/** Dated data: thresholds derived from the survey clusters of their year. Later reports publish no fixed levels. */
export const bandSets: readonly BandSet[] = [
  {
    name: "dora_2023",
    source: "Accelerate State of DevOps Report 2023: thresholds derived from its survey clusters",
    published_on: "2023-10-05",
    retired_on: null,
    bands: dora("dora_2023", {
      frequency: [1, 1 / 7, 1 / 30],
      lead: [DAY, 7 * DAY, 30 * DAY],
      failures: [0.05, 0.1, 0.15],
      recovery: [HOUR, DAY, 7 * DAY],
    }),
  },
  {
    name: "dora_2021",
    source: "Accelerate State of DevOps Report 2021: thresholds derived from its survey clusters",
    published_on: "2021-09-21",
    retired_on: "2023-10-05",
    bands: dora("dora_2021", {
      frequency: [1, 1 / 30, 1 / 180],
      lead: [HOUR, 7 * DAY, 180 * DAY],
      failures: [0.15, 0.2, 0.3],
      recovery: [HOUR, DAY, 7 * DAY],
    }),
  },
];

/** The bands that fit an answer: those of the profile's set for its metrics, asked for with the statistic they were made for. */
export function bandsFor(answer: Pick<Answer, "query" | "meta">): readonly Band[] {
  const set = bandSets.find(({ name }) => name === answer.meta.bands);
  return (set?.bands ?? []).filter(
    ({ metric, statistic }) =>
      answer.query.metrics.includes(metric) && (statistic === null || statistic === answer.query.statistic),
  );
}

/** The level of one value; an unknown value has none. */
export function levelOf({ edges }: Band, value: number | null): Level | null {
  if (value === null) return null;
  const edge = edges.find(({ at_least, below }) => (at_least === null || value >= at_least) && (below === null || value < below));
  return edge?.level ?? null;
}

const WORST_FIRST: readonly Level[] = ["low", "medium", "high", "elite"];

/** The lowest of the four key levels, if at least three are known. Computed on answers, and never shown for a person. */
export function overallLevel(levels: readonly (Level | null)[]): Level | null {
  const known = levels.filter((level) => level !== null);
  return known.length >= 3 ? (WORST_FIRST.find((level) => known.includes(level)) ?? null) : null;
}
