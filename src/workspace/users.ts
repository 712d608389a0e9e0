import type { Instant } from "../domain/instant.ts";
import type { Db, Workspace } from "./open.ts";

export interface User {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** The first user, who needs no password on loopback: made once, role `owner`. */
export async function ownerUser(workspace: Workspace): Promise<User> {
  const owner: User = { id: "owner", name: "Owner", role: "owner" };
  await workspace.db
    .insertInto("user")
    .values({ ...owner, email: null, passwordHash: null, createdAt: workspace.now(), disabledAt: null })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  return owner;
}

/** Null when there is no such user or it is disabled. */
export async function activeUser({ db }: { readonly db: Db }, id: string): Promise<User | null> {
  const row = await db.selectFrom("user").select(["id", "name", "role", "disabledAt"]).where("id", "=", id).executeTakeFirst();
  return row && row.disabledAt === null ? { id: row.id, name: row.name, role: row.role } : null;
}

export const later = (now: Instant, seconds: number): Instant => new Date(Date.parse(now) + seconds * 1000).toISOString();
