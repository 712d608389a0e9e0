import { sql } from "kysely";

import type { Instant } from "../domain/instant.ts";
import type { Workspace } from "./open.ts";

/** The process that reads vendors, deletes and sends; every time is the database's, so that no server's clock matters. */
export interface LeaseHolder {
  readonly owner: string;
  /** `4711 on build-7`. */
  readonly place: string;
  /** Where its HTTP API answers; null when it has none. */
  readonly address: string | null;
  readonly takenAt: Instant;
}

export interface LeaseClaim extends Omit<LeaseHolder, "takenAt"> {
  readonly ttlMs: number;
}

/** There is one kind of work. */
const NAME = "work";

const inMs = (ms: number) =>
  sql<Instant>`to_char((clock_timestamp() + ${ms} * interval '1 millisecond') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Renews the lease of its owner, or takes one that is free or has run out; false when another holds it. PostgreSQL only. */
export async function holdLease({ db }: Workspace, { ttlMs, ...claim }: LeaseClaim): Promise<boolean> {
  const until = inMs(ttlMs);
  const { numUpdatedRows } = await db
    .updateTable("lease")
    .set({ until, address: claim.address })
    .where("name", "=", NAME)
    .where("owner", "=", claim.owner)
    .where("until", ">", inMs(0))
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return true;
  const taken = await db
    .insertInto("lease")
    .values({ name: NAME, ...claim, takenAt: inMs(0), until })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ ...claim, takenAt: inMs(0), until })
        .where("lease.until", "<=", inMs(0)),
    )
    .executeTakeFirst();
  return (taken.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export const releaseLease = async ({ db }: Workspace, owner: string): Promise<void> =>
  void (await db.deleteFrom("lease").where("name", "=", NAME).where("owner", "=", owner).execute());

/** Null when nobody holds it. */
export async function leaseHolder({ db }: Workspace): Promise<LeaseHolder | null> {
  const query = db.selectFrom("lease").select(["owner", "place", "address", "takenAt"]).where("name", "=", NAME);
  return (await query.where("until", ">", inMs(0)).executeTakeFirst()) ?? null;
}
