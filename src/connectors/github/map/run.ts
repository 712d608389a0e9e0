import type { MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type { Attempt, CheckRun, Job } from "../records-delivery.ts";
import * as category from "./categories.ts";
import { people } from "./people.ts";

type Context = MapContext<Config>;
type JobRow = MappedRow<"pipeline_job">;

const present = <Value>(values: readonly (Value | null)[] | null | undefined): Value[] =>
  (values ?? []).filter((value) => value !== null);

/** One attempt of one run with its jobs and steps. */
export function toRun(attempt: Attempt, context: Context): readonly Mapped[] {
  const { id, scope } = context;
  const { run } = attempt;
  const known = people(context);
  const key = [run.workflow_id, run.id, run.run_attempt] as const;
  const runId = id("pipeline_run", ...key);
  const isFinished = category.runState.of(run.status) === "finished";
  // Only a release says that its head is a tag; a push of a tag looks like one of a branch.
  const isTag = run.event === "release";
  const startedAt = run.run_started_at ?? run.created_at;
  const row: MappedRow<"pipeline_run"> = {
    entity: "pipeline_run",
    id: runId,
    url: run.html_url ?? null,
    pipelineId: id("pipeline", run.workflow_id),
    runKey: `${run.workflow_id}/${run.id}`,
    number: run.run_number ?? null,
    attempt: run.run_attempt,
    name: run.display_title ?? run.name ?? null,
    ...stateOf(run),
    triggerCategory: category.trigger.of(run.event),
    trigger: run.event,
    repositoryId: id("repository", scope.id),
    branch: isTag ? null : (run.head_branch ?? null),
    tag: isTag ? (run.head_branch ?? null) : null,
    headSha: run.head_sha,
    pullRequestNumber:
      (run.pull_requests ?? []).find(({ base }) => !base?.repo || String(base.repo.id) === scope.id)?.number ?? null,
    actorAccountId: known.user(run.triggering_actor ?? run.actor),
    queuedAt: run.run_attempt === 1 ? run.created_at : startedAt,
    startedAt,
    finishedAt: isFinished ? run.updated_at : null,
  };
  const commit: MappedRow<"pipeline_run_commit"> = {
    entity: "pipeline_run_commit",
    id: id("pipeline_run_commit", ...key, run.head_sha),
    pipelineRunId: runId,
    sha: run.head_sha,
    repositoryId: id("repository", scope.id),
    isHead: true,
  };
  const job = (jobKey: string | number) => id("pipeline_job", ...key, jobKey);
  const jobs = attempt.jobs
    ? attempt.jobs.flatMap((found) => jobRows(fromRest(found), { runId, job }))
    : present(attempt.checkRuns).flatMap((found) => jobRows(fromCheck(found), { runId, job }));
  return [
    row,
    commit,
    ...jobs,
    { wholeSet: "pipeline_job", parent: { column: "pipelineRunId", id: runId } },
    pipelineMention(attempt, context),
    ...known.rows(),
  ];
}

/** A run may outlive the list of workflows: deleted ones are only known from their runs. */
function pipelineMention({ run }: Attempt, { id, scope, host }: Context): MappedRow<"pipeline"> {
  return {
    entity: "pipeline",
    id: id("pipeline", run.workflow_id),
    name: run.name || run.path || String(run.workflow_id),
    fullName: run.path || run.name || String(run.workflow_id),
    repositoryId: id("repository", scope.id),
    project: scope.name,
    canonicalKey: `${host}/pipeline/${run.workflow_id}`,
    sighted: true,
  };
}

const stateOf = ({ status, conclusion }: Stated) => ({
  stateCategory: category.runState.of(status),
  state: status,
  resultCategory: conclusion ? category.runResult.of(conclusion) : null,
  result: conclusion || null,
});

interface Step {
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
}

/** A job as both APIs give it. */
interface AnyJob extends Step {
  readonly id: number;
  readonly url: string | null;
  readonly queuedAt: string | null;
  readonly environment: string | null;
  readonly runner: string | null;
  readonly steps: readonly Step[];
}

const fromRest = (job: Job): AnyJob => ({
  ...times(job, job.started_at, job.completed_at),
  id: job.id,
  url: job.html_url ?? null,
  queuedAt: job.created_at ?? null,
  environment: null,
  runner: job.runner_name || null,
  steps: (job.steps ?? []).map((step) => times(step, step.started_at, step.completed_at)),
});

const fromCheck = (check: CheckRun): AnyJob => ({
  ...times(check, check.startedAt, check.completedAt),
  id: check.databaseId,
  url: check.url ?? null,
  queuedAt: null,
  environment: check.deployment?.environment ?? null,
  runner: null,
  steps: present(check.steps?.nodes).map((step) => times(step, step.startedAt, step.completedAt)),
});

type Stated = { readonly status: string; readonly conclusion?: string | null | undefined };

const times = (
  { name, status, conclusion }: Stated & { name: string },
  startedAt: string | null | undefined,
  completedAt: string | null | undefined,
): Step => ({
  name,
  status,
  conclusion: conclusion ?? null,
  startedAt: startedAt ?? null,
  completedAt: completedAt ?? null,
});

/** One job and its steps; a step has no number of its own, only its place in the job. */
function jobRows(found: AnyJob, { runId, job }: { runId: string; job(key: string | number): string }): JobRow[] {
  const parent: JobRow = {
    entity: "pipeline_job",
    id: job(found.id),
    url: found.url,
    pipelineRunId: runId,
    name: found.name,
    kindCategory: "job",
    kind: "job",
    ...stateOf(found),
    queuedAt: found.queuedAt,
    startedAt: found.startedAt,
    finishedAt: found.completedAt,
    environmentCategory: found.environment === null ? null : category.environment(found.environment),
    environment: found.environment,
    runner: found.runner,
  };
  const steps = found.steps.map((step, index): JobRow => ({
    entity: "pipeline_job",
    id: job(`${found.id}/${index + 1}`),
    pipelineRunId: runId,
    name: step.name,
    kindCategory: "step",
    kind: "step",
    parentJobId: parent.id,
    ...stateOf(step),
    startedAt: step.startedAt,
    finishedAt: step.completedAt,
  }));
  return [parent, ...steps];
}
