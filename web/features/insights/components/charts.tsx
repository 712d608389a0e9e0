import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { ChartPanel } from "../../../components/charts/chart-panel.tsx";
import { usePalette } from "../../../components/charts/palette.ts";
import { Key, StackedBars } from "../../../components/charts/stacked-bars.tsx";
import { TimeSeriesChart } from "../../../components/charts/time-series-chart.tsx";
import { chartData, type Drawn } from "../api/chart-data.ts";
import { tilesQuery, phases, phasesQuery, trendQuery } from "../api/efficiency-queries.ts";
import { ChartFrame, ChartOrNothing, height, type PanelProps, useOpenBucket } from "./chart-frame.tsx";
import classes from "./charts.module.css";
import { statisticLabels } from "./filter-bar.tsx";

const durations = {
  lead: {
    metric: "lead_time_for_changes",
    label: "Lead time",
    title: "Lead time for changes",
    lead: "First commit of a change to the first production deployment that contains it.",
  },
  cycle: {
    metric: "pull_request_cycle_time",
    label: "PR cycle time",
    title: "Pull request cycle time",
    lead: "First commit of a pull request to its merge.",
  },
} as const;

export function TrendPanel({ frame, coveredFrom }: PanelProps) {
  const palette = usePalette();
  const [kind, setKind] = useState<keyof typeof durations>("lead");
  const { data: answers, error, refetch } = useQuery(trendQuery(frame));
  const { metric, title, lead } = durations[kind];
  const data = useMemo(() => {
    const drawn: Drawn[] = [
      { outcome: answers?.[`${kind}Middle`], metric, name: "median", label: "p50", color: palette.primary },
      { outcome: answers?.[`${kind}Slow`], metric, name: "p90", label: "p90", color: palette.band },
    ];
    return chartData(drawn, frame.grain, "seconds");
  }, [answers, kind, metric, palette, frame.grain]);
  const open = useOpenBucket(frame, data);
  return (
    <ChartFrame answers={answers} error={error} refetch={refetch} title={title}>
      <ChartPanel
        title={title}
        lead={lead}
        name={metric.replaceAll("_", "-")}
        data={data}
        height={height}
        onBucket={(index, series) => open(index, metric, series === "p90" ? "p90" : "median")}
      >
        <div className={classes.keyRow}>
          <Key
            series={data.series.map(({ name, label, color }) => ({
              name,
              label: label === "p50" ? "p50, half are faster" : "p90, 9 of 10 are faster",
              color,
            }))}
          />
          <SegmentedControl
            size="xs"
            aria-label="Duration"
            value={kind}
            onChange={(value) => setKind(value as keyof typeof durations)}
            data={Object.entries(durations).map(([value, { label }]) => ({ value, label }))}
          />
        </div>
        <ChartOrNothing data={data}>
          <TimeSeriesChart
            data={data}
            band={band}
            height={height}
            coveredFrom={coveredFrom}
            label={`${title} by ${frame.grain}: p50 and p90. The table holds the numbers.`}
            onBucket={(index) => open(index, metric, "median")}
          />
        </ChartOrNothing>
      </ChartPanel>
    </ChartFrame>
  );
}

const band: [string, string] = ["median", "p90"];

export function PhasesPanel({ frame, coveredFrom }: PanelProps) {
  const palette = usePalette();
  const { data: answers, error, refetch } = useQuery(phasesQuery(frame));
  const data = useMemo(() => {
    const drawn = phases.map(({ metric, label, color }) => ({
      outcome: answers?.phases,
      metric,
      label,
      color: palette.series[color],
    }));
    return chartData(drawn, frame.grain, "seconds");
  }, [answers, palette, frame.grain]);
  const open = useOpenBucket(frame, data);
  const statistic = statisticLabels[frame.statistic].toLowerCase();
  return (
    <ChartFrame answers={answers} error={error} refetch={refetch} title="Where the time goes">
      <ChartPanel
        title="Where the time goes"
        lead={`The ${statistic} of each stage by itself; stages need not add up to the ${statistic} of the whole.`}
        name="lead-time-stages"
        data={data}
        height={height}
        onBucket={(index, series) => open(index, series ?? "lead_time_for_changes")}
      >
        <ChartOrNothing data={data}>
          <StackedBars
            data={data}
            height={height}
            coveredFrom={coveredFrom}
            label={`Stages of lead time by ${frame.grain}, stacked. The table holds the numbers.`}
            onBucket={(index) => open(index, "lead_time_for_changes")}
          />
        </ChartOrNothing>
      </ChartPanel>
    </ChartFrame>
  );
}

export function DeploymentsPanel({ frame, coveredFrom }: PanelProps) {
  const palette = usePalette();
  const { data: answers, error, refetch } = useQuery(tilesQuery(frame));
  const data = useMemo(() => {
    const outcome = answers?.["deliverySeries"];
    const drawn: Drawn[] = [
      { outcome, metric: "deployments", label: "Successful deployments", color: palette.primary },
      { outcome, metric: "failed_deployments", label: "Failed changes", color: palette.bad },
    ];
    return chartData(drawn, frame.grain, "count");
  }, [answers, palette, frame.grain]);
  const open = useOpenBucket(frame, data);
  return (
    <ChartFrame answers={answers} error={error} refetch={refetch} title="Deployments and failures">
      <ChartPanel
        title="Deployments and failures"
        lead="Deployments to production. A failed change needed a rollback, hotfix or revert, or caused an incident; a red pipeline alone is none."
        name="deployments-and-failures"
        data={data}
        height={height}
        onBucket={(index, series) => open(index, series ?? "deployments")}
      >
        <ChartOrNothing data={data}>
          <StackedBars
            data={data}
            isGrouped
            height={height}
            coveredFrom={coveredFrom}
            label={`Deployments and failed changes by ${frame.grain}. The table holds the numbers.`}
            onBucket={(index) => open(index, "deployments")}
          />
        </ChartOrNothing>
      </ChartPanel>
    </ChartFrame>
  );
}
