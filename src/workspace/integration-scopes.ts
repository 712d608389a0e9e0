import type { Transaction } from "kysely";

import { change, type Actor } from "./audit.ts";
import { dropScopes, scheduleScopes } from "./backfills.ts";
import { getIntegration } from "./integrations.ts";
import type { Db, Workspace } from "./open.ts";
import type { Database } from "./schema.ts";
import { selectedBy, type Selection } from "./selection.ts";
import { byName } from "./slug.ts";

/** A scope as discovery found it, with the choice that holds for it. */
export interface KnownScope {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly url: string | null;
  readonly isArchived: boolean;
  readonly isFork: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The name or pattern that chose it; null when it is left out. */
  readonly selectedBy: string | null;
  /** Chosen, but the credential no longer sees it. */
  readonly isVanished: boolean;
}

export type FoundScope = Omit<KnownScope, "selectedBy" | "isVanished">;

export async function listScopes({ db }: { db: Db }, integrationId: string): Promise<KnownScope[]> {
  const rows = await db.selectFrom("integrationScope").selectAll().where("integrationId", "=", integrationId).execute();
  return rows
    .map((row) => ({
      id: row.scopeId,
      name: row.name,
      kind: row.kind,
      url: row.url,
      isArchived: row.isArchived === 1,
      isFork: row.isFork === 1,
      attributes: JSON.parse(row.attributes) as Record<string, unknown>,
      selectedBy: row.selectedBy,
      isVanished: row.isVanished === 1,
    }))
    .sort(byName);
}

/** How many scopes each integration knows and has chosen. */
export async function countScopes({ db }: Workspace): Promise<Map<string, { known: number; selected: number }>> {
  const rows = await db
    .selectFrom("integrationScope")
    .select((e) => [
      "integrationId",
      e.fn.countAll<number | string>().as("known"),
      e.fn.count<number | string>("selectedBy").as("selected"),
    ])
    .groupBy("integrationId")
    .execute();
  return new Map(rows.map((row) => [row.integrationId, { known: Number(row.known), selected: Number(row.selected) }]));
}

/**
 * Replaces the known scopes by what discovery found. A renamed scope keeps its choice: a name given whole follows it.
 * A chosen scope that is no longer seen stays, marked, so that its history is not lost with a permission.
 */
export async function saveDiscovery(
  workspace: Workspace,
  integrationId: string,
  found: readonly FoundScope[],
): Promise<KnownScope[]> {
  const { selection, scopesDiscoveredAt, backfillSince: since } = await getIntegration(workspace, integrationId);
  return workspace.db.transaction().execute(async (db) => {
    const before = new Map((await listScopes({ db }, integrationId)).map((scope) => [scope.id, scope]));
    const renamed = followRenames(selection, before, found);
    const seen = new Set(found.map((scope) => scope.id));
    const vanished = [...before.values()].filter((scope) => !seen.has(scope.id) && scope.selectedBy !== null);
    const known = [
      ...found.map((scope) => ({ ...scope, selectedBy: selectedBy(renamed, scope), isVanished: false })),
      ...vanished.map((scope) => ({ ...scope, isVanished: true })),
    ];
    await replace(db, integrationId, { known, now: workspace.now() });
    // What the first look finds is what the integration's first backfill is for.
    if (scopesDiscoveredAt !== null)
      await scheduleScopes(db, { integrationId, since, scopes: newlyRead([...before.values()], known), now: workspace.now() });
    await db
      .updateTable("integration")
      .set({ scopesDiscoveredAt: workspace.now(), selection: JSON.stringify(renamed) })
      .where("id", "=", integrationId)
      .execute();
    return listScopes({ db }, integrationId);
  });
}

const isRead = ({ selectedBy, isVanished }: KnownScope) => selectedBy !== null && !isVanished;

/** Ids of scopes that were not read until now: new to the choice, or back after they could not be seen. */
function newlyRead(before: readonly KnownScope[], after: readonly KnownScope[]): string[] {
  const known = new Set(before.filter(isRead).map(({ id }) => id));
  return after.filter((scope) => isRead(scope) && !known.has(scope.id)).map(({ id }) => id);
}

function followRenames(selection: Selection, before: ReadonlyMap<string, KnownScope>, found: readonly FoundScope[]): Selection {
  const names = new Map<string, string>();
  for (const scope of found) {
    const old = before.get(scope.id);
    if (old && old.name !== scope.name) names.set(old.name.toLowerCase(), scope.name);
  }
  const follow = (patterns: readonly string[]) => patterns.map((pattern) => names.get(pattern.toLowerCase()) ?? pattern);
  return { ...selection, include: follow(selection.include), exclude: follow(selection.exclude) };
}

async function replace(
  db: Transaction<Database>,
  integrationId: string,
  state: { known: readonly KnownScope[]; now: string },
): Promise<void> {
  await db.deleteFrom("integrationScope").where("integrationId", "=", integrationId).execute();
  const rows = state.known.map((scope) => ({
    integrationId,
    scopeId: scope.id,
    name: scope.name,
    kind: scope.kind,
    url: scope.url,
    isArchived: bit(scope.isArchived),
    isFork: bit(scope.isFork),
    attributes: JSON.stringify(scope.attributes),
    selectedBy: scope.selectedBy,
    isVanished: bit(scope.isVanished),
    seenAt: state.now,
  }));
  for (let start = 0; start < rows.length; start += 500)
    await db
      .insertInto("integrationScope")
      .values(rows.slice(start, start + 500))
      .execute();
}

const bit = (value: boolean): 0 | 1 => (value ? 1 : 0);

/** Applies a new selection to the scopes that are known; the history of those that it adds is to be read, that of the others stays. */
export function chooseScopes(
  workspace: Workspace,
  actor: Actor,
  asked: { id: string; selection: Selection },
): Promise<KnownScope[]> {
  const { id, selection } = asked;
  return change(workspace, actor, async (db, record) => {
    const integration = db.selectFrom("integration").select(["selection", "backfillSince"]).where("id", "=", id);
    const row = await integration.executeTakeFirst();
    const before = await listScopes({ db }, id);
    const known = before.map((scope) => ({ ...scope, selectedBy: selectedBy(selection, scope) }));
    const now = workspace.now();
    await replace(db, id, { known, now });
    const chosen = known.filter((scope) => scope.selectedBy !== null).map((scope) => scope.id);
    await dropScopes(db, { integrationId: id, chosen, now });
    await scheduleScopes(db, { integrationId: id, since: row?.backfillSince ?? null, scopes: newlyRead(before, known), now });
    await db
      .updateTable("integration")
      .set({ selection: JSON.stringify(selection), updatedAt: now })
      .where("id", "=", id)
      .execute();
    await record({
      action: "integration.scopes",
      subject: "integration",
      subjectId: id,
      changes: { selection: { before: row ? JSON.parse(row.selection) : null, after: selection } },
    });
    return listScopes({ db }, id);
  });
}
