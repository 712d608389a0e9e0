import { Problem } from "../domain/problem.ts";
import { toCamel } from "../domain/table.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { listTasks, type LiveTask } from "../workspace/ingestion-tasks.ts";
import { listScopes } from "../workspace/integration-scopes.ts";
import { getIntegration } from "../workspace/integrations.ts";
import type { Context } from "./context.ts";
import { readCursor } from "./paging.ts";
import { notFound } from "./problems.ts";
import { errorOf } from "./run.ts";
import type { Page } from "./services.ts";
import type { TaskBody, TaskDetail, TaskListQuery } from "./shapes/monitoring.ts";

/** The ingestion log: tasks that live in the workspace first, then the ledger of the warehouse, newest first. */
export async function taskLog(context: Context, query: TaskListQuery): Promise<Page<TaskBody>> {
  if (query.integration !== undefined) await getIntegration(context.workspace, query.integration);
  const names = await scopeNames(context, query.integration);
  const filter = withScopeIds(query, names);
  const live = (await liveTasks(context, query.integration)).filter((task) => fits(task, filter));
  const start = readCursor(query.cursor);
  const fromLive = live.slice(start, start + query.limit);
  const offset = Math.max(0, start - live.length);
  const ledger = await readLedger(context.warehouse, filter, {
    offset,
    limit: query.limit - fromLive.length,
    without: live.map((task) => task.id),
  });
  const total = live.length + ledger.total;
  const items = [...fromLive, ...ledger.items].map((task) => taskBody(context, task, names));
  return { items, nextCursor: start + query.limit < total ? String(start + query.limit) : null, total };
}

/** Rows of the workspace that say more than the ledger: running ones, and those a process left behind. */
async function liveTasks({ workspace, scheduler }: Context, integrationId: string | undefined): Promise<LiveTask[]> {
  const running = new Map((await listTasks(workspace, integrationId)).map((task) => [task.id, task]));
  for (const id of new Set([...running.values()].map((task) => task.integrationId)))
    for (const task of scheduler.running(id).flatMap((run) => run.runningTasks())) running.set(task.id, task);
  return [...running.values()].sort((a, b) => (startOf(a) < startOf(b) ? 1 : -1));
}

const startOf = (task: LiveTask) => task.startedAt ?? task.scheduledAt;

type ScopeNames = ReadonlyMap<string, string>;

async function scopeNames({ workspace }: Context, integrationId: string | undefined): Promise<ScopeNames> {
  if (integrationId === undefined) {
    const rows = await workspace.db.selectFrom("integrationScope").select(["integrationId", "scopeId", "name"]).execute();
    return new Map(rows.map((row) => [`${row.integrationId}\n${row.scopeId}`, row.name]));
  }
  return new Map((await listScopes(workspace, integrationId)).map((scope) => [`${integrationId}\n${scope.id}`, scope.name]));
}

type Filter = Omit<TaskListQuery, "scope"> & { readonly scopeIds: readonly string[] | null };

function withScopeIds({ scope, ...query }: TaskListQuery, names: ScopeNames): Filter {
  if (scope === undefined) return { ...query, scopeIds: null };
  const ids = [...names].filter(([, name]) => name.toLowerCase() === scope.toLowerCase()).map(([key]) => key.split("\n")[1]!);
  return { ...query, scopeIds: [scope, ...ids] };
}

function fits(task: LiveTask, { status, kind, stream, scopeIds, from, to }: Filter): boolean {
  if (status && !status.includes(task.status)) return false;
  if (kind && !kind.includes(task.kind)) return false;
  if (stream !== undefined && task.stream !== stream) return false;
  if (scopeIds && !scopeIds.includes(task.scopeId ?? "")) return false;
  const start = Date.parse(startOf(task));
  return (from === undefined || start >= instantOf("from", from)) && (to === undefined || start < instantOf("to", to));
}

function instantOf(name: string, text: string): number {
  const millis = Date.parse(text);
  if (!Number.isNaN(millis)) return millis;
  throw new Problem({
    code: "bad_instant",
    what: `${name} is "${text}", which is neither a day nor an instant.`,
    next: "Write 2026-01-31 or 2026-01-31T09:00:00Z.",
  });
}

const STARTED = "coalesce(started_at, scheduled_at)";

async function readLedger(
  warehouse: Warehouse,
  filter: Filter,
  page: { offset: number; limit: number; without: readonly string[] },
): Promise<{ items: LiveTask[]; total: number }> {
  const values: (string | number)[] = [];
  const bind = (value: string | number) => `$${values.push(value)}`;
  const among = (column: string, words: readonly string[]) => `${column} in (${words.map(bind).join(", ") || "null"})`;
  const conditions = ["1 = 1"];
  if (filter.integration !== undefined) conditions.push(`integration_id = ${bind(filter.integration)}`);
  if (filter.status) conditions.push(among("status", filter.status));
  if (filter.kind) conditions.push(among("kind", filter.kind));
  if (filter.stream !== undefined) conditions.push(`stream = ${bind(filter.stream)}`);
  if (filter.scopeIds) conditions.push(among("scope_id", filter.scopeIds));
  if (filter.from !== undefined) conditions.push(`${STARTED} >= cast(${bind(isoOf("from", filter.from))} as timestamptz)`);
  if (filter.to !== undefined) conditions.push(`${STARTED} < cast(${bind(isoOf("to", filter.to))} as timestamptz)`);
  if (page.without.length > 0) conditions.push(`not (${among("id", page.without)})`);
  const where = conditions.join(" and ");
  const counted = await warehouse.query<{ n: number }>(`select count(*) as n from ingestion_task where ${where}`, values);
  const total = counted.rows[0]?.n ?? 0;
  if (page.limit <= 0) return { items: [], total };
  const { rows } = await warehouse.query(
    `select * from ingestion_task where ${where} order by ${STARTED} desc, id desc limit ${page.limit} offset ${page.offset}`,
    values,
  );
  return { items: rows.map(fromSql), total };
}

const isoOf = (name: string, text: string) => new Date(instantOf(name, text)).toISOString();

export const fromSql = (row: Record<string, unknown>): LiveTask =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [toCamel(name), value])) as unknown as LiveTask;

function taskBody({ workspace, stuckWatch }: Context, task: LiveTask, names: ScopeNames): TaskBody {
  const now = workspace.now();
  const ended = task.finishedAt ?? (task.status === "running" ? now : null);
  const scopeId = task.scopeId ?? null;
  return {
    id: task.id,
    integration: task.integrationId,
    kind: task.kind,
    stream: task.stream ?? null,
    scopeId,
    scope: scopeId === null || scopeId === "-" ? null : (names.get(`${task.integrationId}\n${scopeId}`) ?? scopeId),
    scanFrom: task.scanFrom ?? null,
    scanTo: task.scanTo ?? null,
    status: task.status,
    scheduledAt: task.scheduledAt,
    startedAt: task.startedAt ?? null,
    finishedAt: task.finishedAt ?? null,
    durationMs: task.startedAt && ended ? Math.max(0, Date.parse(ended) - Date.parse(task.startedAt)) : null,
    nextAttemptAt: task.nextAttemptAt ?? null,
    attempts: task.attempts,
    retries: task.retries,
    requests: task.requests,
    records: task.records,
    entities: task.entities,
    unchanged: task.unchanged,
    skipped: task.skipped,
    quarantined: task.quarantined,
    tombstoned: task.tombstoned,
    waitedMs: Math.round(task.waitedSeconds * 1000),
    firstChangeAt: task.firstChangeAt ?? null,
    lastChangeAt: task.lastChangeAt ?? null,
    error: errorOf(task),
    isStuck: stuckWatch.stuck(task.integrationId).some((stuck) => stuck.task.id === task.id),
  };
}

const PAGES = 200;

/** One task with the pages it read and what did not fit. */
export async function taskDetail(context: Context, integrationId: string, id: string): Promise<TaskDetail> {
  await getIntegration(context.workspace, integrationId);
  const live = (await liveTasks(context, integrationId)).find((task) => task.id === id);
  const stored = live ?? (await tasksById(context, integrationId, [id])).get(id);
  if (!stored) throw notFound("task", id);
  const pages = await context.warehouse.query<PageRow>(
    `select id, request, status, via, fetched_at, record_count, body_hash, count(*) over () as total
     from raw_page where integration_id = $1 and task_id = $2 order by fetched_at, id limit ${PAGES}`,
    [integrationId, id],
  );
  return {
    task: taskBody(context, stored, await scopeNames(context, integrationId)),
    pages: pages.rows.map(({ fetched_at, record_count, body_hash, total: _total, ...page }) => ({
      ...page,
      fetchedAt: fetched_at,
      records: record_count,
      hash: body_hash,
    })),
    pagesTotal: pages.rows[0]?.total ?? 0,
    quarantined: await quarantinedBy(context, stored),
  };
}

interface PageRow {
  id: string;
  request: string | null;
  status: number | null;
  via: string;
  fetched_at: string;
  record_count: number;
  body_hash: string;
  total: number;
}

/** The quarantine knows when a record was seen, in whole seconds of the provider, and a stream of a scope has one task at a time. */
async function quarantinedBy({ warehouse, workspace }: Context, task: LiveTask): Promise<TaskDetail["quarantined"]> {
  if (task.quarantined === 0 || !task.stream || !task.startedAt) return [];
  const { rows } = await warehouse.query<{
    native_key: string | null;
    path: string;
    message: string;
    seen_at: string;
    hash: string;
  }>(
    `select native_key, error_path as path, error_message as message, seen_at, hash from quarantined_record
     where integration_id = $1 and stream = $2 and scope_id = $3
       and seen_at >= cast($4 as timestamptz) - interval '2 seconds' and seen_at <= cast($5 as timestamptz) + interval '2 seconds' order by seen_at, hash limit 100`,
    [task.integrationId, task.stream, task.scopeId ?? "", task.startedAt, task.finishedAt ?? workspace.now()],
  );
  return rows.map(({ native_key, seen_at, ...row }) => ({ ...row, nativeKey: native_key, seenAt: seen_at }));
}

/** Tasks of the ledger by id. */
async function tasksById({ warehouse }: Context, integrationId: string, ids: readonly string[]): Promise<Map<string, LiveTask>> {
  if (ids.length === 0) return new Map();
  const { rows } = await warehouse.query(
    `select * from ingestion_task where integration_id = $1 and id in (${ids.map((_, n) => `$${n + 2}`).join(", ")})`,
    [integrationId, ...ids],
  );
  return new Map(rows.map(fromSql).map((task) => [task.id, task]));
}

/** The same as the log shows them. */
export async function taskBodies(
  context: Context,
  integrationId: string,
  ids: readonly string[],
): Promise<Map<string, TaskBody>> {
  const names = await scopeNames(context, integrationId);
  const found = await tasksById(context, integrationId, ids);
  return new Map([...found].map(([id, task]) => [id, taskBody(context, task, names)]));
}
