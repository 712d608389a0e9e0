import { SegmentedControl } from "@mantine/core";

import { alignmentQuery, category, weights } from "../api/alignment-queries.ts";
import { CategoryTiles, CategoryTrend } from "../components/alignment-panels.tsx";
import { GroupsPanel } from "../components/groups-panel.tsx";
import { InsightPage } from "../components/insight-page.tsx";
import { workPresence } from "../components/work-presence.ts";
import { efforts } from "../search.ts";

const empty = { title: "No work was completed in this range", text: "Widen the range or take filters away." };

/** What the work is for. */
export function AlignmentPage() {
  return (
    <InsightPage
      title="Alignment"
      lead="What the work is for: each investment category's part of it."
      facts={["fact_issue", "fact_effort"]}
      filters={["teams", "projects"]}
      hasDurations={false}
      presence={workPresence}
      controls={({ search, onChange }) => (
        <SegmentedControl
          aria-label="Weighed by"
          value={search.effort ?? "items"}
          onChange={(value) => onChange({ effort: value === "items" ? undefined : value })}
          data={efforts.map((effort) => ({ value: effort, label: weights[effort].label }))}
        />
      )}
    >
      {({ frame, search, coveredFrom }) => {
        const effort = search.effort ?? "items";
        const { amount, share, header, noun } = weights[effort];
        return (
          <>
            <CategoryTiles frame={frame} effort={effort} />
            <CategoryTrend frame={frame} effort={effort} coveredFrom={coveredFrom} />
            <GroupsPanel
              frame={frame}
              title="Categories"
              name="alignment"
              lead={() => "An item belongs to the first category of the profile that it matches; select a number for its items."}
              groupings={[{ dimension: category, header: "Category", empty }]}
              columns={[
                { metric: share, source: "shares", header: "Share", noun },
                { metric: amount, source: "amounts", header, noun },
              ]}
              query={() => alignmentQuery(frame, effort)}
            />
          </>
        );
      }}
    </InsightPage>
  );
}
