import { answersQuery } from "../../../lib/metric-query.ts";
import type { Effort } from "../search.ts";
import { by, type Frame, series, total } from "./frame.ts";
import type { TilesQuery } from "./tiles.ts";

export const category = "investment_category";

/** How work is weighed: the share of each category, and the amount that it is a share of. */
export const weights: Record<Effort, { label: string; share: string; amount: string; noun: string; header: string }> = {
  items: {
    label: "Items",
    share: "investment_items_share",
    amount: "investment_items",
    noun: "items",
    header: "Completed items",
  },
  points: { label: "Points", share: "investment_points_share", amount: "investment_points", noun: "items", header: "Points" },
  time: { label: "Time", share: "investment_time_share", amount: "investment_time", noun: "items", header: "Time in progress" },
  fte: { label: "FTE", share: "effort_share", amount: "effort_fte", noun: "person-days", header: "Full-time people" },
};

/** Shares over the range and by period; and what they are shares of. */
export const alignmentQuery = (frame: Frame, effort: Effort): TilesQuery =>
  answersQuery<string>({
    amounts: by(total(frame, weights[effort].amount), category),
    shares: by(total(frame, weights[effort].share), category),
    sharesSeries: by(series(frame, weights[effort].share), category),
  });
