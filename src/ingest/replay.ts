import type { Instant } from "../domain/instant.ts";
import type { RowOf } from "../domain/tables.ts";
import { canonicalJson } from "./canonical.ts";
import { wholeIntegration, type Connector, type Scope, type Stream } from "./connector.ts";
import { deletions } from "./deletions.ts";
import { archivedPageUnreadable, unknownConnector } from "./problems.ts";
import { mapContext, prepare, type MapSetting, type Prepared } from "./records.ts";
import { createRedactor } from "./redact.ts";
import { createRowCheck } from "./row-check.ts";
import type { Archive, BatchRecord, Sink, StreamKey } from "./sink.ts";

/** Fits `Warehouse.query`. */
export type ReplayQuery = (
  sql: string,
  values?: readonly (string | number | null)[],
) => Promise<{ readonly rows: readonly unknown[] }>;

export interface ReplayIntegration {
  readonly id: string;
  readonly connector: string;
  /** Parsed by the connector's schema; nothing is called with it. */
  readonly config: unknown;
  /** Every scope that is known, chosen or not. */
  readonly scopes: readonly Scope[];
}

/** What is archived, and where. */
export interface ReplayIndex {
  streams(): Promise<readonly (StreamKey & { readonly records: number })[]>;
  /** Every content of every record of a stream, by change time (none first), first sight and hash. */
  records(key: StreamKey): Promise<readonly IndexedRecord[]>;
  /** The row of one archived page; null if there is none. */
  page(id: string): Promise<RowOf<"raw_page"> | null>;
}

export interface IndexedRecord {
  readonly hash: string;
  readonly pageId: string;
  readonly position: number;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
}

export interface ReplayRequest {
  /** The warehouse that holds the index of the archive, or the index itself. */
  readonly query: ReplayQuery | ReplayIndex;
  readonly archive: Archive;
  readonly connectors: readonly Connector<unknown>[];
  readonly integrations: readonly ReplayIntegration[];
  /** Where the rows go: the same warehouse after its entity tables were cleared, or an empty one. */
  readonly sink: Pick<Sink, "write">;
  readonly onProgress?: (done: { records: number; total: number }) => void;
}

export interface ReplaySummary {
  readonly records: number;
  readonly entities: number;
  readonly quarantined: number;
}

const RECORDS_AT_ONCE = 2000;
/** Archived pages held in memory, unpacked. */
const PAGES_HELD = 24;

/**
 * Maps every stored record again from the archive, without a call to any provider, in the order of change time, first sight
 * and hash, each with the time it was first seen, so that the same rows come out as from the live read.
 */
export async function replayArchive(request: ReplayRequest): Promise<ReplaySummary> {
  const index = typeof request.query === "function" ? sqlIndex(request.query) : request.query;
  const streams = await index.streams();
  const total = streams.reduce((sum, { records }) => sum + records, 0);
  const summary = { records: 0, entities: 0, quarantined: 0 };
  for (const { records: _count, ...key } of streams) {
    const setting = settingOf(key, request);
    if (!setting) continue;
    for await (const done of replayStream(setting, index, request)) {
      summary.records += done.records;
      summary.entities += done.entities;
      summary.quarantined += done.quarantined;
      request.onProgress?.({ records: summary.records, total });
    }
  }
  return summary;
}

/** Null for integrations and streams that are not there any more. */
function settingOf(key: StreamKey, { integrations, connectors }: ReplayRequest): MapSetting | null {
  const integration = integrations.find(({ id }) => id === key.integrationId);
  if (!integration) return null;
  const connector = connectors.find(({ name }) => name === integration.connector);
  if (!connector) throw unknownConnector(integration.connector, integration.id);
  const streams = [...(connector.streams as readonly Stream<unknown, unknown>[]), deletions];
  const stream = streams.find(({ name }) => name === key.stream);
  if (!stream) return null;
  const { id: integrationId, config } = integration;
  const client = connector.client(config);
  const scope = stream.level === "integration" ? wholeIntegration : scopeOf(key.scopeId, integration.scopes);
  const host = client.host ?? new URL(client.baseUrl).host;
  return {
    key,
    connector: connector.name,
    mapperVersion: connector.mapperVersion,
    stream,
    context: mapContext({ connector: connector.name, integrationId, config, scope, host }),
    redactor: createRedactor(),
    checkRow: createRowCheck({ connector: connector.name, integrationId }),
  };
}

const scopeOf = (id: string, scopes: readonly Scope[]): Scope =>
  scopes.find((scope) => scope.id === id) ?? { id, name: id, kind: "forgotten" };

async function* replayStream(setting: MapSetting, index: ReplayIndex, { archive, sink }: ReplayRequest) {
  const { key } = setting;
  const readPage = pageReader(index, archive);
  const rows = await index.records(key);
  for (let start = 0; start < rows.length; start += RECORDS_AT_ONCE) {
    const part = rows.slice(start, start + RECORDS_AT_ONCE);
    const used = new Map<string, RowOf<"raw_page">>();
    const prepared: (Prepared & { row: IndexedRecord })[] = [];
    for (const row of part) {
      const { page, records } = await readPage(row.pageId);
      used.set(page.id, page);
      const value = records[row.position];
      if (value === undefined) throw archivedPageUnreadable(page.bodyHash, row.position);
      const place = { pageId: row.pageId, position: row.position, seenAt: row.firstSeenAt };
      prepared.push({ ...prepare({ text: canonicalJson(value), value }, place, setting), row });
    }
    const misfits = prepared.flatMap((each) => ("misfit" in each ? [each.misfit] : []));
    const { entities } = await sink.write({
      key,
      connector: setting.connector,
      pages: [...used.values()],
      records: prepared.flatMap((each) => ("fit" in each ? asSeen(each.fit.record, each.row) : [])),
      quarantined: misfits,
      progress: null,
      unfinished: { keep: [], done: [] },
      task: null,
    });
    yield { records: part.length, entities, quarantined: misfits.length };
  }
}

/** A record that was seen again later counts as seen at both times. */
const asSeen = (record: BatchRecord, { lastSeenAt }: IndexedRecord): BatchRecord[] =>
  lastSeenAt === record.seenAt ? [record] : [record, { ...record, seenAt: lastSeenAt }];

interface HeldPage {
  readonly page: RowOf<"raw_page">;
  readonly records: readonly unknown[];
}

/** Reads archived pages, keeping the ones used last. */
function pageReader(index: ReplayIndex, archive: Archive): (pageId: string) => Promise<HeldPage> {
  const held = new Map<string, HeldPage>();
  return async (pageId) => {
    let found = held.get(pageId);
    if (!found) {
      const page = await index.page(pageId);
      if (!page) throw archivedPageUnreadable(pageId, 0);
      const body = JSON.parse(Buffer.from(await archive.get(page.bodyHash)).toString()) as { records: readonly unknown[] };
      found = { page, records: body.records };
    }
    held.delete(pageId);
    held.set(pageId, found);
    if (held.size > PAGES_HELD) held.delete(held.keys().next().value!);
    return found;
  };
}

type SqlRow = Readonly<Record<string, string | number | null>>;

function sqlIndex(query: ReplayQuery): ReplayIndex {
  const ask = async (sql: string, values?: readonly string[]) => (await query(sql, values)).rows as readonly SqlRow[];
  return {
    async streams() {
      const rows = await ask(
        `select integration_id, scope_id, stream, count(*) as records from raw_record
         group by integration_id, scope_id, stream order by integration_id, stream, scope_id`,
      );
      return rows.map((row) => ({ ...keyOf(row), records: Number(row.records) }));
    },
    async records({ integrationId, scopeId, stream }) {
      const rows = await ask(
        `select hash, page_id, "position", first_seen_at, last_seen_at from raw_record
         where integration_id = $1 and scope_id = $2 and stream = $3
         order by changed_at nulls first, first_seen_at, hash, native_key`,
        [integrationId, scopeId, stream],
      );
      return rows.map((row) => ({
        hash: String(row.hash),
        pageId: String(row.page_id),
        position: Number(row.position),
        firstSeenAt: String(row.first_seen_at),
        lastSeenAt: String(row.last_seen_at),
      }));
    },
    async page(id) {
      const row = (await ask("select * from raw_page where id = $1", [id]))[0];
      return row ? { ...keyOf(row), ...pageColumns(row) } : null;
    },
  };
}

const keyOf = (row: SqlRow): StreamKey => ({
  integrationId: String(row.integration_id),
  scopeId: String(row.scope_id),
  stream: String(row.stream),
});

const pageColumns = (row: SqlRow) => ({
  id: String(row.id),
  taskId: row.task_id as string | null,
  via: row.via as RowOf<"raw_page">["via"],
  request: row.request as string | null,
  status: row.status === null ? null : Number(row.status),
  fetchedAt: String(row.fetched_at),
  bodyHash: String(row.body_hash),
  recordCount: Number(row.record_count),
});
