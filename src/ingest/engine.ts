import type { Instant } from "../domain/instant.ts";
import { systemClock, type Clock } from "./clock.ts";
import { deletions, tombstoneBatch, type Ending } from "./deletions.ts";
import type { CheckResult, MissedDelivery, Scope } from "./connector.ts";
import type { EngineParts, Opened } from "./engine-parts.ts";
import { asProblem } from "./explain-error.ts";
import { forecast } from "./forecast.ts";
import type { Forecast } from "./forecast-shape.ts";
import { createGit } from "./git/clones.ts";
import { hasGit } from "./git/run-git.ts";
import { createGuard, type NetworkPolicy, type Resolve } from "./guard.ts";
import { createHttp, impatient, newMeter, type HttpCore, type Patience, type ProviderClient } from "./http.ts";
import type { History } from "./learned.ts";
import type { TaskLog } from "./ledger.ts";
import type { Log } from "./log.ts";
import { createProgressBook } from "./progress-book.ts";
import { createRedactor, secretsOf } from "./redact.ts";
import { memoryKeeper, rotating, type SecretKeeper } from "./rotation.ts";
import { placeNamed, type HintsRequest, type IngestIntegration, type IngestRequest, type IngestSummary } from "./request.ts";
import { runHints, runIntegration } from "./run.ts";
import type { Archive, Sink } from "./sink.ts";
import { mapSettingOf } from "./map-setting.ts";
import { runReconcile, type ReconcileRequest, type ReconcileSummary } from "./reconcile.ts";
import { createWriter } from "./writer.ts";

export type { NetworkPolicy } from "./guard.ts";
export type { IngestIntegration, IngestProgress, IngestRequest, IngestSummary, StreamProgress } from "./request.ts";
export type { HistoryOrder } from "./plan.ts";
export { emptyTask, type TaskLog, type TaskRow } from "./ledger.ts";
export type { ReconcileProgress, ReconcileRequest, ReconcileSummary } from "./reconcile.ts";
export type { Ending } from "./deletions.ts";
export type { History, PastTask } from "./learned.ts";
export type { Forecast, ForecastBasis, ForecastClass, ForecastStream } from "./forecast-shape.ts";
export type { Log } from "./log.ts";
export type { RotatingSecret, SecretKeeper } from "./rotation.ts";
export { openArchive, removeArchived, sweepArchive } from "./archive.ts";

export interface Engine {
  /** Asks the provider who the credential is; throws FatalError or RetryableError with texts for people. */
  check(integration: IngestIntegration): Promise<CheckResult>;
  /** Everything the credential could read. */
  listScopes(integration: IngestIntegration): AsyncIterable<Scope>;
  /**
   * Reads what changed, then history, of all streams and scopes or of some. Answers when there is nothing left to do, when
   * the signal asks to pause (nothing is lost), or when the integration cannot go on (`fatal`). Throws Problems for bad requests.
   */
  ingest(request: IngestRequest): Promise<IngestSummary>;
  /**
   * Compares everything that the provider lists with what is stored, heals gaps at once, and tombstones what is deleted for sure.
   * One scope's failure is its own, a refused credential is `fatal`. Throws Problems for bad requests, and when the credential cannot be checked.
   */
  reconcile(request: ReconcileRequest): Promise<ReconcileSummary>;
  /** Marks things as gone, reproducibly: the conclusion is archived like a record. Answers how many rows became tombstones. */
  tombstone(integration: IngestIntegration, scope: Scope, ending: Ending): Promise<number>;
  /**
   * Reads what verified deliveries named, as tasks of kind `webhook`, beside whatever runs. Records that are said to be gone and
   * are not found are tombstoned; cursors move only as a refresh moves them.
   */
  readHints(request: HintsRequest): Promise<IngestSummary>;
  /** Deliveries that the provider could not bring to `address` since then; nothing where the connector cannot know. */
  missedDeliveries(integration: IngestIntegration, request: { address: string; since: Instant }): AsyncIterable<MissedDelivery>;
  /** What the request would cost and how long it would take, for a handful of calls; reads nothing. Throws as `ingest` does, and as `check`. */
  forecast(request: IngestRequest): Promise<Forecast>;
  /** Raw records of one stream, straight from the provider. */
  read(integration: IngestIntegration, stream: string, scope: string, range?: { since?: Instant | null }): AsyncIterable<unknown>;
  /** What the credential of an integration may still ask for; empty until the integration was first opened. */
  budgets(integrationId: string): ReturnType<ProviderClient["budgets"]>;
  /** Removes the clones that were made for an integration. */
  forgetClones(integrationId: string): Promise<void>;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly sink: Sink;
  readonly archive: Archive;
  readonly network: NetworkPolicy;
  readonly log: Log;
  readonly now?: () => Instant;
  readonly tasks?: TaskLog;
  /** Folder for clones of repositories; without it nothing is read by clone. */
  readonly clones?: string;
  /** A clone that grows beyond this is given up and removed, bytes; default 4 GB. */
  readonly mostCloneBytes?: number | undefined;
  /** Saves secrets that exchanges replace; without it they last as long as the engine. */
  readonly keeper?: SecretKeeper;
  /** What forecasts learn from; without it they rest on what the provider counts and the connector declares. */
  readonly history?: History;
  /** Time, chance, names and limits of the HTTP core; for tests. */
  readonly clock?: Clock;
  readonly resolve?: Resolve;
  readonly patience?: Patience;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

export const createEngine = (options: EngineOptions): Engine => new IngestEngine(options);

class IngestEngine implements Engine {
  readonly #http: HttpCore;
  readonly #parts: EngineParts;
  readonly #keeper: SecretKeeper;
  readonly #closing = new AbortController();
  readonly #clients = new Map<string, ProviderClient>();

  constructor(options: EngineOptions) {
    const clock = options.clock ?? systemClock(options.now);
    const { sink, archive, log, history = null, clones = null, tasks = { save() {} } } = options;
    this.#keeper = options.keeper ?? memoryKeeper();
    this.#http = createHttp({ ...httpOptions(options), clock });
    const guard = createGuard(options.network, options.resolve);
    const git = clones !== null && hasGit() ? createGit({ folder: clones, guard, log, mostBytes: options.mostCloneBytes }) : null;
    const written = { sink, writer: createWriter(sink), book: createProgressBook(sink) };
    this.#parts = { ...written, archive, clock, log, tasks, history, git };
  }

  async check(integration: IngestIntegration): Promise<CheckResult> {
    const opened = this.#open(integration);
    try {
      return await integration.connector.check(this.#oneOff(opened));
    } catch (error) {
      throw asProblem(error, opened.redactor);
    }
  }

  async *listScopes(integration: IngestIntegration): AsyncGenerator<Scope> {
    const opened = this.#open(integration);
    try {
      yield* integration.connector.scopes(this.#oneOff(opened));
    } catch (error) {
      throw asProblem(error, opened.redactor);
    }
  }

  async ingest(request: IngestRequest): Promise<IngestSummary> {
    return runIntegration(this.#open(request.integration), request, { ...this.#parts, closing: this.#closing.signal });
  }

  async reconcile(request: ReconcileRequest): Promise<ReconcileSummary> {
    return runReconcile(this.#open(request.integration), request, { ...this.#parts, closing: this.#closing.signal });
  }

  async tombstone(integration: IngestIntegration, scope: Scope, ending: Ending): Promise<number> {
    const { archive, writer } = this.#parts;
    const setting = mapSettingOf(this.#open(integration), { stream: deletions, scope });
    const batch = await tombstoneBatch(ending, { setting, archive, taskId: null });
    let tombstoned = 0;
    await writer.write({
      stream: JSON.stringify(batch.key),
      build: () => batch,
      done: (result) => void (tombstoned = result.tombstoned),
    });
    return tombstoned;
  }

  async readHints(request: HintsRequest): Promise<IngestSummary> {
    return runHints(this.#open(request.integration), request, { ...this.#parts, closing: this.#closing.signal });
  }

  async *missedDeliveries(
    integration: IngestIntegration,
    { address, since }: { address: string; since: Instant },
  ): AsyncGenerator<MissedDelivery> {
    const { webhook } = integration.connector;
    if (!webhook?.missed) return;
    const opened = this.#open(integration);
    try {
      const asked = webhook.missed({ ...this.#oneOff(opened), scopes: integration.scopes, since, address });
      for await (const page of asked) yield* page;
    } catch (error) {
      throw asProblem(error, opened.redactor);
    }
  }

  async forecast(request: IngestRequest): Promise<Forecast> {
    const opened = this.#open(request.integration);
    const signal = request.signal ? AbortSignal.any([this.#closing.signal, request.signal]) : this.#closing.signal;
    try {
      return await forecast(opened, request, { ...this.#parts, signal });
    } catch (error) {
      throw asProblem(error, opened.redactor);
    }
  }

  async *read(
    integration: IngestIntegration,
    streamName: string,
    scopeName: string,
    { since = null }: { since?: Instant | null } = {},
  ): AsyncGenerator<unknown> {
    const { stream, scope } = placeNamed(integration, streamName, scopeName);
    const opened = this.#open(integration);
    try {
      for await (const page of stream.read({ ...this.#oneOff(opened), scope, since, until: null, position: null }))
        yield* page.records;
    } catch (error) {
      throw asProblem(error, opened.redactor);
    }
  }

  budgets(integrationId: string): ReturnType<ProviderClient["budgets"]> {
    return this.#clients.get(integrationId)?.budgets() ?? [];
  }

  async forgetClones(integrationId: string): Promise<void> {
    await this.#parts.git?.remove(integrationId);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("the engine was closed"));
    await this.#http.close();
  }

  #open(integration: IngestIntegration): Opened {
    const { connector, config } = integration;
    const redactor = createRedactor(secretsOf(connector.config, config));
    try {
      const spec = rotating(connector.client(config), { integration, redactor, keeper: this.#keeper });
      const client = this.#http.open(spec, redactor);
      this.#clients.set(integration.id, client);
      return { integration, redactor, spec, client };
    } catch (error) {
      throw asProblem(error, redactor);
    }
  }

  #oneOff({ client, integration }: Opened) {
    const api = client.api({ meter: newMeter(), signal: this.#closing.signal, patience: impatient });
    return { api, config: integration.config };
  }
}

const httpOptions = ({ network, resolve, patience, timeoutMs, maxBytes }: EngineOptions) => ({
  network,
  ...(resolve ? { resolve } : {}),
  ...(patience ? { patience } : {}),
  ...(timeoutMs ? { timeoutMs } : {}),
  ...(maxBytes ? { maxBytes } : {}),
});
