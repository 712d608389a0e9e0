import type { Attempt, Deployment, DeploymentStatus, Job, Release, Run, Seconds, Workflow } from "../../organisation/index.ts";
import { idOf, nodeId } from "../node-ids.ts";
import { fullName, iso, isoOrNull, lastAttempt } from "../state.ts";
import { repository, user } from "./render.ts";
import type { RepositoryRequest } from "./request.ts";

type Where = Pick<RepositoryRequest, "api" | "web" | "repository" | "history">;

export function workflow(where: Where, entry: Workflow) {
  const url = `${where.api}/repos/${fullName(where.repository)}/actions/workflows/${entry.id}`;
  return {
    id: entry.id,
    node_id: idOf("Workflow", where.repository.id, entry),
    name: entry.name,
    path: entry.path,
    state: "active",
    ...(!where.repository.recorded && { created_at: iso(entry.createdAt), updated_at: iso(entry.createdAt) }),
    url,
    html_url: `${where.web}/${fullName(where.repository)}/blob/main/${entry.path}`,
    badge_url: `${where.web}/${fullName(where.repository)}/workflows/${encodeURIComponent(entry.name)}/badge.svg`,
  };
}

/** A run, or what it was at one attempt. */
export function run(
  where: Where,
  entry: Run,
  { attempt = lastAttempt(entry), withRequests = true }: { attempt?: Attempt; withRequests?: boolean } = {},
) {
  if (entry.recorded) return withRequests ? entry.recorded.json : { ...entry.recorded.json, pull_requests: [] };
  const repo = where.repository;
  const url = `${where.api}/repos/${fullName(repo)}/actions/runs/${entry.id}`;
  const head = where.history.commits.get(entry.sha);
  return {
    id: entry.id,
    name: entry.workflow.name,
    node_id: idOf("WorkflowRun", repo.id, entry),
    head_branch: entry.branch,
    head_sha: entry.sha,
    path: entry.workflow.path,
    display_title: entry.title,
    run_number: entry.number,
    event: entry.event,
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: entry.workflow.id,
    check_suite_id: entry.suiteId,
    check_suite_node_id: nodeId("CheckSuite", repo.id, entry.suiteId),
    url,
    html_url: `${where.web}/${fullName(repo)}/actions/runs/${entry.id}`,
    pull_requests: withRequests
      ? entry.pullRequests.map((request) => ({
          url: `${where.api}/repos/${fullName(repo)}/pulls/${request.number}`,
          id: request.id,
          number: request.number,
          head: { ref: request.head.ref, sha: request.head.sha },
          base: request.base,
        }))
      : [],
    created_at: iso(entry.createdAt),
    updated_at: iso(attempt.updatedAt),
    actor: user(where, entry.actor),
    run_attempt: attempt.number,
    referenced_workflows: [],
    run_started_at: iso(attempt.startedAt),
    triggering_actor: user(where, attempt.actor),
    jobs_url: `${url}/jobs`,
    previous_attempt_url: attempt.number > 1 ? `${url}/attempts/${attempt.number - 1}` : null,
    head_commit: head && {
      id: head.sha,
      tree_id: head.sha,
      message: head.message,
      timestamp: iso(head.committer.at),
      author: { name: head.author.name, email: head.author.email },
      committer: { name: head.committer.name, email: head.committer.email },
    },
    repository: repository(where, repo),
    head_repository: repository(where, repo),
  };
}

export function job(where: Where, entry: Job, of: { run: Run; attempt: Attempt }) {
  const url = `${where.api}/repos/${fullName(where.repository)}/actions`;
  return {
    id: entry.id,
    run_id: of.run.id,
    workflow_name: of.run.workflow.name,
    head_branch: of.run.branch,
    run_url: `${url}/runs/${of.run.id}`,
    run_attempt: of.attempt.number,
    node_id: idOf("CheckRun", where.repository.id, entry),
    head_sha: of.run.sha,
    url: `${url}/jobs/${entry.id}`,
    html_url: `${where.web}/${fullName(where.repository)}/actions/runs/${of.run.id}/job/${entry.id}`,
    status: entry.status,
    conclusion: entry.conclusion,
    created_at: iso(entry.createdAt),
    // A queued job names the time it was queued as its start.
    started_at: iso(entry.startedAt ?? entry.createdAt),
    completed_at: isoOrNull(entry.completedAt),
    name: entry.name,
    steps: stepsOf(entry).map(({ name, status, conclusion, number, startedAt, completedAt }) => ({
      name,
      status,
      conclusion,
      number,
      started_at: isoOrNull(startedAt),
      completed_at: isoOrNull(completedAt),
    })),
    check_run_url: `${where.api}/repos/${fullName(where.repository)}/check-runs/${entry.id}`,
    labels: ["ubuntu-latest"],
    runner_id: entry.runnerId,
    runner_name: entry.runnerId === null ? null : `GitHub Actions ${entry.runnerId}`,
    runner_group_id: entry.runnerId === null ? null : 2,
    runner_group_name: entry.runnerId === null ? null : "GitHub Actions",
  };
}

export interface Step {
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly number: number;
  readonly startedAt: Seconds | null;
  readonly completedAt: Seconds | null;
}

/** The steps of a job share its time; a failed job failed in its third step from the end and skipped the rest. */
export function stepsOf(job: Job): Step[] {
  if (job.startedAt === null) return [];
  const { startedAt, completedAt } = job;
  const length = completedAt === null ? 0 : completedAt - startedAt;
  const failing = job.conclusion === "success" || job.conclusion === null ? Infinity : job.steps.length - 3;
  return job.steps.map((name, index) => {
    const isOver = completedAt !== null;
    const conclusion = !isOver ? null : index < failing ? "success" : index === failing ? job.conclusion : "skipped";
    const at = (part: number) => Math.round(startedAt + (length * part) / job.steps.length);
    return {
      name,
      status: isOver ? "completed" : index === 0 ? "in_progress" : "queued",
      conclusion,
      number: index + 1,
      startedAt: isOver || index === 0 ? at(index) : null,
      completedAt: isOver ? at(index + 1) : null,
    };
  });
}

export function deployment(where: Where, entry: Deployment) {
  const url = `${where.api}/repos/${fullName(where.repository)}/deployments/${entry.id}`;
  return {
    url,
    id: entry.id,
    node_id: idOf("Deployment", where.repository.id, entry),
    task: entry.task,
    original_environment: entry.environment,
    environment: entry.environment,
    description: entry.description,
    created_at: iso(entry.createdAt),
    updated_at: iso(entry.statuses.at(-1)?.at ?? entry.createdAt),
    statuses_url: `${url}/statuses`,
    repository_url: `${where.api}/repos/${fullName(where.repository)}`,
    creator: user(where, entry.creator),
    sha: entry.sha,
    ref: entry.ref,
    payload: {},
    transient_environment: false,
    production_environment: entry.isProduction,
    performed_via_github_app: null,
  };
}

export const deploymentStatus = (where: Where, entry: DeploymentStatus, of: Deployment) => ({
  url: `${where.api}/repos/${fullName(where.repository)}/deployments/${of.id}/statuses/${entry.id}`,
  id: entry.id,
  node_id: idOf("DeploymentStatus", where.repository.id, entry),
  state: entry.state,
  creator: user(where, entry.creator),
  description: entry.description,
  environment: of.environment,
  target_url: "",
  created_at: iso(entry.at),
  updated_at: iso(entry.at),
  deployment_url: `${where.api}/repos/${fullName(where.repository)}/deployments/${of.id}`,
  environment_url: "",
  log_url: "",
  performed_via_github_app: null,
});

export const release = (where: Where, entry: Release) => ({
  url: `${where.api}/repos/${fullName(where.repository)}/releases/${entry.id}`,
  html_url: `${where.web}/${fullName(where.repository)}/releases/tag/${entry.tag}`,
  id: entry.id,
  author: user(where, entry.author),
  node_id: idOf("Release", where.repository.id, entry),
  tag_name: entry.tag,
  target_commitish: "main",
  name: entry.name,
  draft: entry.isDraft,
  prerelease: entry.isPrerelease,
  created_at: iso(entry.createdAt),
  published_at: isoOrNull(entry.publishedAt),
  assets: [],
  body: entry.body,
});
