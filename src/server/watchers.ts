import type { FastifyBaseLogger } from "fastify";

import type { NetworkPolicy } from "../ingest/engine.ts";
import type { Workspace } from "../workspace/open.ts";
import { createNotifier, nameOf } from "./notifier.ts";
import { createSender, type Sender } from "./notify-send.ts";
import { createStuckWatch, type StuckTask, type StuckWatch } from "./stuck-watch.ts";

export interface WatcherParts {
  readonly workspace: Workspace;
  readonly log: FastifyBaseLogger;
  readonly network: NetworkPolicy;
  /** Address for links in messages. */
  readonly home: string | null;
  isRunning(id: string): boolean;
  mayTell(): boolean;
  interrupt(id: string): Promise<void>;
  onSettled(outcome: "sent" | "failed"): void;
  readonly watching: Watching;
}

export interface Watching {
  readonly everyMs?: number;
  /** Milliseconds that pass whatever the clock on the wall says. */
  readonly elapsed?: () => number;
}

/** What looks after the house while nobody looks: tasks that stand still, integrations that need somebody. */
export interface Watchers {
  readonly stuckWatch: StuckWatch;
  readonly sender: Sender;
  tellDeleted(deletion: { id: string; name: string; rows: number }): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export function createWatchers(parts: WatcherParts): Watchers {
  const { workspace, log, network, home } = parts;
  const sender = createSender({ workspace, network });
  const { everyMs, elapsed = () => performance.now() } = parts.watching;
  const notifier = createNotifier({ ...parts, sender, home, ...(everyMs ? { everyMs } : {}) });
  const stuckWatch = createStuckWatch({
    elapsed,
    now: () => Date.parse(workspace.now()),
    onStuck: (stuck) => void tellStuck(stuck).catch((error: unknown) => log.error({ err: error }, "a stuck task was not told")),
    onHopeless({ task, stillSeconds }) {
      log.warn({ ...placeOf(task), stillSeconds }, "a task stands still: its run is interrupted and resumes");
      // The wish of an interrupted run stays noted, so the scheduler begins it again.
      void parts.interrupt(task.integrationId).catch((error: unknown) => log.error({ err: error }, "not interrupted"));
    },
  });
  const tellStuck = async ({ task, stillSeconds }: StuckTask) => {
    log.warn({ ...placeOf(task), stillSeconds }, "a task stands still");
    const name = await nameOf(workspace, task.integrationId);
    const message = {
      event: "stuck",
      title: `A task of ${name} stands still`,
      text: `Its stream ${task.stream} has made no request and brought nothing for ${Math.max(1, Math.round(stillSeconds / 60))} minutes.`,
      nextStep: "It is interrupted and resumed by itself later; the ingestion log shows it.",
      integration: { id: task.integrationId, name },
    };
    await notifier.tell(message, `${task.id}/stuck`);
  };
  let timer: NodeJS.Timeout | null = null;
  return {
    stuckWatch,
    sender,
    async tellDeleted({ id, name, rows }) {
      const text = `${rows.toLocaleString("en")} rows were removed, and a scan of every table found nothing left. Numbers that used them have changed.`;
      const message = { event: "deleted", title: `${name} was deleted`, text, nextStep: null, integration: { id, name } };
      await notifier.tell(message, `${id}/deleted/${workspace.now()}`);
    },
    start() {
      timer = setInterval(() => stuckWatch.check(), everyMs ?? 15_000);
      timer.unref();
      notifier.start();
    },
    async stop() {
      if (timer) clearInterval(timer);
      await notifier.stop();
    },
  };
}

const placeOf = ({ id, integrationId, stream, scopeId }: StuckTask["task"]) => ({
  task: id,
  integration: integrationId,
  stream,
  scopeId,
});
