import { bigint, boolean, category, double, json, orNull, text, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** One definition. */
export const pipeline = table({
  name: "pipeline",
  kind: "E",
  key: "provider pipeline id, or full job name",
  columns: {
    /** full name includes folders or file path */
    name: text,
    fullName: text,
    /** `ci`, `cd`, `release`, `other`; NULL when the provider does not say (most do not) */
    kindCategory: orNull(category("ci", "cd", "release", "other")),
    kind: orNull(text),
    repositoryId: orNull(text),
    project: orNull(text),
    /** CI server label (Jenkins, webhook) */
    instance: orNull(text),
    isActive: orNull(boolean),
    /** §2 */
    canonicalKey: text,
  },
});

/** One **attempt** of one run. */
export const pipelineRun = table({
  name: "pipeline_run",
  kind: "E",
  key: "<pipeline>/<run id>/<attempt>",
  columns: {
    pipelineId: text,
    /** same for all attempts of one run: `<pipeline>/<run id>` */
    runKey: text,
    /** number people see; attempt from 1 */
    number: orNull(bigint),
    attempt: bigint,
    name: orNull(text),
    stateCategory: category("queued", "running", "waiting", "finished", "other"),
    state: orNull(text),
    /** `success`, `partial`, `failure`, `canceled`, `skipped`, `other`; NULL until finished  */
    resultCategory: orNull(category("success", "partial", "failure", "canceled", "skipped", "other")),
    result: orNull(text),
    triggerCategory: orNull(category("push", "pull_request", "tag", "schedule", "manual", "api", "upstream", "other")),
    trigger: orNull(text),
    /** what was built */
    repositoryId: orNull(text),
    branch: orNull(text),
    tag: orNull(text),
    headSha: orNull(text),
    pullRequestNumber: orNull(bigint),
    /** who or what started it */
    actorAccountId: orNull(text),
    /** of this attempt */
    queuedAt: orNull(timestamp),
    startedAt: orNull(timestamp),
    finishedAt: orNull(timestamp),
    /** as the provider states them (may be working time, not wall clock) */
    durationSeconds: orNull(double),
    queueSeconds: orNull(double),
    /** when the run itself names one  */
    environmentCategory: orNull(category("production", "staging", "test", "development", "preview", "other")),
    environment: orNull(text),
    /** upstream run; earlier run it repeats (providers that make a new run) */
    parentRunId: orNull(text),
    retryOfId: orNull(text),
    testsPassedCount: orNull(bigint),
    testsFailedCount: orNull(bigint),
    testsSkippedCount: orNull(bigint),
    /** sender marked it as a failed change */
    isChangeFailure: orNull(boolean),
    /** name → value, secrets removed */
    parameters: orNull(json),
  },
});

/** One stage, job or step of one attempt. */
export const pipelineJob = table({
  name: "pipeline_job",
  kind: "E",
  key: "<pipeline>/<run id>/<attempt>/<job id>",
  columns: {
    pipelineRunId: text,
    name: text,
    kindCategory: category("stage", "job", "step", "other"),
    kind: orNull(text),
    parentJobId: orNull(text),
    /** as for runs */
    stateCategory: orNull(category("queued", "running", "waiting", "finished", "other")),
    state: orNull(text),
    resultCategory: orNull(category("success", "partial", "failure", "canceled", "skipped", "other")),
    result: orNull(text),
    queuedAt: orNull(timestamp),
    startedAt: orNull(timestamp),
    finishedAt: orNull(timestamp),
    durationSeconds: orNull(double),
    environmentCategory: orNull(category("production", "staging", "test", "development", "preview", "other")),
    environment: orNull(text),
    runner: orNull(text),
    failureReason: orNull(text),
    /** failure does not fail the run */
    mayFail: orNull(boolean),
  },
});

/** One commit a run reports as built or changed. */
export const pipelineRunCommit = table({
  name: "pipeline_run_commit",
  kind: "E",
  key: "<pipeline>/<run id>/<attempt>/<sha>",
  columns: {
    pipelineRunId: text,
    sha: text,
    /** NULL when only a URL or nothing is known */
    repositoryId: orNull(text),
    /** as sent */
    repositoryUrl: orNull(text),
    /** the commit that was built */
    isHead: boolean,
  },
});

/** One service or application. */
export const service = table({
  name: "service",
  kind: "E",
  key: "provider service id",
  columns: {
    name: text,
    kind: orNull(text),
    tierCategory: orNull(category("critical", "high", "medium", "low", "other")),
    tier: orNull(text),
    /** owner as the provider names it */
    ownerTeamKey: orNull(text),
    /** §2 */
    canonicalKey: text,
  },
});

/** Tells what one service of ours consists of; services also exist without a row here. */
export const serviceMap = table({
  name: "service_map",
  kind: "S",
  key: "uuid",
  columns: {
    /** service that counts */
    serviceId: text,
    /** a provider's service that is the same thing */
    sameAsServiceId: orNull(text),
    /** deployments of these belong to the service when they name none */
    repositoryId: orNull(text),
    pipelineId: orNull(text),
    /** with `repository_id`: only changes under it ship in this service */
    pathPrefix: orNull(text),
    /** with `pipeline_id`: only deployments to it; NULL = all */
    environment: orNull(text),
  },
});

/** One attempt to put a version into one environment. */
export const deployment = table({
  name: "deployment",
  kind: "E",
  key: "provider deployment id; <run>/<job> where deployments are jobs",
  columns: {
    /** id if the provider has services; the name it used */
    serviceId: orNull(text),
    service: orNull(text),
    /** §4.3; NULL when none is named */
    environmentCategory: orNull(category("production", "staging", "test", "development", "preview", "other")),
    environment: orNull(text),
    /** `deploy`, `rollback`, `flag`, `config`, `other`; NULL when not said */
    kindCategory: orNull(category("deploy", "rollback", "flag", "config", "other")),
    kind: orNull(text),
    statusCategory: category("pending", "running", "success", "failure", "canceled", "skipped", "other"),
    status: orNull(text),
    /** what was deployed, as stated */
    repositoryId: orNull(text),
    headSha: orNull(text),
    tag: orNull(text),
    version: orNull(text),
    pipelineId: orNull(text),
    pipelineRunId: orNull(text),
    pipelineJobId: orNull(text),
    /** number of the change it ran under */
    changeRequestKey: orNull(text),
    actorAccountId: orNull(text),
    /** finished NULL until final */
    createdAt: orNull(timestamp),
    startedAt: orNull(timestamp),
    finishedAt: orNull(timestamp),
    /** sender marked it */
    isChangeFailure: orNull(boolean),
  },
});

/** One built version of one artifact. */
export const artifact = table({
  name: "artifact",
  kind: "E",
  key: "digest, else <location>/<name>/<tag>",
  columns: {
    name: text,
    typeCategory: orNull(category("container", "package", "archive", "file", "other")),
    type: orNull(text),
    /** registry path without scheme; qualifier; `sha256:…` */
    location: orNull(text),
    tag: orNull(text),
    digest: orNull(text),
    createdAt: orNull(timestamp),
  },
});

/** An artifact made or consumed. */
export const artifactUse = table({
  name: "artifact_use",
  kind: "E",
  key: "<artifact>/<direction>/<run or deployment>",
  columns: {
    artifactId: text,
    /** at least one */
    pipelineRunId: orNull(text),
    deploymentId: orNull(text),
    directionCategory: category("output", "input", "other"),
    direction: orNull(text),
    occurredAt: orNull(timestamp),
  },
});
