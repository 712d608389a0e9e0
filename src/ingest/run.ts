import type { Instant } from "../domain/instant.ts";
import type { Connector, Scope } from "./connector.ts";
import type { EngineParts, Opened } from "./engine-parts.ts";
import { FatalError } from "./errors.ts";
import { inWords, type ErrorInWords } from "./explain-error.ts";
import { chooseWays } from "./forecast.ts";
import { newMeter } from "./http.ts";
import { createLedger, type Ledger, type TaskLog, type TaskRow } from "./ledger.ts";
import { nothingWished, type Wish } from "./plan.ts";
import { mapSettingOf } from "./map-setting.ts";
import {
  launchInstant,
  placesOf,
  placesOfHints,
  wishOf,
  type HintsRequest,
  type IngestProgress,
  type IngestRequest,
  type IngestSummary,
  type StreamPlace,
} from "./request.ts";
import { StreamRun, type StreamState } from "./stream-run.ts";
import { takeTurns, workersOf } from "./turns.ts";
import { LIST } from "./ways.ts";

type Parts = EngineParts & { closing: AbortSignal };

export const runIntegration = (opened: Opened, request: IngestRequest, parts: Parts): Promise<IngestSummary> =>
  runPlaces(opened, { ...request, wish: wishOf(request, parts.clock.now()), places: placesOf(request) }, parts);

/** Reads what hints name. It runs beside any other run of the integration and never waits for one. */
export const runHints = (opened: Opened, request: HintsRequest, parts: Parts): Promise<IngestSummary> =>
  runPlaces(opened, { ...request, wish: { ...nothingWished, kind: "refresh" }, places: placesOfHints(request) }, parts);

interface PlacesRequest extends IngestRequest {
  readonly wish: Wish;
  readonly places: readonly StreamPlace[];
}

async function runPlaces(opened: Opened, request: PlacesRequest, parts: Parts): Promise<IngestSummary> {
  const { clock } = parts;
  const startedAt = clock.now();
  const { wish, places } = request;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, parts.closing, ...(request.signal ? [request.signal] : [])]);
  const share = request.share === undefined ? {} : { share: request.share };
  const report: Report = { tasks: [], done: 0, failed: 0, idle: 0, isPaused: false, fatal: null };
  const remarks = () => opened.client.remarks().map((problem) => inWords(problem, opened.redactor));
  const finish = () =>
    summaryOf(request.integration.id, { ...report, remarks: remarks() }, { startedAt, finishedAt: clock.now() });
  const halt = (error: FatalError) => {
    report.fatal ??= inWords(error, opened.redactor);
    stop.abort(error);
  };
  try {
    const isHinted = places.some(({ hint }) => hint);
    const marks = isHinted ? null : await probe(opened, { wish, scopes: request.integration.scopes, signal, parts });
    const ways = isHinted ? new Map() : await chooseWays(opened, { request, parts: { ...parts, signal } });
    const { onProgress, onTask } = request;
    const heard = onTask ? { ...parts, tasks: { ...parts.tasks, save: onTask } } : parts;
    const setting = {
      opened,
      wish,
      marks,
      ways,
      share,
      signal,
      parts: heard,
      report,
      total: places.length,
      onProgress,
    };
    const made = new Map<StreamRun, Ledger>();
    await takeTurns(
      places.map((place) => (lane) => makeRun(place, { ...setting, wish: goingOn(wish, lane) }, made)),
      {
        workers: workersOf(opened.spec),
        isStopped: () => signal.aborted,
        onPutAway(run) {
          report.tasks.push(made.get(run)!.row());
          made.delete(run);
        },
        onDone(run) {
          settle(report, run, made.get(run)!);
          made.delete(run);
          if (run.fatal) halt(run.fatal);
        },
      },
    );
  } catch (error) {
    if (error instanceof FatalError) halt(error);
    else if (!signal.aborted) throw error;
  }
  report.isPaused ||= signal.aborted && report.fatal === null;
  return finish();
}

/* ── The probe ───────────────────────────────────────────────────────────────────────────────────────────────── */

interface Marks {
  readonly at: Instant;
  readonly marks: ReadonlyMap<string, string>;
}

const markKey = (scopeId: string, stream: string): string => `${scopeId}\n${stream}`;

/** Asks which scopes changed; when that fails the streams are simply read. */
async function probe(
  { integration, client, redactor }: Opened,
  { wish, scopes, signal, parts }: { wish: Wish; scopes: readonly Scope[]; signal: AbortSignal; parts: EngineParts },
): Promise<Marks | null> {
  const { connector, config } = integration;
  if (
    !connector.probe ||
    scopes.length === 0 ||
    wish.kind === "backfill" ||
    wish.since !== null ||
    wish.until !== null ||
    wish.full
  )
    return null;
  const begun = parts.clock.elapsed();
  const marks = new Map<string, string>();
  try {
    const api = client.api({ meter: newMeter(), signal });
    for await (const { scopeId, stream, mark } of connector.probe({ api, config, scopes }))
      marks.set(markKey(scopeId, stream), mark);
  } catch (error) {
    if (error instanceof FatalError || signal.aborted) throw error;
    parts.log.warn(
      { integrationId: integration.id, code: inWords(error, redactor).code },
      "the probe failed: every stream is read",
    );
    return null;
  }
  const seconds = Math.ceil((parts.clock.elapsed() - begun) / 1000) + 1;
  return { at: new Date(Date.parse(client.now()) - seconds * 1000).toISOString(), marks };
}

/* ── Runs ────────────────────────────────────────────────────────────────────────────────────────────────────── */

interface Setting {
  readonly opened: Opened;
  readonly wish: Wish;
  readonly marks: Marks | null;
  readonly ways: Awaited<ReturnType<typeof chooseWays>>;
  readonly share: { readonly share?: number };
  readonly signal: AbortSignal;
  readonly parts: EngineParts;
  readonly report: Report;
  readonly total: number;
  readonly onProgress: IngestRequest["onProgress"];
}

/** A run that stood in the history has read the news before. */
const goingOn = (wish: Wish, lane: StreamState["lane"]): Wish => (lane === "history" ? { ...wish, kind: "backfill" } : wish);

function makeRun({ stream, scope, hint }: StreamPlace, setting: Setting, made: Map<StreamRun, Ledger>): StreamRun {
  const { opened, parts, marks, signal } = setting;
  const { integration, client } = opened;
  const connector: Connector<unknown> = integration.connector;
  const key = { integrationId: integration.id, scopeId: scope.id, stream: stream.name };
  const kind = hint ? "webhook" : undefined;
  const ledger = createLedger(key, { clock: parts.clock, log: safe(parts), onChange: () => tell(), kind });
  const mark = marks?.marks.get(markKey(scope.id, stream.name));
  const use = { meter: ledger.meter, signal, scopeId: scope.id };
  const run = new StreamRun({
    ...parts,
    stream,
    scope,
    config: integration.config,
    api: client.api(use),
    historyApi: client.api({ ...use, ...setting.share, priority: 1 }),
    wayOf: (lane) => setting.ways.get(stream)?.get(`${scope.id}\n${lane}`) ?? LIST,
    authorization: () => client.authorization(use),
    providerNow: client.now,
    setting: mapSettingOf(opened, { stream, scope }),
    ledger,
    wish: setting.wish,
    hint: hint ?? null,
    floor: integration.backfill.since,
    launchedAt: launchInstant(connector.launchedOn),
    probe: marks && mark !== undefined ? { mark, at: marks.at } : null,
    signal,
    quietSeconds: parts.sink.writeAll ? 300 : 3600,
  });
  made.set(run, ledger);
  const tell = () => setting.onProgress?.(progressOf(run, { scope, ledger, setting }));
  return run;
}

/** The task log is for people; its failure must not end a run. */
export const safe = ({ tasks, log }: EngineParts): TaskLog => ({
  turn: (taskId, look) => tasks.turn?.(taskId, look),
  async save(task) {
    try {
      await tasks.save(task);
    } catch (error) {
      log.warn({ taskId: task.id, error: String(error) }, "the task's row was not saved");
    }
  },
});

function progressOf(
  run: StreamRun,
  { scope, ledger, setting }: { scope: Scope; ledger: Ledger; setting: Setting },
): IngestProgress {
  const { records, entities, requests, stream } = ledger.row();
  const { done, failed } = setting.report;
  return {
    integrationId: setting.opened.integration.id,
    streams: { total: setting.total, done, failed },
    stream: {
      ...run.state,
      taskId: ledger.id,
      stream: stream!,
      scopeId: scope.id,
      scopeName: scope.name,
      records,
      entities,
      requests,
      waiting: ledger.waiting,
    },
  };
}

/* ── What came of it ─────────────────────────────────────────────────────────────────────────────────────────── */

interface Report {
  readonly tasks: TaskRow[];
  done: number;
  failed: number;
  idle: number;
  isPaused: boolean;
  fatal: ErrorInWords | null;
}

function settle(report: Report, run: StreamRun, ledger: Ledger): void {
  const { outcome } = run.state;
  report.done++;
  if (outcome === "idle") report.idle++;
  else if (ledger.row().startedAt) report.tasks.push(ledger.row());
  if (outcome === "failed") report.failed++;
  if (outcome === "paused") report.isPaused = true;
}

function summaryOf(
  integrationId: string,
  report: Report & Pick<IngestSummary, "remarks">,
  times: { startedAt: Instant; finishedAt: Instant },
): IngestSummary {
  const sum = (of: (task: TaskRow) => number) => report.tasks.reduce((total, task) => total + of(task), 0);
  const isWhollyFailed = report.failed > 0 && report.failed === report.tasks.length;
  return {
    integrationId,
    ...times,
    outcome: report.fatal || isWhollyFailed ? "failed" : report.isPaused ? "paused" : report.failed > 0 ? "partly" : "succeeded",
    fatal: report.fatal,
    tasks: report.tasks,
    idle: report.idle,
    remarks: report.remarks,
    totals: {
      requests: sum((task) => task.requests),
      points: sum((task) => task.points ?? 0),
      records: sum((task) => task.records),
      entities: sum((task) => task.entities),
      quarantined: sum((task) => task.quarantined),
      failed: report.failed,
    },
  };
}
