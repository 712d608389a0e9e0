import { wholeIntegration } from "../ingest/connector.ts";
import type { SourceCount } from "../ingest/sink.ts";
import type { Instant } from "../domain/instant.ts";
import { openBackfills } from "../workspace/backfills.ts";
import { listScopes, type KnownScope } from "../workspace/integration-scopes.ts";
import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import { getIntegration } from "../workspace/integrations.ts";
import type { AnyConnector } from "./connector-form.ts";
import type { Context } from "./context.ts";
import {
  coverageSentence,
  readCoverage,
  streamCoverage,
  targetOf,
  wantedSince,
  type CoverageRow,
  type StreamCoverage,
} from "./coverage.ts";
import { chosenScopes, connectorOf } from "./integration-access.ts";
import { pageOfList } from "./paging.ts";
import { notFound } from "./problems.ts";
import { differs } from "./reconciliation-service.ts";
import { errorOf } from "./run.ts";
import { idle } from "./run-progress.ts";
import { isStillFailed, largest, lastSuccesses, oldest, pairHealth, wholeScope, worst, type PairHealth } from "./scope-health.ts";
import type { Page } from "./services.ts";
import { fromSql } from "./task-log.ts";
import type { ProgressBody } from "./shapes/integrations.ts";
import type { ScopeHealthBody, ScopeHealthQuery, StreamProgressBody, StreamScopeBody } from "./shapes/monitoring.ts";

interface View {
  /** The oldest day wanted; null: everything. */
  readonly since: Instant | null;
  readonly connector: AnyConnector;
  readonly coverage: readonly StreamCoverage[];
  readonly rows: ReadonlyMap<string, CoverageRow>;
  readonly scopes: readonly KnownScope[];
  readonly lastTasks: readonly LiveTask[];
  readonly running: readonly LiveTask[];
  /** Newest comparisons with the vendor's lists. */
  readonly compared: readonly SourceCount[];
  readonly healthOf: (stream: string, scope: KnownScope) => PairHealth;
}

const pair = (stream: string, scopeId: string) => `${stream}\n${scopeId}`;

async function viewOf(context: Context, id: string): Promise<View> {
  const { workspace, warehouse, scheduler } = context;
  const integration = await getIntegration(workspace, id);
  const connector = connectorOf(context.connectors, integration.connector);
  const chosen = await chosenScopes(workspace, id);
  const since = wantedSince(integration.backfillSince, await openBackfills(workspace, id));
  const progress = await readCoverage(warehouse, id);
  const now = workspace.now();
  const coverage = streamCoverage(progress, {
    connector,
    scopeIds: chosen.map((scope) => scope.id),
    target: targetOf(connector, since),
    isOpenEnded: since === null,
    now,
  });
  const wanted = new Set([wholeIntegration.id, ...chosen.map((scope) => scope.id)]);
  const lastTasks = (await newestTasks(context, id)).filter((task) => wanted.has(task.scopeId ?? ""));
  const rows = new Map(progress.map((row) => [pair(row.stream, row.scopeId), row]));
  const tasks = new Map(lastTasks.map((task) => [pair(task.stream ?? "", task.scopeId ?? ""), task]));
  const successes = await lastSuccesses(warehouse, id);
  const compared = (await warehouse.reconciliation.newestCounts(id)).filter(({ scopeId }) => wanted.has(scopeId));
  return {
    connector,
    coverage,
    rows,
    scopes: (await listScopes(workspace, id)).filter((scope) => scope.selectedBy !== null),
    lastTasks: lastTasks.filter((task) => task.status !== "failed" || isStillFailed(task, integration)),
    running: scheduler.running(id).flatMap((run) => run.runningTasks()),
    compared,
    since,
    healthOf(stream, scope) {
      const key = pair(stream, scope.id);
      const facts = { coverage: rows.get(key), lastTask: tasks.get(key), succeededAt: successes.get(key) };
      return pairHealth({ integration, ...facts, isVanished: scope.isVanished, now });
    },
  };
}

/** The scopes that a stream is read for. */
const scopesOf = (view: View, level: "scope" | "integration"): readonly KnownScope[] =>
  level === "integration" ? [wholeScope] : view.scopes;

/** The newest ended task of every stream of every scope. */
async function newestTasks({ warehouse }: Context, id: string): Promise<LiveTask[]> {
  const { rows } = await warehouse.query(
    `select * from (select t.*, row_number() over (partition by stream, scope_id order by coalesce(finished_at, started_at, scheduled_at) desc, id desc) as n
       from ingestion_task as t where integration_id = $1 and status in ('succeeded', 'failed')) as newest where n = 1`,
    [id],
  );
  return rows.map(fromSql);
}

async function countsByStream(
  { warehouse }: Context,
  id: string,
): Promise<Map<string, { records: number; quarantined: number; unfinished: number }>> {
  const { rows } = await warehouse.query<{ stream: string; records: number; quarantined: number; unfinished: number }>(
    `select stream, sum(records) as records, sum(quarantined) as quarantined, sum(unfinished) as unfinished from (
       select stream, count(*) as records, 0 as quarantined, 0 as unfinished from raw_record where integration_id = $1 and is_latest group by stream
       union all select stream, 0, count(*), 0 from quarantined_record where integration_id = $1 and resolved_at is null group by stream
       union all select stream, 0, 0, count(*) from unfinished_record where integration_id = $1 group by stream
     ) as t group by stream`,
    [id],
  );
  return new Map(rows.map(({ stream, ...counts }) => [stream, mapNumbers(counts)]));
}

const mapNumbers = <Counts extends Record<string, number>>(counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, Number(value)])) as Counts;

export async function streams(context: Context, id: string): Promise<{ items: StreamProgressBody[]; progress: ProgressBody }> {
  const view = await viewOf(context, id);
  const counts = await countsByStream(context, id);
  const progress = context.scheduler.running(id)[0]?.progress() ?? idle;
  const spent = await lastDayByStream(context, id);
  const none = { records: 0, quarantined: 0, unfinished: 0 };
  const items = view.coverage.map((stream) => ({
    ...streamBody(view, stream),
    ...(counts.get(stream.stream) ?? none),
    lastDay: spent.get(stream.stream) ?? { requests: 0, waitedMs: 0 },
  }));
  return { items, progress };
}

/** What each stream took of the quota within a day. */
async function lastDayByStream(
  { warehouse, workspace }: Context,
  id: string,
): Promise<Map<string, { requests: number; waitedMs: number }>> {
  const { rows } = await warehouse.query<{ stream: string; requests: number; waited: number }>(
    `select stream, sum(requests) as requests, sum(waited_seconds) as waited from ingestion_task
     where integration_id = $1 and stream is not null and coalesce(started_at, scheduled_at) >= cast($2 as timestamptz) group by stream`,
    [id, new Date(Date.parse(workspace.now()) - 86_400_000).toISOString()],
  );
  return new Map(
    rows.map((row) => [row.stream, { requests: Number(row.requests), waitedMs: Math.round(Number(row.waited) * 1000) }]),
  );
}

type Counted = "records" | "quarantined" | "unfinished" | "lastDay";

function streamBody(view: View, stream: StreamCoverage): Omit<StreamProgressBody, Counted> {
  const { since, connector } = view;
  const definition = connector.streams.find((known) => known.name === stream.stream)!;
  const ended = view.lastTasks.filter((task) => task.stream === stream.stream);
  const failed = ended.filter((task) => task.status === "failed");
  const running = view.running.filter((task) => task.stream === stream.stream);
  const counted = countedOf(view.compared.filter((count) => count.stream === stream.stream));
  const target = targetOf(connector, since);
  const isOpenEnded = since === null;
  const health = scopesOf(view, definition.level).map((scope) => view.healthOf(stream.stream, scope));
  const state = running.length > 0 ? "running" : failed.length > 0 ? "failed" : stateOf(stream);
  return {
    stream: stream.stream,
    docs: definition.docs,
    level: definition.level,
    state,
    status: worst(health)?.status ?? "UNKNOWN",
    reason: failed[0]?.errorMessage ?? null,
    error: failed[0] ? errorOf(failed[0]) : null,
    lastSuccessAt: oldest(health.map((one) => one.lastSuccessAt)),
    lagSeconds: largest(health.map((one) => one.lagSeconds)),
    scopesHealthy: health.filter((one) => one.status === "HEALTHY").length,
    scopesUnknown: health.filter((one) => one.status === "UNKNOWN").length,
    scopesTotal: stream.scopesTotal,
    scopesComplete: stream.scopesComplete,
    scopesRunning: running.length,
    scopesFailed: failed.length,
    coverage: { stream: stream.stream, from: stream.from, to: stream.to },
    target: isOpenEnded ? null : target,
    sentence: `${coverageSentence(stream, target, isOpenEnded)}${countedWords(stream, counted)}`,
    counted,
    share: stream.share,
    lastTaskAt:
      ended
        .map((task) => task.finishedAt ?? task.scheduledAt)
        .sort()
        .at(-1) ?? null,
    fills: [...definition.fills],
  };
}

function countedOf(counts: readonly SourceCount[]): StreamProgressBody["counted"] {
  if (counts.length === 0) return null;
  return {
    expected: counts.reduce((sum, { sourceCount, storedCount }) => sum + (sourceCount ?? storedCount), 0),
    stored: counts.reduce((sum, { storedCount }) => sum + storedCount, 0),
    differing: counts.filter(differs).length,
    countedAt: counts.map(({ countedAt }) => countedAt).sort()[0]!,
  };
}

/** Only a count makes "complete" a proof. */
function countedWords({ scopesTotal, scopesComplete }: StreamCoverage, counted: StreamProgressBody["counted"]): string {
  if (!counted || scopesTotal === 0 || scopesComplete < scopesTotal) return "";
  return counted.differing > 0
    ? `, but ${counted.differing} of ${scopesTotal} lists at the vendor differ`
    : `, ${counted.stored} of ${counted.expected} counted at the vendor`;
}

const stateOf = ({ scopesTotal, scopesComplete, share }: StreamCoverage) =>
  scopesTotal > 0 && scopesComplete === scopesTotal ? "complete" : share > 0 ? "partial" : "waiting";

export async function streamScopes(context: Context, id: string, stream: string): Promise<StreamScopeBody[]> {
  const view = await viewOf(context, id);
  const definition = view.connector.streams.find((known) => known.name === stream);
  if (!definition)
    throw notFound(
      "stream",
      stream,
      view.connector.streams.map((known) => known.name),
    );
  const target = targetOf(view.connector, view.since);
  return scopesOf(view, definition.level).map((scope) => {
    const row = view.rows.get(pair(stream, scope.id));
    const failed = view.lastTasks.find((task) => task.stream === stream && task.scopeId === scope.id && task.status === "failed");
    const isRunning = view.running.some((task) => task.stream === stream && task.scopeId === scope.id);
    const count = view.compared.find((one) => one.stream === stream && one.scopeId === scope.id);
    const isComplete = row?.coveredFrom != null && row.coveredFrom <= target;
    const isDifferent = count !== undefined && differs(count);
    return {
      scopeId: scope.id,
      scope: scope.name,
      from: row?.coveredFrom ?? null,
      to: row?.cursorAt ?? null,
      updatedAt: row?.updatedAt ?? null,
      state: isRunning
        ? "running"
        : failed
          ? "failed"
          : isDifferent
            ? "differs"
            : isComplete
              ? "complete"
              : row
                ? "partial"
                : "waiting",
      expected: count?.sourceCount ?? null,
      stored: count?.storedCount ?? null,
      countedAt: count?.countedAt ?? null,
      ...view.healthOf(stream, scope),
    };
  });
}

/** Every chosen scope with the worst of its streams first said: one that fails among a hundred is not lost in them. */
export async function scopesHealth(context: Context, id: string): Promise<ScopeHealthBody[]> {
  const view = await viewOf(context, id);
  const { streams: all } = view.connector;
  const bodies = [wholeScope, ...view.scopes].flatMap((scope) => {
    const level = scope === wholeScope ? "integration" : "scope";
    const items = all
      .filter((stream) => stream.level === level)
      .map(({ name }) => ({ stream: name, ...view.healthOf(name, scope) }));
    return items.length === 0 ? [] : [scopeBody(scope, items)];
  });
  return bodies.sort((a, b) => severity[b.status] - severity[a.status] || (a.scope < b.scope ? -1 : 1));
}

const severity = { FAILED: 2, UNKNOWN: 1, HEALTHY: 0 };

function scopeBody(scope: KnownScope, items: (PairHealth & { stream: string })[]): ScopeHealthBody {
  const { status, reason, error } = worst(items)!;
  const failed = items.filter((item) => item.status === "FAILED").map(({ stream }) => stream);
  const which = failed.length > 0 ? `${failed.join(", ")}: ` : "";
  const nextStep = scope.isVanished
    ? "Give the credential access again, or take the scope out of the selection."
    : status === "FAILED"
      ? (error?.hint ?? "Open the ingestion log for what its tasks met.")
      : null;
  return {
    scopeId: scope.id,
    scope: scope === wholeScope ? "whole integration" : scope.name,
    status,
    reason: which + reason,
    nextStep,
    lastSuccessAt: oldest(items.map((item) => item.lastSuccessAt)),
    lagSeconds: largest(items.map((item) => item.lagSeconds)),
    streams: items,
  };
}

export async function scopeHealthPage(
  context: Context,
  id: string,
  { status, search, ...page }: ScopeHealthQuery,
): Promise<Page<ScopeHealthBody>> {
  const words = search?.toLowerCase() ?? "";
  const all = (await scopesHealth(context, id))
    .filter((scope) => !status || status.includes(scope.status))
    .filter((scope) => scope.scope.toLowerCase().includes(words));
  return pageOfList(all, page);
}
