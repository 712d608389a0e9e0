import { createHash } from "node:crypto";
import { setTimeout as after } from "node:timers/promises";

import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import { Problem } from "../domain/problem.ts";
import type { Engine, ReconcileSummary } from "../ingest/engine.ts";
import { dropTask, saveTask, type LiveTask } from "../workspace/ingestion-tasks.ts";
import { listScopes } from "../workspace/integration-scopes.ts";
import { getIntegration, listIntegrations, type ErrorText, type Integration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { noteReconciliation, readReconciliation, type Reconciliation, type ReconcileWish } from "../workspace/reconciliations.ts";
import type { EventStream } from "./events.ts";
import { openIntegration, toScope, type Connectors } from "./integration-access.ts";
import type { Lease } from "./lease.ts";
import { problemText } from "./problem-json.ts";
import { unexpected } from "./run-problems.ts";

/** Comparisons at once, behind whatever reads news and history. */
const AT_ONCE = 2;
const TICK_MS = 5000;
/** The first comparison follows the first success within this time, so that completeness is proven early. */
const FIRST_SECONDS = 3600;

export interface ReconcilePlaces {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

export interface Reconciler {
  start(): void;
  stop(): Promise<void>;
  /** Compares now; joins what runs already. Answers whether it joined. */
  trigger(id: string, wish: ReconcileWish): Promise<{ isJoined: boolean }>;
  /** Stops one, to go on later where it stopped, and waits for its end. */
  interrupt(id: string): Promise<void>;
  /** Interrupts everything, and begins nothing until `work` is done. */
  quietly<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Of the one under way; null when none is. */
  progress(id: string): ReconcilePlaces | null;
  /** A task of a comparison began, moved or ended. */
  onTask(task: LiveTask): void;
  nextAt(integration: Integration, state: Reconciliation): Instant | null;
}

export interface ReconcilerOptions {
  readonly workspace: Workspace;
  readonly connectors: Connectors;
  readonly engine: Engine;
  readonly events: EventStream;
  readonly log: FastifyBaseLogger;
  /** Nothing begins in a process that does not hold it. */
  readonly lease: Pick<Lease, "isHeld" | "take">;
  /** Rows arrived or became tombstones. */
  readonly onRows: () => void;
  readonly onTaskEnd: (task: LiveTask) => void;
}

interface Running {
  readonly abort: AbortController;
  readonly finished: Promise<void>;
  places: ReconcilePlaces;
}

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { workspace, engine, events, log } = options;
  const running = new Map<string, Running>();
  const stopping = new AbortController();
  let loop: Promise<void> | null = null;
  let quiet = 0;

  const begin = (id: string, state: Reconciliation) => {
    const abort = new AbortController();
    const entry: Running = { abort, places: { total: 0, done: 0, failed: 0 }, finished: Promise.resolve() };
    const work = compare(id, state, entry)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) log.error({ err: error, integration: id }, "a reconciliation could not be carried out");
      })
      .finally(() => running.delete(id));
    running.set(id, Object.assign(entry, { finished: work }));
  };
  const compare = async (id: string, state: Reconciliation, entry: Running) => {
    // One that was interrupted goes on: what has been compared since it began is left out.
    const isResumed = state.startedAt !== null && state.finishedAt === null && state.requestedAt === null;
    const startedAt = isResumed ? state.startedAt : workspace.now();
    const wish = state.request ?? {};
    await noteReconciliation(workspace, id, { startedAt, finishedAt: null, requestedAt: null, outcome: null, error: null });
    const end = (outcome: Reconciliation["outcome"], error: ErrorText | null) =>
      noteReconciliation(workspace, id, { finishedAt: workspace.now(), outcome, error, request: null });
    try {
      const integration = await openIntegration(options, await getIntegration(workspace, id));
      const chosen = (await listScopes(workspace, id)).filter((scope) => scope.selectedBy !== null);
      const summary = await engine.reconcile({
        ...wish,
        integration: { ...integration, scopes: chosen.filter((scope) => !scope.isVanished).map(toScope) },
        vanished: chosen.filter((scope) => scope.isVanished).map((scope) => scope.id),
        ...(isResumed ? { since: startedAt } : {}),
        signal: entry.abort.signal,
        onProgress: ({ places }) => (entry.places = places),
      });
      if (summary.outcome !== "paused") await end(summary.outcome, fatalOf(summary));
    } catch (error) {
      if (entry.abort.signal.aborted) return;
      await end("failed", problemText(error instanceof Problem ? error : unexpected()));
      if (!(error instanceof Problem)) throw error;
    }
  };
  const isDue = async (integration: Integration): Promise<Reconciliation | null> => {
    const state = await readReconciliation(workspace, integration.id);
    const next = nextAt(integration, state);
    return next !== null && Date.parse(next) <= Date.parse(workspace.now()) ? state : null;
  };
  const tick = async () => {
    for (const integration of await listIntegrations(workspace)) {
      if (stopping.signal.aborted || quiet > 0 || !options.lease.isHeld()) return;
      if (integration.lifecycle !== "active") running.get(integration.id)?.abort.abort();
      else if (running.size < AT_ONCE && !running.has(integration.id)) {
        const state = await isDue(integration);
        if (state) begin(integration.id, state);
      }
    }
  };
  const halt = async (entries: Iterable<Running>) => {
    const all = [...entries];
    for (const { abort } of all) abort.abort();
    await Promise.allSettled(all.map(({ finished }) => finished));
  };
  const keepOn = async () => {
    while (!stopping.signal.aborted) {
      await tick().catch((error: unknown) => log.error({ err: error }, "due reconciliations could not be looked for"));
      await after(TICK_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  let saving: Promise<unknown> = Promise.resolve();
  return {
    start() {
      loop = keepOn();
    },
    async stop() {
      stopping.abort();
      await loop;
      await halt(running.values());
      await saving;
    },
    async trigger(id, wish) {
      await getIntegration(workspace, id);
      if (running.has(id)) return { isJoined: true };
      await noteReconciliation(workspace, id, { requestedAt: workspace.now(), request: wish });
      // Whoever does the work finds the wish.
      if (!(await options.lease.take())) return { isJoined: false };
      if (quiet === 0 && !stopping.signal.aborted) begin(id, await readReconciliation(workspace, id));
      return { isJoined: false };
    },
    async interrupt(id) {
      const entry = running.get(id);
      if (entry) await halt([entry]);
    },
    async quietly(work) {
      quiet++;
      try {
        await halt(running.values());
        return await work();
      } finally {
        quiet--;
      }
    },
    progress: (id) => running.get(id)?.places ?? null,
    onTask(task) {
      const hasEnded = task.finishedAt != null;
      saving = saving
        .then(() => (hasEnded ? dropTask(workspace, task.id) : saveTask(workspace, task)))
        .catch((error: unknown) => log.error({ err: error }, "a running task could not be shown"));
      if (hasEnded) options.onTaskEnd(task);
      if (task.entities > 0 || task.tombstoned > 0) options.onRows();
      events.publish({ type: "task", integration: task.integrationId, task });
    },
    nextAt,
  };
}

/**
 * About every `everySeconds` since the last one, on a grid of its own for each integration, so that many of them are spread over the day.
 * Null while nothing has been read, or while it is paused.
 */
function nextAt({ id, lifecycle, lastSuccessAt }: Integration, state: Reconciliation): Instant | null {
  if (lifecycle !== "active") return null;
  if (state.requestedAt !== null) return state.requestedAt;
  if (state.startedAt !== null && state.finishedAt === null) return state.startedAt;
  if (lastSuccessAt === null) return null;
  const share = createHash("sha256").update(id).digest().readUInt32BE() / 2 ** 32;
  const every = state.everySeconds * 1000;
  if (state.finishedAt === null)
    return new Date(Date.parse(lastSuccessAt) + share * Math.min(every, FIRST_SECONDS * 1000)).toISOString();
  const offset = Math.floor(share * every);
  const earliest = Date.parse(state.finishedAt) + every / 2;
  return new Date(Math.ceil((earliest - offset) / every) * every + offset).toISOString();
}

const fatalOf = ({ fatal }: ReconcileSummary): ErrorText | null =>
  fatal && { code: fatal.code, title: fatal.what, detail: fatal.rule, hint: fatal.next };
