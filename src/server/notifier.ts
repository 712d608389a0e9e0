import type { FastifyBaseLogger } from "fastify";

import { Problem } from "../domain/problem.ts";
import { getIntegration, listIntegrations, type Integration } from "../workspace/integrations.ts";
import { listChannels, noteChannel, type NotificationChannel } from "../workspace/notification-channels.ts";
import {
  dueNotifications,
  pruneNotifications,
  readWatch,
  saveWatch,
  sendingsSince,
  settleNotifications,
  type Message,
  type Notification,
} from "../workspace/notifications.ts";
import type { Workspace } from "../workspace/open.ts";
import { judge } from "./notify-judge.ts";
import type { Sender } from "./notify-send.ts";

export interface NotifierOptions {
  readonly workspace: Workspace;
  readonly sender: Sender;
  readonly log: FastifyBaseLogger;
  /** Address for links; null: messages have none. */
  readonly home: string | null;
  isRunning(id: string): boolean;
  /** False in a process that stands by: it tells nobody. */
  mayTell(): boolean;
  onSettled(outcome: "sent" | "failed"): void;
  readonly everyMs?: number;
  /** A server that has just started has not read anything yet: until then nothing is called stale. */
  readonly patienceMs?: number;
}

export interface Notifier {
  start(): void;
  stop(): Promise<void>;
  /** Looks at every integration and sends what is due. One after the other; a second call joins. */
  tick(): Promise<void>;
  /** Tells at once, on every channel that wants such an event. */
  tell(message: Omit<Message, "at">, incident: string): Promise<void>;
}

/** Messages on one channel within an hour; what comes after waits and goes together. */
const MOST_PER_HOUR = 12;
/** From so many on they go as one. */
const DIGEST_FROM = 4;
const MOST_ATTEMPTS = 10;
const KEEP_DAYS = 30;

const later = (now: string, ms: number) => new Date(Date.parse(now) + ms).toISOString();
/** Half a minute, then three times as long, up to three hours. */
const pauseOf = (attempts: number) => Math.min(3 * 3_600_000, 30_000 * 3 ** (attempts - 1));

export function createNotifier(options: NotifierOptions): Notifier {
  const { workspace, log, everyMs = 3000, patienceMs = 600_000 } = options;
  const begun = performance.now();
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;

  const look = async () => {
    const channels = (await listChannels(workspace)).filter((channel) => channel.isEnabled);
    const isPatient = performance.now() - begun < patienceMs;
    for (const integration of await listIntegrations(workspace)) {
      const isRunning = options.isRunning(integration.id);
      const before = await readWatch(workspace, integration.id);
      const { watch, messages } = judge(integration, before, { now: workspace.now(), isRunning, isPatient });
      const outgoing = messages.map(({ incident, ...message }) => ({
        incident,
        message: { ...message, ...about(integration), at: workspace.now() },
        channels: wanting(channels, message.event),
      }));
      if (JSON.stringify(watch) !== JSON.stringify(before)) await saveWatch(workspace, watch, outgoing);
    }
  };
  const once = async () => {
    if (!options.mayTell()) return;
    await look();
    const channels = new Map((await listChannels(workspace)).map((channel) => [channel.id, channel]));
    const due = Map.groupBy(await dueNotifications(workspace), (notification) => notification.channelId);
    await Promise.all([...due].map(([id, waiting]) => deliver(options, channels.get(id), waiting)));
  };
  const tick = () => (running ??= once().finally(() => (running = null)));
  return {
    start() {
      void pruneNotifications(workspace, later(workspace.now(), -KEEP_DAYS * 86_400_000)).catch(() => {});
      timer = setInterval(
        () => void tick().catch((error: unknown) => log.error({ err: error }, "notifications failed")),
        everyMs,
      );
      timer.unref();
    },
    async stop() {
      if (timer) clearInterval(timer);
      await running?.catch(() => {});
      await options.sender.close();
    },
    tick,
    async tell(message, incident) {
      const channels = wanting(
        (await listChannels(workspace)).filter((channel) => channel.isEnabled),
        message.event,
      );
      await saveWatch(workspace, null, [{ incident, message: { ...message, at: workspace.now() }, channels }]);
    },
  };
}

const about = ({ id, name }: Integration) => ({ integration: { id, name } });

const wanting = (channels: readonly NotificationChannel[], event: string) =>
  channels.filter(({ events }) => events.includes(event)).map(({ id }) => id);

/** Sends what waits for one channel: alone, or together when it is much. */
async function deliver(
  { workspace, sender, home, log, onSettled, mayTell }: NotifierOptions,
  channel: NotificationChannel | undefined,
  waiting: readonly Notification[],
): Promise<void> {
  const now = workspace.now();
  const ids = (some: readonly Notification[]) => some.map(({ id }) => id);
  if (!channel?.isEnabled)
    return settleNotifications(workspace, ids(waiting), { state: "failed", error: "The channel was switched off." });
  if ((await sendingsSince(workspace, channel.id, later(now, -3_600_000))) >= MOST_PER_HOUR)
    return settleNotifications(workspace, ids(waiting), { nextAttemptAt: later(now, 300_000) });
  const parcels = waiting.length >= DIGEST_FROM ? [waiting] : waiting.map((one) => [one]);
  for (const parcel of parcels) {
    if (!mayTell()) return;
    const attempts = Math.max(...parcel.map((one) => one.attempts)) + 1;
    try {
      await sender.send(channel, { id: parcel[0]!.id, messages: parcel.map(({ message }) => message), home });
      await settleNotifications(workspace, ids(parcel), { state: "sent", attempts, sentAt: workspace.now(), error: null });
      await noteChannel(workspace, channel.id, { lastSentAt: workspace.now(), lastError: null });
      onSettled("sent");
    } catch (error) {
      const text = error instanceof Problem ? error.message : "The log of the server says why.";
      if (!(error instanceof Problem)) log.error({ err: error, channel: channel.id }, "a notification failed");
      const isOver = attempts >= MOST_ATTEMPTS;
      const next = { attempts, nextAttemptAt: later(workspace.now(), pauseOf(attempts)), error: text };
      await settleNotifications(workspace, ids(parcel), { ...next, state: isOver ? "failed" : "pending" });
      await noteChannel(workspace, channel.id, { lastError: text });
      if (isOver) onSettled("failed");
    }
  }
}

/** The name of an integration for a message; its id once it is gone. */
export const nameOf = (workspace: Workspace, id: string): Promise<string> =>
  getIntegration(workspace, id).then(
    ({ name }) => name,
    () => id,
  );
