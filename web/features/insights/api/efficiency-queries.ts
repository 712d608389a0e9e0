import type { Cell, Filter } from "../../../lib/cell.ts";
import type { Grain } from "../../../lib/dates.ts";
import { answersQuery, type Query } from "../../../lib/metric-query.ts";
import { resolveRange, suitableGrain } from "../../../lib/range.ts";
import type { EfficiencySearch, Statistic } from "../search.ts";

/** What all queries of the page share, read from the URL. */
export interface Frame {
  project: string;
  from: string;
  to: string;
  label: string;
  grain: Grain;
  statistic: Statistic;
  filters: Filter[];
  isCompared: boolean;
}

export function frameOf(project: string, search: EfficiencySearch): Frame {
  const range = resolveRange(search);
  const filters: Filter[] = [];
  if (search.teams?.length) filters.push(["is", "team", search.teams]);
  if (search.repositories?.length) filters.push(["is", "repository_id", search.repositories]);
  return {
    project,
    ...range,
    grain: search.grain ?? suitableGrain(search, range),
    statistic: search.statistic ?? "median",
    filters,
    isCompared: search.compare !== false,
  };
}

const base = ({ project, from, to, filters, statistic }: Frame, metrics: string[]): Query => ({
  metrics,
  project,
  from,
  to,
  statistic,
  ...(filters.length ? { filters } : {}),
});

const total = (frame: Frame, ...metrics: string[]): Query => ({
  ...base(frame, metrics),
  ...(frame.isCompared ? { compare: "previous" } : {}),
});
const series = (frame: Frame, ...metrics: string[]): Query => ({ ...base(frame, metrics), grain: frame.grain });

/** Every metric name of the page, by the fact and time that answer it. */
const delivery = ["deployment_frequency", "change_failure_rate", "deployment_rework_rate", "deployments", "failed_deployments"];

/** The five tiles: their values, their shapes, and what explains a missing value. */
export const tilesQuery = (frame: Frame) =>
  answersQuery({
    delivery: total(frame, ...delivery),
    lead: total(frame, "lead_time_for_changes"),
    recovery: total(frame, "failed_deployment_recovery_time"),
    deliverySeries: series(frame, ...delivery),
    leadSeries: series(frame, "lead_time_for_changes"),
    recoverySeries: series(frame, "failed_deployment_recovery_time"),
    merged: total({ ...frame, isCompared: false }, "changes_merged", "change_deployment_coverage"),
    anywhere: total({ ...frame, isCompared: false }, "deployments_all"),
  });

/** The middle and the slow end of two durations, by period. */
export const trendQuery = (frame: Frame) =>
  answersQuery({
    leadMiddle: { ...series(frame, "lead_time_for_changes"), statistic: "median" },
    leadSlow: { ...series(frame, "lead_time_for_changes"), statistic: "p90" },
    cycleMiddle: { ...series(frame, "pull_request_cycle_time"), statistic: "median" },
    cycleSlow: { ...series(frame, "pull_request_cycle_time"), statistic: "p90" },
  });

/** The stages of a change on its way to production, in order. */
export const phases = [
  { metric: "lead_time_stage_coding", label: "Coding", color: "blue" },
  { metric: "lead_time_stage_drafting", label: "Drafting", color: "slate" },
  { metric: "lead_time_stage_pickup", label: "Pickup", color: "amber" },
  { metric: "lead_time_stage_review", label: "Review", color: "violet" },
  { metric: "lead_time_stage_merge_wait", label: "Merge wait", color: "rust" },
  { metric: "lead_time_merge_to_deploy", label: "Deploy", color: "teal" },
] as const;

export const phasesQuery = (frame: Frame) => answersQuery({ phases: series(frame, ...phases.map((phase) => phase.metric)) });

/** The same five numbers for each repository or team. */
export const breakdownQuery = (frame: Frame, dimension: "repository_id" | "team") => {
  const by = (query: Query): Query => ({ ...query, dimensions: [dimension] });
  return answersQuery({
    delivery: by(total(frame, "deployment_frequency", "change_failure_rate", "deployment_rework_rate")),
    lead: by(total(frame, "lead_time_for_changes")),
    recovery: by(total(frame, "failed_deployment_recovery_time")),
  });
};

/** Repositories that people can filter by: those with merged changes in two years. */
export const repositoriesQuery = (project: string, from: string, to: string) =>
  answersQuery({ repositories: { project, from, to, metrics: ["changes_merged"], dimensions: ["repository_id"] } });

/** The number of a metric over the frame, or over a part of it. */
export const cellOf = (
  frame: Frame,
  metric: string,
  part: Partial<Pick<Cell, "from" | "to" | "statistic" | "filters">> = {},
): Cell => {
  const filters = [...frame.filters, ...(part.filters ?? [])];
  return {
    metric,
    project: frame.project,
    statistic: part.statistic ?? frame.statistic,
    from: part.from && part.from > frame.from ? part.from : frame.from,
    to: part.to && part.to < frame.to ? part.to : frame.to,
    ...(filters.length ? { filters } : {}),
  };
};
