import type { StoredRow, Transaction } from "../engine.ts";
import { type Candidate, type RowVersion, type TableWork, supersedes } from "./candidates.ts";

const versionColumns = ["id", "sourceUpdatedAt", "ingestedAt", "rawHash"];

/** The greatest candidate of each id, where it takes the place of what is stored: the rows to write. */
export async function chooseRows(tx: Transaction, { table, candidates }: TableWork): Promise<Map<string, Candidate>> {
  const chosen = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const id = candidate.row["id"] as string;
    const best = chosen.get(id);
    if (!best || supersedes(candidate, best.row as unknown as RowVersion)) chosen.set(id, candidate);
  }
  const stored = await tx.find(table, { column: "id", values: [...chosen.keys()] }, versionColumns);
  for (const row of stored as (StoredRow & RowVersion)[]) {
    const candidate = chosen.get(row["id"] as string);
    if (candidate && !supersedes(candidate, row)) chosen.delete(row["id"] as string);
  }
  return chosen;
}
