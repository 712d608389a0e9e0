import { randomBytes } from "node:crypto";

import type { Transaction } from "kysely";

import type { Db, Workspace } from "./open.ts";
import type { AuditRow, Database } from "./schema.ts";

/** Who changes something. */
export interface Actor {
  readonly kind: "user" | "token" | "cli" | "system";
  readonly id: string;
  readonly name: string;
}

export interface AuditEntry {
  readonly action: string;
  readonly subject: string;
  readonly subjectId: string;
  /** Field → what it was and what it is; the caller leaves secrets out and says only that they were written. */
  readonly changes?: Readonly<Record<string, { before?: unknown; after?: unknown }>>;
}

type Record_ = (entry: AuditEntry) => Promise<void>;

/** Runs a change and writes its audit rows in the same transaction: both happen or neither. */
export function change<Result>(
  workspace: Workspace,
  actor: Actor,
  work: (db: Transaction<Database>, record: Record_) => Promise<Result>,
): Promise<Result> {
  return workspace.db
    .transaction()
    .execute((db) => work(db, (entry) => writeAudit(db, actor, { ...entry, at: workspace.now() })));
}

async function writeAudit(db: Db, actor: Actor, entry: AuditEntry & { at: string }): Promise<void> {
  await db
    .insertInto("audit")
    .values({
      id: `${entry.at}-${randomBytes(6).toString("hex")}`,
      at: entry.at,
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      action: entry.action,
      subject: entry.subject,
      subjectId: entry.subjectId,
      changes: JSON.stringify(entry.changes ?? {}),
    })
    .execute();
}

/** Newest first; `cursor` is the id of the last row of the page before. */
export async function listAudit(
  { db }: Workspace,
  wanted: { subject?: string | undefined; subjectId?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: AuditRow[]; nextCursor: string | null; total: number }> {
  let query = db.selectFrom("audit");
  if (wanted.subject) query = query.where("subject", "=", wanted.subject);
  if (wanted.subjectId) query = query.where("subjectId", "=", wanted.subjectId);
  const { total } = await query.select((e) => e.fn.countAll<number | string>().as("total")).executeTakeFirstOrThrow();
  if (wanted.cursor) query = query.where("id", "<", wanted.cursor);
  const rows = await query
    .selectAll()
    .orderBy("id", "desc")
    .limit(wanted.limit + 1)
    .execute();
  const items = rows.slice(0, wanted.limit);
  return { items, nextCursor: rows.length > wanted.limit ? items.at(-1)!.id : null, total: Number(total) };
}
