import { tableNamed } from "../../domain/tables.ts";
import type { BatchToWrite, Written } from "../batch.ts";
import type { StoredRow, Transaction } from "../engine.ts";
import { cleanText } from "../stored-row.ts";
import { type TableWork, collectWork, isSightable } from "./candidates.ts";
import { judgeRecords, type Judged, type MappedRecord } from "./history.ts";
import { isOfStream, streamColumns, writeLedger } from "./ledger.ts";
import { writeReconciled } from "./reconciled.ts";
import { chooseRows } from "./rows.ts";
import { applySets } from "./sets.ts";
import { mergeSightings } from "./sightings.ts";
import { settleTombstones } from "./tombstones.ts";

/**
 * Writes one batch inside a transaction. The entity tables are a function of the set of records ever written: the same records in another
 * order, or some of them again, leave the same rows (`docs/design/domain.md` §9).
 */
export async function writeBatch(tx: Transaction, batch: BatchToWrite): Promise<Written> {
  const [written] = await writeTogether(tx, [batch]);
  return written!;
}

/** Several batches of different streams as one: each table is looked at and written once, where a table without an index is read whole each time. */
export async function writeTogether(tx: Transaction, batches: readonly BatchToWrite[]): Promise<readonly Written[]> {
  const results = new Map<BatchToWrite, Written>();
  for (const [integrationId, group] of Map.groupBy(batches, ({ key }) => key.integrationId))
    for (const [batch, written] of await writeGroup(tx, integrationId, group)) results.set(batch, written);
  return batches.map((batch) => results.get(batch)!);
}

type Counts = { entities: number; unchanged: number; tombstoned: number };

async function writeGroup(tx: Transaction, integrationId: string, batches: readonly BatchToWrite[]) {
  await tx.serialize(integrationId);
  const stored = await readRawIndex(tx, integrationId, batches);
  const judged = new Map<BatchToWrite, Judged>();
  const counts = new Map<BatchToWrite, Counts>();
  const owners = new Map<MappedRecord, Counts>();
  for (const batch of batches) {
    const own = judgeRecords(batch.key, batch.records, stored.filter(isOfStream(batch.key)));
    const count: Counts = { entities: 0, unchanged: own.unchanged, tombstoned: 0 };
    judged.set(batch, own);
    counts.set(batch, count);
    for (const record of own.mapped) owners.set(record, count);
  }
  const mapped = [...judged.values()].flatMap((own) => own.mapped);
  for (const work of collectWork(integrationId, mapped)) await writeTable(tx, work, owners);
  await writeLedger(tx, { integrationId, judged, stored });
  for (const batch of batches) {
    counts.get(batch)!.tombstoned += await settleTombstones(tx, batch);
    if (batch.reconciled) await writeReconciled(tx, integrationId, batch.reconciled);
  }
  return counts;
}

async function readRawIndex(tx: Transaction, integrationId: string, batches: readonly BatchToWrite[]): Promise<StoredRow[]> {
  const keys = [...new Set(batches.flatMap(({ records }) => records.map((record) => cleanText(record.nativeKey))))];
  const within = batches.length === 1 ? streamColumns(batches[0]!.key) : { integrationId };
  return tx.find(tableNamed("raw_record"), { column: "nativeKey", values: keys, within });
}

async function writeTable(tx: Transaction, work: TableWork, owners: ReadonlyMap<MappedRecord, Counts>): Promise<void> {
  const written = isSightable(work.table) ? await mergeSightings(tx, work) : await plainRows(tx, work);
  const { rows: gone, tombstones } = work.sets.length > 0 ? await applySets(tx, work, written) : { rows: [], tombstones: [] };
  const rows = [...written.values(), ...gone];
  await tx.replace(work.table, rows, { column: "id", values: rows.map((row) => row["id"] as string) });
  const counted = new Set<unknown>();
  for (const { row, from } of work.candidates) {
    if (!written.has(row["id"] as string) || counted.has(row["id"])) continue;
    counted.add(row["id"]);
    owners.get(from)!.entities++;
  }
  for (const from of tombstones) owners.get(from)!.tombstoned++;
}

async function plainRows(tx: Transaction, work: TableWork): Promise<Map<string, StoredRow>> {
  const chosen = await chooseRows(tx, work);
  return new Map([...chosen].map(([id, candidate]) => [id, candidate.row]));
}
