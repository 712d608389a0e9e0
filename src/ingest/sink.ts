import type { Instant } from "../domain/instant.ts";
import type { RowOf, TableName } from "../domain/tables.ts";
import type { Gone, Json, MappedRow, WholeSet } from "./connector.ts";

/** One stream of one scope of one integration: the unit that has progress. */
export interface StreamKey {
  readonly integrationId: string;
  readonly scopeId: string;
  readonly stream: string;
}

/** `domain.md` §3.11: everything changed in [coveredFrom, cursorAt) has been read. */
export interface Progress {
  /** Opaque to the sink; the engine keeps its passes and probe marks here. */
  readonly cursor: Json | null;
  readonly cursorAt: Instant | null;
  readonly coveredFrom: Instant | null;
}

export interface UnfinishedRecord {
  readonly nativeKey: string;
  readonly nextReadAt: Instant;
  readonly attempts: number;
}

/** One raw record with the rows it maps to. */
export interface BatchRecord {
  /** SHA-256 of the canonical JSON of the archived record. */
  readonly hash: string;
  readonly nativeKey: string;
  readonly pageId: string;
  /** Index in the archived page. */
  readonly position: number;
  readonly changedAt: Instant | null;
  readonly seenAt: Instant;
  readonly mapperVersion: number;
  readonly rows: readonly MappedRow[];
  readonly sets: readonly WholeSet[];
  /** Things that the record says are gone; left out where it says nothing of the kind. */
  readonly gone?: readonly Gone[];
}

/**
 * Everything that one step of a task learned. The sink writes all of it in one transaction, or nothing:
 * rows, raw index, progress, unfinished records, quarantine and the task's row in the ledger.
 */
export interface Batch {
  readonly key: StreamKey;
  /** Opens the ids of the rows; needed for `native_id`. */
  readonly connector: string;
  readonly pages: readonly RowOf<"raw_page">[];
  readonly records: readonly BatchRecord[];
  readonly quarantined: readonly RowOf<"quarantined_record">[];
  /** Null: leave as it is. */
  readonly progress: Progress | null;
  readonly unfinished: { readonly keep: readonly UnfinishedRecord[]; readonly done: readonly string[] };
  readonly task: RowOf<"ingestion_task"> | null;
  /** What a comparison with the provider's list found out. */
  readonly reconciled?: Reconciled;
}

export interface Reconciled {
  readonly counts: readonly SourceCount[];
  /** Things that the list did not show: still in doubt, or no longer (`entity_id`). */
  readonly missing: { readonly keep: readonly RowOf<"missing_record">[]; readonly done: readonly string[] };
}

export type SourceCount = RowOf<"source_count">;

/** One key of a stream as it is stored; `deletedAt` when its thing is known to be gone. */
export interface StoredKey {
  readonly nativeKey: string;
  readonly changedAt: Instant | null;
  readonly deletedAt: Instant | null;
}

/** The row that stands for a key, and how many sweeps in a row did not find it. */
export interface Candidate {
  readonly nativeKey: string;
  readonly entityId: string;
  readonly sweeps: number;
  readonly missingSince: Instant | null;
  /** When the last sweep that counted did not find it. */
  readonly lastMissedAt: Instant | null;
}

/** What a comparison needs to know of what is stored. */
export interface ReconciliationPort {
  /** Every key of the stream that was ever stored; `entity` is the table whose row stands for it. */
  storedKeys(key: StreamKey, entity: TableName): Promise<readonly StoredKey[]>;
  candidates(key: StreamKey, of: { entity: TableName; nativeKeys: readonly string[] }): Promise<readonly Candidate[]>;
  /** Everything of the stream that earlier sweeps did not find. */
  missing(key: StreamKey): Promise<readonly { readonly entityId: string; readonly nativeKey: string }[]>;
  /** The newest comparison of every scope and entity. */
  newestCounts(integrationId: string): Promise<readonly SourceCount[]>;
}

export interface BatchResult {
  /** Rows written, tombstones not counted. */
  readonly entities: number;
  /** Records whose content and mapper version were already stored: their rows were not written again. */
  readonly unchanged: number;
  readonly tombstoned: number;
}

/** Where batches and their progress go: the warehouse here, HTTPS in a satellite. */
export interface Sink {
  readProgress(key: StreamKey): Promise<Progress | null>;
  /** Records due to be read again by key, oldest first. */
  readUnfinished(key: StreamKey, due: { by: Instant; limit: number }): Promise<readonly UnfinishedRecord[]>;
  write(batch: Batch): Promise<BatchResult>;
  /** Several batches in one transaction, one result each; left out by sinks that gain nothing from it. */
  writeAll?(batches: readonly Batch[]): Promise<readonly BatchResult[]>;
  /** Left out by sinks that cannot be asked: nothing is reconciled through them. */
  readonly reconciliation?: ReconciliationPort;
}

/** Content-addressed store of archived pages. */
export interface Archive {
  /** Stores the body unless it is there already, durable on return; answers its SHA-256. */
  put(body: Uint8Array): Promise<string>;
  get(hash: string): Promise<Uint8Array>;
}
