import { flowTiles, statusColumns, statusQuery } from "../api/flow-queries.ts";
import { queryOfTiles } from "../api/tiles.ts";
import { CumulativeFlow, ItemsScatter } from "../components/flow-charts.tsx";
import { Distribution } from "../components/distribution.tsx";
import { GroupsPanel } from "../components/groups-panel.tsx";
import { InsightPage, Pair } from "../components/insight-page.tsx";
import { MetricTiles } from "../components/metric-tiles.tsx";
import { workPresence } from "../components/work-presence.ts";

const empty = { title: "No stay in a status ended in this range", text: "Widen the range or take filters away." };

/** How work items move from created to done, and where they wait. */
export function FlowPage() {
  return (
    <InsightPage
      title="Flow"
      lead="How work items move from created to done, and where they wait."
      facts={["fact_issue", "fact_issue_stage"]}
      filters={["teams", "projects"]}
      presence={workPresence}
    >
      {({ frame, isArriving, coveredFrom }) => (
        <>
          <MetricTiles
            frame={frame}
            isArriving={isArriving}
            tiles={flowTiles}
            query={queryOfTiles(frame, flowTiles)}
            reason={({ group }) =>
              group === "progress"
                ? "No item is in a status in progress, or it is not known since when."
                : "No completed item of this range has the history that this needs. Widen the range or take filters away."
            }
          />
          <Pair>
            <ItemsScatter
              frame={frame}
              metric="issue_cycle_time"
              title="Cycle time of completed items"
              lead="First status in progress to done; select a dot for its history. 85 of 100 items took less than the line p85."
              x="completed_at"
              empty="No completed item of this range has a known start of work."
            />
            <CumulativeFlow frame={frame} coveredFrom={coveredFrom} />
          </Pair>
          <Distribution frame={frame} />
          <Pair>
            <ItemsScatter
              frame={frame}
              metric="work_in_progress_age"
              title="Ageing work in progress"
              lead="Items in progress at the end of the range, by status: the higher the dot, the longer since work began."
              x="status"
              words
              empty="Nothing was in progress at the end of this range."
            />
            <GroupsPanel
              frame={frame}
              title="Time in status"
              name="time-in-status"
              lead={() => "Stays that ended in this range; each return to a status is a stay of its own."}
              groupings={[
                { dimension: "status", header: "Status", empty },
                { dimension: "issue_type", header: "Type", empty },
              ]}
              columns={statusColumns}
              query={(dimension) => statusQuery(frame, dimension)}
            />
          </Pair>
        </>
      )}
    </InsightPage>
  );
}
