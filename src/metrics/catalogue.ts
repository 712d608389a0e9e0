import { commits } from "./commits.ts";
import { changes, deployments } from "./dora.ts";
import { incidents } from "./incidents.ts";
import { effort, issueAssignments, issueStages, worklogs } from "./issue-flow.ts";
import { issues } from "./issues.ts";
import type { Metric } from "./metric.ts";
import { pipelineJobs, pipelineRuns } from "./pipelines.ts";
import { pullRequests } from "./pull-requests.ts";
import { reviews } from "./reviews.ts";
import { sprintEvents, sprintIssues, sprints } from "./sprints.ts";

export type Catalogue = ReadonlyMap<string, Metric>;

const metrics = [
  ...changes,
  ...deployments,
  ...incidents,
  ...pullRequests,
  ...reviews,
  ...commits,
  ...pipelineRuns,
  ...pipelineJobs,
  ...issues,
  ...issueStages,
  ...issueAssignments,
  ...effort,
  ...worklogs,
  ...sprints,
  ...sprintIssues,
  ...sprintEvents,
];

/** Every metric by name, in the order of `docs/design/metrics.md` §6. */
export const catalogue: Catalogue = new Map(metrics.map((metric) => [metric.name, metric]));
