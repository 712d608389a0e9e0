import { randomBytes } from "node:crypto";

import type { Instant } from "../domain/instant.ts";
import { change, type Actor } from "./audit.ts";
import type { Workspace } from "./open.ts";
import { unknownToken } from "./problems.ts";
import { hashToken, newToken } from "./secret-box.ts";

/** Everything that may be said of a token. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly usedAt: Instant | null;
}

const shown = ["id", "name", "role", "createdAt", "expiresAt", "usedAt"] as const;

export const listTokens = ({ db }: Workspace): Promise<ApiToken[]> =>
  db.selectFrom("apiToken").select(shown).where("revokedAt", "is", null).orderBy("createdAt").orderBy("id").execute();

/** The text of the token is answered this once; only its SHA-256 is stored. */
export function createToken(
  workspace: Workspace,
  actor: Actor,
  input: { name: string; role: string; expiresAt: Instant | null },
): Promise<ApiToken & { token: string }> {
  return change(workspace, actor, async (db, record) => {
    const token = newToken("lead_");
    const row = { id: randomBytes(8).toString("hex"), ...input, createdAt: workspace.now(), usedAt: null };
    await db
      .insertInto("apiToken")
      .values({ ...row, hash: hashToken(token), createdBy: actor.id, revokedAt: null })
      .execute();
    await record({
      action: "token.create",
      subject: "token",
      subjectId: row.id,
      changes: { name: { after: input.name }, role: { after: input.role } },
    });
    return { ...row, token };
  });
}

export function revokeToken(workspace: Workspace, actor: Actor, id: string): Promise<void> {
  return change(workspace, actor, async (db, record) => {
    const gone = await db
      .updateTable("apiToken")
      .set({ revokedAt: workspace.now() })
      .where("id", "=", id)
      .where("revokedAt", "is", null)
      .returning("name")
      .executeTakeFirst();
    if (!gone) throw unknownToken(id);
    await record({ action: "token.revoke", subject: "token", subjectId: id, changes: { name: { before: gone.name } } });
  });
}

/** The token's row when it may be used now; its time of use is noted at most once a minute. */
export async function useToken({ db, now }: Workspace, token: string): Promise<ApiToken | null> {
  const row = await db
    .selectFrom("apiToken")
    .select(shown)
    .where("hash", "=", hashToken(token))
    .where("revokedAt", "is", null)
    .executeTakeFirst();
  const instant = now();
  if (!row || (row.expiresAt !== null && row.expiresAt <= instant)) return null;
  if (row.usedAt === null || Date.parse(instant) - Date.parse(row.usedAt) > 60_000)
    await db.updateTable("apiToken").set({ usedAt: instant }).where("id", "=", row.id).execute();
  return row;
}
