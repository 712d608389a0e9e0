import { useQuery } from "@tanstack/react-query";

import type { Cell } from "../../../lib/cell.ts";
import { formatRange } from "../../../lib/dates.ts";
import { formatCount, formatValue } from "../../../lib/format.ts";
import { figureOf } from "../../../lib/metric-query.ts";
import { catalogueQuery } from "../../../lib/queries.ts";
import { cellQuery } from "../api/explain-queries.ts";
import classes from "./explain.module.css";

/** The metric's record of a cell. */
export const useCellMetric = (cell: Cell) => useQuery(catalogueQuery).data?.items.find((metric) => metric.name === cell.metric);

/** The number itself, its range and its items: what the panel is about. */
export function CellTitle({ cell }: { cell: Cell }) {
  const metric = useCellMetric(cell);
  const { data: answer } = useQuery(cellQuery(cell));
  const figure = figureOf(answer?.rows[0], cell.metric);
  return (
    <div className={classes.cell}>
      <span className={classes.cellValue}>
        {answer && metric ? (figure.value === null ? "No data" : formatValue(figure.value, metric.unit)) : "…"}
      </span>
      <span className={classes.cellText}>
        {formatRange(cell.from.slice(0, 10), cell.to.slice(0, 10))}
        {metric?.takesStatistic && ` · ${cell.statistic ?? "median"}`}
        {figure.n !== null && ` · n = ${formatCount(figure.n)}`}
        {cell.filters?.length ? ` · ${cell.filters.length} ${cell.filters.length === 1 ? "filter" : "filters"}` : ""}
      </span>
    </div>
  );
}
