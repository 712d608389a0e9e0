import type { TaskRow } from "../ingest/engine.ts";

export interface StuckTask {
  readonly task: TaskRow;
  /** Seconds without a request, a record, a row or an allowed wait. */
  readonly stillSeconds: number;
}

export interface StuckWatchOptions {
  /** Milliseconds that pass whatever the clock on the wall says. */
  elapsed(): number;
  now(): number;
  onStuck(stuck: StuckTask): void;
  /** The task did not move for so long that its run is interrupted; it resumes from its progress. */
  onHopeless(stuck: StuckTask): void;
  readonly stuckAfterMs?: number;
  readonly interruptAfterMs?: number;
}

/** Notices tasks that neither move nor wait for something they may wait for. */
export interface StuckWatch {
  turn(taskId: string, look: (() => TaskRow) | null): void;
  check(): void;
  /** Tasks that stand still now; all of them, or of one integration. */
  stuck(integrationId?: string): readonly StuckTask[];
}

interface Watched {
  readonly look: () => TaskRow;
  mark: string;
  movedAt: number;
  isTold: boolean;
  isInterrupted: boolean;
}

export function createStuckWatch(options: StuckWatchOptions): StuckWatch {
  const { elapsed, now, stuckAfterMs = 600_000, interruptAfterMs = 1_800_000 } = options;
  const inTurn = new Map<string, Watched>();
  const stillOf = (watched: Watched): StuckTask => ({
    task: watched.look(),
    stillSeconds: Math.round((elapsed() - watched.movedAt) / 1000),
  });
  return {
    turn(taskId, look) {
      if (look) inTurn.set(taskId, { look, mark: markOf(look()), movedAt: elapsed(), isTold: false, isInterrupted: false });
      else inTurn.delete(taskId);
    },
    check() {
      for (const watched of inTurn.values()) {
        const task = watched.look();
        const mark = markOf(task);
        if (mark !== watched.mark || mayWait(task, now())) {
          Object.assign(watched, { mark, movedAt: elapsed(), isTold: false });
          continue;
        }
        const still = elapsed() - watched.movedAt;
        if (still >= stuckAfterMs && !watched.isTold) {
          watched.isTold = true;
          options.onStuck(stillOf(watched));
        }
        if (still >= interruptAfterMs && !watched.isInterrupted) {
          watched.isInterrupted = true;
          options.onHopeless(stillOf(watched));
        }
      }
    },
    stuck: (integrationId) =>
      [...inTurn.values()]
        .filter((watched) => watched.isTold)
        .map(stillOf)
        .filter(({ task }) => integrationId === undefined || task.integrationId === integrationId),
  };
}

/** Everything that moves while a task does anything at all. */
const markOf = ({ status, requests, retries, records, entities, unchanged, skipped, quarantined, tombstoned }: TaskRow) =>
  [status, requests, retries, records, entities, unchanged, skipped, quarantined, tombstoned].join();

/** Waiting for a quota is part of the work, as long as the wait is not over. */
const mayWait = ({ nextAttemptAt }: TaskRow, now: number) => nextAttemptAt != null && Date.parse(nextAttemptAt) > now;
