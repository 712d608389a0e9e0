import type { FastifyBaseLogger } from "fastify";

import { openBackfills, type Backfill } from "../workspace/backfills.ts";
import type { Integration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";

/** What a lane needs of a run. */
export interface Runnable {
  readonly integrationId: string;
  readonly isActive: boolean;
  readonly finished: Promise<void>;
  start(): Promise<void>;
  cancel(): void;
}

/** Backfills: at most one per integration and a few at once, the most urgent first, and none waits for ever. */
export interface HistoryLane<R extends Runnable> {
  /** Begins what may begin now, of these integrations. */
  look(active: ReadonlyMap<string, Integration>): Promise<void>;
  /** Begins this one, whatever waits: for a process that keeps no lanes. */
  begin(integration: Integration, backfill: Backfill): Promise<void>;
  /** Interrupts a backfill and waits for its end. */
  halt(backfillId: string): Promise<void>;
  /** The same for whatever an integration is doing here. */
  interrupt(integrationId: string): Promise<void>;
  /** Failed ones of the integration need not wait any more. */
  retryNow(integrationId: string): void;
  /** The run under way, else the last one of this process. */
  of(integrationId: string): R | null;
  byBackfill(backfillId: string): R | null;
  runs(): R[];
}

export interface HistoryLaneOptions<R extends Runnable> {
  readonly workspace: Workspace;
  readonly log: FastifyBaseLogger;
  readonly begin: (integration: Integration, backfill: Backfill) => R;
  /** Milliseconds that only ever grow. */
  readonly elapsed: () => number;
  readonly mayBegin: () => boolean;
}

const AT_ONCE = 3;
/** Waiting so long weighs as much as one step of priority. */
const AGE_MS = 10 * 60_000;
/** What a backfill gets before one that has waited may take its place. */
const SLICE_MS = 5 * 60_000;
const RETRY_SECONDS = 300;
const LONGEST_RETRY_SECONDS = 6 * 3600;

/** A failed backfill is tried again by itself, ever more rarely. */
export const retrySeconds = (failures: number): number =>
  Math.min(LONGEST_RETRY_SECONDS, RETRY_SECONDS * 2 ** Math.max(0, failures - 1));

const wishOf = ({ mode, streams, scopes, since, until, order, maxShare }: Backfill): string =>
  JSON.stringify([mode, streams, scopes, since, until, order, maxShare]);

interface Running<R> {
  readonly run: R;
  readonly integration: Integration;
  readonly backfill: Backfill;
  readonly since: number;
}

export function createHistoryLane<R extends Runnable>(options: HistoryLaneOptions<R>): HistoryLane<R> {
  const { workspace, log, begin, elapsed, mayBegin } = options;
  /** By integration; ended ones stay until the next. */
  const runs = new Map<string, Running<R>>();
  const waitingSince = new Map<string, number>();
  const retries = new Map<string, { integrationId: string; at: number }>();

  const active = () => [...runs.values()].filter(({ run }) => run.isActive);
  const isReady = ({ id, status }: Backfill) =>
    status === "scheduled" || status === "running" || (status === "failed" && elapsed() >= (retries.get(id)?.at ?? 0));
  const urgency = ({ id, priority }: Backfill) => priority - (elapsed() - (waitingSince.get(id) ?? elapsed())) / AGE_MS;

  const start = (integration: Integration, backfill: Backfill) => {
    waitingSince.delete(backfill.id);
    const run = begin(integration, backfill);
    runs.set(integration.id, { run, integration, backfill, since: elapsed() });
    void run.start().then(
      () =>
        retries.set(backfill.id, { integrationId: integration.id, at: elapsed() + retrySeconds(backfill.failures + 1) * 1000 }),
      (error: unknown) => log.error({ err: error, backfill: backfill.id }, "a backfill ended badly"),
    );
  };
  /** What people, or another server, changed under a run: it stops, and begins anew if it may. */
  const haltChanged = (integrations: ReadonlyMap<string, Integration>, open: readonly Backfill[]) => {
    const fresh = new Map(open.map((one) => [one.id, one]));
    for (const { run, integration, backfill } of active()) {
      const now = fresh.get(backfill.id);
      const isSame = integrations.get(integration.id)?.updatedAt === integration.updatedAt;
      if (!now || now.status === "paused" || !isSame || wishOf(now) !== wishOf(backfill)) run.cancel();
    }
  };
  /** The one that has had its turn and is least urgent gives way to one that is more urgent by now. */
  const makeRoom = (waiting: Backfill, among: readonly Running<R>[]) => {
    const yielding = among
      .filter(({ since, backfill }) => elapsed() - since >= SLICE_MS && backfill.priority > urgency(waiting))
      .sort((a, b) => b.backfill.priority - a.backfill.priority || a.since - b.since)[0];
    yielding?.run.cancel();
  };

  return {
    async look(integrations) {
      const all = await openBackfills(workspace);
      const open = all.filter((one) => integrations.has(one.integrationId) && isReady(one));
      if (!mayBegin()) return;
      haltChanged(integrations, all);
      const atWork = new Set(active().map(({ backfill }) => backfill.id));
      const waiting = open.filter(({ id }) => !atWork.has(id));
      for (const { id } of waiting) if (!waitingSince.has(id)) waitingSince.set(id, elapsed());
      const ids = new Set(waiting.map(({ id }) => id));
      for (const id of waitingSince.keys()) if (!ids.has(id)) waitingSince.delete(id);
      for (const backfill of waiting.sort((a, b) => urgency(a) - urgency(b))) {
        const own = active().filter(({ run }) => run.integrationId === backfill.integrationId);
        if (own.length > 0) makeRoom(backfill, own);
        else if (active().length < AT_ONCE) start(integrations.get(backfill.integrationId)!, backfill);
        else makeRoom(backfill, active());
      }
    },
    async begin(integration, backfill) {
      if (mayBegin() && !runs.get(integration.id)?.run.isActive) start(integration, backfill);
    },
    async halt(backfillId) {
      const found = active().find(({ backfill }) => backfill.id === backfillId);
      found?.run.cancel();
      await found?.run.finished;
    },
    async interrupt(integrationId) {
      const found = runs.get(integrationId);
      found?.run.cancel();
      await found?.run.finished;
    },
    retryNow(integrationId) {
      for (const [id, retry] of retries) if (retry.integrationId === integrationId) retries.delete(id);
    },
    of: (integrationId) => runs.get(integrationId)?.run ?? null,
    byBackfill: (backfillId) => [...runs.values()].find(({ backfill }) => backfill.id === backfillId)?.run ?? null,
    runs: () => active().map(({ run }) => run),
  };
}
