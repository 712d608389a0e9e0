import { type Instant, toMicros } from "../../domain/instant.ts";
import type { RowOf } from "../../domain/tables.ts";
import type { RecordToWrite } from "../batch.ts";
import type { StoredRow } from "../engine.ts";
import { cleanText } from "../stored-row.ts";
import type { StreamRef } from "../warehouse.ts";

/** One content of one record that has ever been seen. */
export interface Version {
  readonly hash: string;
  changedAt: Instant | null;
  firstSeenAt: Instant;
  lastSeenAt: Instant;
  /** Where the content was seen first. */
  pageId: string;
  position: number;
  mappedVersion: number;
  /** Order among the versions of its key, by (changedAt nulls first, lastSeenAt, hash); the greatest is the latest. */
  rank: number;
  readonly stored: { readonly firstSeenAt: Instant; readonly isLatest: boolean; readonly mappedVersion: number } | null;
}

/** All versions of one record, by hash. */
export type History = Map<string, Version>;

export interface MappedRecord {
  readonly record: RecordToWrite;
  readonly version: Version;
  readonly history: History;
}

export interface Judged {
  /** Records whose rows must be written, one per content. */
  readonly mapped: readonly MappedRecord[];
  readonly unchanged: number;
  /** `raw_record` rows of every key of the batch, as they are to be. */
  readonly rawRecords: readonly StoredRow[];
}

/** Joins the records of a batch with what is stored of their keys, and says which of them bring anything new. */
export function judgeRecords(key: StreamRef, records: readonly RecordToWrite[], stored: readonly StoredRow[]): Judged {
  const histories = new Map<string, History>();
  for (const row of stored as unknown as RowOf<"raw_record">[])
    historyOf(histories, row.nativeKey).set(row.hash, fromStored(row));
  const seen = new Map<Version, MappedRecord>();
  for (const record of records) {
    const history = historyOf(histories, cleanText(record.nativeKey));
    const version = see(history, record);
    const known = seen.get(version);
    if (!known || known.record.mapperVersion <= record.mapperVersion) seen.set(version, { record, version, history });
  }
  for (const history of histories.values()) rankVersions(history);
  const mapped = [...seen.values()].filter(bringsNews);
  for (const { version, record } of mapped) version.mappedVersion = record.mapperVersion;
  return { mapped, unchanged: records.length - mapped.length, rawRecords: toRows(key, histories) };
}

/** Whether the rows of a content must be written: it is new, mapped anew, seen earlier than known, or the latest again. */
function bringsNews({ record, version, history }: MappedRecord): boolean {
  const { stored } = version;
  if (!stored || stored.mappedVersion !== record.mapperVersion) return true;
  if (toMicros(version.firstSeenAt) < toMicros(stored.firstSeenAt)) return true;
  return version.rank === history.size - 1 && !stored.isLatest;
}

function historyOf(histories: Map<string, History>, nativeKey: string): History {
  let history = histories.get(nativeKey);
  if (!history) histories.set(nativeKey, (history = new Map()));
  return history;
}

function fromStored(row: RowOf<"raw_record">): Version {
  return {
    ...row,
    changedAt: row.changedAt ?? null,
    rank: 0,
    stored: { firstSeenAt: row.firstSeenAt, isLatest: row.isLatest, mappedVersion: row.mappedVersion },
  };
}

function see(history: History, record: RecordToWrite): Version {
  const { seenAt, hash, pageId, position } = record;
  const known = history.get(hash);
  if (!known) {
    const version: Version = {
      hash,
      changedAt: record.changedAt,
      firstSeenAt: seenAt,
      lastSeenAt: seenAt,
      pageId,
      position,
      mappedVersion: record.mapperVersion,
      rank: 0,
      stored: null,
    };
    history.set(hash, version);
    return version;
  }
  const at = toMicros(seenAt);
  const first = toMicros(known.firstSeenAt);
  if (at < first || (at === first && isBefore({ pageId, position }, known)))
    Object.assign(known, { firstSeenAt: seenAt, pageId, position });
  if (at > toMicros(known.lastSeenAt)) known.lastSeenAt = seenAt;
  known.changedAt = record.changedAt;
  return known;
}

type Place = Pick<Version, "pageId" | "position">;

const isBefore = (a: Place, b: Place) => a.pageId < b.pageId || (a.pageId === b.pageId && a.position < b.position);

function rankVersions(history: History) {
  if (history.size < 2) return;
  const order = [...history.values()].map((version) => ({
    version,
    times: [orNever(version.changedAt), toMicros(version.lastSeenAt)] as const,
  }));
  order.sort(
    (a, b) => compare(a.times[0], b.times[0]) || compare(a.times[1], b.times[1]) || compare(a.version.hash, b.version.hash),
  );
  for (const [rank, { version }] of order.entries()) version.rank = rank;
}

const NEVER = -(2n ** 63n);

/** Microseconds; a missing instant comes before all others. */
export const orNever = (instant: unknown): bigint => (instant ? toMicros(instant as Instant) : NEVER);

export const compare = <Value extends bigint | string>(a: Value, b: Value): number => (a < b ? -1 : a > b ? 1 : 0);

const toRows = ({ integrationId, scopeId, stream }: StreamRef, histories: Map<string, History>): StoredRow[] =>
  [...histories].flatMap(([nativeKey, history]) =>
    [...history.values()].map((version) => ({
      hash: version.hash,
      integrationId,
      scopeId,
      stream,
      nativeKey,
      pageId: version.pageId,
      position: version.position,
      changedAt: version.changedAt,
      firstSeenAt: version.firstSeenAt,
      lastSeenAt: version.lastSeenAt,
      isLatest: version.rank === history.size - 1,
      mappedVersion: version.mappedVersion,
    })),
  );
