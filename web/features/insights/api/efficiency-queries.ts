import { answersQuery } from "../../../lib/metric-query.ts";
import { by, type Frame, series, total } from "./frame.ts";
import type { TilesQuery } from "./tiles.ts";

/** Every metric name of the page, by the fact and time that answer it. */
const delivery = ["deployment_frequency", "change_failure_rate", "deployment_rework_rate", "deployments", "failed_deployments"];

/** The five tiles: their values, their shapes, and what explains a missing value. */
export const tilesQuery = (frame: Frame): TilesQuery =>
  answersQuery<string>({
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
export const breakdownQuery = (frame: Frame, dimension: string) =>
  answersQuery<string>({
    delivery: by(total(frame, "deployment_frequency", "change_failure_rate", "deployment_rework_rate"), dimension),
    lead: by(total(frame, "lead_time_for_changes"), dimension),
    recovery: by(total(frame, "failed_deployment_recovery_time"), dimension),
  });
