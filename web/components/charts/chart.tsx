import { Skeleton } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";

import classes from "./chart.module.css";
import type { ECharts, EChartsCoreOption } from "./echarts.ts";

interface ChartProps {
  option: EChartsCoreOption;
  height: number;
  /** What the picture says, for those who do not see it; the table beside it carries the numbers. */
  label: string;
  /** Index of the bucket that was clicked. */
  onBucket?: ((index: number) => void) | undefined;
  /** Index of the mark that was clicked, where marks stand free. */
  onMark?: ((index: number) => void) | undefined;
}

/** A canvas drawn by ECharts, which is fetched when the first chart appears. Its place is kept meanwhile. */
export function Chart({ option, height, label, onBucket, onMark }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<ECharts | null>(null);
  const isStill = useReducedMotion();
  useEffect(() => {
    let drawn: ECharts | undefined;
    let isGone = false;
    void import("./echarts.ts").then(({ init }) => {
      if (isGone || !host.current) return;
      drawn = init(host.current, null, { renderer: "canvas" });
      setChart(drawn);
    });
    return () => {
      isGone = true;
      drawn?.dispose();
    };
  }, []);
  useEffect(() => {
    chart?.setOption(
      { animation: !isStill, animationDuration: 350, aria: { enabled: true, label: { description: label } }, ...option },
      true,
    );
  }, [chart, option, isStill, label]);
  useResize(host, chart);
  useBucketClick(chart, onBucket);
  useEffect(() => {
    if (!chart || !onMark) return;
    const click = (event: { dataIndex: number; componentType: string }) =>
      event.componentType === "series" && onMark(event.dataIndex);
    chart.on("click", click as never);
    return () => void chart.off("click", click);
  }, [chart, onMark]);
  return (
    <div className={classes.host} style={{ height }}>
      {!chart && <Skeleton height={height} radius="md" />}
      <div ref={host} role="img" aria-label={label} style={{ height, cursor: onBucket ? "pointer" : "default" }} />
    </div>
  );
}

function useResize(host: React.RefObject<HTMLDivElement | null>, chart: ECharts | null) {
  useEffect(() => {
    if (!host.current || !chart) return;
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(host.current);
    return () => observer.disconnect();
  }, [host, chart]);
}

/** The whole column of a bucket is a target, not only the ink. */
function useBucketClick(chart: ECharts | null, onBucket: ChartProps["onBucket"]) {
  useEffect(() => {
    if (!chart || !onBucket) return;
    const surface = chart.getZr();
    const click = (event: { offsetX: number; offsetY: number }) => {
      const point = [event.offsetX, event.offsetY];
      if (!chart.containPixel({ gridIndex: 0 }, point)) return;
      const [index] = chart.convertFromPixel({ gridIndex: 0 }, point);
      if (index !== undefined) onBucket(index);
    };
    surface.on("click", click);
    return () => surface.off("click", click);
  }, [chart, onBucket]);
}
