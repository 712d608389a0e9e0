import type { Workspace } from "./open.ts";
import { hashToken, newToken } from "./secret-box.ts";
import { activeUser, later, ownerUser, type User } from "./users.ts";

export const SESSION_SECONDS = 30 * 86_400;
const LINK_SECONDS = 3600;

/** A key that opens one session as the owner, once, within an hour. */
export async function makeSignInLink(workspace: Workspace): Promise<string> {
  const owner = await ownerUser(workspace);
  const key = newToken();
  const now = workspace.now();
  await workspace.db.deleteFrom("signInLink").where("expiresAt", "<", now).execute();
  await workspace.db
    .insertInto("signInLink")
    .values({ hash: hashToken(key), userId: owner.id, createdAt: now, expiresAt: later(now, LINK_SECONDS), usedAt: null })
    .execute();
  return key;
}

/** Uses the link up and opens a session; null when it is wrong, too old or used. */
export function openSession(workspace: Workspace, key: string): Promise<{ user: User; cookie: string } | null> {
  const now = workspace.now();
  return workspace.db.transaction().execute(async (db) => {
    const used = await db
      .updateTable("signInLink")
      .set({ usedAt: now })
      .where("hash", "=", hashToken(key))
      .where("usedAt", "is", null)
      .where("expiresAt", ">", now)
      .returning("userId")
      .executeTakeFirst();
    if (!used) return null;
    const user = await activeUser({ db }, used.userId);
    if (!user) return null;
    const cookie = newToken();
    await db.deleteFrom("session").where("expiresAt", "<", now).execute();
    await db
      .insertInto("session")
      .values({ hash: hashToken(cookie), userId: user.id, createdAt: now, expiresAt: later(now, SESSION_SECONDS) })
      .execute();
    return { user, cookie };
  });
}

export async function userOfSession(workspace: Workspace, cookie: string): Promise<User | null> {
  const row = await workspace.db
    .selectFrom("session")
    .select("userId")
    .where("hash", "=", hashToken(cookie))
    .where("expiresAt", ">", workspace.now())
    .executeTakeFirst();
  return row ? activeUser(workspace, row.userId) : null;
}

export async function closeSession({ db }: Workspace, cookie: string): Promise<void> {
  await db.deleteFrom("session").where("hash", "=", hashToken(cookie)).execute();
}
