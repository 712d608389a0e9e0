import { randomBytes } from "node:crypto";
import type { Selectable } from "kysely";

import type { Instant } from "../domain/instant.ts";
import { change, type Actor, type AuditEntry } from "./audit.ts";
import type { Db, Workspace } from "./open.ts";
import { channelSecretsUnreadable, unknownChannel } from "./problems.ts";
import type { ChannelKind, NotificationChannelRow } from "./schema.ts";

type JsonObject = Record<string, unknown>;
type Secrets = Readonly<Record<string, string>>;

/** A way to tell people something; its secrets are never read back. */
export interface NotificationChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly settings: JsonObject;
  /** What people want to hear of. */
  readonly events: readonly string[];
  readonly isEnabled: boolean;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly lastSentAt: Instant | null;
  readonly lastError: string | null;
}

export interface ChannelInput {
  readonly name: string;
  readonly kind: ChannelKind;
  readonly settings: JsonObject;
  readonly secrets: Secrets;
  readonly events: readonly string[];
  readonly isEnabled: boolean;
}

export async function listChannels({ db }: Workspace): Promise<NotificationChannel[]> {
  return (await db.selectFrom("notificationChannel").selectAll().orderBy("name").orderBy("id").execute()).map(fromRow);
}

export async function getChannel({ db }: { db: Db }, id: string): Promise<NotificationChannel> {
  const row = await db.selectFrom("notificationChannel").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw unknownChannel(id);
  return fromRow(row);
}

export function createChannel(workspace: Workspace, actor: Actor, input: ChannelInput): Promise<NotificationChannel> {
  return change(workspace, actor, async (db, record) => {
    const now = workspace.now();
    const id = randomBytes(8).toString("hex");
    const row = {
      id,
      kind: input.kind,
      ...columnsOf(input),
      sealed: seal(workspace, id, input.secrets),
      createdAt: now,
      updatedAt: now,
      lastSentAt: null,
      lastError: null,
    };
    await db.insertInto("notificationChannel").values(row).execute();
    const { name, kind, events } = input;
    await record(audited("create", id, { name: { after: name }, kind: { after: kind }, events: { after: events } }));
    return fromRow(row);
  });
}

/** Takes the whole channel as it is to be, secrets too. */
export function changeChannel(
  workspace: Workspace,
  actor: Actor,
  { id, input }: { id: string; input: Omit<ChannelInput, "kind"> },
): Promise<NotificationChannel> {
  return change(workspace, actor, async (db, record) => {
    const before = await getChannel({ db }, id);
    const { secrets, ...visible } = input;
    const stored = await channelSecrets({ ...workspace, db }, id).catch(() => null);
    const isRewritten = JSON.stringify(stored) !== JSON.stringify(secrets);
    const after = { ...columnsOf(input), updatedAt: workspace.now(), sealed: seal(workspace, id, secrets) };
    await db.updateTable("notificationChannel").set(after).where("id", "=", id).execute();
    const changed = Object.entries(visible).filter(
      ([field, value]) => JSON.stringify(before[field as keyof NotificationChannel]) !== JSON.stringify(value),
    );
    const changes = Object.fromEntries(
      changed.map(([field, value]) => [field, { before: before[field as keyof NotificationChannel], after: value }]),
    );
    await record(audited("change", id, { ...changes, ...(isRewritten ? { secrets: { after: "(written)" } } : {}) }));
    return { ...before, ...visible, updatedAt: after.updatedAt };
  });
}

export function deleteChannel(workspace: Workspace, actor: Actor, id: string): Promise<void> {
  return change(workspace, actor, async (db, record) => {
    const { name } = await getChannel({ db }, id);
    await db.deleteFrom("notificationChannel").where("id", "=", id).execute();
    await db.deleteFrom("notification").where("channelId", "=", id).execute();
    await record(audited("delete", id, { name: { before: name } }));
  });
}

/** Decrypted where a message is sent, and nowhere else. */
export async function channelSecrets(
  { db, secrets }: Pick<Workspace, "secrets"> & { db: Db },
  id: string,
): Promise<Record<string, string>> {
  const row = await db.selectFrom("notificationChannel").select(["sealed", "name"]).where("id", "=", id).executeTakeFirst();
  if (!row) throw unknownChannel(id);
  let text: string;
  try {
    text = secrets.open(row.sealed, sealedFor(id));
  } catch {
    throw channelSecretsUnreadable(row.name);
  }
  return JSON.parse(text) as Record<string, string>;
}

export async function noteChannel(
  { db }: Workspace,
  id: string,
  state: { lastSentAt?: Instant; lastError: string | null },
): Promise<void> {
  await db.updateTable("notificationChannel").set(state).where("id", "=", id).execute();
}

const sealedFor = (id: string) => `notification-channel/${id}`;
const seal = (workspace: Workspace, id: string, secrets: Secrets) =>
  workspace.secrets.seal(JSON.stringify(secrets), sealedFor(id));

const columnsOf = ({ name, settings, events, isEnabled }: Omit<ChannelInput, "kind" | "secrets">) => ({
  name,
  settings: JSON.stringify(settings),
  events: JSON.stringify(events),
  isEnabled: isEnabled ? (1 as const) : (0 as const),
});

const audited = (action: string, subjectId: string, changes: NonNullable<AuditEntry["changes"]>): AuditEntry => ({
  action: `notification_channel.${action}`,
  subject: "notification_channel",
  subjectId,
  changes,
});

const fromRow = ({ sealed: _sealed, ...row }: Selectable<NotificationChannelRow>): NotificationChannel => ({
  ...row,
  settings: JSON.parse(row.settings) as JsonObject,
  events: JSON.parse(row.events) as string[],
  isEnabled: row.isEnabled === 1,
});
