import type { Instant } from "../domain/instant.ts";
import type { LiveTask } from "../workspace/ingestion-tasks.ts";
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

export interface RunFigures {
  readonly startedAt: Instant;
  readonly now: Instant;
  /** Streams × scopes of the run; null until they are known. */
  readonly tasksTotal: number | null;
  readonly tasksDone: number;
  readonly tasks: Iterable<LiveTask>;
  /** 0…1 of the history asked for that is there; null when it cannot be said. */
  readonly share: number | null;
  /** The share when this run began. */
  readonly shareBefore: number;
}

/**
 * Where a run stands. The remaining time is what is left over the pace of this run so far; its band is the range between
 * a pace half as good and one half as good again, and narrows as the run goes on.
 */
export function progressOf(figures: RunFigures): ProgressBody {
  const tasks = [...figures.tasks];
  const sum = (of: (task: LiveTask) => number) => tasks.reduce((total, task) => total + of(task), 0);
  const seconds = Math.max(0.001, (Date.parse(figures.now) - Date.parse(figures.startedAt)) / 1000);
  const entities = sum((task) => task.entities);
  const running = tasks.filter((task) => task.status === "running");
  const waits = running.flatMap((task) => (task.nextAttemptAt ? [task.nextAttemptAt] : []));
  return {
    state: running.length > 0 && waits.length === running.length ? "waiting" : "running",
    startedAt: figures.startedAt,
    tasksDone: figures.tasksDone,
    tasksRunning: running.length,
    tasksTotal: figures.tasksTotal,
    share: figures.share,
    records: sum((task) => task.records),
    entities,
    requests: sum((task) => task.requests),
    entitiesPerSecond: entities / seconds,
    ...remaining(figures, seconds),
    waitingUntil: waits.sort()[0] ?? null,
  };
}

/** Below this share the pace says nothing yet. */
const LEAST_SHARE = 0.02;

function remaining({ share, shareBefore }: RunFigures, seconds: number) {
  const gained = share === null ? 0 : share - shareBefore;
  if (share === null || gained < LEAST_SHARE) return { etaSeconds: null, etaLowSeconds: null, etaHighSeconds: null };
  const etaSeconds = ((1 - share) / gained) * seconds;
  const doubt = 0.5 * (1 - share) + 0.1;
  return { etaSeconds, etaLowSeconds: etaSeconds * (1 - doubt), etaHighSeconds: etaSeconds * (1 + doubt) };
}
