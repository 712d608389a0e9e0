import type { CommonRow } from "../../domain/table.ts";
import type { RowOf, TableName } from "../../domain/tables.ts";
import type { BatchToWrite, RecordToWrite } from "../batch.ts";
import type { StreamRef } from "../warehouse.ts";

/* Batches for tests, as an engine would hand them over. */

export const streamKey = (stream = "pull_requests", integrationId = "acme-code"): StreamRef => ({
  integrationId,
  scopeId: "1",
  stream,
});

export const emptyBatch = (
  key: StreamRef = streamKey(),
): Omit<BatchToWrite, "records" | "reconciled"> & { readonly records: readonly TestRecord[] } => ({
  key,
  connector: "acme",
  pages: [],
  records: [],
  quarantined: [],
  progress: null,
  unfinished: { keep: [], done: [] },
  task: null,
});

/** A row as a mapper gives it, with the columns of its table. */
export type MappedRow<Name extends TableName = TableName> = {
  [N in Name]: { readonly entity: N } & Omit<RowOf<N>, Exclude<keyof CommonRow, "id">> & {
      readonly url?: string | null;
      readonly deletedAt?: string | null;
      readonly sourceUpdatedAt?: string | null;
      readonly sighted?: boolean;
    };
}[Name];

export interface TestRecord extends Omit<RecordToWrite, "rows" | "sets" | "gone"> {
  readonly rows: readonly MappedRow[];
  readonly gone?: readonly { readonly gone: TableName; readonly id: string; readonly at: string }[];
  readonly sets: readonly { readonly wholeSet: TableName; readonly parent: { readonly column: string; readonly id: string } }[];
}

type RecordParts = Pick<TestRecord, "hash" | "nativeKey" | "rows"> & Partial<TestRecord>;

export const record = (parts: RecordParts): TestRecord => ({
  pageId: "page-1",
  position: 0,
  changedAt: null,
  seenAt: "2026-03-01T00:00:00Z",
  mapperVersion: 1,
  sets: [],
  ...parts,
});

export const id = (entity: string, nativeKey: string, integrationId = "acme-code"): string =>
  `acme:${entity}:${integrationId}:${nativeKey}`;

/** An instant `minutes` after the first of March. */
export const minute = (minutes: number): string => new Date(Date.UTC(2026, 2, 1) + minutes * 60_000).toISOString();
