import { sql, type Selectable } from "kysely";

import type { Instant } from "../domain/instant.ts";
import { change, type Actor } from "./audit.ts";
import type { Db, Workspace } from "./open.ts";
import { deletionBegun, deletionIncomplete, isBeingDeleted, notBeingDeleted, unknownIntegration } from "./problems.ts";
import type { IntegrationDeletionRow } from "./schema.ts";

/** What a scan of every table found of a deleted integration: nothing, or it is not over. */
export interface DeletionProof {
  readonly scannedAt: Instant;
  readonly tables: number;
  readonly columns: number;
  readonly files: number;
  readonly rowsRemoved: number;
  readonly filesRemoved: number;
  /** Where something was found; empty when the deletion is complete. */
  readonly left: readonly { readonly place: string; readonly rows: number }[];
}

export interface IntegrationDeletion extends Omit<Selectable<IntegrationDeletionRow>, "proof"> {
  readonly proof: DeletionProof | null;
}

export async function findDeletion({ db }: Workspace, id: string): Promise<IntegrationDeletion | null> {
  const row = await db.selectFrom("integrationDeletion").selectAll().where("id", "=", id).executeTakeFirst();
  return row ? { ...row, proof: row.proof === null ? null : (JSON.parse(row.proof) as DeletionProof) } : null;
}

/** Marks the integration as deleting and says from when on its rows go. */
export function requestDeletion(workspace: Workspace, actor: Actor, asked: { id: string; beginsAt: Instant }): Promise<void> {
  const { id, beginsAt } = asked;
  return change(workspace, actor, async (db, record) => {
    const found = await db.selectFrom("integration").select(["name", "lifecycle"]).where("id", "=", id).executeTakeFirst();
    if (!found) throw unknownIntegration(id);
    const { name, lifecycle } = found;
    if (lifecycle === "deleting") throw isBeingDeleted(id);
    const now = workspace.now();
    await db.updateTable("integration").set({ lifecycle: "deleting", updatedAt: now }).where("id", "=", id).execute();
    await db.deleteFrom("integrationDeletion").where("id", "=", id).execute();
    await db
      .insertInto("integrationDeletion")
      .values({
        id,
        name,
        lifecycleBefore: lifecycle,
        requestedBy: actor.name,
        requestedAt: now,
        beginsAt,
        beganAt: null,
        rowsTotal: null,
        rowsLeft: null,
        filesRemoved: 0,
        step: "waiting",
        finishedAt: null,
        proof: null,
      })
      .execute();
    const lifecycles = { before: lifecycle, after: "deleting" };
    await record({ ...audit("delete", id), changes: { lifecycle: lifecycles, beginsAt: { after: beginsAt } } });
  });
}

/** Takes a deletion back that has not begun; the integration is what it was before. */
export function cancelDeletion(workspace: Workspace, actor: Actor, id: string): Promise<void> {
  return change(workspace, actor, async (db, record) => {
    const row = await db.selectFrom("integrationDeletion").selectAll().where("id", "=", id).executeTakeFirst();
    if (!row || row.finishedAt !== null) throw notBeingDeleted(id);
    // The condition decides, not the look before it: the deletion may begin in between.
    const { numDeletedRows } = await db
      .deleteFrom("integrationDeletion")
      .where("id", "=", id)
      .where("beganAt", "is", null)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) throw deletionBegun(id);
    const lifecycle = row.lifecycleBefore;
    await db.updateTable("integration").set({ lifecycle, updatedAt: workspace.now() }).where("id", "=", id).execute();
    await record({ ...audit("undelete", id), changes: { lifecycle: { before: "deleting", after: lifecycle } } });
  });
}

/** Passes the point of no return; false when people have called the deletion off, or when its time has not come. */
export async function beginDeletion({ db, now }: Workspace, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("integrationDeletion")
    .set((e) => ({ beganAt: e.fn.coalesce("beganAt", e.val(now())) }))
    .where("id", "=", id)
    .where("finishedAt", "is", null)
    .where((e) => e.or([e("beganAt", "is not", null), e("beginsAt", "<=", now())]))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

type Standing = Partial<Pick<IntegrationDeletionRow, "rowsTotal" | "rowsLeft" | "filesRemoved" | "step">>;

export async function noteDeletion({ db }: Workspace, id: string, standing: Standing): Promise<void> {
  await db.updateTable("integrationDeletion").set(standing).where("id", "=", id).execute();
}

/** What was found elsewhere: in the warehouse and the archive. */
export type Scan = Pick<DeletionProof, "tables" | "columns" | "left">;

/**
 * The last step: the integration itself goes, every table of the workspace is looked through, and the proof stays with the
 * audit trail. All of it or nothing; throws when something is left.
 */
export function concludeDeletion(
  workspace: Workspace,
  actor: Actor,
  done: { id: string; scanned: Scan & Pick<DeletionProof, "files"> },
): Promise<DeletionProof> {
  const { id, scanned } = done;
  return change(workspace, actor, async (db, record) => {
    const row = await db.selectFrom("integrationDeletion").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    for (const { name, columns } of await tables(workspace, db))
      if (columns.includes("integration_id"))
        await sql`delete from ${sql.table(name)} where ${sql.ref("integration_id")} = ${id}`.execute(db);
    await db.deleteFrom("integration").where("id", "=", id).execute();
    const own = await scanWorkspace(workspace, db, id);
    const proof: DeletionProof = {
      scannedAt: workspace.now(),
      tables: scanned.tables + own.tables,
      columns: scanned.columns + own.columns,
      files: scanned.files,
      rowsRemoved: row.rowsTotal ?? 0,
      filesRemoved: row.filesRemoved,
      left: [...scanned.left, ...own.left],
    };
    if (proof.left.length > 0) throw deletionIncomplete(id, proof.left);
    await db
      .updateTable("integrationDeletion")
      .set({ finishedAt: workspace.now(), step: "done", rowsLeft: 0, proof: JSON.stringify(proof) })
      .where("id", "=", id)
      .execute();
    await record({ ...audit("deleted", id), changes: { proof: { after: proof } } });
    return proof;
  });
}

const audit = (action: string, subjectId: string) => ({
  action: `integration.${action}`,
  subject: "integration",
  subjectId,
});

/* ── Everything of an integration, whatever the table ────────────────────────────────────────────────────────── */

/** The tables of the workspace, asked of the database itself: one that is added later is in it too. */
async function tables({ engine }: Workspace, db: Db): Promise<{ name: string; columns: string[] }[]> {
  const found = await db.introspection.getTables();
  const isOurs = (schema: string | undefined) => engine === "sqlite" || schema === "workspace";
  return found
    .filter((table) => !table.isView && isOurs(table.schema))
    .map((table) => ({
      name: engine === "sqlite" ? table.name : `workspace.${table.name}`,
      columns: table.columns.map((column) => column.name),
    }));
}

const bare = (name: string) => name.replace("workspace.", "");

/** What the deletion itself still needs: the mappings for its mirror, the row in the ingestion log. */
const neededToTheEnd = new Set(["integration_mapping", "ingestion_task"]);

/** Removes secrets and all that was set up for an integration, at most `limit` rows of each table; true when nothing is left. */
export async function eraseBelongings(workspace: Workspace, id: string, limit: number): Promise<boolean> {
  const { db, engine } = workspace;
  const address = sql.ref(engine === "sqlite" ? "rowid" : "ctid");
  let isDone = true;
  for (const { name, columns } of await tables(workspace, db)) {
    if (!columns.includes("integration_id") || neededToTheEnd.has(bare(name))) continue;
    const { numAffectedRows = 0n } = await sql`delete from ${sql.table(name)} where ${address} in
      (select ${address} from ${sql.table(name)} where ${sql.ref("integration_id")} = ${id} limit ${sql.lit(limit)})`.execute(db);
    if (numAffectedRows >= BigInt(limit)) isDone = false;
  }
  return isDone;
}

/** Kept on purpose: who did what, and the deletion's own record. */
const records = new Set(["audit", "integration_deletion"]);

/** Looks through every table for rows that carry the integration or have an id made of it. */
async function scanWorkspace(workspace: Workspace, db: Db, id: string): Promise<Scan> {
  const left: { place: string; rows: number }[] = [];
  const known = (await tables(workspace, db)).filter(({ name }) => !records.has(bare(name)));
  const places = known.flatMap(({ name, columns }) =>
    columns.filter((column) => column === "id" || column.endsWith("_id")).map((column) => ({ name, column })),
  );
  for (const { name, column } of places) {
    const field = sql`cast(${sql.ref(column)} as text)`;
    const isWhole = column === "integration_id" || bare(name) === "integration";
    const isOurs = isWhole ? sql`${field} = ${id}` : sql`(${field} like ${`${id}/%`} or ${field} like ${`%:${id}:%`})`;
    const { rows } = await sql<{ n: number | string }>`select count(*) as n from ${sql.table(name)} where ${isOurs}`.execute(db);
    const n = Number(rows[0]?.n ?? 0);
    if (n > 0) left.push({ place: `workspace ${bare(name)}.${column}`, rows: n });
  }
  return { tables: known.length, columns: places.length, left };
}
