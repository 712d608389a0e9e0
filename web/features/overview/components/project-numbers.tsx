import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { MetricTile, TileGrid, TileSkeleton } from "../../../components/metric-tile.tsx";
import { ErrorState } from "../../../components/states.tsx";
import type { Schemas } from "../../../lib/api.ts";
import { type Cell, useCellPanels } from "../../../lib/cell.ts";
import { answersQuery, figureOf, numberOf, type Query } from "../../../lib/metric-query.ts";
import { catalogueQuery } from "../../../lib/queries.ts";
import { resolveRange } from "../../../lib/range.ts";
import classes from "./overview.module.css";

const tiles = [
  { metric: "deployment_frequency", source: "delivery", noun: "deployments" },
  { metric: "lead_time_for_changes", source: "lead", noun: "changes" },
  { metric: "change_failure_rate", source: "delivery", noun: "deployments" },
  { metric: "failed_deployment_recovery_time", source: "recovery", noun: "recoveries" },
  { metric: "deployment_rework_rate", source: "delivery", noun: "deployments" },
] as const;

function numbersQuery(project: string) {
  const { from, to } = resolveRange({});
  const base = { project, from, to };
  const delivery = ["deployment_frequency", "change_failure_rate", "deployment_rework_rate"];
  const pair = (metrics: string[]): [Query, Query] => [
    { ...base, metrics, compare: "previous" },
    { ...base, metrics, grain: "week" },
  ];
  const [deliveryTotal, deliverySeries] = pair(delivery);
  const [leadTotal, leadSeries] = pair(["lead_time_for_changes"]);
  const [recoveryTotal, recoverySeries] = pair(["failed_deployment_recovery_time"]);
  return answersQuery({
    delivery: deliveryTotal,
    deliverySeries,
    lead: leadTotal,
    leadSeries,
    recovery: recoveryTotal,
    recoverySeries,
  });
}

/** The five numbers of one project over the last twelve weeks. */
export function ProjectNumbers({ project }: { project: Schemas["Project"] }) {
  const { data: catalogue } = useQuery(catalogueQuery);
  const { data: answers, error, refetch } = useQuery(numbersQuery(project.key));
  const { openItems, openExplain } = useCellPanels();
  const cell = (metric: string): Cell => ({ metric, project: project.key, ...rangeOf() });
  return (
    <section aria-label={project.name}>
      <div className={classes.head}>
        <h2>{project.name}</h2>
        <span className={classes.dim}>
          Last 12 weeks against the 12 before ·{" "}
          <Anchor component={Link} to={`/projects/${project.key}/insights/efficiency` as "/"} size="sm" underline="always">
            Open Efficiency
          </Anchor>
        </span>
      </div>
      {error && !answers ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <TileGrid>
          {tiles.map(({ metric: name, source, noun }) => {
            const metric = catalogue?.items.find((one) => one.name === name);
            if (!metric || !answers) return <TileSkeleton key={name} isSmall />;
            return (
              <MetricTile
                key={name}
                isSmall
                metric={metric}
                figure={figureOf(answers[source].answer?.rows[0], name)}
                values={(answers[`${source}Series`].answer?.rows ?? []).map((row) => numberOf(row, name))}
                noun={noun}
                reason={answers[source].problem?.title ?? "Nothing to measure in this time. Efficiency says why."}
                onOpen={() => openItems(cell(name))}
                onExplain={() => openExplain(cell(name))}
              />
            );
          })}
        </TileGrid>
      )}
    </section>
  );
}

function rangeOf() {
  const { from, to } = resolveRange({});
  return { from, to };
}
