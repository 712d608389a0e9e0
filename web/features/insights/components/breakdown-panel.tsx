import { breakdownQuery } from "../api/efficiency-queries.ts";
import type { Frame } from "../api/frame.ts";
import { type GroupColumn, type Grouping, GroupsPanel } from "./groups-panel.tsx";

const columns: readonly GroupColumn[] = [
  { metric: "deployment_frequency", source: "delivery", header: "Deployments", noun: "deployments" },
  { metric: "lead_time_for_changes", source: "lead", header: "Lead time", noun: "changes" },
  { metric: "change_failure_rate", source: "delivery", header: "Failure rate", noun: "deployments" },
  { metric: "failed_deployment_recovery_time", source: "recovery", header: "Recovery", noun: "recoveries" },
  { metric: "deployment_rework_rate", source: "delivery", header: "Rework rate", noun: "deployments" },
];

const groupings: readonly Grouping[] = [
  {
    dimension: "repository_id",
    header: "Repository",
    empty: { title: "No repository has items in this range", text: "Widen the range or take filters away." },
  },
  {
    dimension: "team",
    header: "Team",
    empty: {
      title: "No team has items in this range",
      text: "Teams come from the vendor's groups, from a CSV of developers, or are made by hand.",
    },
  },
];

/** The same five numbers, repository by repository or team by team. */
export function BreakdownPanel({ frame }: { frame: Frame }) {
  return (
    <GroupsPanel
      frame={frame}
      title="Breakdown"
      name="efficiency"
      lead={({ dimension }) =>
        dimension === "team"
          ? "Each team on its own items. A person in two teams counts in both."
          : "Each repository on its own items. A deployment without a known repository is listed as unknown."
      }
      groupings={groupings}
      columns={columns}
      query={(dimension) => breakdownQuery(frame, dimension)}
    />
  );
}
