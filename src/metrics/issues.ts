import { age, n, r, s, share, split, v } from "./expression.ts";
import { metricsOf } from "./metric.ts";
import type { MetricSource } from "./metric.ts";

const E = "is_eligible";

/** Seconds of one column, at one time of the issue. */
const time = (name: string, label: string, column: string, when: string, description: string): MetricSource => ({
  name,
  label,
  when,
  is: v(column, E),
  unit: "seconds",
  better: "lower",
  description,
});

const completed = (name: string, label: string, column: string, description: string): MetricSource =>
  time(name, label, column, "completed_at", description);

const rate = (name: string, label: string, p: string, better: MetricSource["better"], description: string): MetricSource => ({
  name,
  label,
  when: "completed_at",
  is: r(n(`${E} and ${p}`), n(E)),
  unit: "percent",
  better,
  description,
});

const perIssue = (x: string, label: string, description: string): MetricSource => ({
  name: `${x}s_per_issue`,
  label,
  when: "completed_at",
  is: r(s(`${x}_count`, E), n(E)),
  unit: "ratio",
  better: "lower",
  description,
});

const stages = [
  ["planning", "Planning", "Creation to the start of work"],
  ["coding", "Coding", "Start of work to the first commit"],
  ["review", "Review", "First commit to the last merge"],
  ["build", "Build", "Last merge to the last successful build of it"],
  ["deploy", "Deploy", "Build, else last merge, to all changes in production"],
] as const;

const flow: readonly MetricSource[] = [
  {
    name: "issues_created",
    label: "Created",
    when: "created_at",
    is: n(E),
    unit: "count",
    better: "neither",
    description: "Work items created in the bucket.",
  },
  {
    name: "issues_completed",
    label: "Completed (throughput, flow velocity)",
    when: "completed_at",
    is: n(E),
    unit: "count",
    better: "higher",
    description: "Work items completed in the bucket; one that is reopened counts when it is done again.",
  },
  {
    name: "points_completed",
    label: "Points completed",
    when: "completed_at",
    is: s("points", E),
    unit: "points",
    better: "higher",
    description: "Estimates of the work items completed in the bucket.",
  },
  {
    name: "issues_terminated",
    label: "Ended without being done",
    when: "terminated_at",
    is: n(E),
    unit: "count",
    better: "neither",
    description: "Work items that were canceled or closed as duplicates in the bucket.",
  },
  completed("issue_lead_time", "Lead time, resolution time", "lead_seconds", "Creation to completion of a work item."),
  completed("issue_cycle_time", "Cycle time", "cycle_seconds", "First entry into a status in progress to completion."),
  completed("issue_planning_time", "Planning time", "planning_seconds", "Creation to the first entry into a status in progress."),
  completed(
    "issue_cycle_time_working",
    "Cycle time in working time",
    "cycle_working_seconds",
    "First entry into a status in progress to completion, in working time.",
  ),
  completed(
    "issue_active_time",
    "Time in active statuses",
    "active_seconds",
    "Time that completed items spent in active statuses.",
  ),
  completed(
    "issue_waiting_time",
    "Time in waiting statuses",
    "waiting_seconds",
    "Time that completed items spent in waiting statuses.",
  ),
  {
    name: "flow_efficiency",
    label: "Flow efficiency",
    when: "completed_at",
    is: r(s("active_seconds", E), s("coalesce(active_seconds, 0) + coalesce(waiting_seconds, 0)", E)),
    unit: "percent",
    better: "higher",
    description: "Active time divided by active and waiting time of the items completed in the bucket.",
  },
  time(
    "issue_response_time",
    "First response by someone else",
    "response_seconds",
    "first_response_at",
    "Creation to the first comment by a human other than the reporter.",
  ),
  time(
    "issue_first_assigned_time",
    "Time to first assignee",
    "first_assigned_seconds",
    "first_assigned_at",
    "Creation to the first assignment.",
  ),
  time(
    "issue_release_time",
    "Time to release",
    "release_seconds",
    "released_at",
    "Creation to the first release that holds the item.",
  ),
];

const delivery: readonly MetricSource[] = [
  time(
    "issue_lead_time_to_deploy",
    "Work-item lead time",
    "lead_to_deploy_seconds",
    "deployed_at",
    "Creation to all of the item's changes in production.",
  ),
  {
    ...time(
      "issue_lead_time_to_first_deploy",
      "Work-item lead time to the first change",
      "lead_to_first_deploy_seconds",
      "first_deployed_at",
      "Creation to the first of the item's changes in production.",
    ),
    variant_of: "issue_lead_time_to_deploy",
  },
  ...stages.flatMap(([x, label, description]) => [
    time(`issue_stage_${x}`, `${label} stage`, `stage_${x}_seconds`, "deployed_at", `${description}; deployed work.`),
    {
      ...completed(
        `issue_stage_${x}_completed`,
        `${label} stage, completed work`,
        `stage_${x}_seconds`,
        `${description}; all completed work.`,
      ),
      variant_of: `issue_stage_${x}`,
    },
  ]),
  rate(
    "issue_pull_request_rate",
    "Completed issues with a pull request",
    "has_pull_request",
    "higher",
    "Share of completed items that a pull request names; the others have no time in review or production.",
  ),
];

const shape: readonly MetricSource[] = [
  rate(
    "issue_reopen_rate",
    "Reopened",
    "is_reopened",
    "lower",
    "Share of completed items that were reopened after they had ended.",
  ),
  rate("bug_rate", "Bugs among completed", "work_type = 'bug'", "lower", "Share of completed items that are bugs."),
  rate("issue_estimate_rate", "Estimated", "has_points", "higher", "Share of completed items that have an estimate in points."),
  perIssue("bounce", "Returns per issue", "Returns to a former assignee divided by completed items."),
  perIssue("hop", "Moves per issue", "Moves to a new assignee divided by completed items."),
  perIssue("sprint", "Sprints per issue", "Sprints that completed items were ever in, divided by these items."),
  perIssue("comment", "Comments per issue", "Comments divided by completed items."),
  {
    name: "issues_open",
    label: "Open issues (backlog, flow load)",
    when: "created_at..ended_at",
    is: n(E),
    unit: "count",
    better: "lower",
    description: "Work items created and neither completed nor terminated at the end of the bucket.",
  },
  {
    name: "issue_age",
    label: "Age of open issues",
    when: "created_at..ended_at",
    is: v(age("created_at"), E),
    unit: "seconds",
    better: "lower",
    description: "Time since the creation of items open at the end of the bucket.",
  },
  {
    name: "bugs_open",
    label: "Open bugs",
    when: "created_at..ended_at",
    is: n(`${E} and work_type = 'bug'`),
    unit: "count",
    better: "lower",
    description: "Bugs that are open at the end of the bucket.",
  },
  {
    name: "issues_distribution",
    label: "Flow distribution",
    when: "completed_at",
    is: share(n(E), "work_type"),
    unit: "percent",
    better: "neither",
    description: "Share of each work type among the items completed in the bucket.",
  },
];

const efforts = [
  ["items", "items", n(E), "Completed items", "count"],
  ["points", "points", s("points", E), "Points of completed items", "points"],
  ["time", "time", s("in_progress_seconds", E), "Time that completed items spent in active statuses", "seconds"],
] as const;

const alignment: readonly MetricSource[] = [
  ...efforts.flatMap(([x, word, is, description, unit]): MetricSource[] => [
    {
      name: `investment_${x}`,
      label: `Completed ${word} by category`,
      when: "completed_at",
      is,
      unit,
      better: "neither",
      description: `${description}; grouped by investment category.`,
    },
    {
      name: `investment_${x}_share`,
      label: `Share of ${word}`,
      when: "completed_at",
      is: share(is, "investment_category"),
      unit: "percent",
      better: "neither",
      description: `${description}: part of each investment category in the whole.`,
    },
  ]),
  {
    name: "investment_fte_items",
    label: "FTE by items",
    when: "completed_at",
    is: split("1.0", "assignee_id", `${E} and assignee_id is not null`),
    unit: "fte",
    better: "neither",
    description: "Every assignee of a completed item weighs 1, divided over their items.",
  },
  {
    name: "investment_fte_points",
    label: "FTE by points",
    when: "completed_at",
    is: split("points", "assignee_id", `${E} and assignee_id is not null and points > 0`),
    unit: "fte",
    better: "neither",
    description: "Every assignee of a completed item weighs 1, divided over the points of their items.",
  },
];

const measured = `${E} and hygiene_miss_share is not null`;
const hygiene: readonly MetricSource[] = [
  {
    name: "hygiene_score",
    label: "Hygiene score of open issues",
    when: "now",
    is: r(s("1 - hygiene_miss_share", measured), n(measured)),
    unit: "percent",
    better: "higher",
    description: "One minus the weighted share of hygiene checks that open items miss now.",
  },
  {
    name: "hygiene_issues",
    label: "Open issues with a miss",
    when: "now",
    is: n(`${E} and hygiene_miss_share > 0`),
    unit: "count",
    better: "lower",
    description: "Open items that miss a hygiene check now; hygiene_misses says which.",
  },
];

export const issues = metricsOf("fact_issue", [...flow, ...delivery, ...shape, ...alignment, ...hygiene]);
