import type { Instant } from "../domain/instant.ts";
import type { Db, Workspace } from "./open.ts";
import { secretUnreadable } from "./problems.ts";

/** Everything that may be said of a secret. */
export interface SecretInfo {
  readonly integrationId: string;
  readonly field: string;
  readonly writtenAt: Instant;
  readonly rotatedAt: Instant | null;
  readonly usedAt: Instant | null;
}

const rowId = (integrationId: string, field: string) => `${integrationId}/${field}`;

export function listSecrets(db: Db, integrationId?: string): Promise<SecretInfo[]> {
  const query = db
    .selectFrom("integrationSecret")
    .select(["integrationId", "field", "writtenAt", "rotatedAt", "usedAt"])
    .orderBy("field");
  return (integrationId === undefined ? query : query.where("integrationId", "=", integrationId)).execute();
}

/** Writes or rotates one secret inside the caller's transaction. */
export async function writeSecret(
  workspace: Workspace,
  db: Db,
  secret: { integrationId: string; field: string; text: string },
): Promise<void> {
  const { integrationId, field, text } = secret;
  const id = rowId(integrationId, field);
  const sealed = workspace.secrets.seal(text, id);
  const now = workspace.now();
  await db
    .insertInto("integrationSecret")
    .values({ id, integrationId, field, sealed, writtenAt: now, rotatedAt: null, usedAt: null, leasedUntil: null })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ sealed, rotatedAt: now }))
    .execute();
}

/** Decrypts the secrets of one integration: called only where a connector's client is built. */
export async function useSecrets(workspace: Workspace, integrationId: string): Promise<Record<string, string>> {
  const rows = await workspace.db
    .selectFrom("integrationSecret")
    .select(["id", "field", "sealed"])
    .where("integrationId", "=", integrationId)
    .execute();
  const opened = rows.map(
    ({ id, field, sealed }) => [field, openSealed(workspace, { id, field, sealed, integrationId })] as const,
  );
  if (rows.length > 0)
    await workspace.db
      .updateTable("integrationSecret")
      .set({ usedAt: workspace.now() })
      .where("integrationId", "=", integrationId)
      .execute();
  return Object.fromEntries(opened);
}

function openSealed(workspace: Workspace, row: { id: string; field: string; sealed: string; integrationId: string }): string {
  try {
    return workspace.secrets.open(row.sealed, row.id);
  } catch {
    throw secretUnreadable(row.integrationId, row.field);
  }
}

/** Those of the given secrets that are not stored already, so that writing the same one again changes nothing. */
export async function differingSecrets(
  workspace: Workspace,
  db: Db,
  { integrationId, secrets }: { integrationId: string; secrets: Readonly<Record<string, string>> },
): Promise<Record<string, string>> {
  const rows = await db
    .selectFrom("integrationSecret")
    .select(["id", "field", "sealed"])
    .where("integrationId", "=", integrationId)
    .execute();
  const isStored = (field: string, text: string) => {
    const row = rows.find((known) => known.field === field);
    try {
      return row !== undefined && workspace.secrets.open(row.sealed, row.id) === text;
    } catch {
      return false;
    }
  };
  return Object.fromEntries(Object.entries(secrets).filter(([field, text]) => !isStored(field, text)));
}
