import { age, n, r, s, share, v } from "./expression.ts";
import { metricsOf } from "./metric.ts";

const E = "is_eligible";
const unfinished = `${E} and status_category not in ('done', 'canceled')`;
const inProgress = `${E} and status_category = 'in_progress'`;

export const issueStages = metricsOf("fact_issue_stage", [
  {
    name: "time_in_status",
    label: "Time in status",
    when: "left_at",
    is: v("stay_seconds", unfinished),
    unit: "seconds",
    better: "lower",
    description: "Length of the stays in a status that ended in the bucket; each return is a stay of its own.",
  },
  {
    name: "time_in_status_working",
    label: "Time in status in working time",
    when: "left_at",
    is: v("stay_working_seconds", unfinished),
    unit: "seconds",
    better: "lower",
    description: "Length of the stays in a status that ended in the bucket, in working time.",
    variant_of: "time_in_status",
  },
  {
    name: "issues_in_status",
    label: "Issues in status (cumulative flow)",
    when: "entered_at..left_at",
    is: n(E),
    unit: "count",
    better: "neither",
    description: "Work items in each status at the end of the bucket, finished ones included.",
  },
  {
    name: "work_in_progress",
    label: "Work in progress",
    when: "entered_at..left_at",
    is: n(inProgress),
    unit: "count",
    better: "lower",
    description: "Work items in a status in progress at the end of the bucket.",
  },
  {
    name: "work_in_progress_age",
    label: "Age of work in progress",
    when: "entered_at..left_at",
    is: v(age("issue_started_at"), inProgress),
    unit: "seconds",
    better: "lower",
    description: "Time since work started on the items in progress at the end of the bucket.",
  },
  {
    name: "backward_move_rate",
    label: "Moves backward (stage bounce)",
    when: "entered_at",
    is: r(n(`${E} and is_backward`), n(E)),
    unit: "percent",
    better: "lower",
    description: "Share of entries into a status that lead back from done or in progress.",
  },
  {
    name: "speeding_rate",
    label: "Stays too short to be true",
    when: "left_at",
    is: r(n(`${E} and is_speeding`), n(E)),
    unit: "percent",
    better: "lower",
    description: "Share of stays that were left within the seconds that the profile names.",
  },
]);

export const issueAssignments = metricsOf("fact_issue_assignment", [
  {
    name: "assignee_time",
    label: "Time held",
    when: "left_at",
    is: v("held_seconds", E),
    unit: "seconds",
    better: "neither",
    description: "How long one assignee held one item, for spells that ended in the bucket.",
  },
  {
    name: "assignment_bounces",
    label: "Returns to a former assignee",
    when: "entered_at",
    is: n(`${E} and is_bounce`),
    unit: "count",
    better: "lower",
    description: "Assignments to a person who held the item before.",
  },
  {
    name: "assignment_hops",
    label: "Moves to a new assignee",
    when: "entered_at",
    is: n(`${E} and is_hop`),
    unit: "count",
    better: "lower",
    description: "Assignments of an item that had an assignee to a person who never held it.",
  },
  {
    name: "issue_credit",
    label: "Issues completed, shared by time held",
    when: "completed_at",
    is: s("portion", `${E} and is_completed`),
    unit: "count",
    better: "higher",
    description: "Completed items, each divided over its assignees by the part of its lead time that they held it.",
  },
]);

const all = "true";

export const effort = metricsOf("fact_effort", [
  {
    name: "effort_days",
    label: "Effort in person-days",
    when: "day",
    is: s("effort_days", all),
    unit: "days",
    better: "neither",
    description: "Working days of the people who held items in an active status; each day is divided over these items.",
  },
  {
    name: "effort_share",
    label: "Share of effort",
    when: "day",
    is: share(s("effort_days", all), "investment_category"),
    unit: "percent",
    better: "neither",
    description: "Person-days on each investment category as part of all.",
  },
  {
    name: "effort_fte",
    label: "Effort in full-time people",
    when: "day",
    is: r(s("effort_days", all), "{working_days}"),
    unit: "fte",
    better: "neither",
    description: "Person-days divided by the working days of the bucket.",
  },
]);

export const worklogs = metricsOf("fact_worklog", [
  {
    name: "time_logged",
    label: "Time logged",
    when: "started_at",
    is: s("spent_seconds", all),
    unit: "seconds",
    better: "neither",
    description: "Work logged on items, by when it was done.",
  },
  {
    name: "time_logged_share",
    label: "Share of logged time",
    when: "started_at",
    is: share(s("spent_seconds", all), "investment_category"),
    unit: "percent",
    better: "neither",
    description: "Logged work on each investment category as part of all.",
  },
]);
