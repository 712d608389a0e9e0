import { type Instant, toMicros } from "../../domain/instant.ts";
import { tableNamed, tablesByName } from "../../domain/tables.ts";
import type { BatchToWrite, RecordToWrite } from "../batch.ts";
import type { StoredRow, Transaction } from "../engine.ts";
import { tombstone } from "../internal-tables.ts";
import { problems } from "../problems.ts";
import { cleanText } from "../stored-row.ts";

/**
 * Settles `deleted_at` of every row of a batch that somebody said was gone. Statements are records like any other, so a replay gives the
 * same tombstones: a row is gone since the first statement that is not older than the last sight of the row's own record; a record that
 * is seen after all of them brings its row back. Runs when the rows and the raw index of the batch are written. Answers how many rows
 * became gone.
 */
export async function settleTombstones(tx: Transaction, { key, records }: BatchToWrite): Promise<number> {
  await writeStatements(tx, key.integrationId, records);
  if (!(await hasAny(tx, key.integrationId))) return 0;
  const named = new Set<string>();
  for (const record of records) {
    for (const row of record.rows) named.add(cleanText(row.id ?? ""));
    for (const one of record.gone ?? []) named.add(cleanText(one.id));
  }
  const statements = (await tx.find(tombstone, { column: "id", values: [...named] })) as unknown as readonly Statement[];
  let tombstoned = 0;
  for (const [entity, own] of Map.groupBy(statements, (statement) => statement.entity))
    tombstoned += await settleTable(tx, { entity, integrationId: key.integrationId, statements: own });
  return tombstoned;
}

interface Statement {
  readonly id: string;
  readonly entity: string;
  readonly at: Instant;
}

async function hasAny(tx: Transaction, integrationId: string): Promise<boolean> {
  return (await tx.query("select 1 as one from tombstone where integration_id = $1 limit 1", [integrationId])).length > 0;
}

async function writeStatements(tx: Transaction, integrationId: string, records: readonly RecordToWrite[]): Promise<void> {
  const rows = new Map<string, StoredRow>();
  for (const { gone = [], hash } of records)
    for (const one of gone) {
      if (tablesByName.get(one.gone)?.kind !== "E")
        throw problems.rowInvalid({ table: one.gone, column: "gone", id: one.id }, "names no entity table");
      const id = cleanText(one.id);
      rows.set(`${id}\n${hash}`, { id, integrationId, entity: one.gone, at: one.at, rawHash: hash });
    }
  if (rows.size === 0) return;
  const hashes = [...new Set([...rows.values()].map((row) => row["rawHash"] as string))];
  await tx.replace(tombstone, [...rows.values()], { column: "rawHash", values: hashes, within: { integrationId } });
}

async function settleTable(
  tx: Transaction,
  { entity, integrationId, statements }: { entity: string; integrationId: string; statements: readonly Statement[] },
): Promise<number> {
  const table = tableNamed(entity);
  const byId = Map.groupBy(statements, ({ id }) => id);
  const rows = (await tx.find(table, { column: "id", values: [...byId.keys()] })).filter(
    (row) => row["integrationId"] === integrationId,
  );
  const lastSeen = await lastSights(tx, integrationId, rows);
  const changed: StoredRow[] = [];
  let tombstoned = 0;
  for (const row of rows) {
    const before = (row["deletedAt"] ?? null) as Instant | null;
    const own = byId.get(row["id"] as string)!;
    // What the row's own record or its parent's said of its end stands.
    if (before && !own.some(({ at }) => toMicros(at) === toMicros(before))) continue;
    const after = goneSince(own, lastSeen.get(row["rawHash"] as string) ?? null);
    if (before === after || (before && after && toMicros(before) === toMicros(after))) continue;
    if (!before) tombstoned++;
    changed.push({ ...row, deletedAt: after });
  }
  await tx.replace(table, changed, { column: "id", values: changed.map((row) => row["id"] as string) });
  return tombstoned;
}

function goneSince(statements: readonly Statement[], seen: Instant | null): Instant | null {
  let first: Instant | null = null;
  for (const { at } of statements)
    if ((!seen || toMicros(at) >= toMicros(seen)) && (!first || toMicros(at) < toMicros(first))) first = at;
  return first;
}

/** When the record behind each row was last seen with whatever content, by the row's hash. */
async function lastSights(tx: Transaction, integrationId: string, rows: readonly StoredRow[]): Promise<Map<string, Instant>> {
  const table = tableNamed("raw_record");
  const hashes = [...new Set(rows.flatMap((row) => (row["rawHash"] ? [row["rawHash"] as string] : [])))];
  const own = await tx.find(table, { column: "hash", values: hashes, within: { integrationId } }, [
    "hash",
    "scopeId",
    "stream",
    "nativeKey",
  ]);
  const last = new Map<string, Instant>();
  for (const group of Map.groupBy(own, (row) => JSON.stringify([row["scopeId"], row["stream"]])).values()) {
    const { scopeId, stream } = group[0] as { scopeId: string; stream: string };
    const keys = [...new Set(group.map((row) => row["nativeKey"] as string))];
    const versions = await tx.find(table, { column: "nativeKey", values: keys, within: { integrationId, scopeId, stream } }, [
      "nativeKey",
      "lastSeenAt",
    ]);
    const byKey = new Map<string, Instant>();
    for (const version of versions) note(byKey, version["nativeKey"] as string, version["lastSeenAt"] as Instant);
    for (const row of group) note(last, row["hash"] as string, byKey.get(row["nativeKey"] as string)!);
  }
  return last;
}

function note(latest: Map<string, Instant>, name: string, at: Instant): void {
  const known = latest.get(name);
  if (!known || toMicros(known) < toMicros(at)) latest.set(name, at);
}
