import { Anchor, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { type BadgeTone, Tag } from "../../../components/status-badge.tsx";
import { numberOf } from "../../../lib/metric-query.ts";
import { type Band, bandOf } from "../api/bands.ts";
import { tilesQuery } from "../api/efficiency-queries.ts";
import type { Frame } from "../api/frame.ts";
import type { Tile } from "../api/tiles.ts";
import { type Answers, MetricTiles } from "./metric-tiles.tsx";

const tiles: readonly Tile[] = [
  { metric: "deployment_frequency", group: "delivery", noun: "deployments" },
  { metric: "lead_time_for_changes", group: "lead", noun: "changes" },
  { metric: "change_failure_rate", group: "delivery", noun: "deployments" },
  { metric: "failed_deployment_recovery_time", group: "recovery", noun: "recoveries" },
  { metric: "deployment_rework_rate", group: "delivery", noun: "deployments" },
];

/** DORA's five, each with its dated band; a range that is still being read has none. */
export function Tiles({ frame, isArriving }: { frame: Frame; isArriving: boolean }) {
  return (
    <MetricTiles
      frame={frame}
      isArriving={isArriving}
      tiles={tiles}
      query={tilesQuery(frame)}
      reason={(tile, answers) => <Reason tile={tile} answers={answers} project={frame.project} />}
      badge={(metric, value, answers) => {
        const set = answers["delivery"]?.answer?.meta["bands"];
        const band = bandOf(metric, { value, statistic: frame.statistic, set: typeof set === "string" ? set : undefined });
        return band && <BandBadge band={band} />;
      }}
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
  const merged = numberOf(answers["merged"]?.answer?.rows[0], "changes_merged") ?? 0;
  const deployments = numberOf(answers["delivery"]?.answer?.rows[0], "deployments") ?? 0;
  const failed = numberOf(answers["delivery"]?.answer?.rows[0], "failed_deployments") ?? 0;
  const anywhere = numberOf(answers["anywhere"]?.answer?.rows[0], "deployments_all") ?? 0;
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
