import type { Context } from "./context.ts";
import { integrationBody } from "./integration-view.ts";
import { scopesHealth } from "./monitoring-service.ts";
import { staleAfterSeconds } from "./standing.ts";
import type { HealthBody } from "./shapes/monitoring.ts";

interface DayRow {
  day: string;
  tasks: number;
  failed: number;
  records: number;
  entities: number;
  requests: number;
}

/** Status with reason and next step, budgets, the timeline of the last days, and what is in quarantine. */
export async function health(context: Context, id: string, days: number): Promise<HealthBody> {
  const body = await integrationBody(context, id);
  const {
    status,
    statusReason,
    nextStep,
    statusSince,
    lifecycle,
    error,
    lastRunAt,
    lastSuccessAt,
    nextRunAt,
    credentialExpiresAt,
  } = body;
  return {
    status,
    statusReason,
    nextStep,
    statusSince,
    lifecycle,
    error,
    lastRunAt,
    lastSuccessAt,
    nextRunAt,
    dataThrough: body.freshness.dataThrough,
    credentialExpiresAt,
    staleAfterSeconds: staleAfterSeconds(body),
    scopes: countOf(await scopesHealth(context, id)),
    stuck: context.stuckWatch.stuck(id).map(({ task, stillSeconds }) => ({
      task: task.id,
      stream: task.stream ?? null,
      scopeId: task.scopeId ?? null,
      stillSeconds,
    })),
    budgets: context.engine.budgets(id).map(({ class: name, limit, remaining, resetAt, blockedUntil }) => ({
      class: name,
      limit,
      remaining,
      resetAt,
      blockedUntil,
    })),
    timeline: await timeline(context, id, days),
    lastDay: await lastDay(context, id),
    quarantined: await quarantine(context, id),
  };
}

const countOf = (scopes: readonly { status: string }[]) => {
  const count = (status: string) => scopes.filter((scope) => scope.status === status).length;
  return { total: scopes.length, healthy: count("HEALTHY"), unknown: count("UNKNOWN"), failed: count("FAILED") };
};

async function timeline({ warehouse, workspace, scheduler }: Context, id: string, days: number): Promise<HealthBody["timeline"]> {
  const today = Date.parse(workspace.now().slice(0, 10));
  const first = new Date(today - (days - 1) * 86_400_000).toISOString();
  const { rows } = await warehouse.query<DayRow>(
    `select cast(coalesce(started_at, scheduled_at) at time zone 'UTC' as date) as day, count(*) as tasks,
       count(*) filter (where status = 'failed') as failed, sum(records) as records, sum(entities) as entities, sum(requests) as requests
     from ingestion_task where integration_id = $1 and coalesce(started_at, scheduled_at) >= cast($2 as timestamptz) group by 1`,
    [id, first],
  );
  const byDay = new Map(rows.map((row) => [row.day, row]));
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(today - (days - 1 - index) * 86_400_000).toISOString().slice(0, 10);
    const row = byDay.get(day);
    const isPending = !row && index === days - 1 && scheduler.isRunning(id);
    return {
      day,
      state: row ? (row.failed > 0 ? "failed" : "healthy") : isPending ? "pending" : "none",
      tasks: row?.tasks ?? 0,
      failed: row?.failed ?? 0,
      records: row?.records ?? 0,
      entities: row?.entities ?? 0,
      requests: row?.requests ?? 0,
    };
  });
}

async function lastDay({ warehouse, workspace }: Context, id: string): Promise<HealthBody["lastDay"]> {
  const { rows } = await warehouse.query<Record<string, number | null>>(
    `select count(*) as tasks, count(*) filter (where status = 'failed') as failed, sum(requests) as requests, sum(retries) as retries,
       sum(records) as records, sum(entities) as entities, sum(waited_seconds) as waited
     from ingestion_task where integration_id = $1 and coalesce(started_at, scheduled_at) >= cast($2 as timestamptz)`,
    [id, new Date(Date.parse(workspace.now()) - 86_400_000).toISOString()],
  );
  const sum = (name: string) => Number(rows[0]?.[name] ?? 0);
  return {
    tasks: sum("tasks"),
    failed: sum("failed"),
    requests: sum("requests"),
    retries: sum("retries"),
    records: sum("records"),
    entities: sum("entities"),
    waitedMs: Math.round(sum("waited") * 1000),
  };
}

async function quarantine({ warehouse }: Context, id: string): Promise<HealthBody["quarantined"]> {
  const { rows } = await warehouse.query<{
    stream: string;
    path: string;
    message: string;
    records: number;
    last_seen_at: string;
  }>(
    `select stream, error_path as path, error_message as message, count(*) as records, max(seen_at) as last_seen_at
     from quarantined_record where integration_id = $1 and resolved_at is null group by 1, 2, 3 order by 4 desc, 1, 2 limit 100`,
    [id],
  );
  return rows.map(({ last_seen_at, ...row }) => ({ ...row, lastSeenAt: last_seen_at }));
}
