import { tableNamed } from "../../domain/tables.ts";
import type { BatchToWrite, Written } from "../batch.ts";
import type { StoredRow, Transaction } from "../engine.ts";
import { cleanText } from "../stored-row.ts";
import { type TableWork, collectWork, isSightable } from "./candidates.ts";
import { judgeRecords } from "./history.ts";
import { streamColumns, writeLedger } from "./ledger.ts";
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
  await tx.serialize(batch.key.integrationId);
  const keys = [...new Set(batch.records.map((record) => cleanText(record.nativeKey)))];
  const stored = await tx.find(tableNamed("raw_record"), { column: "nativeKey", values: keys, within: streamColumns(batch.key) });
  const judged = judgeRecords(batch.key, batch.records, stored);
  let entities = 0;
  let tombstoned = 0;
  for (const work of collectWork(batch.key.integrationId, judged.mapped)) {
    const result = await writeTable(tx, work);
    entities += result.entities;
    tombstoned += result.tombstoned;
  }
  await writeLedger(tx, batch, judged);
  tombstoned += await settleTombstones(tx, batch);
  if (batch.reconciled) await writeReconciled(tx, batch.key.integrationId, batch.reconciled);
  return { entities, unchanged: judged.unchanged, tombstoned };
}

async function writeTable(tx: Transaction, work: TableWork) {
  const written = isSightable(work.table) ? await mergeSightings(tx, work) : await plainRows(tx, work);
  const { rows: gone, tombstoned } = work.sets.length > 0 ? await applySets(tx, work, written) : { rows: [], tombstoned: 0 };
  const rows = [...written.values(), ...gone];
  await tx.replace(work.table, rows, { column: "id", values: rows.map((row) => row["id"] as string) });
  return { entities: written.size, tombstoned };
}

async function plainRows(tx: Transaction, work: TableWork): Promise<Map<string, StoredRow>> {
  const chosen = await chooseRows(tx, work);
  return new Map([...chosen].map(([id, candidate]) => [id, candidate.row]));
}
