import type { z } from "zod";

import type { MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type * as records from "../records-pipelines.ts";
import type { Run, TimelineRecord } from "../records-pipelines.ts";
import * as category from "./categories.ts";
import { people } from "./people.ts";
import { shortRef } from "./text.ts";
import { attemptsOf, kindOf, timelinesOf, type Attempt, type Timeline } from "./run-attempts.ts";
import { instant } from "./time.ts";

type Context = MapContext<Config>;
type RunRow = MappedRow<"pipeline_run">;

const isAzureRepository = (repository: { type?: string | null | undefined } | null | undefined): boolean =>
  repository?.type === "TfsGit";

export const toPipeline = (found: z.output<typeof records.pipeline>, { id, host, scope }: Context): readonly Mapped[] => [
  {
    entity: "pipeline",
    id: id("pipeline", found.id),
    url: found._links?.web?.href ?? null,
    name: found.name,
    fullName: pathOf(found),
    repositoryId: isAzureRepository(found.repository) && found.repository?.id ? id("repository", found.repository.id) : null,
    project: found.project?.name ?? scope.name,
    isActive: found.queueStatus ? found.queueStatus === "enabled" : null,
    canonicalKey: `${host}/pipeline/${found.id}`,
  },
];

const pathOf = ({ id, name, path }: { id: number; name?: string | null | undefined; path?: string | null | undefined }): string =>
  `${(path ?? "\\").replace(/\\?$/, "\\")}${name ?? id}`.replace(/^\\/, "");

/** What names a run means its first attempt: the number is one for life. */
const ATTEMPT = 1;

export function toRun(run: Run, context: Context): readonly Mapped[] {
  const { id } = context;
  const known = people(context);
  const attempts = attemptsOf(run);
  const keyOf = (attempt: number) => [run.definition.id, run.id, attempt] as const;
  const runIdOf = (attempt: number) => id("pipeline_run", ...keyOf(attempt));
  const jobs = jobRows(timelinesOf(run), {
    runIdOf,
    key: (attempt, part) => id("pipeline_job", ...keyOf(attempt), part),
  });
  const repositoryId = isAzureRepository(run.repository) && run.repository?.id ? id("repository", run.repository.id) : null;
  const actorAccountId = known.identity(run.requestedFor ?? run.requestedBy);
  const common = runRow(run, context);
  const rows = attempts.flatMap((part): Mapped[] => {
    const { attempt } = part;
    // Who started a stage again is not told.
    const row = { ...common, ...partOf(part), id: runIdOf(attempt), repositoryId, ...(attempt === 1 ? { actorAccountId } : {}) };
    const head: MappedRow<"pipeline_run_commit">[] = row.headSha
      ? [
          {
            entity: "pipeline_run_commit",
            id: id("pipeline_run_commit", ...keyOf(attempt), row.headSha),
            pipelineRunId: row.id,
            sha: row.headSha,
            repositoryId,
            repositoryUrl: repositoryId ? null : (run.repository?.url ?? null),
            isHead: true,
          },
        ]
      : [];
    // A timeline that the provider no longer keeps takes nothing away.
    const whole = part.isKnown ? [{ wholeSet: "pipeline_job" as const, parent: { column: "pipelineRunId", id: row.id } }] : [];
    return [row, ...head, ...whole];
  });
  return [
    ...rows,
    ...jobs,
    {
      entity: "pipeline",
      id: id("pipeline", run.definition.id),
      name: run.definition.name ?? String(run.definition.id),
      fullName: pathOf(run.definition),
      repositoryId,
      canonicalKey: `${context.host}/pipeline/${run.definition.id}`,
      sighted: true,
    },
    ...known.rows(),
  ];
}

/** What is another in each attempt. */
function partOf({ attempt, state, result, queuedAt, startedAt, finishedAt }: Attempt) {
  const stateCategory = category.runState.of(state);
  const isFinished = stateCategory === "finished";
  return {
    attempt,
    stateCategory,
    state,
    resultCategory: isFinished && result ? category.runResult.of(result) : null,
    result: isFinished ? result : null,
    queuedAt,
    startedAt,
    finishedAt: isFinished ? finishedAt : null,
  };
}

type Common = Omit<RunRow, "id" | "repositoryId" | keyof ReturnType<typeof partOf>> & { headSha: string | null };

function runRow(run: Run, { id }: Context): Common {
  const isTag = run.sourceBranch?.startsWith("refs/tags/") ?? false;
  const pull = /^refs\/pull\/(\d+)\//.exec(run.sourceBranch ?? "")?.[1];
  const parent = run.triggeredByBuild;
  return {
    entity: "pipeline_run",
    url: run._links?.web?.href ?? null,
    pipelineId: id("pipeline", run.definition.id),
    runKey: `${run.definition.id}/${run.id}`,
    number: run.id,
    name: run.buildNumber ?? null,
    triggerCategory: run.reason ? (isTag && run.reason !== "manual" ? "tag" : category.trigger.of(run.reason)) : null,
    trigger: run.reason ?? null,
    branch: isTag || pull ? null : shortRef(run.sourceBranch),
    tag: isTag ? shortRef(run.sourceBranch) : null,
    // A run of a request builds a merge that nobody keeps; what was pushed is in its trigger.
    headSha: (pull ? textIn(run.triggerInfo, "pr.sourceSha") : null) ?? run.sourceVersion ?? null,
    pullRequestNumber: pull ? Number(pull) : null,
    parentRunId: parent?.definition ? id("pipeline_run", parent.definition.id, parent.id, ATTEMPT) : null,
    parameters: (run.templateParameters ?? null) as RunRow["parameters"],
  };
}

const textIn = (values: Readonly<Record<string, unknown>> | null | undefined, name: string): string | null => {
  const found = values?.[name];
  return typeof found === "string" && found ? found : null;
};

interface JobSetting {
  runIdOf(attempt: number): string;
  key(attempt: number, part: string): string;
}

/** Stages, jobs and tasks of all attempts; the phases and checkpoints between them carry nothing of their own. */
function jobRows(timelines: readonly Timeline[], setting: JobSetting): MappedRow<"pipeline_job">[] {
  const rows = new Map<string, MappedRow<"pipeline_job">>();
  for (const timeline of timelines)
    for (const record of timeline.records)
      for (const row of jobRow(record, timeline, setting)) if (!rows.has(row.id)) rows.set(row.id, row);
  return [...rows.values()];
}

function jobRow(record: TimelineRecord, timeline: Timeline, { runIdOf, key }: JobSetting): MappedRow<"pipeline_job">[] {
  const kind = kindOf(record);
  if (!kind) return [];
  const attempt = timeline.attemptOf(record);
  const parent = timeline.parentOf(record);
  const state = record.state ?? "pending";
  const failure = (record.issues ?? []).find(({ type }) => type === "error")?.message ?? null;
  return [
    {
      entity: "pipeline_job",
      id: key(attempt, record.id),
      pipelineRunId: runIdOf(attempt),
      name: record.name ?? record.id,
      kindCategory: kind,
      kind: record.type ?? kind,
      parentJobId: parent && key(timeline.attemptOf(parent), parent.id),
      stateCategory: category.runState.of(state),
      state,
      resultCategory: record.result ? category.runResult.of(record.result) : null,
      result: record.result ?? null,
      startedAt: instant(record.startTime),
      finishedAt: instant(record.finishTime),
      runner: record.workerName || null,
      failureReason: failure?.slice(0, 500) ?? null,
    },
  ];
}

/* ── Deployments ─────────────────────────────────────────────────────────────────────────────────────────────── */

export function toEnvironmentDeployment(
  found: z.output<typeof records.environmentDeployment>,
  context: Context,
): readonly Mapped[] {
  const { id, config, scope } = context;
  const { definition, owner } = found;
  const startedAt = instant(found.startTime);
  const finishedAt = instant(found.finishTime);
  const status = found.result ?? (startedAt ? "inProgress" : "notDeployed");
  return [
    {
      entity: "deployment",
      id: id("deployment", found.id),
      url: `${config.url}/${encodeURIComponent(scope.name)}/_environments/${found.environmentId}`,
      environmentCategory: category.environment(found.environmentName),
      environment: found.environmentName,
      statusCategory: category.deploymentStatus.of(status),
      status,
      pipelineId: definition ? id("pipeline", definition.id) : null,
      pipelineRunId: definition && owner ? id("pipeline_run", definition.id, owner.id, ATTEMPT) : null,
      createdAt: instant(found.queueTime),
      startedAt,
      finishedAt,
    },
  ];
}

/** Classic releases: one deployment of a release to one of its stages. */
export function toReleaseDeployment(found: z.output<typeof records.releaseDeployment>, context: Context): readonly Mapped[] {
  const { id, host, scope } = context;
  const known = people(context);
  const { release, releaseDefinition } = found;
  const artifacts = release.artifacts ?? [];
  const artifact = artifacts.find(({ isPrimary }) => isPrimary) ?? artifacts[0];
  const of = (name: string) => artifact?.definitionReference?.[name];
  const isBuild = artifact?.type === "Build";
  const [definition, build] = [of("definition")?.id, of("version")?.id];
  const environment = found.releaseEnvironment.name;
  const isOver = !["inProgress", "notDeployed", "undefined"].includes(found.deploymentStatus);
  const pipelineId = id("pipeline", `release/${releaseDefinition.id}`);
  return [
    {
      entity: "deployment",
      id: id("deployment", "release", found.id),
      url: release.webAccessUri ?? null,
      environmentCategory: category.environment(environment),
      environment,
      kindCategory: "deploy",
      kind: found.reason ?? "release",
      statusCategory: category.deploymentStatus.of(found.deploymentStatus),
      status: found.deploymentStatus,
      repositoryId:
        of("repository.provider")?.id === "TfsGit" && of("repository")?.id ? id("repository", of("repository")!.id!) : null,
      headSha: of("sourceVersion")?.id ?? null,
      version: release.name ?? null,
      pipelineId,
      pipelineRunId: isBuild && definition && build ? id("pipeline_run", definition, build, ATTEMPT) : null,
      actorAccountId: known.identity(found.requestedFor ?? found.requestedBy),
      createdAt: found.queuedOn,
      startedAt: instant(found.startedOn),
      finishedAt: isOver ? instant(found.completedOn) : null,
    },
    {
      entity: "pipeline",
      id: pipelineId,
      name: releaseDefinition.name ?? String(releaseDefinition.id),
      fullName: pathOf(releaseDefinition),
      kindCategory: "cd",
      kind: "release",
      project: scope.name,
      canonicalKey: `${host}/pipeline/release/${releaseDefinition.id}`,
      sighted: true,
    },
    ...known.rows(),
  ];
}
