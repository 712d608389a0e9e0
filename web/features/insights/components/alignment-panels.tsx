import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { ChartPanel } from "../../../components/charts/chart-panel.tsx";
import { type Palette, usePalette } from "../../../components/charts/palette.ts";
import { StackedBars } from "../../../components/charts/stacked-bars.tsx";
import { MetricTile, TileGrid } from "../../../components/metric-tile.tsx";
import { EmptyState, ErrorState, Notice } from "../../../components/states.tsx";
import { Panel } from "../../../components/panel.tsx";
import { type Filter, useCellPanels } from "../../../lib/cell.ts";
import { bucketEnd } from "../../../lib/dates.ts";
import { formatPercent } from "../../../lib/format.ts";
import { type Answer, figureOf, numberOf, textOf } from "../../../lib/metric-query.ts";
import { catalogueQuery } from "../../../lib/queries.ts";
import { alignmentQuery, category, weights } from "../api/alignment-queries.ts";
import { groupedData } from "../api/chart-data.ts";
import { cellOf, type Frame } from "../api/frame.ts";
import type { Effort } from "../search.ts";
import { ChartFrame, ChartOrNothing, height, type PanelProps } from "./chart-frame.tsx";

interface WeighedProps {
  frame: Frame;
  effort: Effort;
}

export const uncategorized = "Uncategorized";

/** Categories in the order of the answer; what matches none comes last. */
const categoriesOf = (answer: Answer | null | undefined): string[] => {
  const names = [...new Set((answer?.rows ?? []).flatMap((row) => textOf(row, category) ?? []))];
  return [...names.filter((name) => name !== uncategorized), ...names.filter((name) => name === uncategorized)];
};

const only = (name: string): Filter[] => [["is", category, [name]]];

/** The share of each category, with its change and shape. */
export function CategoryTiles({ frame, effort }: WeighedProps) {
  const { openItems, openExplain } = useCellPanels();
  const { data: catalogue } = useQuery(catalogueQuery);
  const { data: answers, error, refetch } = useQuery(alignmentQuery(frame, effort));
  const { share, noun } = weights[effort];
  const metric = catalogue?.items.find((one) => one.name === share);
  const problem = answers?.["shares"]?.problem ?? (answers ? null : error);
  if (problem) return <ErrorState error={problem} onRetry={() => void refetch()} />;
  if (!answers || !metric) return <Skeleton height={208} radius={12} />;
  const answer = answers["shares"]?.answer;
  const names = categoriesOf(answer);
  if (names.length === 0) return <NothingDone />;
  return (
    <>
      <TileGrid>
        {names.map((name) => {
          const cell = cellOf(frame, share, { filters: only(name) });
          const series = answers["sharesSeries"]?.answer?.rows.filter((row) => textOf(row, category) === name) ?? [];
          return (
            <MetricTile
              key={name}
              metric={{ ...metric, label: name }}
              figure={figureOf(
                answer?.rows.find((row) => textOf(row, category) === name),
                share,
              )}
              values={series.map((row) => numberOf(row, share))}
              noun={noun}
              reason="No completed item of this range has what this is weighed by."
              onOpen={() => openItems(cell)}
              onExplain={() => openExplain(cell)}
            />
          );
        })}
      </TileGrid>
      <UncategorizedNotice
        share={numberOf(
          answer?.rows.find((row) => textOf(row, category) === uncategorized),
          share,
        )}
      />
    </>
  );
}

const NothingDone = () => (
  <Panel>
    <EmptyState isCompact title="No work was completed in this range" text="Widen the range or take filters away." />
  </Panel>
);

/** What no category takes in is said plainly, with where categories are set. */
function UncategorizedNotice({ share }: { share: number | null }) {
  if (share === null || share === 0) return null;
  return (
    <Notice>
      {formatPercent(share)} of this work matches no category. Categories and their filters are ranked in the profile, setting{" "}
      <code>investment.categories</code>; an item belongs to the first that it matches.
    </Notice>
  );
}

const colorsOf = ({ series }: Palette) => [series.blue, series.teal, series.violet, series.amber, series.rust];

/** How the shares move. */
export function CategoryTrend({ frame, effort, coveredFrom }: WeighedProps & PanelProps) {
  const palette = usePalette();
  const { openItems } = useCellPanels();
  const { data: answers, error, refetch } = useQuery(alignmentQuery(frame, effort));
  const { share } = weights[effort];
  const data = useMemo(() => {
    const outcome = answers?.["sharesSeries"];
    const colors = colorsOf(palette);
    const groups = categoriesOf(outcome?.answer).map((name, index) => ({
      id: name,
      label: name,
      color: name === uncategorized ? palette.series.slate : colors[index % colors.length]!,
    }));
    return groupedData(outcome, { metric: share, dimension: category, grain: frame.grain, unit: "percent", groups });
  }, [answers, palette, frame.grain, share]);
  const open = (index: number, name?: string) => {
    const bucket = data.buckets[index];
    if (!bucket) return;
    const part = { from: bucket.start, to: bucketEnd(bucket.start, frame.grain) };
    openItems(cellOf(frame, name ? share : weights[effort].amount, { ...part, ...(name ? { filters: only(name) } : {}) }));
  };
  return (
    <ChartFrame answers={answers} error={error} refetch={refetch} title="Shares over time">
      <ChartPanel
        title="Shares over time"
        lead={`Each category's part of the ${weights[effort].label.toLowerCase()} of each ${frame.grain}.`}
        name="alignment-shares"
        data={data}
        height={height}
        onBucket={open}
      >
        <ChartOrNothing data={data}>
          <StackedBars
            data={data}
            height={height}
            coveredFrom={coveredFrom}
            label={`Share of each category by ${frame.grain}, stacked. The table holds the numbers.`}
            onBucket={(index) => open(index)}
          />
        </ChartOrNothing>
      </ChartPanel>
    </ChartFrame>
  );
}
