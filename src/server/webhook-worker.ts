import { dropTask, saveTask, type LiveTask } from "../workspace/ingestion-tasks.ts";
import { requeueAbandoned, waitingIntegrations } from "../workspace/webhook-deliveries.ts";
import type { EventStream } from "./events.ts";
import type { Lease } from "./lease.ts";
import { MOST_TOGETHER, readWaiting, type ReadingParts } from "./webhook-reading.ts";

export interface WorkerParts extends ReadingParts {
  /** Nothing is read in a process that does not hold it. */
  readonly lease: Pick<Lease, "isHeld">;
  readonly events: EventStream;
  /** Rows arrived that people wait for. */
  readonly onRows: () => void;
  readonly onTaskEnd: (task: LiveTask) => void;
  /** Hints that come within this time are read together. */
  readonly gatherMs?: number;
}

export interface WebhookWorker {
  /** Looks for work from now on. */
  start(): void;
  /** Takes up what an earlier process left. */
  takeOver(): Promise<void>;
  /** A delivery waits; it is read within about a second, whether the worker was started or not. */
  notify(integrationId: string): void;
  /** A task of ours began, moved or ended. */
  onTask(task: LiveTask): void;
  /** Interrupts what is read of one integration; its deliveries go back into the queue. */
  interrupt(integrationId: string): Promise<void>;
  /** Interrupts everything, and begins nothing until `work` is done. */
  quietly<Result>(work: () => Promise<Result>): Promise<Result>;
  stop(): Promise<void>;
}

/** Readings of one integration at once: a slow one does not hold up the next delivery. */
const AT_ONCE = 4;
const LOOK_EVERY_MS = 3000;

interface Reading {
  readonly integrationId: string;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export function createWebhookWorker(parts: WorkerParts): WebhookWorker {
  const { workspace, gatherMs = 1000, log } = parts;
  const timers = new Map<string, NodeJS.Timeout>();
  const readings = new Set<Reading>();
  const again = new Set<string>();
  const tasks = createTaskLog(parts);
  let lookout: NodeJS.Timeout | null = null;
  let quiet = 0;
  /** A process that keeps no lookout still reads what it is told of. */
  let isStopped = false;

  const mayRead = () => !isStopped && quiet === 0 && parts.lease.isHeld();
  const of = (integrationId: string) => [...readings].filter((reading) => reading.integrationId === integrationId);
  const notify = (integrationId: string) => {
    if (isStopped || timers.has(integrationId)) return;
    const begin = () => {
      timers.delete(integrationId);
      read(integrationId);
    };
    timers.set(integrationId, setTimeout(begin, gatherMs));
  };
  const read = (integrationId: string) => {
    if (!mayRead()) return;
    if (of(integrationId).length >= AT_ONCE) return void again.add(integrationId);
    const abort = new AbortController();
    const done = readWaiting(parts, integrationId, abort.signal).then(
      (count) => {
        if (count > 0) parts.events.publish({ type: "webhook", integration: integrationId });
        if (count === MOST_TOGETHER) again.add(integrationId);
      },
      (error: unknown) => log.error({ err: error, integration: integrationId }, "the queue of deliveries could not be read"),
    );
    const reading: Reading = { integrationId, abort, done };
    readings.add(reading);
    void done.finally(() => {
      readings.delete(reading);
      if (again.delete(integrationId)) notify(integrationId);
    });
  };
  const look = async () => {
    if (!mayRead()) return;
    for (const id of await waitingIntegrations(workspace)) notify(id);
  };
  const interrupt = async (some: readonly Reading[]) => {
    for (const { abort } of some) abort.abort(new Error("deliveries are put back"));
    await Promise.all(some.map(({ done }) => done));
  };
  return {
    takeOver: async () => void (await requeueAbandoned(workspace)),
    start() {
      const keepLooking = () =>
        void look().catch((error: unknown) => log.error({ err: error }, "waiting deliveries could not be looked for"));
      lookout = setInterval(keepLooking, LOOK_EVERY_MS);
      keepLooking();
    },
    notify,
    onTask: tasks.onTask,
    interrupt: (id) => interrupt(of(id)),
    async quietly(work) {
      quiet++;
      try {
        await interrupt([...readings]);
        return await work();
      } finally {
        quiet--;
      }
    },
    async stop() {
      isStopped = true;
      if (lookout) clearInterval(lookout);
      for (const timer of timers.values()) clearTimeout(timer);
      await interrupt([...readings]);
      await tasks.settled();
    },
  };
}

/** Shows tasks while they run; the ledger has them once they ended. */
function createTaskLog({ workspace, events, log, onRows, onTaskEnd }: WorkerParts) {
  const written = new Map<string, number>();
  const shown = new Set<string>();
  let saving: Promise<unknown> = Promise.resolve();
  const save = (work: () => Promise<void>) =>
    (saving = saving.then(work).catch((error: unknown) => log.error({ err: error }, "a running task could not be shown")));
  return {
    onTask(task: LiveTask) {
      const rows = task.entities + task.tombstoned;
      if (rows > (written.get(task.id) ?? 0)) onRows();
      written.set(task.id, rows);
      const hasEnded = task.finishedAt != null;
      if (hasEnded) {
        written.delete(task.id);
        if (shown.delete(task.id)) void save(() => dropTask(workspace, task.id));
        onTaskEnd(task);
      } else if (!shown.has(task.id)) {
        shown.add(task.id);
        void save(() => saveTask(workspace, task));
      }
      events.publish({ type: "task", integration: task.integrationId, task });
    },
    settled: () => saving,
  };
}
