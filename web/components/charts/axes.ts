import type { Grain } from "../../lib/dates.ts";
import { durationStep, formatAxis, formatValue } from "../../lib/format.ts";
import classes from "./chart.module.css";
import type { Palette } from "./palette.ts";
import { type Bucket, bucketName, bucketTitle, type ChartData, isProvisional, type Series } from "./series.ts";

const font = '"Inter Variable", system-ui, sans-serif';

/** Grid, axes and tooltip that all charts share. `maximum` sizes the ticks of durations. */
export function frame(data: ChartData, palette: Palette, maximum: number) {
  return {
    textStyle: { fontFamily: font, color: palette.dim },
    grid: { left: 4, right: 8, top: 12, bottom: 2, containLabel: true },
    xAxis: {
      type: "category",
      data: data.buckets.map((bucket) => bucketName(bucket, data.grain)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: { color: palette.dim, fontSize: 11, margin: 10, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      min: 0,
      ...durationTicks(data.unit, maximum),
      ...(data.unit === "count" ? { minInterval: 1 } : {}),
      axisLabel: { color: palette.dim, fontSize: 11, formatter: (value: number) => formatAxis(value, data.unit) },
      splitLine: { lineStyle: { color: palette.line } },
    },
  };
}

/** Durations end on whole hours, days or weeks, shares of a whole at 100 %; everything else as the library likes it. */
export function durationTicks(unit: string, maximum: number) {
  if (unit === "percent" && maximum > 0.8 && maximum < 1.0001) return { interval: 0.25, max: 1 };
  if (unit !== "seconds" || maximum <= 0) return { splitNumber: 4 };
  const interval = durationStep(maximum);
  return { interval, max: Math.ceil(maximum / interval) * interval };
}

interface TooltipRow {
  seriesIndex: number;
  dataIndex: number;
}

export const tooltipBox = (palette: Palette) => ({
  confine: true,
  backgroundColor: palette.surface,
  borderColor: palette.line,
  padding: [10, 12],
  textStyle: { color: palette.text, fontFamily: font },
  extraCssText: "box-shadow: 0 8px 24px rgb(0 0 0 / 14%); border-radius: 10px;",
});

/** The tooltip's content as elements: a strict content security policy forbids style attributes in markup. */
export function tooltip(data: ChartData, shown: readonly Series[], palette: Palette) {
  return {
    ...tooltipBox(palette),
    trigger: "axis",
    axisPointer: { type: "shadow", shadowStyle: { color: palette.shade } },
    formatter: (rows: TooltipRow[]) => {
      const index = rows[0]?.dataIndex ?? 0;
      const bucket = data.buckets[index];
      return bucket ? card({ bucket, index, shown, grain: data.grain, unit: data.unit }) : "";
    },
  };
}

interface CardInput {
  bucket: Bucket;
  index: number;
  shown: readonly Series[];
  grain: Grain;
  unit: string;
}

function card({ bucket, index, shown, grain, unit }: CardInput): HTMLElement {
  const root = element("div", classes.tooltip);
  root.append(element("div", classes.tipTitle, bucketTitle(bucket, grain)));
  for (const series of shown) {
    const row = element("div", classes.tipRow);
    const swatch = element("span", classes.swatch);
    swatch.style.background = series.color;
    const count = series.counts?.[index];
    const value = formatValue(series.values[index], unit);
    row.append(swatch, element("span", undefined, series.label), element("b", undefined, value));
    if (count !== null && count !== undefined) row.title = `${count} items`;
    root.append(row);
  }
  const items = shown[0]?.counts?.[index];
  const notes = [items === null || items === undefined ? null : `${items} items`, note(bucket)].filter(Boolean).join(" · ");
  if (notes) root.append(element("div", classes.tipNote, notes));
  return root;
}

/** The same look for one point. */
export function pointCard(title: string, lines: readonly string[]): HTMLElement {
  const root = element("div", classes.tooltip);
  root.append(element("div", classes.tipTitle, title), ...lines.map((line) => element("div", classes.tipNote, line)));
  return root;
}

function note(bucket: Bucket): string | null {
  if (bucket.isPartial) return "not a whole period";
  return bucket.isImmature ? "may still change" : null;
}

function element(tag: string, className?: string, text?: string): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The part of the axis whose data has not been read yet. */
export function unreadArea(data: ChartData, coveredFrom: string | null | undefined, palette: Palette) {
  if (!coveredFrom) return undefined;
  const last = data.buckets.findLastIndex((bucket) => bucket.start < coveredFrom);
  if (last < 0) return undefined;
  const names = data.buckets.map((bucket) => bucketName(bucket, data.grain));
  return {
    silent: true,
    itemStyle: { color: palette.shade },
    label: { show: true, position: "insideTop", color: palette.dim, fontSize: 11, formatter: "not read yet" },
    data: [[{ xAxis: names[0] }, { xAxis: names[last] }]],
  };
}

export { isProvisional };
