import { useMemo, useState } from "react";

import { frame, isProvisional, tooltip, unreadArea } from "./axes.ts";
import classes from "./chart.module.css";
import { Chart } from "./chart.tsx";
import { usePalette } from "./palette.ts";
import type { ChartData, Series } from "./series.ts";

interface StackedBarsProps {
  data: ChartData;
  height?: number;
  label: string;
  coveredFrom?: string | null | undefined;
  /** Side by side instead of on top of each other: parts that overlap must not be stacked. */
  isGrouped?: boolean;
  /** Areas instead of bars: what adds up over time. */
  isArea?: boolean;
  onBucket?: ((index: number) => void) | undefined;
}

/** Bars made of parts, one per period; a part can be taken out by its legend entry. */
export function StackedBars({
  data,
  height = 260,
  label,
  coveredFrom,
  isGrouped = false,
  isArea = false,
  onBucket,
}: StackedBarsProps) {
  const palette = usePalette();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const option = useMemo(() => {
    const shown = data.series.filter((series) => !hidden.has(series.name));
    const totals = data.buckets.map((_, index) => shown.reduce((sum, series) => sum + (series.values[index] ?? 0), 0));
    const order = isGrouped ? shown : [...shown].reverse();
    const area = unreadArea(data, coveredFrom, palette);
    const bars = shown.map((one, index) =>
      (isArea ? layer : bar)({
        data,
        series: one,
        isTop: isGrouped || one.stack !== shown[index + 1]?.stack || index === shown.length - 1,
        isGrouped,
        area: index === 0 ? area : undefined,
      }),
    );
    return { ...frame(data, palette, Math.max(0, ...totals)), tooltip: tooltip(data, order, palette), series: bars };
  }, [data, palette, hidden, coveredFrom, isGrouped, isArea]);
  const toggle = (name: string) =>
    setHidden((before) => (before.has(name) ? new Set([...before].filter((one) => one !== name)) : new Set([...before, name])));
  return (
    <>
      <Legend series={data.series} hidden={hidden} onToggle={toggle} />
      <Chart option={option} height={height} label={label} onBucket={onBucket} />
    </>
  );
}

interface BarInput {
  data: ChartData;
  series: Series;
  isTop: boolean;
  isGrouped: boolean;
  area: object | undefined;
}

function bar({ data, series, isTop, isGrouped, area }: BarInput) {
  return {
    type: "bar",
    name: series.label,
    stack: isGrouped ? undefined : (series.stack ?? "all"),
    markArea: area,
    barMaxWidth: 34,
    barGap: "8%",
    barCategoryGap: "34%",
    itemStyle: { color: series.color, borderRadius: isTop ? [3, 3, 0, 0] : 0 },
    emphasis: { disabled: true },
    data: series.values.map((value, index) => {
      const bucket = data.buckets[index];
      return bucket && isProvisional(bucket) ? { value, itemStyle: { opacity: 0.45 } } : value;
    }),
  };
}

const layer = ({ series, area }: BarInput) => ({
  type: "line",
  name: series.label,
  stack: "all",
  markArea: area,
  symbol: "none",
  lineStyle: { width: 1, color: series.color },
  itemStyle: { color: series.color },
  areaStyle: { color: series.color, opacity: 0.75 },
  emphasis: { disabled: true },
  data: series.values,
});

interface LegendProps {
  series: readonly Series[];
  hidden: ReadonlySet<string>;
  onToggle: (name: string) => void;
}

/** Buttons, so that parts can be shown and hidden with the keyboard too. */
export function Legend({ series, hidden, onToggle }: LegendProps) {
  return (
    <ul className={classes.legend} aria-label="Shown parts">
      {series.map((one) => (
        <li key={one.name}>
          <button
            type="button"
            className={classes.legendItem}
            aria-pressed={!hidden.has(one.name)}
            onClick={() => onToggle(one.name)}
          >
            <span className={classes.swatch} style={{ background: one.color }} aria-hidden="true" />
            {one.label}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The same marks without switches, for charts that always show everything. */
export function Key({ series }: { series: readonly Pick<Series, "name" | "label" | "color">[] }) {
  return (
    <ul className={classes.legend} aria-label="Key">
      {series.map((one) => (
        <li key={one.name} className={classes.legendItem} style={{ cursor: "default" }}>
          <span className={classes.swatch} style={{ background: one.color }} aria-hidden="true" />
          {one.label}
        </li>
      ))}
    </ul>
  );
}
