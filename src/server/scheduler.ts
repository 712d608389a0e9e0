import { setTimeout as after } from "node:timers/promises";

import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import { openBackfills, type Backfill } from "../workspace/backfills.ts";
import { cancelAbandoned, pruneTasks } from "../workspace/ingestion-tasks.ts";
import type { Integration } from "../workspace/integrations.ts";
import { getIntegration, listIntegrations, noteRun } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { createHistoryLane, type Runnable } from "./history-lane.ts";
import { workIsElsewhere, type Lease } from "./lease.ts";
import type { LiveWish } from "./run-live.ts";
import type { Run } from "./run.ts";
import { beingRebuilt } from "./run-problems.ts";
import { createLiveLane } from "./live-lane.ts";

const TICK_MS = 1000;
const KEEP_TASKS_DAYS = 30;

/**
 * Two lanes: news of every integration at its own pace, and history behind people's wishes. Neither waits for the other.
 */
export interface Scheduler<R extends Runnable = Run> {
  start(): void;
  /** Clears up what an earlier process left; before anything begins. */
  takeOver(): Promise<void>;
  /** Interrupts what runs and waits for it; progress is saved page by page, so nothing is lost. */
  stop(): Promise<void>;
  /** Looks for news now, joins a run that does so already, or one that waits to begin. */
  trigger(id: string, wish: LiveWish): Promise<{ run: R; isJoined: boolean }>;
  /** Settings changed: a run begins soon, after the one under way if there is one, and history begins anew from where it is. */
  soon(id: string): Promise<void>;
  /** A backfill was made or may go on: begins it, unless others go first. */
  backfill(backfill: Backfill): Promise<R | null>;
  /** Interrupts one backfill and waits for its end. */
  halt(backfillId: string): Promise<void>;
  /** Interrupts what runs, and begins nothing until `work` is done. */
  quietly<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Begins to carry out a deletion, unless that is under way. */
  erase(integration: Integration): void;
  /** Interrupts the runs of one integration and waits for their end. */
  interrupt(id: string): Promise<void>;
  /** What people asked for last while it lasts, else the newest run of this process. */
  latest(id: string): R | null;
  /** The run that goes on with a backfill, or did so last in this process. */
  ofBackfill(id: string, backfill: string): R | null;
  /** Runs of the integration that have not ended, history first. */
  running(id: string): R[];
  isRunning(id: string): boolean;
  /** When the oldest run under way was asked for. */
  oldestRun(): Instant | null;
  nextRunAt(integration: Integration): Instant | null;
}

export interface SchedulerOptions<R extends Runnable> {
  readonly workspace: Workspace;
  readonly log: FastifyBaseLogger;
  /** Nothing begins in a process that does not hold it. */
  readonly lease: Pick<Lease, "isHeld" | "take" | "holder">;
  /** Milliseconds that only ever grow. */
  readonly elapsed: () => number;
  readonly begin: (integration: Integration, asked: { wish: LiveWish; isWithHistory: boolean }) => R;
  /** Asks a run that has not begun for more. */
  readonly widen: (run: R, wish: LiveWish) => void;
  readonly beginBackfill: (integration: Integration, backfill: Backfill) => R;
  /** Carries a deletion out, or goes on with one that was interrupted. */
  readonly erase: (integration: Integration, signal: AbortSignal) => Promise<void>;
}

export function createScheduler<R extends Runnable & { readonly requestedAt: Instant }>(
  options: SchedulerOptions<R>,
): Scheduler<R> {
  const { workspace, log, elapsed, erase, lease } = options;
  const erasing = new Map<string, Promise<void>>();
  const asked = new Map<string, R>();
  const stopping = new AbortController();
  let holding = new AbortController();
  let loop: Promise<void> | null = null;
  let looking: Promise<void> = Promise.resolve();
  let quiet = 0;

  const mayBegin = () => !stopping.signal.aborted && quiet === 0 && lease.isHeld();
  const live = createLiveLane<R>({ ...options, mayBegin });
  const history = createHistoryLane<R>({ workspace, log, elapsed, mayBegin, begin: options.beginBackfill });

  const look = async () => {
    const all = await listIntegrations(workspace);
    if (!mayBegin()) return;
    for (const integration of all) if (integration.lifecycle === "deleting") eraseOnce(integration);
    const active = new Map(all.filter(({ lifecycle }) => lifecycle === "active").map((one) => [one.id, one]));
    // Another server may have paused it.
    for (const run of [...live.runs(), ...history.runs()]) if (!active.has(run.integrationId)) run.cancel();
    await history.look(active);
    live.look([...active.values()].filter(isDue));
  };
  /** One look at a time, so that nothing is begun twice. */
  const lookNow = (work: () => Promise<void> = look) => (looking = looking.catch(() => {}).then(work));
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
    return next !== null && isPast(next, integration);
  };
  /** A clock that was set back must not keep news away: what lies further ahead than the pace allows is due. */
  const isPast = (next: Instant, { everySeconds }: Integration) => {
    const ahead = Date.parse(next) - Date.parse(workspace.now());
    return ahead <= 0 || ahead > everySeconds * FAILED_PACE * 1000;
  };
  const keepOn = async () => {
    while (!stopping.signal.aborted) {
      await lookNow().catch((error: unknown) => log.error({ err: error }, "the scheduler could not look for due integrations"));
      await after(TICK_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const endAll = async () => {
    const runs = [...live.runs(), ...history.runs()];
    for (const run of runs) run.cancel();
    await Promise.allSettled([...runs.map((run) => run.finished), ...erasing.values()]);
  };

  return {
    start() {
      loop = keepOn();
    },
    async takeOver() {
      await cancelAbandoned(workspace);
      await pruneTasks(workspace, new Date(Date.parse(workspace.now()) - KEEP_TASKS_DAYS * 86_400_000).toISOString());
    },
    async stop() {
      stopping.abort();
      holding.abort();
      await loop;
      await looking.catch(() => {});
      await endAll();
    },
    async quietly(work) {
      quiet++;
      holding.abort();
      try {
        await looking.catch(() => {});
        await endAll();
        return await work();
      } finally {
        quiet--;
        if (quiet === 0) holding = new AbortController();
      }
    },
    async trigger(id, wish) {
      if (quiet > 0) throw beingRebuilt();
      if (!(await lease.take())) throw workIsElsewhere(await lease.holder());
      const integration = await getIntegration(workspace, id);
      // Without a server that keeps time there is no lane for history: then the run reads what is missing of it too.
      const isWithHistory = loop === null && (await openBackfills(workspace, id)).some(({ status }) => status !== "paused");
      const { run, isJoined } = await live.ask(integration, { wish, isWithHistory });
      asked.set(id, run);
      return { run, isJoined };
    },
    async soon(id) {
      history.retryNow(id);
      await history.interrupt(id);
      if (loop !== null && live.isRunning(id)) await live.askAfter(await getIntegration(workspace, id));
      else await noteRun(workspace, id, { runRequest: {} });
      if (loop !== null) await lookNow().catch(() => {});
    },
    async backfill(backfill) {
      if (quiet > 0) throw beingRebuilt();
      const integration = await getIntegration(workspace, backfill.integrationId);
      // Whoever does the work finds it there.
      if (!(await lease.take())) return null;
      if (loop !== null) await lookNow();
      else await lookNow(() => history.begin(integration, backfill));
      const run = history.byBackfill(backfill.id);
      if (run) asked.set(backfill.integrationId, run);
      return run;
    },
    halt: history.halt,
    erase(integration) {
      void lease.take().then(
        (isOurs) => isOurs && eraseOnce(integration),
        (error: unknown) => log.error({ err: error, integration: integration.id }, "the deletion begins later"),
      );
    },
    async interrupt(id) {
      await Promise.all([live.interrupt(id), history.interrupt(id)]);
    },
    latest(id) {
      const last = asked.get(id);
      if (last?.isActive) return last;
      const runs = [last, live.of(id), history.of(id)].filter((run) => run != null);
      return runs.reduce<R | null>((newest, run) => (newest && newest.requestedAt >= run.requestedAt ? newest : run), null);
    },
    ofBackfill: (_id, backfill) => history.byBackfill(backfill),
    running: (id) => [...history.runs(), ...live.runs()].filter(({ integrationId }) => integrationId === id),
    isRunning: (id) => [...history.runs(), ...live.runs()].some(({ integrationId }) => integrationId === id),
    oldestRun: () => [...history.runs(), ...live.runs()].map(({ requestedAt }) => requestedAt).sort()[0] ?? null,
    nextRunAt,
  };
}

/** A failed integration is asked again too, at a slower pace, so that it heals by itself. */
const FAILED_PACE = 3;

function nextRunAt(integration: Integration): Instant | null {
  if (integration.lifecycle !== "active") return null;
  if (integration.runRequest !== null) return integration.createdAt;
  const pace = integration.status === "FAILED" ? FAILED_PACE : 1;
  const since = integration.lastRunAt ?? integration.createdAt;
  return new Date(Date.parse(since) + integration.everySeconds * pace * 1000).toISOString();
}
