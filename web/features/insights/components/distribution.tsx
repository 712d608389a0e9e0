import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { ChartPanel } from "../../../components/charts/chart-panel.tsx";
import { usePalette } from "../../../components/charts/palette.ts";
import type { ChartData } from "../../../components/charts/series.ts";
import { StackedBars } from "../../../components/charts/stacked-bars.tsx";
import { type Filter, useCellPanels } from "../../../lib/cell.ts";
import { formatCount, formatValue } from "../../../lib/format.ts";
import { cellOf, type Frame } from "../api/frame.ts";
import { type Bin, type Histogram, histogramQuery } from "../api/flow-queries.ts";
import { ChartFrame, ChartOrNothing, height } from "./chart-frame.tsx";

const choices = [
  { value: "issue_cycle_time", label: "Cycle time" },
  { value: "issue_lead_time", label: "Lead time" },
];

/** How many items took how long; a bar opens its items. */
export function Distribution({ frame }: { frame: Frame }) {
  const [metric, setMetric] = useState(choices[0]!.value);
  const { openItems } = useCellPanels();
  const palette = usePalette();
  const { data: spread, error, refetch } = useQuery(histogramQuery(frame, metric));
  const data = useMemo(() => chartOf(spread, palette.primary), [spread, palette]);
  const open = (index: number) => {
    const bin = spread?.bins[index];
    if (bin) openItems(cellOf(frame, metric, { filters: valuesOf(bin) }));
  };
  return (
    <ChartFrame answers={spread && {}} error={error} refetch={refetch} title="Distribution">
      <ChartPanel
        title="Distribution"
        lead={leadOf(spread)}
        name={`${metric.replaceAll("_", "-")}-distribution`}
        data={data}
        bucketHeader="Took"
        height={height}
        onBucket={open}
        actions={<SegmentedControl size="xs" aria-label="Which time" value={metric} onChange={setMetric} data={choices} />}
      >
        <ChartOrNothing data={data}>
          <StackedBars
            data={data}
            height={height + 34}
            label="Items by the time they took. The table holds the numbers."
            onBucket={open}
          />
        </ChartOrNothing>
      </ChartPanel>
    </ChartFrame>
  );
}

const valuesOf = ({ from, to }: Bin): Filter[] => [
  ["gte", "value", [from]],
  ...(to === null ? [] : [["lt", "value", [to]] as Filter]),
];

function leadOf(spread: Histogram | undefined) {
  if (!spread || spread.n === 0) return "How many completed items took how long.";
  const { n, unit, levels } = spread;
  const time = (value: number | null) => formatValue(value, unit);
  return `Of ${formatCount(n)} completed ${n === 1 ? "item" : "items"} half took less than ${time(levels.median)}, 85 of 100 less than ${time(levels.p85)}, 95 less than ${time(levels.p95)}.`;
}

const chartOf = (spread: Histogram | undefined, color: string): ChartData => ({
  grain: "day",
  unit: "count",
  buckets: (spread?.bins ?? []).map(({ from, to }) => ({
    start: String(from),
    label: binName({ from, to }, spread!.unit),
    isPartial: false,
    isImmature: false,
  })),
  series: [{ name: "items", label: "Items", color, values: (spread?.bins ?? []).map(({ items }) => items) }],
});

const binName = ({ from, to }: Pick<Bin, "from" | "to">, unit: string): string =>
  to === null ? `from ${formatValue(from, unit)}` : `${formatValue(from, unit)} – ${formatValue(to, unit)}`;
