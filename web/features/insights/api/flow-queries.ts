import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answered, client, type Schemas } from "../../../lib/api.ts";
import { answersQuery } from "../../../lib/metric-query.ts";
import { base, by, type Frame, series, total } from "./frame.ts";
import type { Tile, TilesQuery } from "./tiles.ts";
import type { GroupColumn } from "../components/groups-panel.tsx";

export const flowTiles: readonly Tile[] = [
  { metric: "issue_lead_time", group: "completed", noun: "items" },
  { metric: "issue_cycle_time", group: "completed", noun: "items" },
  { metric: "flow_efficiency", group: "completed" },
  { metric: "issues_completed", group: "completed", noun: "items" },
  { metric: "work_in_progress", group: "progress", noun: "items" },
  { metric: "work_in_progress_age", group: "progress", noun: "items" },
];

/** Below which half, 85 and 95 of 100 items stay. */
export const levels = [
  { statistic: "median", label: "p50" },
  { statistic: "p85", label: "p85" },
  { statistic: "p95", label: "p95" },
] as const;

export const levelsQuery = (frame: Frame, metric: string) =>
  answersQuery({
    median: { ...base(frame, [metric]), statistic: "median" },
    p85: { ...base(frame, [metric]), statistic: "p85" },
    p95: { ...base(frame, [metric]), statistic: "p95" },
  });

export const cumulativeQuery = (frame: Frame) => answersQuery({ flow: by(series(frame, "issues_in_status"), "status_category") });

export const statusColumns: readonly GroupColumn[] = [
  { metric: "time_in_status", source: "middle", header: "Median", noun: "stays", statistic: "median" },
  { metric: "time_in_status", source: "slow", header: "p90", noun: "stays", statistic: "p90" },
];

export const statusQuery = (frame: Frame, dimension: string): TilesQuery =>
  answersQuery<string>({
    middle: by(total({ ...frame, statistic: "median" }, "time_in_status"), dimension),
    slow: by(total({ ...frame, statistic: "p90" }, "time_in_status"), dimension),
  });

export type Histogram = Schemas["Histogram"];
export type Bin = Histogram["bins"][number];

/** How the values of a metric are spread over the whole range. */
export const histogramQuery = (frame: Frame, metric: string) => {
  const body = base(frame, [metric]);
  return queryOptions({
    queryKey: ["histogram", body],
    placeholderData: keepPreviousData,
    queryFn: () => answered(client.POST("/api/v1/query/histogram", { body })),
  });
};
