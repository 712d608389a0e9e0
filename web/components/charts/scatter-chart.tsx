import { useMemo } from "react";

import { formatDay } from "../../lib/dates.ts";
import { formatAxis, formatValue } from "../../lib/format.ts";
import { durationTicks, frame, pointCard, tooltipBox } from "./axes.ts";
import { Chart } from "./chart.tsx";
import { type Palette, usePalette } from "./palette.ts";

export interface Point {
  id: string;
  name: string;
  /** An instant, or one of the categories. */
  x: string;
  y: number;
}

/** A level across the chart: a percentile. */
export interface Level {
  label: string;
  value: number | null;
}

interface ScatterChartProps {
  points: readonly Point[];
  levels: readonly Level[];
  /** The x axis by name; without them it is time. */
  categories?: readonly string[];
  unit: string;
  height: number;
  label: string;
  onPoint: (point: Point) => void;
}

/** One dot for each item, with lines at the levels that a share of them stays below. */
export function ScatterChart({ points, levels, categories, unit, height, label, onPoint }: ScatterChartProps) {
  const palette = usePalette();
  const option = useMemo(() => {
    const known = levels.filter((level) => level.value !== null);
    const maximum = Math.max(0, ...points.map(({ y }) => y), ...known.map(({ value }) => value ?? 0));
    const base = frame({ buckets: [], grain: "day", unit, series: [] }, palette, maximum);
    return {
      ...base,
      grid: { ...base.grid, right: 68 },
      xAxis: {
        ...base.xAxis,
        ...(categories ? { data: categories } : { type: "time", data: undefined, axisLabel: timeLabel(palette) }),
      },
      yAxis: { ...base.yAxis, ...durationTicks(unit, maximum) },
      tooltip: {
        ...tooltipBox(palette),
        trigger: "item",
        formatter: ({ dataIndex }: { dataIndex: number }) => card(points[dataIndex], unit),
      },
      series: [
        {
          type: "scatter",
          symbolSize: 9,
          data: points.map(({ x, y }) => [categories ? x : Date.parse(x), y]),
          itemStyle: { color: palette.primary, opacity: 0.6 },
          emphasis: { itemStyle: { opacity: 1 } },
          markLine: levelLines(known, unit, palette),
        },
      ],
    };
  }, [points, levels, categories, unit, palette]);
  return <Chart option={option} height={height} label={label} onMark={(index) => points[index] && onPoint(points[index])} />;
}

const timeLabel = (palette: Palette) => ({
  color: palette.dim,
  fontSize: 11,
  margin: 10,
  hideOverlap: true,
  formatter: { year: "{yyyy}", month: "{MMM} {yyyy}", day: "{d} {MMM}", hour: "{HH}:{mm}" },
});

const card = (point: Point | undefined, unit: string) =>
  point ? pointCard(point.name, [formatValue(point.y, unit), /^\d{4}-/.test(point.x) ? formatDay(point.x) : point.x]) : "";

const levelLines = (levels: readonly Level[], unit: string, palette: Palette) => ({
  silent: true,
  symbol: "none",
  lineStyle: { color: palette.dim, type: "dashed", opacity: 0.7 },
  label: { color: palette.dim, fontSize: 11, position: "end", formatter: ({ name }: { name: string }) => name },
  data: levels.map(({ label, value }) => ({ name: `${label} ${formatAxis(value ?? 0, unit)}`, yAxis: value })),
});
