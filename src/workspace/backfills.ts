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
 * the day that people choose, as do those of single scopes.
 */
export async function scheduleHistory(
  db: Db,
  { integrationId, since, now }: { integrationId: string; since: Instant | null; now: Instant },
): Promise<void> {
  const own = await openOwn(db, integrationId);
  const ids = own.filter((one) => one.since !== since).map(({ id }) => id);
  // What they were expected to take belongs to the other day.
  if (ids.length > 0)
    await db.updateTable("backfill").set({ since, forecast: null, updatedAt: now }).where("id", "in", ids).execute();
  if (!own.some(({ scopes }) => scopes === null)) await insertOwn(db, { integrationId, since, scopes: null, now });
}

/** Scopes that are to be read from now on get their history too, unless a backfill that has not begun will read it anyway. */
export async function scheduleScopes(
  db: Db,
  wanted: { integrationId: string; since: Instant | null; scopes: readonly string[]; now: Instant },
): Promise<void> {
  // One under way may have been planned without them.
  const waiting = (await openOwn(db, wanted.integrationId)).filter(({ status }) => status !== "running");
  const scopes = wanted.scopes.filter((id) => !waiting.some((one) => one.scopes === null || one.scopes.includes(id)));
  if (scopes.length > 0) await insertOwn(db, { ...wanted, scopes });
}

/** Leadline's own wishes for scopes of which none is chosen any more end. */
export async function dropScopes(
  db: Db,
  { integrationId, chosen, now }: { integrationId: string; chosen: readonly string[]; now: Instant },
): Promise<void> {
  const left = (await openOwn(db, integrationId)).filter(({ scopes }) => scopes && !scopes.some((id) => chosen.includes(id)));
  for (const { id } of left)
    await db
      .updateTable("backfill")
      .set({ status: "cancelled", finishedAt: now, nextAttemptAt: null, updatedAt: now })
      .where("id", "=", id)
      .execute();
}

async function openOwn(db: Db, integrationId: string): Promise<Backfill[]> {
  const query = db.selectFrom("backfill").selectAll().where("integrationId", "=", integrationId).where("isAutomatic", "=", 1);
  return (await query.where("status", "in", open).execute()).map(fromRow);
}

async function insertOwn(
  db: Db,
  { now, ...said }: { integrationId: string; since: Instant | null; scopes: readonly string[] | null; now: Instant },
): Promise<void> {
  const plain = { mode: "fill", streams: null, until: null, order: "newest-first", forecast: null } as const;
  const row = newRow(
    { ...plain, ...said, priority: DEFAULT_PRIORITY, maxShare: DEFAULT_SHARE },
    { now, createdBy: "Leadline", isAutomatic: true },
  );
  await db.insertInto("backfill").values(row).execute();
}

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
