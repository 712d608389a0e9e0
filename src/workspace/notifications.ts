import { randomUUID } from "node:crypto";
import type { Selectable } from "kysely";

import type { Instant } from "../domain/instant.ts";
import type { Workspace } from "./open.ts";
import type { IntegrationWatchRow, NotificationRow } from "./schema.ts";

/** What people are told, before a channel gives it its form. */
export interface Message {
  readonly event: string;
  readonly title: string;
  readonly text: string;
  readonly nextStep: string | null;
  readonly integration: { readonly id: string; readonly name: string } | null;
  readonly at: Instant;
}

export interface Notification extends Omit<Selectable<NotificationRow>, "message"> {
  readonly message: Message;
}

export type Watch = Selectable<IntegrationWatchRow>;

export async function readWatch({ db }: Workspace, integrationId: string): Promise<Watch> {
  const row = await db.selectFrom("integrationWatch").selectAll().where("integrationId", "=", integrationId).executeTakeFirst();
  return row ?? { integrationId, failedRuns: 0, countedRunAt: null, incident: null, incidentAt: null, expiryWarned: null };
}

export interface Outgoing {
  /** What it is about; told once on each channel. */
  readonly incident: string;
  readonly message: Message;
  readonly channels: readonly string[];
}

/** Remembers what was seen of an integration and puts what people are to hear into the outbox: both or neither. */
export async function saveWatch({ db }: Workspace, watch: Watch | null, outgoing: readonly Outgoing[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (watch) {
      const { integrationId: _, ...changed } = watch;
      await tx
        .insertInto("integrationWatch")
        .values(watch)
        .onConflict((conflict) => conflict.column("integrationId").doUpdateSet(changed))
        .execute();
    }
    const rows = outgoing.flatMap(({ incident, message, channels }) =>
      channels.map((channelId) => ({
        id: randomUUID(),
        channelId,
        incident,
        event: message.event,
        // A deleted integration leaves no row that carries it.
        integrationId: message.event === "deleted" ? null : (message.integration?.id ?? null),
        message: JSON.stringify(message),
        state: "pending" as const,
        attempts: 0,
        createdAt: message.at,
        nextAttemptAt: message.at,
        sentAt: null,
        error: null,
      })),
    );
    if (rows.length > 0)
      await tx
        .insertInto("notification")
        .values(rows)
        .onConflict((conflict) => conflict.columns(["channelId", "incident"]).doNothing())
        .execute();
  });
}

/** What is to be sent now, oldest first. */
export async function dueNotifications({ db, now }: Workspace): Promise<Notification[]> {
  const rows = await db
    .selectFrom("notification")
    .selectAll()
    .where("state", "=", "pending")
    .where("nextAttemptAt", "<=", now())
    .orderBy("createdAt")
    .orderBy("id")
    .limit(500)
    .execute();
  return rows.map(fromRow);
}

export async function settleNotifications(
  { db }: Workspace,
  ids: readonly string[],
  state: Partial<Pick<NotificationRow, "state" | "attempts" | "nextAttemptAt" | "sentAt" | "error">>,
): Promise<void> {
  await db.updateTable("notification").set(state).where("id", "in", ids).execute();
}

/** How often a channel was used since; messages that went together count once. */
export async function sendingsSince({ db }: Workspace, channelId: string, since: Instant): Promise<number> {
  const rows = await db
    .selectFrom("notification")
    .select("sentAt")
    .distinct()
    .where("channelId", "=", channelId)
    .where("sentAt", ">=", since)
    .execute();
  return rows.length;
}

/** Newest first. */
export async function listNotifications(
  { db }: Workspace,
  page: { offset: number; limit: number },
): Promise<{ items: Notification[]; total: number }> {
  const { total } = await db
    .selectFrom("notification")
    .select((e) => e.fn.countAll<number | string>().as("total"))
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom("notification")
    .selectAll()
    .orderBy("createdAt", "desc")
    .orderBy("id")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return { items: rows.map(fromRow), total: Number(total) };
}

export async function pruneNotifications({ db }: Workspace, before: Instant): Promise<void> {
  await db.deleteFrom("notification").where("createdAt", "<", before).where("state", "!=", "pending").execute();
}

const fromRow = (row: Selectable<NotificationRow>): Notification => ({ ...row, message: JSON.parse(row.message) as Message });
