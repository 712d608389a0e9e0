import { Problem } from "../domain/problem.ts";
import {
  changeChannel,
  channelSecrets,
  createChannel,
  deleteChannel,
  getChannel,
  listChannels,
  noteChannel,
  type ChannelInput,
  type NotificationChannel,
} from "../workspace/notification-channels.ts";
import { listNotifications } from "../workspace/notifications.ts";
import type { Context } from "./context.ts";
import type { Sender } from "./notify-send.ts";
import { readCursor } from "./paging.ts";
import { problemText } from "./problem-json.ts";
import { channelFieldUnknown } from "./problems.ts";
import type { Services } from "./services.ts";
import {
  channelCreate,
  type ChannelBody,
  type ChannelCreate,
  type ChannelPatch,
  type TestAnswer,
} from "./shapes/notifications.ts";

export function notificationService(
  { workspace, log }: Pick<Context, "workspace" | "log">,
  { sender, home }: { sender: Sender; home: string | null },
): Services["notifications"] {
  return {
    channels: async () => (await listChannels(workspace)).map(body),
    async create(actor, given) {
      const input = inputOf(given);
      sender.check(input);
      return body(await createChannel(workspace, actor, input));
    },
    async change(actor, id, patch) {
      const before = await getChannel(workspace, id);
      const stored = await channelSecrets(workspace, id).catch(() => ({}));
      // A stored password goes to the host it was given for and to no other.
      const isElsewhere = patch.host !== undefined && patch.host !== before.settings["host"];
      const { kind: _, ...input } = patched(before, patch, isElsewhere ? {} : stored);
      sender.check({ ...input, kind: before.kind });
      return body(await changeChannel(workspace, actor, { id, input }));
    },
    remove: (actor, id) => deleteChannel(workspace, actor, id),
    async test(id): Promise<TestAnswer> {
      const channel = await getChannel(workspace, id);
      const at = workspace.now();
      const text = `This is how "${channel.name}" will hear of integrations that need somebody.`;
      const message = { event: "test", title: "Test of a notification channel", text, nextStep: null, integration: null, at };
      try {
        await sender.send(channel, { id: `test-${at}-${id}`, messages: [message], home });
        await noteChannel(workspace, id, { lastSentAt: at, lastError: null });
        return { ok: true, sentence: "The message was taken. Look whether it arrived.", problem: null };
      } catch (error) {
        if (!(error instanceof Problem)) log.error({ err: error, channel: id }, "a test message failed");
        const problem = error instanceof Problem ? error : new Problem({ code: "unexpected", what: "The message was not sent." });
        await noteChannel(workspace, id, { lastError: problem.message });
        return { ok: false, sentence: problem.what, problem: problemText(problem) };
      }
    },
    async list({ cursor, limit }) {
      const offset = readCursor(cursor);
      const { items, total } = await listNotifications(workspace, { offset, limit });
      return {
        total,
        nextCursor: offset + items.length < total ? String(offset + items.length) : null,
        items: items.map(
          ({ channelId, integrationId, incident: _incident, message: { title, text }, nextAttemptAt, ...rest }) => ({
            ...rest,
            channel: channelId,
            integration: integrationId,
            title,
            text,
            nextAttemptAt: rest.state === "pending" ? nextAttemptAt : null,
          }),
        ),
      };
    },
  };
}

const body = ({ settings, events, ...channel }: NotificationChannel): ChannelBody => ({
  ...channel,
  settings: { ...settings },
  events: [...events],
});

/** Sorts what was given into what may be shown and what may not. */
function inputOf(given: ChannelCreate): ChannelInput {
  const { kind, name, events, isEnabled } = given;
  const base = { kind, name, events, isEnabled };
  if (given.kind === "email") {
    const { host, port, security, user, from, to, password } = given;
    return { ...base, settings: { host, port, security, user, from, to }, secrets: password ? { password } : {} };
  }
  const secret = given.kind === "webhook" ? given.secret : undefined;
  const settings = { host: new URL(given.url).host, ...(given.kind === "webhook" ? { isSigned: secret !== undefined } : {}) };
  return { ...base, settings, secrets: { url: given.url, ...(secret ? { secret } : {}) } };
}

/** The whole channel as the patch leaves it, parsed by the same schema as a new one. */
function patched(before: NotificationChannel, patch: ChannelPatch, secrets: Record<string, string>): ChannelInput {
  const { kind, name, events, isEnabled, settings } = before;
  const { host, isSigned: _, ...rest } = settings;
  const shown = kind === "email" ? { host, ...rest } : rest;
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const parsed = channelCreate.safeParse({ kind, name, events, isEnabled, ...shown, ...secrets, ...given });
  if (!parsed.success) throw channelFieldUnknown(kind, parsed.error.issues[0]?.message ?? "it does not fit");
  return inputOf(parsed.data);
}
