import { compareInstants, type Instant } from "../../domain/instant.ts";
import type { RowOf } from "../../domain/tables.ts";
import { sha256 } from "../canonical.ts";
import type { MappedRow } from "../connector.ts";
import type { ReplayIndex } from "../replay.ts";
import type { Archive, Batch, BatchRecord, BatchResult, Progress, Sink, StreamKey, UnfinishedRecord } from "../sink.ts";

const nameOf = ({ integrationId, scopeId, stream }: StreamKey) => `${integrationId}/${scopeId}/${stream}`;

interface StoredRow {
  readonly row: MappedRow;
  readonly version: readonly [Instant | null, Instant, string];
}

/** A sink that keeps everything in memory, by the rules of `domain.md` §9 as far as the engine's tests need them. */
export interface MemorySink extends Sink {
  readonly batches: Batch[];
  readonly rows: Map<string, StoredRow>;
  readonly rawRecords: Map<string, BatchRecord>;
  readonly pages: Map<string, RowOf<"raw_page">>;
  readonly quarantined: Map<string, RowOf<"quarantined_record">>;
  readonly unfinished: Map<string, UnfinishedRecord & { readonly name: string }>;
  readonly tasks: Map<string, RowOf<"ingestion_task">>;
  /** Called before a batch is taken; may throw. */
  beforeWrite: (batch: Batch) => void | Promise<void>;
  progressOf(key: StreamKey): Progress | null;
  /** Every entity row, by id. */
  table(): Record<string, MappedRow>;
}

export function memorySink(): MemorySink {
  const progress = new Map<string, Progress>();
  const sink: MemorySink = {
    batches: [],
    rows: new Map(),
    rawRecords: new Map(),
    pages: new Map(),
    quarantined: new Map(),
    unfinished: new Map(),
    tasks: new Map(),
    beforeWrite: () => undefined,
    progressOf: (key) => progress.get(nameOf(key)) ?? null,
    table: () => Object.fromEntries([...sink.rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, { row }]) => [id, row])),
    readProgress: async (key) => progress.get(nameOf(key)) ?? null,
    readUnfinished: async (key, { by, limit }) =>
      [...sink.unfinished.values()]
        .filter((record) => record.name === nameOf(key) && compareInstants(record.nextReadAt, by) <= 0)
        .sort((a, b) => compareInstants(a.nextReadAt, b.nextReadAt))
        .slice(0, limit),
    async write(batch) {
      await sink.beforeWrite(batch);
      const result = apply(sink, batch);
      if (batch.progress) progress.set(nameOf(batch.key), JSON.parse(JSON.stringify(batch.progress)) as Progress);
      return result;
    },
  };
  return sink;
}

function apply(sink: MemorySink, batch: Batch): BatchResult {
  sink.batches.push(batch);
  let entities = 0;
  let unchanged = 0;
  for (const page of batch.pages) sink.pages.set(page.id, page);
  for (const record of batch.records) {
    const identity = `${nameOf(batch.key)}/${record.nativeKey}/${record.hash}`;
    if (sink.rawRecords.get(identity)?.mapperVersion === record.mapperVersion) {
      unchanged++;
      continue;
    }
    sink.rawRecords.set(identity, record);
    for (const row of record.rows) if (keepRow(sink, row, record)) entities++;
  }
  for (const row of batch.quarantined) sink.quarantined.set(row.hash, row);
  for (const key of batch.unfinished.done) sink.unfinished.delete(`${nameOf(batch.key)}/${key}`);
  for (const record of batch.unfinished.keep)
    sink.unfinished.set(`${nameOf(batch.key)}/${record.nativeKey}`, { ...record, name: nameOf(batch.key) });
  if (batch.task) sink.tasks.set(batch.task.id, batch.task);
  return { entities, unchanged, tombstoned: 0 };
}

function keepRow(sink: MemorySink, row: MappedRow, record: BatchRecord): boolean {
  const version: StoredRow["version"] = [row.sourceUpdatedAt ?? record.changedAt, record.seenAt, record.hash];
  const { id } = row as MappedRow & { readonly id: string };
  const stored = sink.rows.get(id);
  if (stored && !isNewer(version, stored.version)) return false;
  sink.rows.set(id, { row, version });
  return true;
}

function isNewer(a: StoredRow["version"], b: StoredRow["version"]): boolean {
  if (a[0] !== b[0]) {
    if (a[0] === null || b[0] === null) return b[0] === null;
    const order = compareInstants(a[0], b[0]);
    if (order !== 0) return order > 0;
  }
  const seen = compareInstants(a[1], b[1]);
  return seen === 0 ? a[2] > b[2] : seen > 0;
}

export function memoryArchive(): Archive & { readonly bodies: Map<string, Uint8Array> } {
  const bodies = new Map<string, Uint8Array>();
  return {
    bodies,
    async put(body) {
      const hash = sha256(body);
      bodies.set(hash, body);
      return hash;
    },
    async get(hash) {
      const body = bodies.get(hash);
      if (!body) throw new Error(`no archived page ${hash}`);
      return body;
    },
  };
}

/** The index of what a memory sink has taken, so that it can be replayed. */
export const memoryIndex = (sink: MemorySink): ReplayIndex => {
  const all = () => sink.batches.flatMap(({ key, records }) => records.map((record) => ({ key, record })));
  return {
    async streams() {
      const keys = new Map(all().map(({ key }) => [nameOf(key), key]));
      return [...keys.values()].map((key) => ({
        ...key,
        records: all().filter((each) => nameOf(each.key) === nameOf(key)).length,
      }));
    },
    async records(key) {
      const own = all().filter((each) => nameOf(each.key) === nameOf(key));
      const order = ({ record }: (typeof own)[number]) => `${record.changedAt ?? ""} ${record.seenAt} ${record.hash}`;
      return own
        .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
        .map(({ record }) => ({ ...record, firstSeenAt: record.seenAt, lastSeenAt: record.seenAt }));
    },
    page: async (id) => sink.pages.get(id) ?? null,
  };
};
