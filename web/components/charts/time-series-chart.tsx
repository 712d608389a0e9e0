import { useMemo } from "react";

import { frame, isProvisional, tooltip, unreadArea } from "./axes.ts";
import { Chart } from "./chart.tsx";
import { usePalette } from "./palette.ts";
import type { ChartData, Series } from "./series.ts";

interface TimeSeriesChartProps {
  data: ChartData;
  height?: number;
  label: string;
  /** Names of the two series between which a band is filled. */
  band?: [lower: string, upper: string];
  coveredFrom?: string | null | undefined;
  onBucket?: ((index: number) => void) | undefined;
}

/** Lines over time, with an optional band between two of them; periods that may still change are dashed. */
export function TimeSeriesChart({ data, height = 260, label, band, coveredFrom, onBucket }: TimeSeriesChartProps) {
  const palette = usePalette();
  const option = useMemo(() => {
    const maximum = Math.max(0, ...data.series.flatMap((series) => series.values.map((value) => value ?? 0)));
    const lines = data.series.flatMap((series, index) => line(data, series, band?.[1] === series.name && index > 0));
    const fill = band ? bandFill(data, band, palette.band) : [];
    const area = unreadArea(data, coveredFrom, palette);
    const [first, ...others] = [...fill, ...lines];
    const series = [{ ...first, markArea: area }, ...others];
    return { ...frame(data, palette, maximum), tooltip: tooltip(data, data.series, palette), series };
  }, [data, palette, band, coveredFrom]);
  return <Chart option={option} height={height} label={label} onBucket={onBucket} />;
}

/** Whole periods as a solid line; the provisional ones as a dashed continuation. */
function line(data: ChartData, series: Series, isThin: boolean) {
  const first = data.buckets.findIndex(isProvisional);
  const trailing = first > 0 && data.buckets.slice(first).every(isProvisional) ? first : data.buckets.length;
  const base = {
    type: "line",
    name: series.label,
    showSymbol: data.buckets.length <= 31,
    symbol: "circle",
    symbolSize: isThin ? 4 : 6,
    connectNulls: false,
    itemStyle: { color: series.color },
    emphasis: { disabled: true },
    z: isThin ? 3 : 4,
  };
  const width = isThin ? 1.5 : 2.5;
  return [
    {
      ...base,
      lineStyle: { width, color: series.color },
      data: series.values.map((value, index) => (index < trailing ? value : null)),
    },
    {
      ...base,
      lineStyle: { width, color: series.color, type: [4, 4], opacity: 0.6 },
      itemStyle: { color: series.color, opacity: 0.45 },
      data: series.values.map((value, index) => (index >= trailing - 1 && trailing < data.buckets.length ? value : null)),
    },
  ];
}

/** Two stacked areas, the lower one clear: what shows is the space between the two lines. */
function bandFill(data: ChartData, [lower, upper]: [string, string], color: string) {
  const low = data.series.find((series) => series.name === lower)?.values ?? [];
  const high = data.series.find((series) => series.name === upper)?.values ?? [];
  const base = {
    type: "line",
    stack: "band",
    symbol: "none",
    lineStyle: { opacity: 0 },
    silent: true,
    tooltip: { show: false },
    z: 1,
  };
  return [
    { ...base, areaStyle: { opacity: 0 }, data: low },
    { ...base, areaStyle: { color, opacity: 0.2 }, data: high.map((value, index) => difference(value, low[index])) },
  ];
}

function difference(high: number | null | undefined, low: number | null | undefined): number | null {
  return high === null || high === undefined || low === null || low === undefined ? null : Math.max(0, high - low);
}
