import type { Instant } from "../domain/instant.ts";
import type { Json } from "../ingest/connector.ts";
import type { History } from "../ingest/engine.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { listForecasts } from "../workspace/forecasts.ts";
import type { Workspace } from "../workspace/open.ts";

interface TaskRow {
  stream: string;
  scope_id: string;
  requests: number;
  records: number;
  first_change_at: Instant | null;
  last_change_at: Instant | null;
}

interface ProgressRow {
  scope_id: string;
  stream: string;
  cursor: Json | string | null;
  cursor_at: Instant | null;
  covered_from: Instant | null;
}

const MOST_TASKS = 1000;
/** Forecasts of shorter runs say more of our own start-up than of the provider. */
const LEAST_SECONDS = 5;

/** What the ledger, the progress rows and earlier forecasts teach the planner. */
export const forecastHistory = (warehouse: Warehouse, workspace: Workspace): History => ({
  async tasks(integrationId) {
    const { rows } = await warehouse.query<TaskRow>(
      `select stream, scope_id, requests, records, first_change_at, last_change_at from ingestion_task
       where integration_id = $1 and kind = 'backfill' and status = 'succeeded' and coalesce(way, 'list') = 'list' and retries = 0
       order by finished_at desc limit ${MOST_TASKS}`,
      [integrationId],
    );
    return rows.map((row) => ({
      stream: row.stream,
      scopeId: row.scope_id,
      requests: Number(row.requests),
      records: Number(row.records),
      firstChangeAt: row.first_change_at,
      lastChangeAt: row.last_change_at,
    }));
  },
  async progress(integrationId) {
    const { rows } = await warehouse.query<ProgressRow>(
      "select scope_id, stream, cursor, cursor_at, covered_from from progress where integration_id = $1",
      [integrationId],
    );
    return rows.map((row) => ({
      integrationId,
      scopeId: row.scope_id,
      stream: row.stream,
      cursor: typeof row.cursor === "string" ? (JSON.parse(row.cursor) as Json) : row.cursor,
      cursorAt: row.cursor_at,
      coveredFrom: row.covered_from,
    }));
  },
  async pace(integrationId) {
    const ratios = (await listForecasts(workspace, integrationId))
      .filter(({ outcome }) => outcome === "succeeded")
      .flatMap(({ forecast, actual }) =>
        (forecast.seconds ?? 0) >= LEAST_SECONDS && actual?.seconds
          ? [(actual.seconds * (forecast.pace ?? 1)) / forecast.seconds!]
          : [],
      )
      .sort((a, b) => a - b);
    return ratios[Math.floor(ratios.length / 2)] ?? null;
  },
});
