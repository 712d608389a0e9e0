import { z } from "zod";

import { identity } from "./records.ts";

const text = z.string().nullish();
const definition = z.object({ id: z.number(), name: text, path: text });

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/build/definitions/list */
export const pipeline = z.object({
  id: z.number(),
  name: z.string(),
  path: text,
  queueStatus: text,
  repository: z.object({ id: text, type: text }).nullish(),
  project: z.object({ name: text }).nullish(),
  _links: z.object({ web: z.object({ href: text }).nullish() }).nullish(),
});

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/build/timeline/get */
const timelineRecord = z.object({
  id: z.string(),
  parentId: text,
  type: text,
  name: text,
  state: text,
  result: text,
  startTime: text,
  finishTime: text,
  workerName: text,
  /** From 1; more where a stage or some of its jobs were started again. */
  attempt: z.number().nullish(),
  order: z.number().nullish(),
  issues: z.array(z.object({ type: text, message: text })).nullish(),
});
export type TimelineRecord = z.output<typeof timelineRecord>;

/** A run with its stages, jobs and tasks. https://learn.microsoft.com/en-us/rest/api/azure/devops/build/builds/list */
export const run = z.object({
  id: z.number(),
  buildNumber: text,
  status: z.string(),
  result: text,
  reason: text,
  queueTime: text,
  startTime: text,
  finishTime: text,
  lastChangedDate: text,
  sourceBranch: text,
  sourceVersion: text,
  definition,
  project: z.object({ id: text, name: text }).nullish(),
  repository: z.object({ id: text, type: text, url: text }).nullish(),
  requestedFor: identity.nullish(),
  requestedBy: identity.nullish(),
  triggerInfo: z.record(z.string(), z.unknown()).nullish(),
  triggeredByBuild: z.object({ id: z.number(), definition: definition.nullish() }).nullish(),
  templateParameters: z.record(z.string(), z.unknown()).nullish(),
  _links: z.object({ web: z.object({ href: text }).nullish() }).nullish(),
  /** Null where the provider keeps none, or no longer. */
  timeline: z.array(timelineRecord).nullable(),
  /** Those of earlier attempts, as far as the provider keeps them. */
  earlierTimelines: z.array(z.array(timelineRecord)).nullish(),
});
export type Run = z.output<typeof run>;

/** https://learn.microsoft.com/en-us/javascript/api/azure-devops-extension-api/environmentdeploymentexecutionrecord */
export const environmentDeployment = z.object({
  id: z.number(),
  environmentId: z.number(),
  environmentName: z.string(),
  planType: text,
  stageName: text,
  jobName: text,
  result: text,
  queueTime: text,
  startTime: text,
  finishTime: text,
  definition: definition.nullish(),
  owner: z.object({ id: z.number(), name: text }).nullish(),
});

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/release/deployments/list */
export const releaseDeployment = z.object({
  id: z.number(),
  release: z.object({
    id: z.number(),
    name: text,
    artifacts: z
      .array(
        z.object({
          type: text,
          isPrimary: z.boolean().nullish(),
          definitionReference: z.record(z.string(), z.object({ id: text, name: text }).nullish()).nullish(),
        }),
      )
      .nullish(),
    webAccessUri: text,
  }),
  releaseDefinition: z.object({ id: z.number(), name: text, path: text }),
  releaseEnvironment: z.object({ id: z.number(), name: z.string() }),
  attempt: z.number().nullish(),
  reason: text,
  deploymentStatus: z.string(),
  operationStatus: text,
  requestedBy: identity.nullish(),
  requestedFor: identity.nullish(),
  queuedOn: z.string(),
  startedOn: text,
  completedOn: text,
  lastModifiedOn: z.string(),
});
