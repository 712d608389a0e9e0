import { setTimeout as after } from "node:timers/promises";

import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import type { Integration } from "../workspace/integrations.ts";
import { getIntegration, listIntegrations, noteRun } from "../workspace/integrations.ts";
import { cancelAbandoned, pruneTasks } from "../workspace/ingestion-tasks.ts";
import type { Workspace } from "../workspace/open.ts";
import type { Run, RunWish } from "./run.ts";
import { beingRebuilt } from "./run-problems.ts";

/** Runs at once; each spends the budgets of its own credential. */
const AT_ONCE = 4;
const TICK_MS = 1000;
const KEEP_TASKS_DAYS = 30;

export interface Scheduler {
  start(): Promise<void>;
  /** Interrupts what runs and waits for it; progress is saved page by page, so nothing is lost. */
  stop(): Promise<void>;
  /** Runs now, joins what runs already, or waits its turn. */
  trigger(id: string, wish: RunWish): Promise<{ run: Run; isJoined: boolean }>;
  /** Settings changed: a run begins soon, after the one under way if there is one. */
  soon(id: string): Promise<void>;
  /** Interrupts what runs, and begins nothing until `work` is done. */
  quietly<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Begins to carry out a deletion, unless that is under way. */
  erase(integration: Integration): void;
  /** Interrupts the run of one integration and waits for its end. */
  interrupt(id: string): Promise<void>;
  /** The run under way, else the last one of this process. */
  latest(id: string): Run | null;
  isRunning(id: string): boolean;
  /** When the oldest run under way was asked for. */
  oldestRun(): Instant | null;
  nextRunAt(integration: Integration): Instant | null;
}

export interface SchedulerOptions {
  readonly workspace: Workspace;
  readonly log: FastifyBaseLogger;
  readonly begin: (integration: Integration, wish: RunWish) => Run;
  /** Carries a deletion out, or goes on with one that was interrupted. */
  readonly erase: (integration: Integration, signal: AbortSignal) => Promise<void>;
}

export function createScheduler({ workspace, log, begin, erase }: SchedulerOptions): Scheduler {
  const runs = new Map<string, Run>();
  const waiting = new Map<string, Run>();
  const erasing = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let holding = new AbortController();
  let loop: Promise<void> | null = null;
  let quiet = 0;

  const active = () => [...runs.values()].filter((run) => run.isActive).length;
  const isRunning = (id: string) => runs.get(id)?.isActive ?? false;

  const start = (run: Run) => {
    runs.set(run.integrationId, run);
    void run.start().finally(() => {
      const next = waiting.get(run.integrationId);
      if (!next || stopping.signal.aborted) return;
      waiting.delete(run.integrationId);
      start(next);
    });
  };
  const tick = async () => {
    for (const integration of await listIntegrations(workspace)) {
      if (stopping.signal.aborted || quiet > 0) return;
      if (integration.lifecycle === "deleting") eraseOnce(integration);
      else if (active() < AT_ONCE && !isRunning(integration.id) && isDue(integration))
        start(begin(integration, integration.runRequest ?? {}));
    }
  };
  const eraseOnce = (integration: Integration) => {
    if (erasing.has(integration.id)) return;
    const work = erase(integration, holding.signal)
      .catch((error: unknown) =>
        log.error({ err: error, integration: integration.id }, "deletion stopped; it goes on at the next start"),
      )
      .finally(() => erasing.delete(integration.id));
    erasing.set(integration.id, work);
  };
  const isDue = (integration: Integration) => {
    const next = nextRunAt(integration);
    return next !== null && Date.parse(next) <= Date.parse(workspace.now());
  };
  const keepOn = async () => {
    while (!stopping.signal.aborted) {
      await tick().catch((error: unknown) => log.error({ err: error }, "the scheduler could not look for due integrations"));
      await after(TICK_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  return {
    async start() {
      await cancelAbandoned(workspace);
      await pruneTasks(workspace, new Date(Date.parse(workspace.now()) - KEEP_TASKS_DAYS * 86_400_000).toISOString());
      loop = keepOn();
    },
    async stop() {
      stopping.abort();
      holding.abort();
      for (const run of runs.values()) run.cancel();
      await loop;
      await Promise.allSettled([...[...runs.values()].map((run) => run.finished), ...erasing.values()]);
    },
    async quietly(work) {
      quiet++;
      holding.abort();
      try {
        for (const run of runs.values()) run.cancel();
        await Promise.allSettled([...[...runs.values()].map((run) => run.finished), ...erasing.values()]);
        return await work();
      } finally {
        quiet--;
        if (quiet === 0) holding = new AbortController();
      }
    },
    async trigger(id, wish) {
      if (quiet > 0) throw beingRebuilt();
      const integration = await getIntegration(workspace, id);
      const current = runs.get(id);
      const isPlain = !wish.full && !wish.since && !wish.until && !wish.streams && !wish.scopes;
      if (current?.isActive && isPlain) return { run: current, isJoined: true };
      const run = begin(integration, wish);
      if (!current?.isActive) start(run);
      else {
        waiting.set(id, run);
        await noteRun(workspace, id, { runRequest: wish as Record<string, unknown> });
      }
      return { run, isJoined: false };
    },
    async soon(id) {
      if (isRunning(id)) waiting.set(id, waiting.get(id) ?? begin(await getIntegration(workspace, id), {}));
      else await noteRun(workspace, id, { runRequest: {} });
    },
    erase: eraseOnce,
    async interrupt(id) {
      waiting.delete(id);
      const run = runs.get(id);
      run?.cancel();
      await run?.finished.catch(() => {});
    },
    latest: (id) => waiting.get(id) ?? runs.get(id) ?? null,
    isRunning,
    oldestRun: () =>
      [...runs.values()]
        .filter((run) => run.isActive)
        .map((run) => run.requestedAt)
        .sort()[0] ?? null,
    nextRunAt,
  };
}

/** A failed integration is asked again too, at a slower pace, so that it heals by itself. */
const FAILED_PACE = 3;

function nextRunAt(integration: Integration): Instant | null {
  if (integration.lifecycle !== "active") return null;
  if (integration.lastRunAt === null || integration.runRequest !== null) return integration.createdAt;
  const pace = integration.status === "FAILED" ? FAILED_PACE : 1;
  return new Date(Date.parse(integration.lastRunAt) + integration.everySeconds * pace * 1000).toISOString();
}
