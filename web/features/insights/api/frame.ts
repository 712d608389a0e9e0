import type { Cell, Filter } from "../../../lib/cell.ts";
import type { Grain } from "../../../lib/dates.ts";
import type { Query } from "../../../lib/metric-query.ts";
import { resolveRange, suitableGrain } from "../../../lib/range.ts";
import type { InsightSearch, Statistic } from "../search.ts";

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

/** What a page can be filtered by, and the dimension each asks for. */
export const filterColumns = { teams: "team", repositories: "repository_id", projects: "project_id" } as const;
export type FilterName = keyof typeof filterColumns;

export function frameOf(project: string, search: InsightSearch, names: readonly FilterName[]): Frame {
  const range = resolveRange(search);
  const filters = names.flatMap((name): Filter[] => {
    const chosen = search[name];
    return chosen?.length ? [["is", filterColumns[name], chosen]] : [];
  });
  return {
    project,
    ...range,
    grain: search.grain ?? suitableGrain(search, range),
    statistic: search.statistic ?? "median",
    filters,
    isCompared: search.compare !== false,
  };
}

export const base = ({ project, from, to, filters, statistic }: Frame, metrics: string[]): Query => ({
  metrics,
  project,
  from,
  to,
  statistic,
  ...(filters.length ? { filters } : {}),
});

/** Over the whole range, beside the range before where people compare. */
export const total = (frame: Frame, ...metrics: string[]): Query => ({
  ...base(frame, metrics),
  ...(frame.isCompared ? { compare: "previous" } : {}),
});
/** By period. */
export const series = (frame: Frame, ...metrics: string[]): Query => ({ ...base(frame, metrics), grain: frame.grain });

/** The same for each group. */
export const by = (query: Query, ...dimensions: string[]): Query => ({ ...query, dimensions, limit: 10_000 });

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
