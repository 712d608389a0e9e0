import type { Fact, FactName } from "./fact.ts";
import { factChange } from "./facts/change.ts";
import { factCommit } from "./facts/commit.ts";
import { factDeployment } from "./facts/deployment.ts";
import { factIncident } from "./facts/incident.ts";
import { factIssue } from "./facts/issue.ts";
import { factEffort, factIssueAssignment, factIssueStage, factWorklog } from "./facts/issue-flow.ts";
import { factPipelineJob, factPipelineRun } from "./facts/pipeline.ts";
import { factPullRequest } from "./facts/pull-request.ts";
import { factReview } from "./facts/review.ts";
import { factSprint, factSprintEvent, factSprintIssue } from "./facts/sprint.ts";

/** Every fact that metrics are made of, by name. */
export const facts: Readonly<Record<FactName, Fact>> = {
  fact_change: factChange,
  fact_deployment: factDeployment,
  fact_incident: factIncident,
  fact_pull_request: factPullRequest,
  fact_review: factReview,
  fact_commit: factCommit,
  fact_pipeline_run: factPipelineRun,
  fact_pipeline_job: factPipelineJob,
  fact_issue: factIssue,
  fact_issue_stage: factIssueStage,
  fact_issue_assignment: factIssueAssignment,
  fact_effort: factEffort,
  fact_worklog: factWorklog,
  fact_sprint_issue: factSprintIssue,
  fact_sprint: factSprint,
  fact_sprint_event: factSprintEvent,
};
