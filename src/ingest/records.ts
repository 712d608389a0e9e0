import { formatId } from "../domain/id.ts";
import type { Instant } from "../domain/instant.ts";
import type { RowOf } from "../domain/tables.ts";
import { canonicalJson, sha256 } from "./canonical.ts";
import type { Gone, MapContext, Mapped, MappedRow, Page, Scope, Stream, WholeSet } from "./connector.ts";
import type { Redactor } from "./redact.ts";
import type { RowCheck } from "./row-check.ts";
import type { Archive, BatchRecord, StreamKey, UnfinishedRecord } from "./sink.ts";

/** All that turning records into rows needs to know; the same for a live read and for a replay. */
export interface MapSetting {
  readonly key: StreamKey;
  readonly connector: string;
  readonly mapperVersion: number;
  readonly stream: Stream<unknown, unknown>;
  readonly context: MapContext<unknown>;
  readonly redactor: Redactor;
  readonly checkRow: RowCheck;
}

export const mapContext = (place: {
  connector: string;
  integrationId: string;
  config: unknown;
  scope: Scope;
  host: string;
}): MapContext<unknown> => ({
  config: place.config,
  scope: place.scope,
  host: place.host,
  id: (entity, ...nativeKey) =>
    formatId({ connector: place.connector, entity, integration: place.integrationId, nativeKey: nativeKey.join("/") }),
});

/** One record as it is archived. */
export interface Archived {
  /** Canonical JSON without secrets. */
  readonly text: string;
  /** What is mapped: the record as a replay will see it. */
  readonly value: unknown;
}

/** Where a record lies and when it was fetched. */
export interface Place {
  readonly pageId: string;
  readonly position: number;
  readonly seenAt: Instant;
}

export interface Fitting {
  readonly record: BatchRecord;
  /** By which the declared order is checked. */
  readonly orderedBy: Instant | null;
  /** For an unfinished record: what to keep of it after so many attempts. */
  readonly unfinished: ((attempts: number) => UnfinishedRecord) | null;
  /** Null when the stream does not know unfinished records. */
  readonly isFinished: boolean | null;
}

export type Prepared = { readonly fit: Fitting } | { readonly misfit: RowOf<"quarantined_record"> };

export function archived(record: unknown, redactor: Redactor): Archived {
  const whole = canonicalJson(record);
  const text = redactor.redact(whole);
  return { text, value: text === whole ? record : (JSON.parse(text) as unknown) };
}

/** Stores the records of a page; answers its row in the index of the archive, or null for a page without records. */
export async function archivePage(
  page: Page,
  records: readonly Archived[],
  to: { archive: Archive; key: StreamKey; taskId: string | null; now: Instant },
) {
  if (records.length === 0) return null;
  const bodyHash = await to.archive.put(Buffer.from(`{"records":[${records.map(({ text }) => text).join(",")}]}`));
  const first = page.answers[0];
  const fetchedAt = first?.receivedAt ?? to.now;
  const row: RowOf<"raw_page"> = {
    ...to.key,
    id: sha256([to.key.integrationId, to.key.scopeId, to.key.stream, bodyHash, fetchedAt].join("\n")).slice(0, 32),
    taskId: to.taskId,
    via: "poll",
    request: first?.request ?? null,
    status: first?.status ?? null,
    fetchedAt,
    bodyHash,
    recordCount: records.length,
  };
  return row;
}

/** One archived record to its rows, or to quarantine with the reason. */
export function prepare({ text, value }: Archived, place: Place, setting: MapSetting): Prepared {
  const { stream } = setting;
  const hash = sha256(text);
  const misfit = (errorPath: string, errorMessage: string): Prepared => ({
    misfit: {
      ...setting.key,
      hash,
      nativeKey: readableKey(stream, value),
      errorPath,
      errorMessage: setting.redactor.redact(errorMessage).slice(0, 500),
      seenAt: place.seenAt,
      resolvedAt: null,
    },
  });
  const parsed = stream.record.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return misfit(issue?.path.join(".") || "(record)", issue?.message ?? "does not fit");
  }
  try {
    const mapped = cleanedIfNeeded(stream.map(parsed.data, setting.context), text);
    for (const row of mapped.rows) {
      const wrong = setting.checkRow(row);
      if (wrong) return misfit("(mapped row)", wrong);
    }
    return { fit: fitting(parsed.data, { hash, place, mapped, setting }) };
  } catch (error) {
    return misfit("(mapper)", error instanceof Error ? error.message : String(error));
  }
}

function fitting(
  record: unknown,
  { hash, place, mapped, setting }: { hash: string; place: Place; mapped: Sorted; setting: MapSetting },
): Fitting {
  const { stream, mapperVersion } = setting;
  const nativeKey = clean(stream.key(record));
  const changedAt = stream.changedAt(record);
  const readAt = place.seenAt;
  const isFinished = stream.isFinished?.(record, { readAt }) ?? null;
  return {
    record: { hash, nativeKey, ...place, changedAt, mapperVersion, ...mapped },
    orderedBy: stream.orderedBy ? stream.orderedBy(record) : changedAt,
    isFinished,
    unfinished:
      isFinished !== false
        ? null
        : (attempts) => ({
            nativeKey,
            attempts,
            nextReadAt: nextRead(readAt, stream.rereadSeconds?.(record, { readAt, attempts }) ?? backOff(attempts)),
          }),
  };
}

const A_DAY = 86_400;
const backOff = (attempts: number): number => Math.min(A_DAY, 60 * 2 ** Math.min(attempts, 20));
const nextRead = (readAt: Instant, seconds: number): Instant =>
  new Date(Date.parse(readAt) + Math.max(1, seconds) * 1000).toISOString();

function readableKey(stream: Stream<unknown, unknown>, value: unknown): string | null {
  try {
    const key = stream.key(value);
    return typeof key === "string" && key.length > 0 && !key.includes("undefined") ? clean(key).slice(0, 500) : null;
  } catch {
    return null;
  }
}

/* PostgreSQL cannot hold U+0000, and neither engine half of a surrogate pair: rows carry U+FFFD instead; the archive keeps the original. */

const clean = (text: string): string => text.replaceAll("\0", "\uFFFD").toWellFormed();

function cleanDeep<Value>(value: Value): Value {
  if (typeof value === "string") return clean(value) as Value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cleanDeep) as Value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [clean(name), cleanDeep(part)])) as Value;
}

/** What a mapper said, by kind. */
interface Sorted {
  readonly rows: MappedRow[];
  readonly sets: WholeSet[];
  readonly gone?: Gone[];
}

function cleanedIfNeeded(mapped: readonly Mapped[], text: string): Sorted {
  const isSuspect = text.includes("\\u0000") || text.includes("\\ud");
  const rows: MappedRow[] = [];
  const sets: WholeSet[] = [];
  const gone: Gone[] = [];
  for (const each of mapped) {
    const one = isSuspect ? cleanDeep(each) : each;
    if ("wholeSet" in one) sets.push(one);
    else if ("gone" in one) gone.push(one);
    else rows.push(one);
  }
  return gone.length > 0 ? { rows, sets, gone } : { rows, sets };
}
