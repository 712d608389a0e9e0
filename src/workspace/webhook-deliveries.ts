import type { Selectable } from "kysely";

import type { Instant } from "../domain/instant.ts";
import type { ErrorText } from "./integrations.ts";
import type { Workspace } from "./open.ts";
import { unknownDelivery } from "./problems.ts";
import type { WebhookDeliveryRow } from "./schema.ts";

type Status = WebhookDeliveryRow["status"];

/** What to read again, as the connector said it. */
export interface StoredHint {
  readonly stream: string;
  readonly scopeId: string;
  readonly keys: readonly string[] | null;
  readonly isGone?: boolean;
}

export interface Delivery extends Omit<Selectable<WebhookDeliveryRow>, "hints" | "tasks" | "error"> {
  readonly hints: readonly StoredHint[] | null;
  readonly tasks: readonly string[];
  readonly error: ErrorText | null;
}

export interface NewDelivery {
  readonly integrationId: string;
  readonly deliveryId: string;
  readonly event: string;
  readonly via: Delivery["via"];
  readonly bodyHash: string | null;
  readonly bodyBytes: number;
  /** Known beforehand for deliveries that the vendor only lists. */
  readonly hints?: readonly StoredHint[];
}

/** Puts a delivery into the queue, durable on return; false when it is there already, and then only counted. */
export function addDelivery({ db, now }: Workspace, delivery: NewDelivery): Promise<boolean> {
  const { integrationId, deliveryId, hints } = delivery;
  const receivedAt = now();
  const row: Selectable<WebhookDeliveryRow> = {
    ...delivery,
    receivedAt,
    status: "received",
    attempts: 0,
    nextAttemptAt: null,
    finishedAt: null,
    hints: hints ? JSON.stringify(hints) : null,
    tasks: "[]",
    outcome: null,
    error: null,
    copies: 1,
  };
  return db.transaction().execute(async (tx) => {
    const added = await tx
      .insertInto("webhookDelivery")
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    const isNew = Number(added.numInsertedOrUpdatedRows ?? 0) > 0;
    const hasArrived = delivery.via === "delivery";
    if (!isNew && hasArrived)
      await tx
        .updateTable("webhookDelivery")
        .set((e) => ({ copies: e("copies", "+", 1) }))
        .where("integrationId", "=", integrationId)
        .where("deliveryId", "=", deliveryId)
        .execute();
    if (hasArrived)
      await tx
        .updateTable("webhookEndpoint")
        .set((e) => ({
          [isNew ? "received" : "duplicates"]: e(isNew ? "received" : "duplicates", "+", 1),
          lastReceivedAt: receivedAt,
        }))
        .where("integrationId", "=", integrationId)
        .execute();
    return isNew;
  });
}

/** Integrations that are read and have deliveries whose time has come. */
export async function waitingIntegrations({ db, now }: Workspace): Promise<string[]> {
  const rows = await db
    .selectFrom("webhookDelivery as d")
    .innerJoin("integration as i", "i.id", "d.integrationId")
    .select("d.integrationId")
    .distinct()
    .where("i.lifecycle", "=", "active")
    .where("d.status", "=", "received")
    .where((e) => e.or([e("d.nextAttemptAt", "is", null), e("d.nextAttemptAt", "<=", now())]))
    .execute();
  return rows.map((row) => row.integrationId);
}

/** Takes the oldest deliveries of an integration whose time has come; they are `processing` from now on. */
export function claimDeliveries({ db, now }: Workspace, integrationId: string, limit: number): Promise<Delivery[]> {
  return db.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom("webhookDelivery")
      .selectAll()
      .where("integrationId", "=", integrationId)
      .where("status", "=", "received")
      .where((e) => e.or([e("nextAttemptAt", "is", null), e("nextAttemptAt", "<=", now())]))
      .orderBy("receivedAt")
      .limit(limit)
      .execute();
    if (rows.length > 0)
      await tx
        .updateTable("webhookDelivery")
        .set({ status: "processing" })
        .where("integrationId", "=", integrationId)
        .where(
          "deliveryId",
          "in",
          rows.map((row) => row.deliveryId),
        )
        .execute();
    return rows.map((row) => fromRow({ ...row, status: "processing" }));
  });
}

export interface DeliveryEnd {
  readonly status: Status;
  readonly attempts?: number;
  readonly nextAttemptAt?: Instant | null;
  readonly hints?: readonly StoredHint[];
  readonly tasks?: readonly string[];
  readonly outcome: string | null;
  readonly error?: ErrorText | null;
}

export async function settleDelivery(
  { db, now }: Workspace,
  { integrationId, deliveryId }: Pick<Delivery, "integrationId" | "deliveryId">,
  { hints, tasks, error = null, ...end }: DeliveryEnd,
): Promise<void> {
  const hasEnded = end.status === "done" || end.status === "ignored" || end.status === "dead";
  await db
    .updateTable("webhookDelivery")
    .set({
      ...end,
      ...(hints ? { hints: JSON.stringify(hints) } : {}),
      ...(tasks ? { tasks: JSON.stringify(tasks) } : {}),
      error: error && JSON.stringify(error),
      nextAttemptAt: end.nextAttemptAt ?? null,
      finishedAt: hasEnded ? now() : null,
    })
    .where("integrationId", "=", integrationId)
    .where("deliveryId", "=", deliveryId)
    .execute();
}

/** What a process was working on when it ended is work again. */
export async function requeueAbandoned({ db }: Workspace): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable("webhookDelivery")
    .set({ status: "received" })
    .where("status", "=", "processing")
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Puts one delivery, or all dead ones, back into the queue with their tries forgotten; answers how many. */
export async function replayDeliveries({ db }: Workspace, integrationId: string, deliveryId: string | null): Promise<number> {
  const query = db
    .updateTable("webhookDelivery")
    .set({ status: "received", attempts: 0, nextAttemptAt: null, finishedAt: null, outcome: null, error: null })
    .where("integrationId", "=", integrationId)
    .where("status", "<>", "processing");
  const chosen = deliveryId === null ? query.where("status", "=", "dead") : query.where("deliveryId", "=", deliveryId);
  return Number((await chosen.executeTakeFirst()).numUpdatedRows);
}

export async function getDelivery({ db }: Workspace, integrationId: string, deliveryId: string): Promise<Delivery> {
  const row = await db
    .selectFrom("webhookDelivery")
    .selectAll()
    .where("integrationId", "=", integrationId)
    .where("deliveryId", "=", deliveryId)
    .executeTakeFirst();
  if (!row) throw unknownDelivery(deliveryId);
  return fromRow(row);
}

export interface DeliveryFilter {
  readonly status?: readonly Status[] | undefined;
  readonly event?: string | undefined;
}

/** Newest first. */
export async function listDeliveries(
  { db }: Workspace,
  integrationId: string,
  { status, event, offset, limit }: DeliveryFilter & { offset: number; limit: number },
): Promise<{ items: Delivery[]; total: number }> {
  let query = db.selectFrom("webhookDelivery").where("integrationId", "=", integrationId);
  if (status?.length) query = query.where("status", "in", status);
  if (event !== undefined) query = query.where("event", "=", event);
  const { total } = await query.select((e) => e.fn.countAll<number | string>().as("total")).executeTakeFirstOrThrow();
  const rows = await query.selectAll().orderBy("receivedAt", "desc").orderBy("deliveryId").limit(limit).offset(offset).execute();
  return { items: rows.map(fromRow), total: Number(total) };
}

/** How many deliveries of an integration are in each state. */
export async function countDeliveries({ db }: Workspace, integrationId: string): Promise<Record<Status, number>> {
  const rows = await db
    .selectFrom("webhookDelivery")
    .select(["status", (e) => e.fn.countAll<number | string>().as("count")])
    .where("integrationId", "=", integrationId)
    .groupBy("status")
    .execute();
  const counts: Record<Status, number> = { received: 0, processing: 0, done: 0, ignored: 0, dead: 0 };
  for (const { status, count } of rows) counts[status] = Number(count);
  return counts;
}

/** Hashes of the bodies that an integration's deliveries hold. */
export async function deliveryBodies({ db }: Workspace, integrationId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("webhookDelivery")
    .select("bodyHash")
    .distinct()
    .where("integrationId", "=", integrationId)
    .where("bodyHash", "is not", null)
    .execute();
  return rows.map((row) => row.bodyHash!);
}

/** Forgets deliveries that ended before then; answers the hashes of bodies that no delivery holds any more. */
export function pruneDeliveries({ db }: Workspace, before: { ended: Instant; dead: Instant }): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const old = await tx
      .deleteFrom("webhookDelivery")
      .where((e) =>
        e.or([
          e.and([e("status", "in", ["done", "ignored"]), e("receivedAt", "<", before.ended)]),
          e.and([e("status", "=", "dead"), e("receivedAt", "<", before.dead)]),
        ]),
      )
      .returning("bodyHash")
      .execute();
    const hashes = [...new Set(old.flatMap((row) => (row.bodyHash === null ? [] : [row.bodyHash])))];
    const held = new Set<string>();
    for (let start = 0; start < hashes.length; start += 500)
      for (const row of await tx
        .selectFrom("webhookDelivery")
        .select("bodyHash")
        .where("bodyHash", "in", hashes.slice(start, start + 500))
        .execute())
        held.add(row.bodyHash!);
    return hashes.filter((hash) => !held.has(hash));
  });
}

const fromRow = (row: Selectable<WebhookDeliveryRow>): Delivery => ({
  ...row,
  hints: row.hints === null ? null : (JSON.parse(row.hints) as StoredHint[]),
  tasks: JSON.parse(row.tasks) as string[],
  error: row.error === null ? null : (JSON.parse(row.error) as ErrorText),
});
