import { useMemo } from "react";

import { ChartPanel } from "../../../components/charts/chart-panel.tsx";
import { usePalette } from "../../../components/charts/palette.ts";
import { Key, StackedBars } from "../../../components/charts/stacked-bars.tsx";
import { TimeSeriesChart } from "../../../components/charts/time-series-chart.tsx";
import { type Measure, type Sprint, sprintChart } from "../api/sprints.ts";
import { ChartOrNothing, height } from "./chart-frame.tsx";
import { Pair } from "./insight-page.tsx";

interface SprintTrendProps {
  sprints: readonly Sprint[];
  measure: Measure;
  onOpen: (sprint: string) => void;
}

/** Sprint by sprint: what was planned beside what was delivered, and how one relates to the other. */
export function SprintTrend({ sprints: all, measure, onOpen }: SprintTrendProps) {
  const palette = usePalette();
  const sprints = useMemo(() => all.filter(({ isClosed }) => isClosed), [all]);
  const work = useMemo(() => {
    const { blue, amber, teal, violet } = palette.series;
    return sprintChart(sprints, measure, [
      { metric: `sprint_commit_${measure}`, label: "Commit", color: blue, stack: "planned" },
      { metric: `sprint_creep_${measure}`, label: "Creep", color: amber, stack: "planned" },
      { metric: `sprint_delivered_commit_${measure}`, label: "Delivered commit", color: teal, stack: "delivered" },
      { metric: `sprint_delivered_creep_${measure}`, label: "Delivered creep", color: violet, stack: "delivered" },
    ]);
  }, [sprints, measure, palette]);
  const rates = useMemo(
    () =>
      sprintChart(sprints, "percent", [
        { metric: `sprint_delivered_to_commit_${measure}`, label: "Delivered ÷ commit", color: palette.primary },
        { metric: `sprint_creep_rate_${measure}`, label: "Creep ÷ commit", color: palette.series.amber },
      ]),
    [sprints, measure, palette],
  );
  const open = (index: number) => sprints[index] && onOpen(sprints[index].id);
  return (
    <Pair>
      <ChartPanel
        title="Work by sprint"
        lead={`Planned and delivered ${measure} of each closed sprint, in the order of their ends. Select a sprint to open it.`}
        name="work-by-sprint"
        data={work}
        height={height}
        onBucket={open}
      >
        <ChartOrNothing data={work}>
          <StackedBars
            data={work}
            height={height}
            label="Commit and creep beside what was delivered of them, by sprint. The table holds the numbers."
            onBucket={open}
          />
        </ChartOrNothing>
      </ChartPanel>
      <ChartPanel
        title="Delivered to commit"
        lead="All work delivered, creep included, as part of the commit; and the creep as part of it."
        name="delivered-to-commit"
        data={rates}
        height={height}
        onBucket={open}
      >
        <ChartOrNothing data={rates}>
          <Key series={rates.series} />
          <TimeSeriesChart
            data={rates}
            height={height}
            label="Work delivered and creep as part of the commit, by sprint. The table holds the numbers."
            onBucket={open}
          />
        </ChartOrNothing>
      </ChartPanel>
    </Pair>
  );
}
