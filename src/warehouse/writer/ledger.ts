import { toMicros } from "../../domain/instant.ts";
import { tableNamed } from "../../domain/tables.ts";
import type { BatchToWrite } from "../batch.ts";
import type { StoredRow, Transaction } from "../engine.ts";
import { cleanText } from "../stored-row.ts";
import type { StreamRef } from "../warehouse.ts";
import type { Judged } from "./history.ts";

export const streamColumns = ({ integrationId, scopeId, stream }: StreamRef) => ({ integrationId, scopeId, stream });

const byId = (rows: readonly { readonly id: string }[]) => new Map(rows.map((row) => [row.id, row]));

export const isOfStream =
  ({ scopeId, stream }: StreamRef) =>
  (row: StoredRow): boolean =>
    row["scopeId"] === scopeId && row["stream"] === stream;

export interface LedgerWork {
  readonly integrationId: string;
  /** Batches of different streams. */
  readonly judged: ReadonlyMap<BatchToWrite, Judged>;
  /** What is in the raw index under any key of the batches. */
  readonly stored: readonly StoredRow[];
}

/** Writes everything of batches that is not an entity row: raw index, quarantine, unfinished records, progress and tasks. */
export async function writeLedger(tx: Transaction, work: LedgerWork): Promise<void> {
  const batches = [...work.judged.keys()];
  const pages = byId(batches.flatMap((batch) => batch.pages));
  await tx.replace(tableNamed("raw_page"), [...pages.values()], { column: "id", values: [...pages.keys()] });
  await writeRawIndex(tx, work);
  const isQuarantineEmpty = await hasNoQuarantine(tx, work.integrationId);
  for (const batch of batches) {
    if (!isQuarantineEmpty || batch.quarantined.length > 0) await writeQuarantine(tx, batch);
    await writeUnfinished(tx, batch);
  }
  await writeProgress(tx, work.integrationId, batches);
  const tasks = batches.flatMap(({ task }) => task ?? []);
  await tx.replace(tableNamed("ingestion_task"), tasks, { column: "id", values: tasks.map(({ id }) => id) });
}

async function writeRawIndex(tx: Transaction, { integrationId, judged, stored }: LedgerWork) {
  const own = [...judged].map(([batch, { rawRecords }]) => ({ key: batch.key, rawRecords }));
  const rows = own.flatMap(({ rawRecords }) => rawRecords);
  // Other streams may use the same keys: what they have is put back as it was.
  const keysOf = own.map(({ key, rawRecords }) => ({
    isOwn: isOfStream(key),
    keys: new Set(rawRecords.map((row) => row["nativeKey"])),
  }));
  const others =
    own.length === 1 ? [] : stored.filter((row) => !keysOf.some(({ isOwn, keys }) => isOwn(row) && keys.has(row["nativeKey"])));
  const keys = [...new Set(rows.map((row) => row["nativeKey"] as string))];
  const within = own.length === 1 ? streamColumns(own[0]!.key) : { integrationId };
  await tx.replace(tableNamed("raw_record"), [...rows, ...others], { column: "nativeKey", values: keys, within });
}

async function hasNoQuarantine(tx: Transaction, integrationId: string): Promise<boolean> {
  const rows = await tx.query("select 1 as one from quarantined_record where integration_id = $1 limit 1", [integrationId]);
  return rows.length === 0;
}

async function writeQuarantine(tx: Transaction, { key, quarantined, records }: BatchToWrite) {
  const table = tableNamed("quarantined_record");
  const within = streamColumns(key);
  const byHash = new Map(quarantined.map((row) => [row.hash, row as StoredRow]));
  const stored = await tx.find(table, { column: "hash", values: [...byHash.keys()], within });
  for (const row of stored) {
    const given = byHash.get(row["hash"] as string)!;
    if (micros(row["seenAt"]) >= micros(given["seenAt"])) byHash.delete(row["hash"] as string);
  }
  await tx.replace(table, [...byHash.values()], { column: "hash", values: [...byHash.keys()], within });
  const readable = new Map<string, string>();
  for (const record of records) {
    const known = readable.get(cleanText(record.nativeKey));
    if (!known || micros(known) < micros(record.seenAt)) readable.set(cleanText(record.nativeKey), record.seenAt);
  }
  const unresolved = (await tx.find(table, { column: "nativeKey", values: [...readable.keys()], within })).filter(
    (row) => !row["resolvedAt"] && micros(readable.get(row["nativeKey"] as string)!) >= micros(row["seenAt"]),
  );
  const resolved = unresolved.map((row) => ({ ...row, resolvedAt: readable.get(row["nativeKey"] as string) }));
  await tx.replace(table, resolved, { column: "hash", values: unresolved.map((row) => row["hash"] as string), within });
}

const micros = (instant: unknown) => toMicros(instant as string);

async function writeUnfinished(tx: Transaction, { key, unfinished, records }: BatchToWrite) {
  if (unfinished.keep.length + unfinished.done.length === 0) return;
  const table = tableNamed("unfinished_record");
  const within = streamColumns(key);
  const keep = new Map(unfinished.keep.map((row) => [cleanText(row.nativeKey), row]));
  const named = [...new Set([...keep.keys(), ...unfinished.done.map(cleanText)])];
  const stored = new Map(
    (await tx.find(table, { column: "nativeKey", values: named, within })).map((row) => [row["nativeKey"], row]),
  );
  const seen = new Map(records.map((record) => [cleanText(record.nativeKey), record.seenAt]));
  const rows = [...keep].map(([nativeKey, row]) => ({
    ...within,
    nativeKey,
    firstSeenAt: stored.get(nativeKey)?.["firstSeenAt"] ?? seen.get(nativeKey) ?? row.nextReadAt,
    nextReadAt: row.nextReadAt,
    attempts: row.attempts,
  }));
  await tx.replace(table, rows, { column: "nativeKey", values: named, within });
}

async function writeProgress(tx: Transaction, integrationId: string, batches: readonly BatchToWrite[]) {
  const moved = batches.filter(({ progress }) => progress);
  for (const [scopeId, group] of Map.groupBy(moved, ({ key }) => key.scopeId)) {
    const rows = group.map(({ key, progress, ...content }) => ({
      ...streamColumns(key),
      ...progress,
      updatedAt: newestOf(content),
    }));
    const streams = rows.map(({ stream }) => stream);
    await tx.replace(tableNamed("progress"), rows, { column: "stream", values: streams, within: { integrationId, scopeId } });
  }
}

function newestOf({ records, pages }: Pick<BatchToWrite, "records" | "pages">): string {
  const times = [...records.map((record) => record.seenAt), ...pages.map((page) => page.fetchedAt)];
  const newest = times.reduce<string | null>((best, time) => (best && toMicros(best) >= toMicros(time) ? best : time), null);
  return newest ?? new Date().toISOString();
}
