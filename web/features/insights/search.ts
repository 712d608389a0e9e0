import type { Grain } from "../../lib/dates.ts";
import type { RangeSearch } from "../../lib/range.ts";

export const grains = ["day", "week", "month", "quarter"] as const;
export const statistics = ["median", "mean", "p75", "p90", "p95"] as const;
export type Statistic = (typeof statistics)[number];
export const efforts = ["items", "points", "time", "fte"] as const;
export type Effort = (typeof efforts)[number];

/** Everything that decides what an insight shows; it lives in the URL, so that a link shows the same. */
export interface InsightSearch extends RangeSearch {
  grain?: Grain | undefined;
  statistic?: Statistic | undefined;
  teams?: string[] | undefined;
  repositories?: string[] | undefined;
  projects?: string[] | undefined;
  /** Compare with the period before; on unless switched off. */
  compare?: false | undefined;
  /** Sprints in items instead of points. */
  unit?: "items" | undefined;
  /** The sprint that is open, and what its list of items is narrowed to. */
  sprint?: string | undefined;
  outcome?: string | undefined;
  type?: string | undefined;
  assignee?: string | undefined;
  /** Sprints beside each other. */
  sprints?: string[] | undefined;
  /** What work is measured by, where it is shared out. */
  effort?: Effort | undefined;
  /** The hygiene check that the list of items is narrowed to. */
  check?: string | undefined;
}

const text = (given: unknown): string | undefined => (typeof given === "string" && given !== "" ? given : undefined);

const texts = (given: unknown): string[] | undefined => {
  const list = (Array.isArray(given) ? given : [given]).filter((one): one is string => typeof one === "string" && one !== "");
  return list.length > 0 ? list : undefined;
};

export const parseInsightSearch = (given: Record<string, unknown>): InsightSearch => ({
  range: text(given["range"]),
  from: text(given["from"]),
  to: text(given["to"]),
  grain: grains.find((grain) => grain === given["grain"]),
  statistic: statistics.find((statistic) => statistic === given["statistic"]),
  teams: texts(given["teams"]),
  repositories: texts(given["repositories"]),
  projects: texts(given["projects"]),
  compare: given["compare"] === false || given["compare"] === "false" ? false : undefined,
  unit: given["unit"] === "items" ? "items" : undefined,
  sprint: text(given["sprint"]),
  outcome: text(given["outcome"]),
  type: text(given["type"]),
  assignee: text(given["assignee"]),
  sprints: texts(given["sprints"]),
  check: text(given["check"]),
  effort: efforts.find((effort) => effort === given["effort"]),
});
