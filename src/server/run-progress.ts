import type { Instant } from "../domain/instant.ts";
import type { Engine } from "../ingest/engine.ts";
import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import type { Eta, Waits } from "./eta.ts";
import type { ProgressBody } from "./shapes/integrations.ts";

export const idle: ProgressBody = {
  state: "idle",
  startedAt: null,
  tasksDone: 0,
  tasksRunning: 0,
  tasksTotal: null,
  share: null,
  records: 0,
  entities: 0,
  requests: 0,
  entitiesPerSecond: null,
  etaSeconds: null,
  etaLowSeconds: null,
  etaHighSeconds: null,
  waitingUntil: null,
};

export interface RunFigures extends Eta {
  readonly startedAt: Instant;
  /** Since the run began. */
  readonly seconds: number;
  /** Streams × scopes of the run; null until they are known. */
  readonly tasksTotal: number | null;
  readonly tasksDone: number;
  readonly tasks: Iterable<LiveTask>;
  /** 0…1 of the history asked for that is there; null when it cannot be said. */
  readonly share: number | null;
}

/** Where a run stands. */
export function progressOf(figures: RunFigures): ProgressBody {
  const { startedAt, seconds, tasksTotal, tasksDone, share, etaSeconds, etaLowSeconds, etaHighSeconds } = figures;
  const tasks = [...figures.tasks];
  const sum = (of: (task: LiveTask) => number) => tasks.reduce((total, task) => total + of(task), 0);
  const entities = sum((task) => task.entities);
  const running = tasks.filter((task) => task.status === "running");
  const waits = waitsOf(running);
  return {
    state: waits.length > 0 && waits.length === running.length ? "waiting" : "running",
    startedAt,
    tasksDone,
    tasksRunning: running.length,
    tasksTotal,
    share,
    records: sum((task) => task.records),
    entities,
    requests: sum((task) => task.requests),
    entitiesPerSecond: entities / Math.max(0.001, seconds),
    etaSeconds,
    etaLowSeconds,
    etaHighSeconds,
    waitingUntil: waits.sort()[0] ?? null,
  };
}

const waitsOf = (running: readonly LiveTask[]) => running.flatMap((task) => (task.nextAttemptAt ? [task.nextAttemptAt] : []));

/** Everything that is under way waits for the vendor. */
export function isAllWaiting(tasks: Iterable<LiveTask>): boolean {
  const running = [...tasks].filter((task) => task.status === "running");
  return running.length > 0 && waitsOf(running).length === running.length;
}

/** Share of a quota that is left to the people who use the same credential. */
const RESERVE = 0.15;
const PERIOD_SECONDS = 3600;

/** What a run may expect to wait for: the quota that is most used up, and a block. */
export function waitsFor(budgets: ReturnType<Engine["budgets"]>, { share, now }: { share: number; now: Instant }): Waits {
  const until = (instant: Instant) => Math.max(0, (Date.parse(instant) - Date.parse(now)) / 1000);
  const blockedSeconds = Math.max(0, ...budgets.map(({ blockedUntil }) => (blockedUntil === null ? 0 : until(blockedUntil))));
  const limited = budgets.flatMap(({ limit, remaining, resetAt }) =>
    limit === null || remaining === null || resetAt === null ? [] : [{ limit, remaining, resetAt }],
  );
  const [tightest] = limited.sort((a, b) => a.remaining / a.limit - b.remaining / b.limit);
  if (!tightest) return { quota: null, blockedSeconds };
  const { limit, remaining, resetAt } = tightest;
  const spendable = (left: number) => Math.max(0, Math.min(left * share, left - limit * RESERVE));
  const quota = {
    available: spendable(remaining),
    perPeriod: spendable(limit),
    resetInSeconds: until(resetAt),
    periodSeconds: PERIOD_SECONDS,
  };
  return { quota, blockedSeconds };
}
