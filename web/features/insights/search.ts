import type { Grain } from "../../lib/dates.ts";
import type { RangeSearch } from "../../lib/range.ts";

export const grains = ["day", "week", "month", "quarter"] as const;
export const statistics = ["median", "mean", "p75", "p90", "p95"] as const;
export type Statistic = (typeof statistics)[number];

/** Everything that decides what the page shows; it lives in the URL, so that a link shows the same. */
export interface EfficiencySearch extends RangeSearch {
  grain?: Grain | undefined;
  statistic?: Statistic | undefined;
  teams?: string[] | undefined;
  repositories?: string[] | undefined;
  /** Compare with the period before; on unless switched off. */
  compare?: false | undefined;
}

const text = (given: unknown): string | undefined => (typeof given === "string" && given !== "" ? given : undefined);

const texts = (given: unknown): string[] | undefined => {
  const list = (Array.isArray(given) ? given : [given]).filter((one): one is string => typeof one === "string" && one !== "");
  return list.length > 0 ? list : undefined;
};

export const parseEfficiencySearch = (given: Record<string, unknown>): EfficiencySearch => ({
  range: text(given["range"]),
  from: text(given["from"]),
  to: text(given["to"]),
  grain: grains.find((grain) => grain === given["grain"]),
  statistic: statistics.find((statistic) => statistic === given["statistic"]),
  teams: texts(given["teams"]),
  repositories: texts(given["repositories"]),
  compare: given["compare"] === false || given["compare"] === "false" ? false : undefined,
});
