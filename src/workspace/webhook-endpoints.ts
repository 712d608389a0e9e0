import { randomBytes } from "node:crypto";

import type { Selectable } from "kysely";

import type { Instant } from "../domain/instant.ts";
import { change, type Actor } from "./audit.ts";
import type { Db, Workspace } from "./open.ts";
import { noWebhookSecret, secretUnreadable } from "./problems.ts";
import type { WebhookEndpointRow } from "./schema.ts";

/** What may be said of an endpoint: everything but its secrets. */
export type WebhookEndpoint = Omit<Selectable<WebhookEndpointRow>, "secretId" | "sealed" | "previousId" | "previousSealed">;

type Stored = Selectable<WebhookEndpointRow>;

const find = (db: Db, integrationId: string): Promise<Stored | undefined> =>
  db.selectFrom("webhookEndpoint").selectAll().where("integrationId", "=", integrationId).executeTakeFirst();

export async function getEndpoint({ db }: Workspace, integrationId: string): Promise<WebhookEndpoint | null> {
  const row = await find(db, integrationId);
  if (!row) return null;
  const { secretId: _id, sealed: _sealed, previousId: _previous, previousSealed: _old, ...visible } = row;
  return visible;
}

export const listEndpoints = ({ db }: Workspace): Promise<{ integrationId: string; missedAskedAt: Instant | null }[]> =>
  db.selectFrom("webhookEndpoint").select(["integrationId", "missedAskedAt"]).execute();

/**
 * Makes a new secret of 32 random bytes and answers it, the only time that it can be read. The one before stays valid for
 * `overlapSeconds`, so that the vendor's side can be changed without losing a delivery; one before that ends at once.
 */
export function rotateSecret(
  workspace: Workspace,
  actor: Actor,
  asked: { integrationId: string; overlapSeconds: number },
): Promise<string> {
  const { integrationId, overlapSeconds } = asked;
  return change(workspace, actor, async (db, record) => {
    const before = await find(db, integrationId);
    const secret = randomBytes(32).toString("hex");
    const secretId = `webhook/${integrationId}/${randomBytes(6).toString("hex")}`;
    const now = workspace.now();
    const current = { secretId, sealed: workspace.secrets.seal(secret, secretId), secretMadeAt: now };
    const previousUntil = before && overlapSeconds > 0 ? new Date(Date.parse(now) + overlapSeconds * 1000).toISOString() : null;
    const previous = previousUntil
      ? { previousId: before!.secretId, previousSealed: before!.sealed, previousUntil }
      : { previousId: null, previousSealed: null, previousUntil: null };
    if (before)
      await db
        .updateTable("webhookEndpoint")
        .set({ ...current, ...previous })
        .where("integrationId", "=", integrationId)
        .execute();
    else
      await db
        .insertInto("webhookEndpoint")
        .values({ ...untouched, ...current, ...previous, integrationId })
        .execute();
    await record({
      action: before ? "integration.webhook_secret_rotated" : "integration.webhook_secret_made",
      subject: "integration",
      subjectId: integrationId,
      changes: {
        webhookSecret: { after: "(written)" },
        previousUntil: { before: before?.previousUntil ?? null, after: previousUntil },
      },
    });
    return secret;
  });
}

/** From now on only the newest secret is accepted. */
export function endOverlap(workspace: Workspace, actor: Actor, integrationId: string): Promise<void> {
  return change(workspace, actor, async (db, record) => {
    const before = await find(db, integrationId);
    if (!before) throw noWebhookSecret(integrationId);
    await db
      .updateTable("webhookEndpoint")
      .set({ previousId: null, previousSealed: null, previousUntil: null })
      .where("integrationId", "=", integrationId)
      .execute();
    await record({
      action: "integration.webhook_overlap_ended",
      subject: "integration",
      subjectId: integrationId,
      changes: { previousUntil: { before: before.previousUntil, after: null } },
    });
  });
}

/** The secrets that are accepted now, newest first; null when none was ever made. */
export async function usableSecrets(workspace: Workspace, integrationId: string): Promise<string[] | null> {
  const row = await find(workspace.db, integrationId);
  if (!row) return null;
  const isOverlapping = row.previousUntil !== null && Date.parse(row.previousUntil) > Date.parse(workspace.now());
  try {
    return [
      workspace.secrets.open(row.sealed, row.secretId),
      ...(isOverlapping ? [workspace.secrets.open(row.previousSealed!, row.previousId!)] : []),
    ];
  } catch {
    throw secretUnreadable(integrationId, "webhook secret");
  }
}

/** A delivery that was not signed with an accepted secret: counted, and nothing of it kept. */
export async function noteRefused({ db, now }: Workspace, integrationId: string, reason: string): Promise<void> {
  await db
    .updateTable("webhookEndpoint")
    .set((e) => ({ refused: e("refused", "+", 1), lastRefusedAt: now(), lastRefusedReason: reason }))
    .where("integrationId", "=", integrationId)
    .execute();
}

/** What came of asking the vendor for deliveries that failed. */
export async function noteMissed(
  { db, now }: Workspace,
  integrationId: string,
  { found, problem }: { found: number; problem: string | null },
): Promise<void> {
  await db
    .updateTable("webhookEndpoint")
    .set((e) => ({ missedAskedAt: now(), missedFound: e("missedFound", "+", found), missedProblem: problem }))
    .where("integrationId", "=", integrationId)
    .execute();
}

const untouched = {
  received: 0,
  duplicates: 0,
  refused: 0,
  lastReceivedAt: null,
  lastRefusedAt: null,
  lastRefusedReason: null,
  missedAskedAt: null,
  missedFound: 0,
  missedProblem: null,
};
