import type { Batch, BatchRecord, StreamKey } from "../../ingest/sink.ts";

/* Batches for tests, as an engine would hand them over. */

export const streamKey = (stream = "pull_requests", integrationId = "acme-github"): StreamKey => ({
  integrationId,
  scopeId: "1",
  stream,
});

export const emptyBatch = (key: StreamKey = streamKey()): Batch => ({
  key,
  connector: "github",
  pages: [],
  records: [],
  quarantined: [],
  progress: null,
  unfinished: { keep: [], done: [] },
  task: null,
});

type RecordParts = Pick<BatchRecord, "hash" | "nativeKey" | "rows"> & Partial<BatchRecord>;

export const record = (parts: RecordParts): BatchRecord => ({
  pageId: "page-1",
  position: 0,
  changedAt: null,
  seenAt: "2026-03-01T00:00:00Z",
  mapperVersion: 1,
  sets: [],
  ...parts,
});

export const id = (entity: string, nativeKey: string, integrationId = "acme-github"): string =>
  `github:${entity}:${integrationId}:${nativeKey}`;

/** An instant `minutes` after the first of March. */
export const minute = (minutes: number): string => new Date(Date.UTC(2026, 2, 1) + minutes * 60_000).toISOString();

/** A commit's name from a short word. */
export const sha = (word: string): string => Buffer.from(word).toString("hex").padEnd(40, "0");
