import { Skeleton } from "@mantine/core";

import { type ChartData, isEmptyChart } from "../../../components/charts/series.ts";
import { Panel } from "../../../components/panel.tsx";
import { EmptyState, ErrorState } from "../../../components/states.tsx";
import { useCellPanels } from "../../../lib/cell.ts";
import { bucketEnd } from "../../../lib/dates.ts";
import { cellOf, type Frame } from "../api/frame.ts";

export interface PanelProps {
  frame: Frame;
  /** Before this day history is not complete yet. */
  coveredFrom: string | null;
}

export const height = 268;

/** Opens the items of one bucket. */
export function useOpenBucket(frame: Frame, data: ChartData) {
  const { openItems } = useCellPanels();
  return (index: number, metric: string, statistic?: Frame["statistic"]) => {
    const bucket = data.buckets[index];
    if (bucket)
      openItems(
        cellOf(frame, metric, {
          from: bucket.start,
          to: bucketEnd(bucket.start, frame.grain),
          ...(statistic ? { statistic } : {}),
        }),
      );
  };
}

interface ChartFrameProps {
  answers: Record<string, { problem: unknown }> | undefined;
  error: Error | null;
  refetch: () => unknown;
  title: string;
  children: React.ReactNode;
}

/** Keeps the place of a chart while it loads, and says so when it cannot be drawn. */
export function ChartFrame({ answers, error, refetch, title, children }: ChartFrameProps) {
  const problem = Object.values(answers ?? {}).find((one) => one.problem)?.problem ?? (answers ? null : error);
  if (problem) {
    return (
      <Panel title={title}>
        <ErrorState error={problem} onRetry={() => void refetch()} />
      </Panel>
    );
  }
  if (!answers) return <Skeleton height={height + 118} radius={12} />;
  return <>{children}</>;
}

export function ChartOrNothing({ data, children }: { data: ChartData; children: React.ReactNode }) {
  if (!isEmptyChart(data)) return <>{children}</>;
  return (
    <div style={{ display: "grid", placeItems: "center", height: height + 34 }}>
      <EmptyState
        isCompact
        title="No data in this range"
        text="Nothing that this chart counts happened, or it has not been read yet."
      />
    </div>
  );
}
