import { commits } from "./commits.ts";
import { changes, deployments } from "./dora.ts";
import { incidents } from "./incidents.ts";
import type { Metric } from "./metric.ts";
import { pipelineJobs, pipelineRuns } from "./pipelines.ts";
import { pullRequests } from "./pull-requests.ts";
import { reviews } from "./reviews.ts";

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
];

/** Every metric by name, in the order of `docs/design/metrics.md` §6. */
export const catalogue: Catalogue = new Map(metrics.map((metric) => [metric.name, metric]));
