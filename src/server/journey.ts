import { tables } from "../domain/tables.ts";
import type { SqlValue, Warehouse } from "../warehouse/warehouse.ts";
import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import { listScopes } from "../workspace/integration-scopes.ts";
import { getIntegration } from "../workspace/integrations.ts";
import type { Context } from "./context.ts";
import { findRecords, type FoundRecord, type RecordRef } from "./journey-search.ts";
import type { JourneyAnswer, JourneyBody, JourneyQuery } from "./shapes/journey.ts";
import type { TaskBody } from "./shapes/monitoring.ts";
import { fromSql, taskBodies } from "./task-log.ts";

const MOST_ROWS = 200;

/** Finds the record that a key means, and tells everything that happened to it; several: names them. */
export async function journey(context: Context, id: string, query: JourneyQuery): Promise<JourneyAnswer> {
  await getIntegration(context.workspace, id);
  const scopes = await listScopes(context.workspace, id);
  const nameOf = (scopeId: string) =>
    scopeId === "-" ? "whole integration" : (scopes.find((scope) => scope.id === scopeId)?.name ?? scopeId);
  const found = await findRecords(context.warehouse, { id, query, scopes });
  const candidates = found.map((record) => ({ ...record, scope: nameOf(record.scopeId) }));
  const [only] = candidates;
  if (!only || candidates.length > 1)
    return { key: query.key, sentence: sentenceFor(query.key, candidates), candidates, journey: null };
  const told = await tell(context, id, only);
  return { key: query.key, sentence: summary(told), candidates, journey: { ...told, scope: only.scope } };
}

function sentenceFor(key: string, candidates: readonly FoundRecord[]): string {
  if (candidates.length > 0) return `"${key}" may mean ${candidates.length} records: choose one.`;
  return `Nothing named "${key}" was ever read. Either its scope is not chosen, or history does not reach back to it yet, or the vendor calls it by another name.`;
}

function summary({ versions, rows, quarantined, facts, unfinished }: Omit<JourneyBody, "scope">): string {
  const open = quarantined.filter((each) => each.resolvedAt === null).length;
  const parts = [
    versions.length === 1 ? "Read in one version" : `Read in ${versions.length} versions`,
    rows.length === 0 ? "no row came of it" : `${rows.length === MOST_ROWS ? "at least " : ""}${rows.length} rows came of it`,
    ...(facts.length > 0 ? [`${facts.length} facts use it`] : ["no fact uses it"]),
    ...(open > 0 ? ["its newest content is in quarantine"] : []),
    ...(unfinished ? ["it is read again until it is final"] : []),
  ];
  return `${parts.join(", ")}.`;
}

async function tell(context: Context, id: string, ref: RecordRef): Promise<Omit<JourneyBody, "scope">> {
  const { warehouse } = context;
  const where = [id, ref.stream, ref.scopeId, ref.nativeKey];
  const versions = await readVersions(warehouse, where);
  const first = versions.map((version) => version.first_seen_at).sort()[0] ?? null;
  const last =
    versions
      .map((version) => version.last_seen_at)
      .sort()
      .at(-1) ?? null;
  const lastTask = last === null ? null : await taskAt(warehouse, ref, { id, at: last });
  const ids = [...versions.map((version) => version.task_id), lastTask?.id ?? null].filter((task) => task !== null);
  const tasks = await taskBodies(context, id, [...new Set(ids)]);
  const rows = await readRows(
    warehouse,
    id,
    versions.map((version) => version.hash),
  );
  const { stream, scopeId, nativeKey } = ref;
  return {
    stream,
    scopeId,
    nativeKey,
    firstReadAt: first,
    lastReadAt: last,
    lastTask: lastTask ? (tasks.get(lastTask.id) ?? null) : null,
    versions: versions.map((version) => versionBody(version, tasks)),
    rows,
    quarantined: await readQuarantined(warehouse, where),
    unfinished: await readUnfinished(warehouse, where),
    facts: await factsWith(
      warehouse,
      rows.map((row) => row.id),
    ),
  };
}

const OF_RECORD = "integration_id = $1 and stream = $2 and scope_id = $3 and native_key = $4";

interface VersionRow {
  hash: string;
  changed_at: string | null;
  first_seen_at: string;
  last_seen_at: string;
  is_latest: boolean;
  mapped_version: number;
  body_hash: string | null;
  request: string | null;
  status: number | null;
  via: string | null;
  task_id: string | null;
}

async function readVersions(warehouse: Warehouse, where: readonly SqlValue[]): Promise<VersionRow[]> {
  const { rows } = await warehouse.query<VersionRow>(
    `select r.hash, r.changed_at, r.first_seen_at, r.last_seen_at, r.is_latest, r.mapped_version,
       p.body_hash, p.request, p.status, p.via, p.task_id
     from (select * from raw_record where ${OF_RECORD}) as r left join raw_page as p on p.id = r.page_id and p.integration_id = r.integration_id
     order by r.is_latest desc, r.last_seen_at desc, r.hash limit 200`,
    where,
  );
  return [...rows];
}

function versionBody(row: VersionRow, tasks: ReadonlyMap<string, TaskBody>): JourneyBody["versions"][number] {
  return {
    hash: row.hash,
    changedAt: row.changed_at,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    isLatest: row.is_latest,
    mappedVersion: row.mapped_version,
    page:
      row.body_hash === null ? null : { hash: row.body_hash, request: row.request, status: row.status, via: row.via ?? "poll" },
    task: (row.task_id !== null && tasks.get(row.task_id)) || null,
  };
}

/**
 * Pages that bring nothing new leave no trace but the time: the task that ran then has read it. The time is the provider's, in
 * whole seconds, so a task may seem to begin a little after what it read.
 */
async function taskAt(warehouse: Warehouse, ref: RecordRef, { id, at }: { id: string; at: string }): Promise<LiveTask | null> {
  const { rows } = await warehouse.query(
    `select * from ingestion_task where integration_id = $1 and stream = $2 and scope_id = $3
       and started_at <= cast($4 as timestamptz) + interval '2 seconds'
       and coalesce(finished_at, cast($4 as timestamptz)) >= cast($4 as timestamptz) - interval '2 seconds'
     order by started_at desc limit 1`,
    [id, ref.stream, ref.scopeId, at],
  );
  return rows[0] ? fromSql(rows[0]) : null;
}

interface EntityRow {
  table: string;
  id: string;
  url: string | null;
  source_updated_at: string | null;
  ingested_at: string;
  deleted_at: string | null;
  raw_hash: string;
}

const entityTables = tables.filter((table) => table.kind === "E").map((table) => table.name);

async function readRows(warehouse: Warehouse, id: string, hashes: readonly string[]): Promise<JourneyBody["rows"]> {
  if (hashes.length === 0) return [];
  const among = hashes.map((_, n) => `$${n + 2}`).join(", ");
  const parts = entityTables.map(
    (name) => `select '${name}' as "table", id, url, source_updated_at, ingested_at, deleted_at, raw_hash
      from "${name}" where integration_id = $1 and raw_hash in (${among})`,
  );
  const rows = await askInTurns<EntityRow>(warehouse, parts, [id, ...hashes]);
  rows.sort((a, b) => (a.table === b.table ? (a.id < b.id ? -1 : 1) : a.table < b.table ? -1 : 1));
  return rows.slice(0, MOST_ROWS).map((row) => ({
    table: row.table,
    id: row.id,
    url: row.url,
    sourceUpdatedAt: row.source_updated_at,
    ingestedAt: row.ingested_at,
    deletedAt: row.deleted_at,
    version: row.raw_hash,
  }));
}

/** Every value costs DuckDB a vector in each place that compares with it: many values are asked for one part after the other. */
async function askInTurns<Row>(warehouse: Warehouse, parts: readonly string[], values: readonly SqlValue[]): Promise<Row[]> {
  const atOnce = values.length > 20 ? 1 : 10;
  const rows: Row[] = [];
  for (let from = 0; from < parts.length; from += atOnce)
    rows.push(...(await warehouse.query<Row>(parts.slice(from, from + atOnce).join(" union all "), values)).rows);
  return rows;
}

async function readQuarantined(warehouse: Warehouse, where: readonly SqlValue[]): Promise<JourneyBody["quarantined"]> {
  const { rows } = await warehouse.query<{
    hash: string;
    path: string;
    message: string;
    seen_at: string;
    resolved_at: string | null;
  }>(
    `select hash, error_path as path, error_message as message, seen_at, resolved_at from quarantined_record
     where ${OF_RECORD} order by seen_at desc, hash limit 100`,
    where,
  );
  return rows.map(({ seen_at, resolved_at, ...row }) => ({ ...row, seenAt: seen_at, resolvedAt: resolved_at }));
}

async function readUnfinished(warehouse: Warehouse, where: readonly SqlValue[]): Promise<JourneyBody["unfinished"]> {
  const { rows } = await warehouse.query<{ first_seen_at: string; next_read_at: string; attempts: number }>(
    `select first_seen_at, next_read_at, attempts from unfinished_record where ${OF_RECORD} limit 1`,
    where,
  );
  const row = rows[0];
  return row ? { firstSeenAt: row.first_seen_at, nextReadAt: row.next_read_at, attempts: row.attempts } : null;
}

/** Facts with a row of these ids, or with one that refers to them. */
async function factsWith(warehouse: Warehouse, ids: readonly string[]): Promise<JourneyBody["facts"]> {
  if (ids.length === 0) return [];
  const { rows: columns } = await warehouse.query<{ fact: string; column: string }>(
    `select c.table_name as fact, c.column_name as "column" from information_schema.columns as c
     join (select distinct fact from fact_build) as b on b.fact = c.table_name
     where c.table_schema = current_schema() and lower(c.data_type) in ('varchar', 'text', 'character varying')
       and (c.column_name = 'id' or c.column_name = 'row_id' or c.column_name like '%\\_id' escape '\\')
       and c.column_name not in ('profile_id', 'integration_id', 'team_id', 'primary_team_id')`,
  );
  const among = ids.map((_, n) => `$${n + 1}`).join(", ");
  const parts = [...Map.groupBy(columns, (row) => row.fact)].map(
    ([fact, of]) =>
      `select '${fact}' as fact, count(*) as n from "${fact}" where ${of.map(({ column }) => `"${column}" in (${among})`).join(" or ")}`,
  );
  const rows = await askInTurns<{ fact: string; n: number }>(warehouse, parts, ids);
  return rows
    .filter((row) => row.n > 0)
    .map((row) => ({ fact: row.fact, rows: row.n }))
    .sort((a, b) => (a.fact < b.fact ? -1 : 1));
}
