import { day, fact, idOf, measure, seconds, text, time, yes } from "../fact.ts";

const ofIssue = {
  issue_id: idOf("issue", "Work item"),
  project_id: idOf("project", "Project"),
  issue_type: text("Type"),
  work_type: text("Work type"),
};
const words = ["issue.", "work_type"];

export const factIssueStage = fact({
  name: "fact_issue_stage",
  subject: "issue_stage",
  label: "Stays in a status",
  grain: "One stay of one issue in one status",
  members: { by: ["assignee_id"], at: "left_at" },
  feeds: {
    issue: "e.id = f.issue_id",
    issue_transition: "e.issue_id = f.issue_id and e.field_category in ('status', 'assignee')",
    workflow_status: "e.integration_id = f.integration_id and e.status_id = f.status_id",
  },
  settings: words,
  columns: {
    ...ofIssue,
    status_id: text("Status id"),
    status: text("Status"),
    status_category: text("Kind of status"),
    assignee_id: idOf("person", "Assignee"),
    is_eligible: yes("Counted by default"),
    is_active: yes("Active status"),
    is_waiting: yes("Waiting status"),
    is_backward: yes("Moved backward"),
    is_speeding: yes("Too short to be true"),
    entered_at: time("Entered"),
    left_at: time("Left"),
    issue_started_at: time("Work item started"),
    stay_seconds: seconds("Stay", "left_before_entry"),
    stay_working_seconds: seconds("Stay, working time", "left_before_entry"),
  },
});

export const factIssueAssignment = fact({
  name: "fact_issue_assignment",
  subject: "issue_assignment",
  label: "Assignments",
  grain: "One spell of one issue with one assignee",
  members: { by: ["assignee_id"], at: "left_at" },
  feeds: {
    issue: "e.id = f.issue_id",
    issue_transition: "e.issue_id = f.issue_id and e.field_category in ('status', 'assignee')",
  },
  settings: [...words, "investment.categories"],
  columns: {
    ...ofIssue,
    investment_category: text("Investment category"),
    assignee_id: idOf("person", "Assignee"),
    is_eligible: yes("Counted by default"),
    is_completed: yes("Work item completed"),
    is_first: yes("First assignee"),
    is_bounce: yes("Return to a former assignee"),
    is_hop: yes("Move to a new assignee"),
    entered_at: time("Assigned"),
    left_at: time("Given away"),
    completed_at: time("Work item completed"),
    held_seconds: seconds("Time held", "left_before_entry", "after_end"),
    in_progress_seconds: seconds("Time held in active statuses"),
    portion: measure("Part of the lead time"),
  },
});

export const factEffort = fact({
  name: "fact_effort",
  subject: "effort",
  label: "Effort",
  grain: "One person on one issue on one working day",
  members: { by: ["person_id"], at: "day" },
  feeds: {
    issue: "e.id = f.issue_id",
    issue_transition: "e.issue_id = f.issue_id and e.field_category in ('status', 'assignee')",
  },
  settings: [...words, "investment.categories"],
  columns: {
    person_id: idOf("person", "Person"),
    ...ofIssue,
    investment_category: text("Investment category"),
    day: day("Day"),
    effort_days: measure("Person-days"),
  },
});

export const factWorklog = fact({
  name: "fact_worklog",
  subject: "worklog",
  label: "Logged work",
  grain: "One worklog entry",
  members: { by: ["person_id"], at: "started_at" },
  feeds: { worklog: "e.id = f.id", issue: "e.id = f.issue_id" },
  settings: ["work_type", "investment.categories"],
  columns: {
    ...ofIssue,
    investment_category: text("Investment category"),
    person_id: idOf("person", "Person"),
    started_at: time("Started"),
    spent_seconds: seconds("Time logged"),
  },
});
