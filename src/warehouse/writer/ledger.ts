import { toMicros } from "../../domain/instant.ts";
import { tableNamed } from "../../domain/tables.ts";
import type { BatchToWrite } from "../batch.ts";
import type { StoredRow, Transaction } from "../engine.ts";
import { cleanText } from "../stored-row.ts";
import type { StreamRef } from "../warehouse.ts";
import type { Judged } from "./history.ts";

export const streamColumns = ({ integrationId, scopeId, stream }: StreamRef) => ({ integrationId, scopeId, stream });

const byId = (rows: readonly { readonly id: string }[]) => new Map(rows.map((row) => [row.id, row]));

/** Writes everything of a batch that is not an entity row: raw index, quarantine, unfinished records, progress and the task. */
export async function writeLedger(tx: Transaction, batch: BatchToWrite, { rawRecords }: Judged): Promise<void> {
  const within = streamColumns(batch.key);
  const pages = byId(batch.pages);
  await tx.replace(tableNamed("raw_page"), [...pages.values()], { column: "id", values: [...pages.keys()] });
  const keys = [...new Set(rawRecords.map((row) => row["nativeKey"] as string))];
  await tx.replace(tableNamed("raw_record"), rawRecords, { column: "nativeKey", values: keys, within });
  await writeQuarantine(tx, batch);
  await writeUnfinished(tx, batch);
  if (batch.progress) await writeProgress(tx, batch);
  if (batch.task) await tx.replace(tableNamed("ingestion_task"), [batch.task], { column: "id", values: [batch.task.id] });
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

async function writeProgress(tx: Transaction, { key, progress, records, pages }: BatchToWrite) {
  const times = [...records.map((record) => record.seenAt), ...pages.map((page) => page.fetchedAt)];
  const newest = times.reduce<string | null>((best, time) => (best && toMicros(best) >= toMicros(time) ? best : time), null);
  const row = { ...streamColumns(key), ...progress, updatedAt: newest ?? new Date().toISOString() };
  const { stream, ...within } = streamColumns(key);
  await tx.replace(tableNamed("progress"), [row], { column: "stream", values: [stream], within });
}
