import { tableNames, type Database } from "./schema.ts";
import type { Workspace } from "./open.ts";

/** Every row of the workspace; secrets stay sealed. The same on both engines, so that a backup can move between them. */
export type WorkspaceDump = { readonly [Table in keyof Database]?: readonly Record<string, unknown>[] };

/** Rows that speak of this process or browser only. */
const passing: ReadonlySet<keyof Database> = new Set(["session", "signInLink", "ingestionTask", "webhookDelivery", "lease"]);

/** One moment of the whole workspace. */
export const dumpWorkspace = ({ db, engine }: Workspace): Promise<WorkspaceDump> =>
  (engine === "postgres" ? db.transaction().setIsolationLevel("repeatable read") : db.transaction()).execute(async (moment) => {
    const dump: Record<string, Record<string, unknown>[]> = {};
    for (const table of tableNames) if (!passing.has(table)) dump[table] = await moment.selectFrom(table).selectAll().execute();
    return dump;
  });

/** Fills a workspace that nobody has used yet. */
export const loadWorkspace = ({ db }: Workspace, dump: WorkspaceDump): Promise<void> =>
  db.transaction().execute(async (moment) => {
    for (const table of tableNames) {
      const rows = dump[table] ?? [];
      await moment.deleteFrom(table).execute();
      for (let start = 0; start < rows.length; start += 200)
        await moment
          .insertInto(table)
          .values(rows.slice(start, start + 200))
          .execute();
    }
  });

export const isUnused = async ({ db }: Workspace): Promise<boolean> => {
  const { count } = await db
    .selectFrom("audit")
    .select((e) => e.fn.countAll<number | string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count) === 0;
};
