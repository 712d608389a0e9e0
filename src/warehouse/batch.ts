import type { Instant } from "../domain/instant.ts";
import type { RowOf } from "../domain/tables.ts";
import type { StreamRef } from "./warehouse.ts";

/* What the writer takes. The engine's `Batch` fits it by structure (a test assigns one to the other), so neither folder imports the other. */

/** A row as mappers give it: `entity` names the table, the rest are its columns in camelCase. */
export interface BatchRow {
  readonly entity: string;
  /** Every entity row has one. */
  readonly id?: string | undefined;
  readonly url?: string | null | undefined;
  readonly deletedAt?: Instant | null | undefined;
  /** Defaults to `changedAt` of the record. */
  readonly sourceUpdatedAt?: Instant | null | undefined;
  readonly sighted?: boolean | undefined;
}

/** The record carries all children of one parent: others of that parent are marked gone. */
export interface BatchSet {
  readonly wholeSet: string;
  readonly parent: { readonly column: string; readonly id: string };
}

/** The record says that a thing was gone at an instant; it is back as soon as its own record is seen after it. */
export interface BatchGone {
  readonly gone: string;
  readonly id: string;
  readonly at: Instant;
}

export interface RecordToWrite {
  readonly hash: string;
  readonly nativeKey: string;
  readonly pageId: string;
  readonly position: number;
  readonly changedAt: Instant | null;
  readonly seenAt: Instant;
  readonly mapperVersion: number;
  readonly rows: readonly BatchRow[];
  readonly sets: readonly BatchSet[];
  readonly gone?: readonly BatchGone[] | undefined;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface StoredProgress {
  readonly cursor: Json | null;
  readonly cursorAt: Instant | null;
  readonly coveredFrom: Instant | null;
}

export interface StoredUnfinished {
  readonly nativeKey: string;
  readonly nextReadAt: Instant;
  readonly attempts: number;
}

export interface BatchToWrite {
  readonly key: StreamRef;
  readonly connector: string;
  readonly pages: readonly RowOf<"raw_page">[];
  readonly records: readonly RecordToWrite[];
  readonly quarantined: readonly RowOf<"quarantined_record">[];
  readonly progress: StoredProgress | null;
  readonly unfinished: { readonly keep: readonly StoredUnfinished[]; readonly done: readonly string[] };
  readonly task: RowOf<"ingestion_task"> | null;
  readonly reconciled?: ReconciledToWrite | undefined;
}

/** What a comparison with the provider's list found out. */
export interface ReconciledToWrite {
  readonly counts: readonly RowOf<"source_count">[];
  readonly missing: { readonly keep: readonly RowOf<"missing_record">[]; readonly done: readonly string[] };
}

export interface Written {
  /** Rows written, tombstones not counted. */
  readonly entities: number;
  /** Records whose content and mapper version were already stored. */
  readonly unchanged: number;
  readonly tombstoned: number;
}
