import { type Instant, toMicros } from "../../domain/instant.ts";
import type { Table } from "../../domain/table.ts";
import { type StoredRow, type Transaction, columnNamed } from "../engine.ts";
import { type Candidate, type CandidateSet, type RowVersion, type TableWork, compareRows, isSightable } from "./candidates.ts";
import type { MappedRecord } from "./history.ts";
import { mentionedOnly } from "./sightings.ts";

/** A removed commit stays part of the request's history; everything else that is gone is a tombstone. */
const goneColumn = (table: Table) => (table.name === "pull_request_commit" ? "removedAt" : "deletedAt");

const later = (a: Instant, b: Instant): Instant => (toMicros(a) >= toMicros(b) ? a : b);
const earlier = (a: Instant | null, b: Instant): Instant => (a && toMicros(a) <= toMicros(b) ? a : b);

/**
 * Marks children that their parent's record no longer has. A child is gone since the first version of the record after the child's own
 * that lacks it, whatever the order in which versions arrive. Answers stored rows to be written again, and for each row that became gone the record that lacks it.
 */
export async function applySets(
  tx: Transaction,
  work: TableWork,
  written: ReadonlyMap<string, StoredRow>,
): Promise<{ rows: StoredRow[]; tombstones: MappedRecord[] }> {
  const column = goneColumn(work.table);
  markLateChildren(work, written, column);
  const marks = new Map<string, Instant>();
  const tombstones: MappedRecord[] = [];
  for (const [parentColumn, sets] of Map.groupBy(work.sets, (set) => set.parent.column)) {
    const children = await findChildren(tx, work.table, { parentColumn, sets, written, column });
    for (const set of sets) {
      for (const child of children.byParent.get(set.parent.id) ?? []) {
        const gone = set.ids.has(child["id"] as string) ? null : goneSince(set.from, child);
        const before = child[column] as Instant | null;
        if (!gone || earlier(before, gone) === before || children.mentioned.has(child["id"] as string)) continue;
        if (!before) tombstones.push(set.from);
        child[column] = gone;
        if (!written.has(child["id"] as string)) marks.set(child["id"] as string, gone);
      }
    }
  }
  const rows = await tx.find(work.table, { column: "id", values: [...marks.keys()] });
  for (const row of rows) row[column] = marks.get(row["id"] as string);
  return { rows, tombstones };
}

/** Null when the child is not older than the version of the record. */
function goneSince({ record, version, history }: MappedRecord, child: StoredRow): Instant | null {
  const own = history.get(child["rawHash"] as string);
  const isOlder = own
    ? own.rank < version.rank
    : compareRows(child as unknown as RowVersion, {
        rawHash: record.hash,
        sourceUpdatedAt: record.changedAt,
        ingestedAt: version.firstSeenAt,
      }) < 0;
  return isOlder ? later(version.firstSeenAt, child["ingestedAt"] as Instant) : null;
}

/** A row from a version that is not the latest is gone since the first later version: had that one the row, the row would be from it. */
function markLateChildren({ sets, candidates }: TableWork, written: ReadonlyMap<string, StoredRow>, column: string) {
  const ofRecord = Map.groupBy(sets, (set) => set.from);
  for (const { row, from } of candidates as readonly Candidate[]) {
    const id = row["id"] as string;
    if (from.version.rank === from.history.size - 1 || written.get(id) !== row) continue;
    if (!ofRecord.get(from)?.some((set) => set.ids.has(id) && row[set.parent.column] === set.parent.id)) continue;
    for (const next of from.history.values())
      if (next.rank > from.version.rank)
        row[column] = earlier((row[column] ?? null) as Instant | null, later(next.firstSeenAt, row["ingestedAt"] as Instant));
  }
}

interface ChildrenRequest {
  readonly parentColumn: string;
  readonly sets: readonly CandidateSet[];
  readonly written: ReadonlyMap<string, StoredRow>;
  readonly column: string;
}

/** The children of each parent as they are once `written` is stored. */
async function findChildren(tx: Transaction, table: Table, { parentColumn, sets, written, column }: ChildrenRequest) {
  const parents = [...new Set(sets.map((set) => set.parent.id))];
  const name = columnNamed(table, parentColumn).name;
  const stored = await tx.find(table, { column: name, values: parents }, [
    "id",
    "sourceUpdatedAt",
    "ingestedAt",
    "rawHash",
    ...new Set([name, column]),
  ]);
  const children = [...stored.filter((row) => !written.has(row["id"] as string)), ...written.values()];
  const ids = children.map((row) => row["id"] as string);
  return {
    byParent: Map.groupBy(children, (row) => row[name] as string),
    // Nobody has said yet that these exist, so their absence says nothing either.
    mentioned: isSightable(table) ? await mentionedOnly(tx, ids) : new Set<string>(),
  };
}
