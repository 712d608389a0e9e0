import { Anchor, Button, Skeleton } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { areFactsBuilt, FirstNumbers } from "../../../components/first-numbers.tsx";
import { Page } from "../../../components/page.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RelativeTime } from "../../../components/relative-time.tsx";
import { EmptyState, ErrorState, Notice } from "../../../components/states.tsx";
import { formatDay, formatRange } from "../../../lib/dates.ts";
import { mappingQuery, overviewQuery, projectsQuery } from "../../../lib/queries.ts";
import { type Frame, frameOf } from "../api/efficiency-queries.ts";
import { type HistoryState, useCoverage } from "../api/coverage.ts";
import { BreakdownPanel } from "../components/breakdown-panel.tsx";
import { DeploymentsPanel, PhasesPanel, TrendPanel } from "../components/charts.tsx";
import { FilterBar } from "../components/filter-bar.tsx";
import { Tiles } from "../components/tiles.tsx";
import type { EfficiencySearch } from "../search.ts";
import classes from "./efficiency-page.module.css";

const route = getRouteApi("/projects/$project/insights/efficiency");

/** How fast and how safely changes reach production. */
export function EfficiencyPage() {
  const { project } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mapping = useQuery(mappingQuery(project));
  const { data: projects } = useQuery(projectsQuery);
  const frame = frameOf(project, search);
  const change = (part: EfficiencySearch) => void navigate({ search: (before) => ({ ...before, ...part }), resetScroll: false });
  const name = projects?.find((one) => one.key === project)?.name ?? project;
  return (
    <Page title="Efficiency" crumbs={<span>{name}</span>} lead={<Lead frame={frame} />}>
      {mapping.error && !mapping.data && (
        <Panel>
          <ErrorState error={mapping.error} onRetry={() => void mapping.refetch()} />
        </Panel>
      )}
      {mapping.isPending && <Skeleton height={240} radius={12} />}
      {mapping.data?.items.length === 0 && <NothingMapped project={project} />}
      {mapping.data && mapping.data.items.length > 0 && (
        <>
          <FilterBar frame={frame} search={search} onChange={change} />
          <Insight frame={frame} />
        </>
      )}
    </Page>
  );
}

function Lead({ frame }: { frame: Frame }) {
  const { data } = useQuery(overviewQuery);
  return (
    <>
      How fast and how safely changes reach production. {formatRange(frame.from, frame.to)}
      {data?.dataThrough && (
        <>
          {" "}
          · data through <RelativeTime at={data.dataThrough} />
        </>
      )}
    </>
  );
}

function Insight({ frame }: { frame: Frame }) {
  const { data: overview } = useQuery(overviewQuery);
  const { coveredFrom, isUnknown, state } = useCoverage(frame.project);
  const shadedFrom = coveredFrom !== null && coveredFrom > frame.from ? coveredFrom : null;
  const isArriving = (isUnknown || shadedFrom !== null) && (state === "running" || state === "waiting");
  const facts = overview?.facts.state;
  const isBuilt = areFactsBuilt(overview, ["fact_change", "fact_deployment", "fact_pull_request"]);
  if (overview && !isBuilt) return <FirstNumbers />;
  return (
    <div className={classes.stack}>
      {facts === "failed" && (
        <Notice tone="bad">
          The facts could not be rebuilt: {overview?.facts.problem} What you see is the last complete state.
        </Notice>
      )}
      {shadedFrom && (
        <Notice>
          History is complete back to {formatDay(shadedFrom)}
          {outlook[state]} Periods before it are shaded.{" "}
          <Anchor component={Link} to="/integrations" inherit underline="always">
            {isArriving ? "Watch the progress" : "See the backfills"}
          </Anchor>
        </Notice>
      )}
      <Tiles frame={frame} isArriving={isArriving} />
      <div className={classes.pair}>
        <TrendPanel frame={frame} coveredFrom={shadedFrom} />
        <PhasesPanel frame={frame} coveredFrom={shadedFrom} />
      </div>
      <DeploymentsPanel frame={frame} coveredFrom={shadedFrom} />
      <BreakdownPanel frame={frame} />
    </div>
  );
}

/** Whether the shaded part will still be filled. */
const outlook: Record<HistoryState, string> = {
  complete: ", as far as was asked for.",
  waiting: " and goes on going back soon: numbers before it will grow.",
  running: " and still going back: numbers before it will grow.",
  paused: "; its backfill is paused, and numbers before it will grow when it is resumed.",
  failed: "; its backfill failed and is tried again by itself.",
  partial: "; the rest was not read.",
};

function NothingMapped({ project }: { project: string }) {
  return (
    <Panel>
      <EmptyState
        icon={<IconRoute size={22} stroke={1.7} aria-hidden />}
        title="No integration is mapped to this project"
        text="Insights count only what arrives through mapped integrations. Map one, and its history appears here."
        actions={
          <>
            <Button component={Link} to={`/projects/${project}/mapping` as "/"}>
              Map integrations
            </Button>
            <Button component={Link} to="/integrations" search={{ tab: "available" } as never} variant="default">
              Connect a tool
            </Button>
          </>
        }
      />
    </Panel>
  );
}
