import type { Instant } from "../domain/instant.ts";
import { wholeIntegration } from "../ingest/connector.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import type { KnownScope } from "../workspace/integration-scopes.ts";
import type { ErrorText, Integration } from "../workspace/integrations.ts";
import type { CoverageRow } from "./coverage.ts";
import { errorOf } from "./run.ts";
import { staleAfterSeconds } from "./standing.ts";

/* Health of one stream of one scope, and the worst of many. */

type Status = Integration["status"];

export interface PairHealth {
  readonly status: Status;
  readonly reason: string;
  readonly lastSuccessAt: Instant | null;
  /** Age of the data. */
  readonly lagSeconds: number | null;
  readonly error: ErrorText | null;
}

/** A stream that nothing was heard of moves its cursor about once an hour, so a success may look that much older than it is. */
const QUIET_SECONDS = 3600;

export interface PairFacts {
  readonly integration: Integration;
  readonly coverage: CoverageRow | undefined;
  /** The newest ended task. */
  readonly lastTask: LiveTask | undefined;
  readonly succeededAt: Instant | undefined;
  readonly isVanished: boolean;
  readonly now: Instant;
}

export function pairHealth({ integration, coverage, lastTask, succeededAt, isVanished, now }: PairFacts): PairHealth {
  const wholeRun = coverage ? integration.lastSuccessAt : null;
  const lastSuccessAt = newest([succeededAt, coverage?.updatedAt, wholeRun]);
  const lagSeconds = coverage?.cursorAt ? Math.max(0, (Date.parse(now) - Date.parse(coverage.cursorAt)) / 1000) : null;
  const known = { lastSuccessAt, lagSeconds, error: null };
  if (isVanished)
    return { ...known, status: "UNKNOWN", reason: "The credential no longer sees this scope; what was read of it stays." };
  if (lastTask && isStillFailed(lastTask, integration))
    return { ...known, status: "FAILED", reason: lastTask.errorMessage ?? "Its last task failed.", error: errorOf(lastTask) };
  if (lastSuccessAt === null) return { ...known, status: "UNKNOWN", reason: "It has not been read yet." };
  const limit = staleAfterSeconds(integration) + QUIET_SECONDS;
  if (integration.lifecycle === "active" && Date.parse(now) - Date.parse(lastSuccessAt) > limit * 1000)
    return { ...known, status: "UNKNOWN", reason: "No reading of it has succeeded lately." };
  return { ...known, status: "HEALTHY", reason: "Its last reading succeeded." };
}

/** A run that read everything after a failure has made it good, even where nothing new was there to be read. */
export const isStillFailed = ({ status, finishedAt }: LiveTask, { lastSuccessAt }: Integration): boolean =>
  status === "failed" && (lastSuccessAt === null || finishedAt == null || Date.parse(finishedAt) > Date.parse(lastSuccessAt));

/** When each stream of each scope last ended well, by `stream\nscope`. */
export async function lastSuccesses(warehouse: Warehouse, integrationId: string): Promise<Map<string, Instant>> {
  const { rows } = await warehouse.query<{ stream: string; scope_id: string; at: Instant }>(
    `select stream, scope_id, max(finished_at) as at from ingestion_task
     where integration_id = $1 and status = 'succeeded' and stream is not null group by stream, scope_id`,
    [integrationId],
  );
  return new Map(rows.map((row) => [`${row.stream}\n${row.scope_id}`, row.at]));
}

/** Failed is worse than unknown, and a single failed one is enough. */
export function worst<One extends { readonly status: Status }>(all: readonly One[]): One | undefined {
  return all.find(({ status }) => status === "FAILED") ?? all.find(({ status }) => status === "UNKNOWN") ?? all[0];
}

export const newest = (instants: readonly (Instant | null | undefined)[]): Instant | null =>
  instants.reduce<Instant | null>((best, one) => (one && (!best || Date.parse(one) > Date.parse(best)) ? one : best), null);

/** The oldest; null as soon as one is missing. */
export const oldest = (instants: readonly (Instant | null)[]): Instant | null =>
  instants.some((one) => one === null)
    ? null
    : instants.reduce<Instant | null>((best, one) => (!best || Date.parse(one!) < Date.parse(best) ? one : best), null);

export const largest = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce<number | null>((most, one) => (one !== null && (most === null || one > most) ? one : most), null);

/** The scopes that are looked at: chosen ones, and the whole integration where a stream is read for it. */
export const wholeScope: KnownScope = {
  id: wholeIntegration.id,
  name: wholeIntegration.name,
  kind: wholeIntegration.kind,
  url: null,
  isArchived: false,
  isFork: false,
  attributes: {},
  selectedBy: "*",
  isVanished: false,
};
