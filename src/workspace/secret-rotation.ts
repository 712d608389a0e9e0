import { setTimeout as wait } from "node:timers/promises";

import { addSeconds, type Instant } from "../domain/instant.ts";
import type { Workspace } from "./open.ts";
import { secretBusy, secretGone } from "./problems.ts";

/** A holder that died is waited for so long: well below the minutes for which providers still take the secret before. */
const LEASE_SECONDS = 120;
const LOOK_EVERY_MS = 250;

interface Place {
  readonly integrationId: string;
  readonly field: string;
}

interface Lease {
  readonly id: string;
  readonly sealed: string;
  readonly until: Instant;
}

/**
 * Replaces one secret by what `exchange` answers for the one that is saved now. One process at a time does so; the next one is
 * sealed and saved before this resolves. What people saved meanwhile stays. When `exchange` or the process fails, the secret stays.
 */
export async function rotateSecret<Result extends { readonly rotated?: string }>(
  workspace: Workspace,
  place: Place,
  exchange: (current: string) => Promise<Result>,
): Promise<Result> {
  const lease = await takeLease(workspace, place);
  try {
    const result = await exchange(workspace.secrets.open(lease.sealed, lease.id));
    if (result.rotated !== undefined) await save(workspace, lease, result.rotated);
    return result;
  } finally {
    await workspace.db
      .updateTable("integrationSecret")
      .set({ leasedUntil: null })
      .where("id", "=", lease.id)
      .where("leasedUntil", "=", lease.until)
      .execute();
  }
}

async function save(workspace: Workspace, { id, sealed }: Lease, text: string): Promise<void> {
  await workspace.db
    .updateTable("integrationSecret")
    .set({ sealed: workspace.secrets.seal(text, id), rotatedAt: workspace.now() })
    .where("id", "=", id)
    .where("sealed", "=", sealed)
    .execute();
}

/** Waits while another holds it, for a little longer than a lease lasts. */
async function takeLease(workspace: Workspace, { integrationId, field }: Place): Promise<Lease> {
  const id = `${integrationId}/${field}`;
  for (let waited = 0; waited <= LEASE_SECONDS * 2000; waited += LOOK_EVERY_MS) {
    const now = workspace.now();
    const until = addSeconds(now, LEASE_SECONDS);
    const taken = await workspace.db
      .updateTable("integrationSecret")
      .set({ leasedUntil: until })
      .where("id", "=", id)
      .where((its) => its.or([its("leasedUntil", "is", null), its("leasedUntil", "<", now)]))
      .returning("sealed")
      .executeTakeFirst();
    if (taken) return { id, sealed: taken.sealed, until };
    const known = await workspace.db.selectFrom("integrationSecret").select("id").where("id", "=", id).executeTakeFirst();
    if (!known) throw secretGone(integrationId, field);
    await wait(LOOK_EVERY_MS);
  }
  throw secretBusy(integrationId, field);
}
