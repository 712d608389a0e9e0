import { hygieneByQuery, hygieneColumns, hygieneTiles } from "../api/hygiene-queries.ts";
import { queryOfTiles } from "../api/tiles.ts";
import { GroupsPanel } from "../components/groups-panel.tsx";
import { MissesPanel, MissingItems } from "../components/hygiene-panels.tsx";
import { InsightPage, Pair } from "../components/insight-page.tsx";
import { MetricTiles } from "../components/metric-tiles.tsx";
import { workPresence } from "../components/work-presence.ts";

const empty = { title: "No open item", text: "Take filters away to see others." };

/** Whether open items hold what people need to work with them. */
export function HygienePage() {
  return (
    <InsightPage
      title="Hygiene"
      lead="Whether open items hold what people need to work with them. Score and misses are those of now, whatever the range."
      facts={["fact_issue"]}
      filters={["teams", "projects"]}
      presence={workPresence}
    >
      {({ frame, search, onChange, isArriving }) => (
        <>
          <MetricTiles
            frame={frame}
            isArriving={isArriving}
            tiles={hygieneTiles}
            query={queryOfTiles(frame, hygieneTiles)}
            reason={() => "There is no open item, or no check has a weight."}
          />
          <Pair>
            <MissesPanel frame={frame} />
            <GroupsPanel
              frame={frame}
              title="Where they are missed"
              name="hygiene"
              lead={() => "Score and misses of the open items of each."}
              groupings={[
                { dimension: "project_id", header: "Project", empty },
                { dimension: "assignee_id", header: "Assignee", none: "nobody", empty },
              ]}
              columns={hygieneColumns}
              query={(dimension) => hygieneByQuery(frame, dimension)}
            />
          </Pair>
          <MissingItems frame={frame} search={search} onChange={onChange} />
        </>
      )}
    </InsightPage>
  );
}
