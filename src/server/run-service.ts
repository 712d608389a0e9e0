import type { Actor } from "./access.ts";
import { create, get } from "./backfill-service.ts";
import type { Context } from "./context.ts";
import { getIntegration, noteRun } from "../workspace/integrations.ts";
import { integrationBody } from "./integration-view.ts";
import { notPaused } from "./problems.ts";
import type { LiveWish } from "./run-live.ts";
import { idle } from "./run-progress.ts";
import type { BackfillBody } from "./shapes/backfills.ts";
import type { RunBody, RunRequest } from "./shapes/integrations.ts";

/** Looks for news now; a range that is to be read again becomes a backfill, so that news need not wait for it. */
export async function run(context: Context, actor: Actor, asked: { id: string; request: RunRequest }): Promise<RunBody> {
  const { id, request } = asked;
  const { streams, scopes, since, until, full } = request;
  const { lifecycle, name } = await integrationBody(context, id);
  if (lifecycle !== "active") throw notPaused(id, name, lifecycle);
  if (full || since !== undefined || until !== undefined) {
    const range = { since: full ? null : (since ?? null), ...(until === undefined ? {} : { until }) };
    const chosen = { ...(streams?.length ? { streams } : {}), ...(scopes?.length ? { scopes } : {}) };
    const input = { ...range, ...chosen, order: "newest-first", priority: 1, maxShare: 1, again: true, dryRun: false } as const;
    const { backfill } = await create(context, actor, { id, input });
    return { ...(await currentRun(context, id, backfill!.id)), isJoined: backfill!.isJoined };
  }
  const wish = { ...(streams?.length ? { streams } : {}), ...(scopes?.length ? { scopes } : {}) };
  if (!(await context.lease.take())) return handOver(context, id, wish);
  const { run: started, isJoined } = await context.scheduler.trigger(id, wish);
  return started.describe(isJoined);
}

/** The process that does the work finds the wish within a second; two wishes together are one for everything. */
async function handOver({ workspace }: Context, id: string, wish: LiveWish): Promise<RunBody> {
  const { runRequest } = await getIntegration(workspace, id);
  await noteRun(workspace, id, { runRequest: runRequest === null ? { ...wish } : {} });
  return { ...neverRun(id), state: "queued", requestedAt: workspace.now() };
}

/** What the workspace tells of a run in another process. */
async function runElsewhere({ workspace }: Context, id: string): Promise<RunBody> {
  const { runRequest, status, statusSince, lastRunAt, lastSuccessAt, error } = await getIntegration(workspace, id);
  if (runRequest !== null) return { ...neverRun(id), state: "queued" };
  if (lastRunAt === null) return neverRun(id);
  const isFailed = status === "FAILED";
  return {
    ...neverRun(id),
    state: isFailed ? "failed" : "succeeded",
    startedAt: lastRunAt,
    finishedAt: isFailed ? statusSince : lastSuccessAt,
    failures: error ? [{ stream: "-", scope: null, problem: { ...error } }] : [],
  };
}

export async function currentRun(context: Context, id: string, backfill?: string): Promise<RunBody> {
  const { lastRunAt } = await integrationBody(context, id);
  if (backfill !== undefined) {
    const found = context.scheduler.ofBackfill(id, backfill);
    return found?.describe(false) ?? runOf(await get(context, id, backfill));
  }
  if (!context.lease.isHeld() && (await context.lease.holder()) !== null) return runElsewhere(context, id);
  const latest = context.scheduler.latest(id);
  if (latest) return latest.describe(false);
  const times = { requestedAt: null, startedAt: lastRunAt, finishedAt: null };
  return { ...neverRun(id), ...times };
}

const neverRun = (id: string): RunBody => ({
  integration: id,
  kind: "refresh",
  backfill: null,
  state: "never",
  isJoined: false,
  requestedAt: null,
  startedAt: null,
  finishedAt: null,
  progress: idle,
  failures: [],
});

/** A backfill whose run is not of this process, or has not begun. */
function runOf({ id, integration, status, createdAt, startedAt, finishedAt, actual, error }: BackfillBody): RunBody {
  const state = status === "scheduled" || status === "paused" ? "queued" : status;
  const { seconds: _, ...counts } = actual;
  return {
    ...neverRun(integration),
    kind: "backfill",
    backfill: id,
    state,
    requestedAt: createdAt,
    startedAt,
    finishedAt,
    progress: {
      ...idle,
      ...counts,
      state: state === "queued" ? "queued" : "idle",
    },
    failures: error
      ? [
          {
            stream: "-",
            scope: null,
            problem: error,
          },
        ]
      : [],
  };
}
