import { randomBytes } from "node:crypto";

import type { Selectable } from "kysely";

import type { Instant } from "../domain/instant.ts";
import { change, type Actor, type AuditEntry } from "./audit.ts";
import type { Db, Workspace } from "./open.ts";
import { backfillHasEnded, unknownBackfill } from "./problems.ts";
import type { BackfillRow } from "./schema.ts";

type JsonObject = Record<string, unknown>;
type Stored = Selectable<BackfillRow>;
export type BackfillStatus = BackfillRow["status"];

/** History that is to be read: how far back, of what, in which order, how urgently, and what became of it. */
export interface Backfill {
  readonly id: string;
  readonly integrationId: string;
  /** fill: what is not there yet; again: a range, whether it is there or not. */
  readonly mode: Stored["mode"];
  /** Names of streams; null: all. */
  readonly streams: readonly string[] | null;
  /** Ids of scopes; null: all that are chosen. */
  readonly scopes: readonly string[] | null;
  /** Null: everything the vendor has. */
  readonly since: Instant | null;
  readonly until: Instant | null;
  readonly order: Stored["order"];
  /** 1 goes first, 9 last. */
  readonly priority: number;
  /** 0…1 of the quota that remains at the vendor, at most. */
  readonly maxShare: number;
  readonly status: BackfillStatus;
  /** Made by Leadline itself: the first history, or that of new scopes. */
  readonly isAutomatic: boolean;
  /** What it was announced to cost; null: nobody looked. */
  readonly forecast: JsonObject | null;
  /** What it did so far, over all its runs. */
  readonly actuals: JsonObject | null;
  /** Runs in a row that failed. */
  readonly failures: number;
  /** A failed one is tried again then. */
  readonly nextAttemptAt: Instant | null;
  readonly createdBy: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly startedAt: Instant | null;
  readonly finishedAt: Instant | null;
  readonly error: JsonObject | null;
}

export type NewBackfill = Pick<
  Backfill,
  "integrationId" | "mode" | "streams" | "scopes" | "since" | "until" | "order" | "priority" | "maxShare" | "forecast"
>;

export const DEFAULT_PRIORITY = 5;
export const DEFAULT_SHARE = 0.5;

const open: readonly BackfillStatus[] = ["scheduled", "running", "paused", "failed"];

export const isOpen = ({ status }: Pick<Backfill, "status">): boolean => open.includes(status);

/** Newest first. */
export async function listBackfills({ db }: Workspace, integrationId?: string): Promise<Backfill[]> {
  const query = db.selectFrom("backfill").selectAll().orderBy("createdAt", "desc").orderBy("id");
  const rows = await (integrationId === undefined ? query : query.where("integrationId", "=", integrationId)).execute();
  return rows.map(fromRow);
}

/** Those that may still do something, oldest first. */
export async function openBackfills({ db }: Workspace, integrationId?: string): Promise<Backfill[]> {
  const query = db.selectFrom("backfill").selectAll().where("status", "in", open).orderBy("createdAt").orderBy("id");
  const rows = await (integrationId === undefined ? query : query.where("integrationId", "=", integrationId)).execute();
  return rows.map(fromRow);
}

export const getBackfill = ({ db }: Workspace, integrationId: string, id: string): Promise<Backfill> =>
  read(db, integrationId, id);

async function read(db: Db, integrationId: string, id: string): Promise<Backfill> {
  const query = db.selectFrom("backfill").selectAll().where("integrationId", "=", integrationId).where("id", "=", id);
  const row = await query.executeTakeFirst();
  if (!row) throw unknownBackfill(integrationId, id);
  return fromRow(row);
}

export const createBackfill = (workspace: Workspace, actor: Actor, input: NewBackfill): Promise<Backfill> =>
  change(workspace, actor, async (db, record) => {
    const row = newRow(input, { now: workspace.now(), createdBy: actor.name, isAutomatic: false });
    await db.insertInto("backfill").values(row).execute();
    const { integrationId: _, forecast: _forecast, ...said } = input;
    await record(audited("create", input.integrationId, { id: { after: row.id }, ...afterAll(said) }));
    return fromRow(row);
  });

/**
 * Leadline's own backfill of an integration's history: of all scopes there is at most one that has not ended, and it follows
 * the day that people choose; new scopes get one of their own.
 */
export async function scheduleHistory(
  db: Db,
  wanted: { integrationId: string; since: Instant | null; scopes: readonly string[] | null; now: Instant },
): Promise<void> {
  const { integrationId, since, scopes, now } = wanted;
  if (scopes === null) {
    const known = await db
      .updateTable("backfill")
      .set({ since, updatedAt: now })
      .where("integrationId", "=", integrationId)
      .where("isAutomatic", "=", 1)
      .where("scopes", "is", null)
      .where("status", "in", open)
      .executeTakeFirst();
    if (known.numUpdatedRows > 0n) return;
  }
  const plain = { mode: "fill", streams: null, until: null, order: "newest-first", forecast: null } as const;
  const input = { ...plain, integrationId, scopes, since, priority: DEFAULT_PRIORITY, maxShare: DEFAULT_SHARE };
  await db
    .insertInto("backfill")
    .values(newRow(input, { now, createdBy: "Leadline", isAutomatic: true }))
    .execute();
}

export const scheduleScopes = (
  { db, now }: Workspace,
  wanted: { integrationId: string; since: Instant | null; scopes: string[] },
) => scheduleHistory(db, { ...wanted, now: now() });

const moves = {
  pause: { to: "paused", from: ["scheduled", "running", "failed"] },
  resume: { to: "scheduled", from: ["paused", "failed"] },
  cancel: { to: "cancelled", from: open },
} as const satisfies Record<string, { to: BackfillStatus; from: readonly BackfillStatus[] }>;

/** Repeating a move changes nothing; one that has ended stays as it ended. */
export function moveBackfill(
  workspace: Workspace,
  actor: Actor,
  asked: { integrationId: string; id: string; move: keyof typeof moves },
): Promise<Backfill> {
  const { integrationId, id, move } = asked;
  const { to, from } = moves[move];
  return change(workspace, actor, async (db, record) => {
    const before = await read(db, integrationId, id);
    const isThere = before.status === to || (move === "resume" && before.status === "running");
    if (isThere) return before;
    if (!(from as readonly string[]).includes(before.status)) throw backfillHasEnded(before, move);
    const now = workspace.now();
    const ended = to === "cancelled" ? { finishedAt: now } : {};
    await db
      .updateTable("backfill")
      .set({
        status: to,
        updatedAt: now,
        nextAttemptAt: null,
        ...(to === "scheduled" ? { failures: 0, error: null } : {}),
        ...ended,
      })
      .where("id", "=", id)
      .execute();
    await record(audited(move, integrationId, { id: { after: id }, status: { before: before.status, after: to } }));
    return read(db, integrationId, id);
  });
}

/** How urgent it is and how much it may take, while it has not ended. */
export function changeBackfill(
  workspace: Workspace,
  actor: Actor,
  asked: { integrationId: string; id: string; priority?: number | undefined; maxShare?: number | undefined },
): Promise<Backfill> {
  const { integrationId, id, priority, maxShare } = asked;
  return change(workspace, actor, async (db, record) => {
    const before = await read(db, integrationId, id);
    if (!isOpen(before)) throw backfillHasEnded(before, "change");
    const after = { ...before, priority: priority ?? before.priority, maxShare: maxShare ?? before.maxShare };
    const columns = { priority: after.priority, sharePercent: percent(after.maxShare), updatedAt: workspace.now() };
    await db.updateTable("backfill").set(columns).where("id", "=", id).execute();
    const changes = {
      priority: { before: before.priority, after: after.priority },
      maxShare: { before: before.maxShare, after: after.maxShare },
    };
    await record(audited("change", integrationId, { id: { after: id }, ...changes }));
    return { ...after, updatedAt: columns.updatedAt };
  });
}

export interface BackfillNote {
  readonly status?: "running" | "scheduled" | "succeeded" | "failed";
  readonly forecast?: JsonObject;
  readonly actuals?: JsonObject;
  readonly failures?: number;
  readonly nextAttemptAt?: Instant | null;
  readonly startedAt?: Instant;
  readonly finishedAt?: Instant | null;
  readonly error?: JsonObject | null;
}

/** What a run learned; a new status only takes the place of one of `from`, so that what people decide meanwhile holds. */
export async function noteBackfill(
  { db, now }: Workspace,
  id: string,
  { forecast, actuals, error, ...plain }: BackfillNote,
  from?: readonly BackfillStatus[],
): Promise<boolean> {
  const update = db
    .updateTable("backfill")
    .set({
      ...plain,
      updatedAt: now(),
      ...(forecast ? { forecast: JSON.stringify(forecast) } : {}),
      ...(actuals ? { actuals: JSON.stringify(actuals) } : {}),
      ...(error === undefined ? {} : { error: error && JSON.stringify(error) }),
    })
    .where("id", "=", id);
  const { numUpdatedRows } = await (from ? update.where("status", "in", from) : update).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** After a change of the credential nobody waits for the next attempt. */
export const retryBackfillsNow = async ({ db, now }: Workspace, integrationId: string): Promise<void> =>
  void (await db
    .updateTable("backfill")
    .set({ nextAttemptAt: now(), updatedAt: now() })
    .where("integrationId", "=", integrationId)
    .where("status", "=", "failed")
    .execute());

const percent = (share: number) => Math.round(share * 100);

function newRow(input: NewBackfill, made: { now: Instant; createdBy: string; isAutomatic: boolean }): Stored {
  const { streams, scopes, forecast, maxShare, ...plain } = input;
  return {
    ...plain,
    id: `bf-${randomBytes(5).toString("hex")}`,
    streams: streams && JSON.stringify(streams),
    scopes: scopes && JSON.stringify(scopes),
    sharePercent: percent(maxShare),
    status: "scheduled",
    isAutomatic: made.isAutomatic ? 1 : 0,
    forecast: forecast && JSON.stringify(forecast),
    actuals: null,
    failures: 0,
    nextAttemptAt: null,
    createdBy: made.createdBy,
    createdAt: made.now,
    updatedAt: made.now,
    startedAt: null,
    finishedAt: null,
    error: null,
  };
}

const parsed = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

const fromRow = ({ streams, scopes, sharePercent, isAutomatic, forecast, actuals, error, ...plain }: Stored): Backfill => ({
  ...plain,
  streams: parsed<string[]>(streams),
  scopes: parsed<string[]>(scopes),
  maxShare: sharePercent / 100,
  isAutomatic: isAutomatic === 1,
  forecast: parsed<JsonObject>(forecast),
  actuals: parsed<JsonObject>(actuals),
  error: parsed<JsonObject>(error),
});

const audited = (action: string, integrationId: string, changes: NonNullable<AuditEntry["changes"]>): AuditEntry => ({
  action: `backfill.${action}`,
  subject: "integration",
  subjectId: integrationId,
  changes,
});

const afterAll = (said: JsonObject) => Object.fromEntries(Object.entries(said).map(([field, after]) => [field, { after }]));
