import { z } from "zod";

import { scopesChanged, type Hint } from "../../ingest/connector.ts";
import { deliveryNotUnderstood } from "./problems.ts";
import { instant } from "./records.ts";

/* What of a delivery says which thing to read again; nothing of it is ever mapped. */

const repository = z.object({ id: z.int(), default_branch: z.string().nullish() });
const numbered = z.object({ number: z.int() });
const about = { action: z.string().nullish(), repository };

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
const aboutRequest = z.object({ ...about, pull_request: numbered });
/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues; a transfer names the new place under `changes`. */
const aboutIssue = z.object({
  ...about,
  issue: numbered.extend({ pull_request: z.unknown().optional() }),
  changes: z.object({ new_issue: numbered.nullish(), new_repository: repository.nullish() }).nullish(),
});
/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
const push = z.object({ ref: z.string(), repository });
/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#create */
const refEvent = z.object({ ref_type: z.string(), repository });
/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment */
const deployment = z.object({ ...about, deployment: z.object({ node_id: z.string() }) });
/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run */
const run = z.object({
  ...about,
  workflow_run: z.object({ id: z.int(), created_at: instant, run_attempt: z.int().default(1) }),
});
/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_job */
const job = z.object({
  ...about,
  workflow_job: z.object({ run_id: z.int(), created_at: instant, run_attempt: z.int().default(1) }),
});
const anyRepository = z.object({ repository });

type Reader = (event: string, body: unknown) => readonly Hint[];

/** The events that are read; all others say nothing new, `ping` and checks among them. */
const readers: Readonly<Record<string, Reader>> = {
  pull_request: ofRequest,
  pull_request_review: ofRequest,
  pull_request_review_comment: ofRequest,
  pull_request_review_thread: ofRequest,
  issue_comment: ofComment,
  issues: ofIssue,
  push: ofPush,
  create: ofRef,
  delete: ofRef,
  release: (event, body) => [whole("releases", read(anyRepository, { event, body }).repository.id)],
  deployment: ofDeployment,
  deployment_status: ofDeployment,
  workflow_run: ofRun,
  workflow_job: ofJob,
  repository: ofScopes,
  installation: ofScopes,
  installation_repositories: ofScopes,
};

export const hintsOf: Reader = (event, body) => (Object.hasOwn(readers, event) ? readers[event]!(event, body) : []);

/** What can be known of a delivery without its body: streams that may hold news. */
export function hintsWithoutBody(event: string, repositoryId: number | null): readonly Hint[] {
  if (event === "repository" || event.startsWith("installation")) return ofScopes();
  const streams = Object.hasOwn(streamsOf, event) ? streamsOf[event]! : [];
  return repositoryId === null ? [] : streams.map((stream) => whole(stream, repositoryId));
}

const streamsOf: Readonly<Record<string, readonly string[]>> = {
  pull_request: ["pull_requests"],
  pull_request_review: ["pull_requests"],
  pull_request_review_comment: ["pull_requests"],
  pull_request_review_thread: ["pull_requests"],
  issue_comment: ["pull_requests", "issues"],
  issues: ["issues"],
  push: ["commits", "tags"],
  create: ["tags"],
  delete: ["tags"],
  release: ["releases"],
  deployment: ["deployments"],
  deployment_status: ["deployments"],
  workflow_run: ["pipeline_runs"],
  workflow_job: ["pipeline_runs"],
};

/* ── One event each ──────────────────────────────────────────────────────────────────────────────────────────── */

function ofRequest(event: string, body: unknown): readonly Hint[] {
  const { repository: of, pull_request: request } = read(aboutRequest, { event, body });
  return [single("pull_requests", of.id, request.number)];
}

/** Remarks on pull requests come as remarks on issues. */
function ofComment(event: string, body: unknown): readonly Hint[] {
  const { repository: of, issue } = read(aboutIssue, { event, body });
  return [single(issue.pull_request ? "pull_requests" : "issues", of.id, issue.number)];
}

function ofIssue(event: string, body: unknown): readonly Hint[] {
  const { action, repository: of, issue, changes } = read(aboutIssue, { event, body });
  const isGone = action === "deleted" || action === "transferred";
  const here: Hint = { ...single("issues", of.id, issue.number), ...(isGone ? { isGone } : {}) };
  const { new_issue: moved, new_repository: to } = changes ?? {};
  return moved && to ? [here, single("issues", to.id, moved.number)] : [here];
}

/** Other branches bring nothing: their requests say themselves when they move. */
function ofPush(event: string, body: unknown): readonly Hint[] {
  const { ref, repository: of } = read(push, { event, body });
  if (ref.startsWith("refs/tags/")) return [whole("tags", of.id)];
  return ref === `refs/heads/${of.default_branch ?? ""}` ? [whole("commits", of.id)] : [];
}

function ofRef(event: string, body: unknown): readonly Hint[] {
  const { ref_type: kind, repository: of } = read(refEvent, { event, body });
  return kind === "tag" ? [whole("tags", of.id)] : [];
}

function ofDeployment(event: string, body: unknown): readonly Hint[] {
  const { repository: of, deployment: one } = read(deployment, { event, body });
  return [{ stream: "deployments", scopeId: String(of.id), keys: [one.node_id] }];
}

function ofRun(event: string, body: unknown): readonly Hint[] {
  const { repository: of, workflow_run: one } = read(run, { event, body });
  return [runKey(of.id, { id: one.id, createdAt: one.created_at, attempt: one.run_attempt })];
}

/** A job tells when it was made itself, not when its run was: the run is found by its number all the same. */
function ofJob(event: string, body: unknown): readonly Hint[] {
  const { action, repository: of, workflow_job: one } = read(job, { event, body });
  if (action !== "completed") return [];
  return [runKey(of.id, { id: one.run_id, createdAt: one.created_at, attempt: one.run_attempt })];
}

/** Renamed, moved, archived, new or gone: the list of repositories tells which. */
function ofScopes(): readonly Hint[] {
  return [scopesChanged, { stream: "repositories", scopeId: "-", keys: null }];
}

/* ── Keys ────────────────────────────────────────────────────────────────────────────────────────────────────── */

const single = (stream: string, repositoryId: number, number: number): Hint => ({
  stream,
  scopeId: String(repositoryId),
  keys: [`${repositoryId}/${number}`],
});

const whole = (stream: string, repositoryId: number): Hint => ({ stream, scopeId: String(repositoryId), keys: null });

const runKey = (repositoryId: number, one: { id: number; createdAt: string; attempt: number }): Hint => ({
  stream: "pipeline_runs",
  scopeId: String(repositoryId),
  keys: [`${one.createdAt}/${one.id}/${one.attempt}`],
});

function read<Body>(schema: z.ZodType<Body>, { event, body }: { event: string; body: unknown }): Body {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw deliveryNotUnderstood(event, `${issue?.path.join(".") || "the body"}: ${issue?.message ?? "does not fit"}`);
}
