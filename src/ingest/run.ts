import type { Instant } from "../domain/instant.ts";
import type { Clock } from "./clock.ts";
import type { ClientSpec, Connector, Scope } from "./connector.ts";
import { FatalError } from "./errors.ts";
import { inWords, type ErrorInWords } from "./explain-error.ts";
import { newMeter, type ProviderClient } from "./http.ts";
import { createLedger, type Ledger, type TaskLog, type TaskRow } from "./ledger.ts";
import type { Log } from "./log.ts";
import type { Wish } from "./plan.ts";
import type { ProgressBook } from "./progress-book.ts";
import { mapContext } from "./records.ts";
import type { Redactor } from "./redact.ts";
import {
  launchInstant,
  placesOf,
  wishOf,
  type IngestIntegration,
  type IngestProgress,
  type IngestRequest,
  type IngestSummary,
  type StreamPlace,
} from "./request.ts";
import { createRowCheck } from "./row-check.ts";
import type { Archive, Sink } from "./sink.ts";
import { StreamRun } from "./stream-run.ts";
import { takeTurns } from "./turns.ts";
import type { Writer } from "./writer.ts";

export interface EngineParts {
  readonly sink: Sink;
  readonly archive: Archive;
  readonly writer: Writer;
  readonly book: ProgressBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly tasks: TaskLog;
}

/** An integration with its way to the provider. */
export interface Opened {
  readonly integration: IngestIntegration;
  readonly redactor: Redactor;
  readonly spec: ClientSpec;
  readonly client: ProviderClient;
}

const MOST_WORKERS = 32;

export async function runIntegration(
  opened: Opened,
  request: IngestRequest,
  parts: EngineParts & { closing: AbortSignal },
): Promise<IngestSummary> {
  const { clock } = parts;
  const startedAt = clock.now();
  const wish = wishOf(request, startedAt);
  const places = placesOf(request);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, parts.closing, ...(request.signal ? [request.signal] : [])]);
  const report: Report = { tasks: [], done: 0, failed: 0, idle: 0, isPaused: false, fatal: null };
  const finish = () => summaryOf(request.integration.id, report, { startedAt, finishedAt: clock.now() });
  const halt = (error: FatalError) => {
    report.fatal ??= inWords(error, opened.redactor);
    stop.abort(error);
  };
  try {
    const marks = await probe(opened, { wish, scopes: request.integration.scopes, signal, parts });
    const setting = { opened, wish, marks, signal, parts, report, total: places.length, onProgress: request.onProgress };
    const made = new Map<StreamRun, Ledger>();
    await takeTurns(
      places.map((place) => () => makeRun(place, setting, made)),
      {
        workers: Math.min(
          MOST_WORKERS,
          2 * Object.values(opened.spec.classes).reduce((sum, { concurrency }) => sum + concurrency, 0) || 8,
        ),
        isStopped: () => signal.aborted,
        onDone(run) {
          settle(report, run, made.get(run)!);
          made.delete(run);
          if (run.fatal) halt(run.fatal);
        },
      },
    );
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    halt(error);
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
  readonly signal: AbortSignal;
  readonly parts: EngineParts;
  readonly report: Report;
  readonly total: number;
  readonly onProgress: IngestRequest["onProgress"];
}

function makeRun({ stream, scope }: StreamPlace, setting: Setting, made: Map<StreamRun, Ledger>): StreamRun {
  const { opened, parts, marks, signal } = setting;
  const { integration, client, redactor } = opened;
  const connector: Connector<unknown> = integration.connector;
  const key = { integrationId: integration.id, scopeId: scope.id, stream: stream.name };
  const ledger = createLedger(key, { clock: parts.clock, log: safe(parts), onChange: () => tell() });
  const mark = marks?.marks.get(markKey(scope.id, stream.name));
  const use = { meter: ledger.meter, signal, scopeId: scope.id };
  const run = new StreamRun({
    ...parts,
    stream,
    scope,
    config: integration.config,
    api: client.api(use),
    historyApi: client.api({ ...use, priority: 1 }),
    providerNow: client.now,
    setting: {
      key,
      connector: connector.name,
      mapperVersion: connector.mapperVersion,
      stream,
      context: mapContext({
        connector: connector.name,
        integrationId: integration.id,
        config: integration.config,
        scope,
        host: client.host,
      }),
      redactor,
      checkRow: createRowCheck({ connector: connector.name, integrationId: integration.id }),
    },
    ledger,
    wish: setting.wish,
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
const safe = ({ tasks, log }: EngineParts): TaskLog => ({
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

function summaryOf(integrationId: string, report: Report, times: { startedAt: Instant; finishedAt: Instant }): IngestSummary {
  const sum = (of: (task: TaskRow) => number) => report.tasks.reduce((total, task) => total + of(task), 0);
  const isWhollyFailed = report.failed > 0 && report.failed === report.tasks.length;
  return {
    integrationId,
    ...times,
    outcome: report.fatal || isWhollyFailed ? "failed" : report.isPaused ? "paused" : report.failed > 0 ? "partly" : "succeeded",
    fatal: report.fatal,
    tasks: report.tasks,
    idle: report.idle,
    totals: {
      requests: sum((task) => task.requests),
      records: sum((task) => task.records),
      entities: sum((task) => task.entities),
      quarantined: sum((task) => task.quarantined),
      failed: report.failed,
    },
  };
}
