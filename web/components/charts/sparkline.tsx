import { useId } from "react";

import classes from "./chart.module.css";

interface SparklineProps {
  values: readonly (number | null)[];
  height?: number;
  color?: string;
}

interface Point {
  x: number;
  y: number;
}

/** The shape of a metric over time; decoration beside its number, so it is hidden from readers. Unknown leaves a gap. */
export function Sparkline({ values, height = 36, color = "var(--mantine-color-sea-5)" }: SparklineProps) {
  const gradient = useId();
  const width = 200;
  const known = values.filter((value): value is number => value !== null);
  const { low, span } = scale(known);
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const runs = unbroken(
    values.map((value, index) =>
      value === null ? null : { x: index * step, y: height - 3 - ((value - low) / span) * (height - 6) },
    ),
  );
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${width} ${height}`}
      height={height}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <defs>
        <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor={color} stopOpacity="0.24" />
          <stop offset="1" stopColor={color} stopOpacity="0" />
        </linearGradient>
      </defs>
      {known.length === 0 && (
        <path
          d={`M0 ${height - 3}H${width}`}
          stroke="var(--ll-line-strong)"
          strokeDasharray="3 4"
          vectorEffect="non-scaling-stroke"
        />
      )}
      {runs.map((run) => (
        <g key={run[0]?.x}>
          <path d={`${path(run)} L${run.at(-1)?.x} ${height} L${run[0]?.x} ${height} Z`} fill={`url(#${gradient})`} />
          <path
            d={run.length === 1 ? `M${run[0]!.x - 2} ${run[0]!.y}h4` : path(run)}
            fill="none"
            stroke={color}
            strokeWidth="1.75"
            strokeLinejoin="round"
            strokeLinecap="round"
            vectorEffect="non-scaling-stroke"
          />
        </g>
      ))}
    </svg>
  );
}

/** A quarter of air above and below, so that small movements show and do not look dramatic. */
function scale(known: readonly number[]): { low: number; span: number } {
  const least = Math.min(...known);
  const air = Math.max((Math.max(...known) - least) * 0.25, Math.abs(least) * 0.1, Number.EPSILON);
  return { low: least - air, span: Math.max(...known) - least + 2 * air };
}

const path = (points: readonly Point[]) =>
  points.map((point, index) => `${index ? "L" : "M"}${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join(" ");

function unbroken(points: readonly (Point | null)[]): Point[][] {
  const runs: Point[][] = [];
  let current: Point[] | null = null;
  for (const point of points) {
    if (!point) current = null;
    else if (current) current.push(point);
    else runs.push((current = [point]));
  }
  return runs;
}
