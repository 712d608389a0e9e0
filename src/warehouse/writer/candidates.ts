import { parseId } from "../../domain/id.ts";
import { toMicros } from "../../domain/instant.ts";
import { type Table } from "../../domain/table.ts";
import { tablesByName } from "../../domain/tables.ts";
import type { BatchRow, BatchSet } from "../batch.ts";
import type { StoredRow } from "../engine.ts";
import { problems } from "../problems.ts";
import { cleanText } from "../stored-row.ts";
import { type MappedRecord, compare, orNever } from "./history.ts";

/** The row tables whose things other records mention in passing (`docs/design/domain.md` §9.3). */
const sightable = new Set(["account", "account_group", "commit", "repository", "project", "pipeline", "service", "artifact"]);

export const isSightable = (table: Table): boolean => sightable.has(table.name);

/** One row of one record, stamped with the common columns. */
export interface Candidate {
  readonly row: StoredRow;
  readonly from: MappedRecord;
  readonly isMention: boolean;
}

export interface CandidateSet {
  readonly from: MappedRecord;
  readonly parent: BatchSet["parent"];
  /** Ids of the children that the record has. */
  readonly ids: ReadonlySet<string>;
}

/** What the records of a batch bring to one table. */
export interface TableWork {
  readonly table: Table;
  readonly candidates: Candidate[];
  readonly sets: CandidateSet[];
}

export function collectWork(integrationId: string, mapped: readonly MappedRecord[]): TableWork[] {
  const works = new Map<string, TableWork>();
  for (const from of mapped) {
    for (const row of from.record.rows) {
      const work = workFor(works, row.entity);
      if (row.sighted && !isSightable(work.table)) throw problems.notSightable(row.entity);
      work.candidates.push({ row: stamp(integrationId, row, from), from, isMention: row.sighted === true });
    }
    for (const { wholeSet, parent } of from.record.sets) {
      const ids = from.record.rows.filter((row) => row.entity === wholeSet).map((row) => cleanText(row.id ?? ""));
      workFor(works, wholeSet).sets.push({ from, parent, ids: new Set(ids) });
    }
  }
  return [...works.values()];
}

function workFor(works: Map<string, TableWork>, name: string): TableWork {
  let work = works.get(name);
  if (!work) {
    const table = tablesByName.get(name);
    if (table?.kind !== "E") throw problems.rowInvalid({ table: name, column: "entity", id: "" }, "names no entity table");
    works.set(name, (work = { table, candidates: [], sets: [] }));
  }
  return work;
}

function stamp(integrationId: string, row: BatchRow, { record, version }: MappedRecord): StoredRow {
  const id = cleanText(row.id ?? "");
  const { entity, sighted, ...columns } = row;
  return {
    ...columns,
    id,
    integrationId,
    nativeId: nativeIdOf(entity, id),
    sourceUpdatedAt: sighted ? null : row.sourceUpdatedAt === undefined ? record.changedAt : row.sourceUpdatedAt,
    ingestedAt: version.firstSeenAt,
    deletedAt: sighted ? null : (row.deletedAt ?? null),
    rawHash: record.hash,
  };
}

function nativeIdOf(table: string, id: string): string {
  try {
    return parseId(id).nativeKey;
  } catch (error) {
    throw problems.rowInvalid({ table, column: "id", id }, (error as Error).message);
  }
}

/** What decides which of two versions of a row stays. */
export type RowVersion = { readonly rawHash: unknown; readonly sourceUpdatedAt: unknown; readonly ingestedAt: unknown };

/**
 * Whether a candidate takes the place of another version of its row. Versions of one record are ordered by that record's history;
 * others by (source_updated_at nulls first, ingested_at, raw_hash).
 */
export function supersedes({ row, from }: Pick<Candidate, "row" | "from">, other: RowVersion): boolean {
  const sameRecord = from.history.get(other.rawHash as string);
  if (sameRecord) return from.version.rank >= sameRecord.rank;
  return compareRows(row as unknown as RowVersion, other) >= 0;
}

export const compareRows = (a: RowVersion, b: RowVersion): number =>
  compare(orNever(a.sourceUpdatedAt), orNever(b.sourceUpdatedAt)) ||
  compare(toMicros(a.ingestedAt as string), toMicros(b.ingestedAt as string)) ||
  compare(a.rawHash as string, b.rawHash as string);
