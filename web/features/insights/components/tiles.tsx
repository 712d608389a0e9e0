import { Anchor, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { MetricTile, TileGrid, TileSkeleton } from "../../../components/metric-tile.tsx";
import { type BadgeTone, Tag } from "../../../components/status-badge.tsx";
import { ErrorState } from "../../../components/states.tsx";
import { useCellPanels } from "../../../lib/cell.ts";
import { figureOf, type Metric, numberOf, type Outcome } from "../../../lib/metric-query.ts";
import { catalogueQuery } from "../../../lib/queries.ts";
import { type Band, bandOf } from "../api/bands.ts";
import { cellOf, type Frame, tilesQuery } from "../api/efficiency-queries.ts";
import { statisticLabels } from "./filter-bar.tsx";

type Answers = Record<
  "delivery" | "lead" | "recovery" | "deliverySeries" | "leadSeries" | "recoverySeries" | "merged" | "anywhere",
  Outcome
>;

interface Tile {
  metric: string;
  total: keyof Answers;
  series: keyof Answers;
  noun: string;
}

const tiles: readonly Tile[] = [
  { metric: "deployment_frequency", total: "delivery", series: "deliverySeries", noun: "deployments" },
  { metric: "lead_time_for_changes", total: "lead", series: "leadSeries", noun: "changes" },
  { metric: "change_failure_rate", total: "delivery", series: "deliverySeries", noun: "deployments" },
  { metric: "failed_deployment_recovery_time", total: "recovery", series: "recoverySeries", noun: "recoveries" },
  { metric: "deployment_rework_rate", total: "delivery", series: "deliverySeries", noun: "deployments" },
];

/** DORA's five, each with change, shape, n, and its dated band. A range that is still being read has no band, and no zeros. */
export function Tiles({ frame, isArriving }: { frame: Frame; isArriving: boolean }) {
  const { data: catalogue, error: catalogueError } = useQuery(catalogueQuery);
  const { data: answers, error, refetch } = useQuery(tilesQuery(frame));
  const failure = catalogueError ?? error;
  if (failure && !answers) return <ErrorState error={failure} onRetry={() => void refetch()} />;
  return (
    <TileGrid>
      {tiles.map((tile) => {
        const metric = catalogue?.items.find((one) => one.name === tile.metric);
        return metric && answers ? (
          <FrameTile key={tile.metric} {...{ frame, tile, metric, answers, isArriving }} />
        ) : (
          <TileSkeleton key={tile.metric} />
        );
      })}
    </TileGrid>
  );
}

interface FrameTileProps {
  frame: Frame;
  tile: Tile;
  metric: Metric;
  answers: Answers;
  isArriving: boolean;
}

function FrameTile({ frame, tile, metric, answers, isArriving }: FrameTileProps) {
  const { openItems, openExplain } = useCellPanels();
  const found = figureOf(answers[tile.total].answer?.rows[0], metric.name);
  const figure = isArriving && found.n === 0 ? { ...found, value: null } : found;
  const rows = answers[tile.series].answer?.rows ?? [];
  const set = answers[tile.total].answer?.meta["bands"];
  const band = bandOf(metric, {
    value: figure.value,
    statistic: frame.statistic,
    set: typeof set === "string" ? set : undefined,
  });
  const cell = cellOf(frame, metric.name);
  return (
    <MetricTile
      metric={metric}
      figure={figure}
      values={rows.map((row) => numberOf(row, metric.name))}
      noun={figure.n === 1 ? tile.noun.replace(/ies$/, "y").replace(/s$/, "") : tile.noun}
      qualifier={metric.takesStatistic ? statisticLabels[frame.statistic].toLowerCase() : undefined}
      badge={band && !isArriving && <BandBadge band={band} />}
      reason={
        answers[tile.total].problem ? (
          answers[tile.total].problem?.title
        ) : isArriving ? (
          "This range is still being read; the number appears as its items arrive."
        ) : (
          <Reason tile={tile} answers={answers} project={frame.project} />
        )
      }
      onOpen={() => openItems(cell)}
      onExplain={() => openExplain(cell)}
    />
  );
}

const bandTones: Record<string, BadgeTone> = { elite: "good", high: "good", medium: "warn", low: "bad" };

function BandBadge({ band }: { band: Band }) {
  const source = band.source ? `${band.source}, published ${band.publishedOn}. ` : "";
  const level = band.level[0]!.toUpperCase() + band.level.slice(1);
  return (
    <Tooltip label={`${level} by ${band.set}. ${source}Later reports publish no fixed levels.`}>
      <span tabIndex={0}>
        <Tag tone={bandTones[band.level] ?? "idle"}>
          {level} · {band.set}
        </Tag>
      </span>
    </Tooltip>
  );
}

/** Why a number is missing, from the numbers before it; unknown is never shown as zero. */
function Reason({ tile, answers, project }: { tile: Tile; answers: Answers; project: string }): ReactNode {
  const merged = numberOf(answers.merged.answer?.rows[0], "changes_merged") ?? 0;
  const deployments = numberOf(answers.delivery.answer?.rows[0], "deployments") ?? 0;
  const failed = numberOf(answers.delivery.answer?.rows[0], "failed_deployments") ?? 0;
  const anywhere = numberOf(answers.anywhere.answer?.rows[0], "deployments_all") ?? 0;
  if (tile.metric === "failed_deployment_recovery_time" && deployments > 0) {
    return failed === 0
      ? "No deployment of this range failed, so there was nothing to recover from."
      : "Failed deployments of this range have not been recovered yet.";
  }
  if (tile.metric === "lead_time_for_changes" && merged > 0) {
    return `${merged.toLocaleString("en")} changes were merged, but none is traced to a production deployment.`;
  }
  if (deployments === 0 && anywhere > 0)
    return `${anywhere.toLocaleString("en")} deployments were found, none of them to production.`;
  return (
    <>
      No production deployment was found in this range.{" "}
      <Anchor component={Link} to={`/projects/${project}/mapping` as "/"} inherit underline="always">
        Check what is mapped
      </Anchor>
    </>
  );
}
