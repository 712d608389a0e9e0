import type { Workspace } from "./open.ts";

/** A value that the server remembers for itself; null when it was never set. */
export async function readSetting(workspace: Workspace, name: string): Promise<unknown> {
  const row = await workspace.db.selectFrom("setting").select("value").where("name", "=", name).executeTakeFirst();
  return row ? (JSON.parse(row.value) as unknown) : null;
}

export async function writeSetting({ db }: Workspace, name: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  await db
    .insertInto("setting")
    .values({ name, value: text })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: text }))
    .execute();
}
