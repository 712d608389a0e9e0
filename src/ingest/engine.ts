import type { Instant } from "../domain/instant.ts";
import { systemClock, type Clock } from "./clock.ts";
import type { CheckResult, Scope } from "./connector.ts";
import { asProblem } from "./explain-error.ts";
import type { NetworkPolicy, Resolve } from "./guard.ts";
import { createHttp, impatient, newMeter, type HttpCore, type Patience, type ProviderClient } from "./http.ts";
import type { TaskLog } from "./ledger.ts";
import type { Log } from "./log.ts";
import { createProgressBook } from "./progress-book.ts";
import { createRedactor, secretsOf } from "./redact.ts";
import { placeNamed, type IngestIntegration, type IngestRequest, type IngestSummary } from "./request.ts";
import { runIntegration, type EngineParts, type Opened } from "./run.ts";
import type { Archive, Sink } from "./sink.ts";
import { createWriter } from "./writer.ts";

export type { NetworkPolicy } from "./guard.ts";
export type { IngestIntegration, IngestProgress, IngestRequest, IngestSummary, StreamProgress } from "./request.ts";
export type { TaskLog, TaskRow } from "./ledger.ts";
export type { Log } from "./log.ts";
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
  /** Raw records of one stream, straight from the provider. */
  read(integration: IngestIntegration, stream: string, scope: string, range?: { since?: Instant | null }): AsyncIterable<unknown>;
  /** What the credential of an integration may still ask for; empty until the integration was first opened. */
  budgets(integrationId: string): ReturnType<ProviderClient["budgets"]>;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly sink: Sink;
  readonly archive: Archive;
  readonly network: NetworkPolicy;
  readonly log: Log;
  readonly now?: () => Instant;
  readonly tasks?: TaskLog;
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
  readonly #closing = new AbortController();
  readonly #clients = new Map<string, ProviderClient>();

  constructor(options: EngineOptions) {
    const clock = options.clock ?? systemClock(options.now);
    const { sink, archive, log, tasks = { save() {} } } = options;
    this.#http = createHttp({ ...httpOptions(options), clock });
    this.#parts = { sink, archive, writer: createWriter(sink), book: createProgressBook(sink), clock, log, tasks };
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

  async close(): Promise<void> {
    this.#closing.abort(new Error("the engine was closed"));
    await this.#http.close();
  }

  #open(integration: IngestIntegration): Opened {
    const { connector, config } = integration;
    const redactor = createRedactor(secretsOf(connector.config, config));
    try {
      const spec = connector.client(config);
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
