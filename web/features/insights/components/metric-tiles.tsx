import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { MetricTile, TileGrid, TileSkeleton } from "../../../components/metric-tile.tsx";
import { ErrorState } from "../../../components/states.tsx";
import { useCellPanels } from "../../../lib/cell.ts";
import { figureOf, type Metric, numberOf, type Outcome } from "../../../lib/metric-query.ts";
import { catalogueQuery } from "../../../lib/queries.ts";
import { cellOf, type Frame } from "../api/frame.ts";
import type { Tile, TilesQuery } from "../api/tiles.ts";
import { statisticLabels } from "./filter-bar.tsx";

export type Answers = Readonly<Record<string, Outcome>>;

interface MetricTilesProps {
  frame: Frame;
  isArriving: boolean;
  tiles: readonly Tile[];
  query: TilesQuery;
  /** Why a tile has no number, and what to do about it. */
  reason: (tile: Tile, answers: Answers) => ReactNode;
  badge?: (metric: Metric, value: number | null, answers: Answers) => ReactNode;
}

/** The numbers that a page begins with, each with change, shape and n. A range that is still being read has no zeros. */
export function MetricTiles(props: MetricTilesProps) {
  const { data: catalogue, error: catalogueError } = useQuery(catalogueQuery);
  const { data: answers, error, refetch } = useQuery(props.query);
  const failure = catalogueError ?? error;
  if (failure && !answers) return <ErrorState error={failure} onRetry={() => void refetch()} />;
  return (
    <TileGrid>
      {props.tiles.map((tile) => {
        const metric = catalogue?.items.find((one) => one.name === tile.metric);
        return metric && answers ? (
          <FrameTile key={tile.metric} {...props} {...{ tile, metric, answers }} />
        ) : (
          <TileSkeleton key={tile.metric} />
        );
      })}
    </TileGrid>
  );
}

interface FrameTileProps extends MetricTilesProps {
  tile: Tile;
  metric: Metric;
  answers: Answers;
}

function FrameTile({ frame, tile, metric, answers, isArriving, reason, badge }: FrameTileProps) {
  const { openItems, openExplain } = useCellPanels();
  const total = answers[tile.group];
  const found = figureOf(total?.answer?.rows[0], metric.name);
  const figure = isArriving && found.n === 0 ? { ...found, value: null } : found;
  const rows = answers[`${tile.group}Series`]?.answer?.rows ?? [];
  const cell = cellOf(frame, metric.name);
  return (
    <MetricTile
      metric={metric}
      figure={figure}
      values={rows.map((row) => numberOf(row, metric.name))}
      noun={figure.n === 1 ? tile.noun?.replace(/ies$/, "y").replace(/s$/, "") : tile.noun}
      isNow={tile.isNow}
      qualifier={metric.takesStatistic ? statisticLabels[frame.statistic].toLowerCase() : undefined}
      badge={!isArriving && badge?.(metric, figure.value, answers)}
      reason={
        total?.problem
          ? total.problem.title
          : isArriving
            ? "This range is still being read; the number appears as its items arrive."
            : reason(tile, answers)
      }
      onOpen={() => openItems(cell)}
      onExplain={() => openExplain(cell)}
    />
  );
}
