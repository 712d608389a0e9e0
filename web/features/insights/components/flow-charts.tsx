import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { PictureOrTable } from "../../../components/charts/chart-panel.tsx";
import chartClasses from "../../../components/charts/chart.module.css";
import { ChartPanel } from "../../../components/charts/chart-panel.tsx";
import { usePalette } from "../../../components/charts/palette.ts";
import { type Point, ScatterChart } from "../../../components/charts/scatter-chart.tsx";
import { StackedBars } from "../../../components/charts/stacked-bars.tsx";
import { DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/states.tsx";
import { useCellPanels } from "../../../lib/cell.ts";
import { bucketEnd, formatInstant } from "../../../lib/dates.ts";
import { formatCount, formatValue } from "../../../lib/format.ts";
import { numberOf, textOf } from "../../../lib/metric-query.ts";
import { rowsQuery } from "../../../lib/queries.ts";
import { rowName } from "../../../lib/row-name.ts";
import { groupedData } from "../api/chart-data.ts";
import { base, cellOf, type Frame } from "../api/frame.ts";
import { cumulativeQuery, levels, levelsQuery } from "../api/flow-queries.ts";
import { ChartFrame, ChartOrNothing, height, type PanelProps } from "./chart-frame.tsx";

interface ItemsScatterProps {
  frame: Frame;
  metric: string;
  title: string;
  lead: string;
  /** The row's column on the x axis: a time, or words. */
  x: string;
  words?: boolean;
  empty: string;
}

/** Every item behind a duration as a dot, with the percentiles that the server worked out. */
export function ItemsScatter({ frame, metric, title, lead, x, words = false, empty }: ItemsScatterProps) {
  const { openExplain } = useCellPanels();
  const { data: answers, error, refetch } = useQuery(levelsQuery(frame, metric));
  const query = { ...base(frame, [metric]), filters: [...frame.filters, ["is", "included", [true]]], limit: 1000 };
  const rows = useInfiniteQuery(rowsQuery(query));
  const page = rows.data?.pages[0];
  const points = useMemo(
    () =>
      (page?.rows ?? []).flatMap((row): Point[] => {
        const y = numberOf(row, "value");
        return y === null ? [] : [{ id: String(row["id"]), name: rowName(row), x: textOf(row, x) ?? "unknown", y }];
      }),
    [page, x],
  );
  const lines = useMemo(
    () => levels.map(({ statistic, label }) => ({ label, value: numberOf(answers?.[statistic].answer?.rows[0], metric) })),
    [answers, metric],
  );
  const categories = useMemo(() => (words ? [...new Set(points.map((point) => point.x))] : undefined), [words, points]);
  const open = ({ id }: Point) => openExplain({ ...cellOf(frame, metric), row: id });
  const foot = page?.nextCursor ? `The first ${formatCount(points.length)} items are drawn; percentiles are of all.` : undefined;
  return (
    <ChartFrame answers={page && answers} error={error ?? rows.error} refetch={() => (refetch(), rows.refetch())} title={title}>
      <PictureOrTable
        title={title}
        lead={lead}
        name={metric.replaceAll("_", "-")}
        foot={foot}
        csv={{ header: ["item", x, metric], rows: () => points.map((point) => [point.name, point.x, point.y]) }}
        table={<PointsTable title={title} header={words ? "Status" : "Completed"} points={points} words={words} onPoint={open} />}
      >
        {points.length === 0 ? (
          <div style={{ display: "grid", placeItems: "center", height: height + 34 }}>
            <EmptyState isCompact title="No data in this range" text={empty} />
          </div>
        ) : (
          <ScatterChart
            points={points}
            levels={lines}
            {...(categories ? { categories } : {})}
            unit="seconds"
            height={height + 34}
            label={`${title}: one dot for each item, lines at p50, p85 and p95. The table holds the numbers.`}
            onPoint={open}
          />
        )}
      </PictureOrTable>
    </ChartFrame>
  );
}

interface PointsTableProps {
  title: string;
  header: string;
  points: readonly Point[];
  words: boolean;
  onPoint: (point: Point) => void;
}

function PointsTable({ title, header, points, words, onPoint }: PointsTableProps) {
  return (
    <DataTable
      label={title}
      rows={points}
      keyOf={({ id }) => id}
      maxHeight={height + 74}
      defaultSort={{ column: "value", isDescending: true }}
      columns={[
        { id: "name", header: "Item", isPinned: true, cell: ({ name }) => name, sortBy: ({ name }) => name },
        { id: "x", header, cell: (point) => (words ? point.x : formatInstant(point.x)), sortBy: (point) => point.x },
        {
          id: "value",
          header: "Time",
          align: "right",
          sortBy: ({ y }) => y,
          cell: (point) => (
            <button type="button" className={chartClasses.cellButton} onClick={() => onPoint(point)}>
              {formatValue(point.y, "seconds")}
            </button>
          ),
        },
      ]}
    />
  );
}

const longRange = 60;

/** Work items by kind of status over time. Days of long ranges are too fine to see, and dear to ask for. */
export function CumulativeFlow({ frame: given, coveredFrom }: PanelProps) {
  const palette = usePalette();
  const { openItems } = useCellPanels();
  const days = (Date.parse(given.to) - Date.parse(given.from)) / 86_400_000;
  const frame: Frame = given.grain === "day" && days > longRange ? { ...given, grain: "week" } : given;
  const { data: answers, error, refetch } = useQuery(cumulativeQuery(frame));
  const data = useMemo(() => {
    const { series } = palette;
    return groupedData(answers?.flow, {
      metric: "issues_in_status",
      dimension: "status_category",
      grain: frame.grain,
      unit: "count",
      groups: [
        { id: "done", label: "Done", color: series.teal },
        { id: "canceled", label: "Canceled", color: series.slate },
        { id: "in_progress", label: "In progress", color: series.blue },
        { id: "todo", label: "To do", color: series.amber },
        { id: "other", label: "Other", color: series.violet },
      ],
    });
  }, [answers, palette, frame.grain]);
  const open = (index: number, group?: string) => {
    const bucket = data.buckets[index];
    if (!bucket) return;
    const part = { from: bucket.start, to: bucketEnd(bucket.start, frame.grain) };
    openItems(
      cellOf(frame, "issues_in_status", { ...part, ...(group ? { filters: [["is", "status_category", [group]]] } : {}) }),
    );
  };
  return (
    <ChartFrame answers={answers} error={error} refetch={refetch} title="Cumulative flow">
      <ChartPanel
        title="Cumulative flow"
        lead={`Work items by kind of status at the end of each ${frame.grain}. A band that widens is work that piles up.`}
        name="cumulative-flow"
        data={data}
        height={height}
        onBucket={open}
      >
        <ChartOrNothing data={data}>
          <StackedBars
            data={data}
            isArea
            height={height}
            coveredFrom={coveredFrom}
            label={`Work items by kind of status by ${frame.grain}, stacked. The table holds the numbers.`}
            onBucket={open}
          />
        </ChartOrNothing>
      </ChartPanel>
    </ChartFrame>
  );
}
