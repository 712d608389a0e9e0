import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";

import type { ChartData } from "../../../components/charts/series.ts";
import type { Filter } from "../../../lib/cell.ts";
import { answersQuery, type Figure, figureOf, textOf } from "../../../lib/metric-query.ts";
import { rowsQuery } from "../../../lib/queries.ts";
import { base, by, type Frame } from "./frame.ts";
import type { Tile } from "./tiles.ts";

export type Measure = "points" | "items";

const tile = (metric: string, noun?: string): Tile => ({ metric, group: "sprints", ...(noun ? { noun } : {}) });

export const sprintTiles = (measure: Measure): Tile[] => [
  tile(`sprint_commit_${measure}`, "sprints"),
  tile(`sprint_delivered_to_commit_${measure}`),
  tile(`sprint_creep_rate_${measure}`),
  tile("sprint_carry_over_rate"),
  tile(`sprint_velocity_${measure}`, "sprints"),
  tile(`sprint_predictability_${measure}`, "sprints"),
];

export interface SprintNumber {
  metric: string;
  header: string;
  unit: string;
}

/** What is told of every sprint, in the order of its course. */
export const sprintNumbers = (measure: Measure): SprintNumber[] => [
  { metric: `sprint_commit_${measure}`, header: "Commit", unit: measure },
  { metric: `sprint_creep_${measure}`, header: "Creep", unit: measure },
  { metric: `sprint_removed_${measure}`, header: "Removed", unit: measure },
  { metric: `sprint_delivered_${measure}`, header: "Delivered", unit: measure },
  { metric: "sprint_carried_items", header: "Carried items", unit: "items" },
  { metric: `sprint_delivered_to_commit_${measure}`, header: "Delivered ÷ commit", unit: "percent" },
  { metric: `sprint_commit_delivery_rate_${measure}`, header: "Reliability", unit: "percent" },
  { metric: `sprint_creep_rate_${measure}`, header: "Creep rate", unit: "percent" },
];

const drawn = (measure: Measure) => [
  `sprint_delivered_commit_${measure}`,
  `sprint_delivered_creep_${measure}`,
  "sprint_unknown_items",
];

export interface Sprint {
  id: string;
  name: string;
  startedAt: string | null;
  endedAt: string | null;
  isClosed: boolean;
  figures: Record<string, Figure>;
}

/** Sprints that end in the range, and those that still run after it, in the order of their ends. */
export function useSprints(frame: Frame, measure: Measure) {
  const metrics = [...sprintNumbers(measure).map(({ metric }) => metric), ...drawn(measure)];
  const numbers = useQuery(answersQuery({ sprints: by(base(frame, metrics), "sprint_id") }));
  const to = dayjs.utc(frame.to).add(2, "month").format("YYYY-MM-DD");
  const rows = useInfiniteQuery(rowsQuery({ ...base({ ...frame, to }, ["sprints"]), limit: 1000 }));
  const answer = numbers.data?.sprints.answer;
  const sprints = rows.data?.pages[0]?.rows.map((row): Sprint => {
    const id = String(row["sprint_id"]);
    const isClosed = row["is_closed"] === true;
    // A sprint has its totals when it is closed; until then they are unknown, not zero.
    const found = isClosed ? answer?.rows.find((one) => one["sprint_id"] === id) : undefined;
    return {
      id,
      name: textOf(row, "sprint_id_label") ?? id,
      startedAt: textOf(row, "started_at"),
      endedAt: textOf(row, "ended_at"),
      isClosed,
      figures: Object.fromEntries(metrics.map((metric) => [metric, figureOf(found, metric)])),
    };
  });
  return {
    sprints: answer ? sprints : undefined,
    error: numbers.data?.sprints.problem ?? numbers.error ?? rows.error,
    refetch: () => void Promise.all([numbers.refetch(), rows.refetch()]),
  };
}

export const numberIn = ({ figures }: Sprint, metric: string): number | null => figures[metric]?.value ?? null;

interface DrawnNumber {
  metric: string;
  label: string;
  color: string;
  stack?: string;
}

/** One bucket for each sprint. */
export const sprintChart = (sprints: readonly Sprint[], unit: string, numbers: readonly DrawnNumber[]): ChartData => ({
  grain: "day",
  unit,
  buckets: sprints.map(({ name, endedAt }) => ({
    start: endedAt?.slice(0, 10) ?? "",
    label: name,
    isPartial: false,
    isImmature: false,
  })),
  series: numbers.map(({ metric, ...look }) => ({
    name: metric,
    ...look,
    values: sprints.map((sprint) => numberIn(sprint, metric)),
  })),
});

const only = (id: string): Filter => ["is", "sprint_id", [id]];

/** The frame of one sprint's own days, until now if it still runs. */
export function frameOfSprint(frame: Frame, { id, startedAt, endedAt }: Sprint): Frame {
  const from = (startedAt ?? frame.from).slice(0, 10);
  const last = dayjs
    .utc(endedAt ?? frame.to)
    .add(1, "day")
    .format("YYYY-MM-DD");
  return { ...frame, from, to: last, grain: "day", filters: [...frame.filters, only(id)] };
}

export const burnUpQuery = (frame: Frame, measure: Measure) =>
  answersQuery({ course: { ...base(frame, [`sprint_scope_${measure}`, `sprint_done_${measure}`]), grain: "day" } });

/** What the items of a sprint can be narrowed to. */
export const itemChoicesQuery = (frame: Frame) =>
  answersQuery({
    outcome: by(base(frame, ["sprint_issues"]), "outcome"),
    type: by(base(frame, ["sprint_issues"]), "issue_type"),
    assignee: by(base(frame, ["sprint_issues"]), "assignee_id"),
  });
