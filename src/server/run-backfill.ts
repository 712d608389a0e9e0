import type { Forecast, IngestIntegration, IngestRequest } from "../ingest/engine.ts";
import { noteBackfill, type Backfill } from "../workspace/backfills.ts";
import { saveActual, saveForecast } from "../workspace/forecasts.ts";
import { getIntegration, noteRun, type Integration } from "../workspace/integrations.ts";
import { tollOf } from "./forecasts.ts";
import { unknownPace, type Pace } from "./eta.ts";
import { retrySeconds } from "./history-lane.ts";
import { scopesVanished } from "./run-problems.ts";
import { failureSentence, errorOf, type Plan, type Purpose, type RunContext, type RunEnd } from "./run.ts";
import { noteOutcome } from "./run-live.ts";
import type { ProgressBody } from "./shapes/integrations.ts";
import type { WorkMeter } from "./work-meter.ts";

/** What a backfill did over all its runs, as it is kept. */
export interface Actuals {
  readonly requests: number;
  readonly records: number;
  readonly entities: number;
  /** At work and waiting, on a clock that only grows. */
  readonly seconds: number;
  readonly pace: Pace;
  readonly share: number | null;
  readonly etaSeconds: number | null;
  readonly etaLowSeconds: number | null;
  readonly etaHighSeconds: number | null;
  readonly waitingUntil: string | null;
  readonly measuredAt: string;
}

type Wanted = Pick<Backfill, "id" | "mode" | "streams" | "scopes" | "since" | "until" | "order" | "maxShare">;

/** What the engine is asked for a backfill; scopes that are no longer there are left out. */
export function requestOf(backfill: Wanted, open: IngestIntegration): IngestRequest {
  const { mode, streams, scopes, since, until, order, maxShare } = backfill;
  const known = new Set(open.scopes.map(({ id }) => id));
  const there = scopes?.filter((id) => known.has(id));
  if (scopes && there!.length === 0) throw scopesVanished(backfill.id, scopes.length);
  const integration = { ...open, backfill: { since } };
  const chosen = { ...(streams ? { streams } : {}), ...(there ? { scopes: there } : {}) };
  const shared = { integration, ...chosen, order, share: maxShare };
  if (mode === "fill") return { ...shared, kind: "backfill" };
  return { ...shared, ...(since === null ? { full: true } : { since }), ...(until === null ? {} : { until }) };
}

/** A run that goes on with a backfill, and keeps with it how far it has come. */
export class BackfillPurpose implements Purpose {
  readonly kind = "backfill";
  readonly backfill: string;
  readonly #context: RunContext;
  readonly #known: Backfill;
  readonly #before: Actuals | null;
  #begunAt = "";
  #startedElapsed = 0;
  #actuals: Actuals | null = null;

  constructor(context: RunContext, backfill: Backfill) {
    this.#context = context;
    this.#known = backfill;
    this.backfill = backfill.id;
    this.#before = backfill.actuals as Actuals | null;
  }

  async begin(integration: Integration, at: string): Promise<void> {
    const { workspace, elapsed } = this.#context;
    this.#begunAt = at;
    this.#startedElapsed = elapsed();
    const note = { status: "running", startedAt: this.#known.startedAt ?? at, nextAttemptAt: null, finishedAt: null } as const;
    await noteBackfill(workspace, this.backfill, note, ["scheduled", "running", "failed"]);
    // The first history is the first reading too: the live lane follows at its own pace.
    if (integration.lastRunAt === null)
      await noteRun(workspace, integration.id, { lastRunAt: at, statusReason: "Its history is being read for the first time." });
  }

  async plan(open: IngestIntegration): Promise<Plan> {
    const { engine, workspace } = this.#context;
    const { mode, streams, since, until, maxShare } = this.#known;
    const request = requestOf(this.#known, open);
    let forecast = this.#known.forecast as Forecast | null;
    if (forecast === null) {
      forecast = await engine.forecast(request).catch(() => null);
      if (forecast) await noteBackfill(workspace, this.backfill, { forecast: { ...forecast } });
    }
    const id = this.backfill;
    const { integrationId } = this.#known;
    if (forecast !== null && this.#before === null)
      await saveForecast(workspace, { id, integrationId, subject: "backfill", forecast: tollOf(forecast) });
    const scopeIds = request.scopes ?? open.scopes.map(({ id }) => id);
    const work = {
      connector: open.connector,
      streams,
      scopeIds,
      isScoped: request.scopes !== undefined,
      since,
      until,
      forecast,
      isAgain: mode === "again",
      pace: this.#before?.pace ?? unknownPace,
      callsBefore: this.#before?.requests ?? 0,
    };
    return { request, work, share: maxShare };
  }

  async measured(progress: ProgressBody, meter: WorkMeter | null): Promise<void> {
    const { workspace, elapsed } = this.#context;
    const { share, etaSeconds, etaLowSeconds, etaHighSeconds, waitingUntil, requests, records, entities } = progress;
    const actuals: Actuals = {
      requests: (this.#before?.requests ?? 0) + requests,
      records: (this.#before?.records ?? 0) + records,
      entities: (this.#before?.entities ?? 0) + entities,
      seconds: (this.#before?.seconds ?? 0) + (elapsed() - this.#startedElapsed) / 1e3,
      pace: meter?.pace ?? unknownPace,
      share: share ?? this.#before?.share ?? null,
      etaSeconds,
      etaLowSeconds,
      etaHighSeconds,
      waitingUntil,
      measuredAt: workspace.now(),
    };
    this.#actuals = actuals;
    await noteBackfill(workspace, this.backfill, { actuals: { ...actuals } });
  }

  async end(end: RunEnd): Promise<void> {
    const { workspace } = this.#context;
    const now = workspace.now();
    // Whoever paused or cancelled it has said so already; a run that ends with the process goes on later.
    if (end.state === "cancelled")
      return void (await noteBackfill(workspace, this.backfill, { status: "scheduled" }, ["running"]));
    if (end.state === "succeeded") {
      const done = { status: "succeeded", finishedAt: now, failures: 0, error: null } as const;
      await noteBackfill(workspace, this.backfill, done, ["running"]);
      await this.#noteActual();
      if (this.#isWhole() && mayHeal(await this.#integrationNow(), this.#begunAt))
        await noteOutcome(this.#context, this.#known.integrationId, end);
      return;
    }
    const failures = this.#known.failures + 1;
    const nextAttemptAt = new Date(Date.parse(now) + retrySeconds(failures) * 1000).toISOString();
    const error = end.fatal ?? { ...errorOf(end.failed[0]!)!, title: failureSentence(end.failed, end.total) };
    await noteBackfill(
      workspace,
      this.backfill,
      { status: "failed", failures, nextAttemptAt, finishedAt: now, error: { ...error } },
      ["running"],
    );
    // Single streams that fail are the backfill's own concern; what stops all of them is the integration's.
    if (end.fatal || (await this.#integrationNow()).status === "UNKNOWN")
      await noteOutcome(this.#context, this.#known.integrationId, end);
  }

  #integrationNow(): Promise<Integration> {
    return getIntegration(this.#context.workspace, this.#known.integrationId);
  }

  /** What it took, beside what was expected. */
  async #noteActual(): Promise<void> {
    const { requests, records, seconds } = this.#actuals ?? { requests: 0, records: 0, seconds: 0 };
    const actual = { calls: requests, points: null, records, seconds };
    await saveActual(this.#context.workspace, this.backfill, { actual, outcome: "succeeded" });
  }

  #isWhole(): boolean {
    const { streams, scopes, mode } = this.#known;
    return streams === null && scopes === null && mode === "fill";
  }
}

/** What failed before a backfill began is healed by its success; a failure that came later knows more than it does. */
const mayHeal = ({ status, statusSince, lastRunAt }: Integration, begunAt: string): boolean =>
  status === "UNKNOWN" || (status === "FAILED" && statusSince < begunAt && (lastRunAt ?? "") <= begunAt);
