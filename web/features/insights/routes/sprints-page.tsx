import { SegmentedControl, Skeleton } from "@mantine/core";

import { Panel } from "../../../components/panel.tsx";
import { ErrorState, Notice } from "../../../components/states.tsx";
import { type Measure, sprintTiles, useSprints } from "../api/sprints.ts";
import { queryOfTiles } from "../api/tiles.ts";
import { type Insight, InsightPage } from "../components/insight-page.tsx";
import { MetricTiles } from "../components/metric-tiles.tsx";
import { SprintDetails } from "../components/sprint-details.tsx";
import { SprintComparison, SprintTable } from "../components/sprint-tables.tsx";
import { SprintTrend } from "../components/sprint-trend.tsx";
import type { InsightSearch } from "../search.ts";

const measureOf = (search: InsightSearch): Measure => search.unit ?? "points";

const presence = {
  metric: "sprints",
  title: "No closed sprint yet",
  text: "Connect Jira, Azure Boards or GitHub issues with iterations first, and map the integration to this project. Sprints appear here once they are closed.",
};

/** What sprints commit to, what comes in on the way, and what they deliver. */
export function SprintsPage() {
  return (
    <InsightPage
      title="Sprints"
      lead="What sprints commit to, what comes in on the way, and what they deliver."
      facts={["fact_sprint", "fact_sprint_issue", "fact_sprint_event"]}
      filters={["projects"]}
      hasDurations={false}
      presence={presence}
      controls={({ search, onChange }) => (
        <SegmentedControl
          aria-label="Measure"
          value={measureOf(search)}
          onChange={(value) => onChange({ unit: value === "items" ? "items" : undefined })}
          data={[
            { value: "points", label: "Points" },
            { value: "items", label: "Items" },
          ]}
        />
      )}
    >
      {(insight) => <Sprints {...insight} />}
    </InsightPage>
  );
}

function Sprints({ frame, search, onChange, isArriving }: Insight) {
  const measure = measureOf(search);
  const tiles = sprintTiles(measure);
  const { sprints, error, refetch } = useSprints(frame, measure);
  const open = sprints?.find(({ id }) => id === search.sprint);
  const compared = sprints?.filter(({ id }) => search.sprints?.includes(id)) ?? [];
  return (
    <>
      <MetricTiles
        frame={frame}
        isArriving={isArriving}
        tiles={tiles}
        query={queryOfTiles(frame, tiles)}
        reason={(tile) =>
          tile.metric.includes("predictability")
            ? "A spread needs two closed sprints whose items are known."
            : "No closed sprint of this range has items with known dates. Widen the range, or look at the sprints below."
        }
      />
      {error && !sprints && (
        <Panel title="Sprints">
          <ErrorState error={error} onRetry={refetch} />
        </Panel>
      )}
      {!sprints && !error && <Skeleton height={420} radius={12} />}
      {sprints && search.sprint && !open && (
        <Notice tone="warn">The sprint of this address does not end in this range. Widen the range to see it.</Notice>
      )}
      {open && <SprintDetails {...{ frame, search, onChange, measure }} sprint={open} />}
      {compared.length > 1 && (
        <SprintComparison frame={frame} measure={measure} sprints={compared} onClose={() => onChange({ sprints: undefined })} />
      )}
      {sprints && !open && <SprintTrend sprints={sprints} measure={measure} onOpen={(sprint) => onChange({ sprint })} />}
      {sprints && (
        <SprintTable
          frame={frame}
          measure={measure}
          sprints={sprints}
          chosen={search.sprints ?? []}
          onChoose={(ids) => onChange({ sprints: ids.length ? ids : undefined })}
          onOpen={(sprint) => onChange({ sprint })}
        />
      )}
    </>
  );
}
