import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";

import type { Query } from "./metric-query.ts";

/** `[operator, column, [values]]`, or a group of them. */
export type Filter = [string, string, (string | number | boolean)[]] | ["null", string];

/** One number on a screen, by what it takes to ask for it again: it can be opened and explained, and has an address. */
export interface Cell {
  metric: string;
  from: string;
  to: string;
  statistic?: string | undefined;
  project?: string | undefined;
  filters?: Filter[] | undefined;
  /** Id of one fact row, to look at alone. */
  row?: string | undefined;
}

/** What any page's URL may carry: the number whose rows are open, and the one that is explained. */
export interface CellSearch {
  items?: Cell | undefined;
  explain?: Cell | undefined;
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length > 0;

/** A cell from a URL, or undefined if the text is not one. */
export function parseCell(given: unknown): Cell | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { metric, from, to, statistic, project, filters, row } = given as Record<string, unknown>;
  if (!isText(metric) || !isText(from) || !isText(to)) return undefined;
  return {
    metric,
    from,
    to,
    ...(isText(statistic) ? { statistic } : {}),
    ...(isText(project) ? { project } : {}),
    ...(Array.isArray(filters) && filters.length > 0 ? { filters: filters as Filter[] } : {}),
    ...(isText(row) ? { row } : {}),
  };
}

export const parseCellSearch = (search: Record<string, unknown>): CellSearch => {
  const items = parseCell(search["items"]);
  const explain = parseCell(search["explain"]);
  return { ...(items ? { items } : {}), ...(explain ? { explain } : {}) };
};

/** The query that answers a cell again. */
export const queryOf = ({ metric, from, to, statistic, project, filters }: Cell): Query => ({
  metrics: [metric],
  from,
  to,
  ...(statistic ? { statistic } : {}),
  ...(project ? { project } : {}),
  ...(filters?.length ? { filters } : {}),
});

/** Opens the rows behind a number, or its explanation, beside the page one is on; both live in the URL. */
export function useCellPanels() {
  const navigate = useNavigate();
  const change = useCallback(
    (panels: CellSearch) =>
      void navigate({ to: ".", search: (before: CellSearch) => ({ ...before, ...panels }), resetScroll: false } as never),
    [navigate],
  );
  return {
    openItems: useCallback((cell: Cell) => change({ items: cell }), [change]),
    openExplain: useCallback((cell: Cell) => change({ explain: cell }), [change]),
    close: useCallback((panel: keyof CellSearch) => change({ [panel]: undefined }), [change]),
  };
}
