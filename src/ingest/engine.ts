import type { Instant } from "../domain/instant.ts";
import { systemClock, type Clock } from "./clock.ts";
import { wholeIntegration, type CheckResult, type Scope } from "./connector.ts";
import { asProblem } from "./explain-error.ts";
import type { NetworkPolicy, Resolve } from "./guard.ts";
import { createHttp, impatient, newMeter, type Patience } from "./http.ts";
import type { TaskLog } from "./ledger.ts";
import type { Log } from "./log.ts";
import { unknownName } from "./problems.ts";
import { createProgressBook } from "./progress-book.ts";
import { createRedactor, secretsOf } from "./redact.ts";
import type { IngestIntegration, IngestRequest, IngestSummary } from "./request.ts";
import { runIntegration, type EngineParts, type Opened } from "./run.ts";
import type { Archive, Sink } from "./sink.ts";
import { createWriter } from "./writer.ts";

export type { NetworkPolicy } from "./guard.ts";
export type { IngestIntegration, IngestProgress, IngestRequest, IngestSummary, StreamProgress } from "./request.ts";
export type { TaskLog, TaskRow } from "./ledger.ts";
export type { Log } from "./log.ts";
export { openArchive } from "./archive.ts";

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

export function createEngine(options: EngineOptions): Engine {
  const clock = options.clock ?? systemClock(options.now);
  const { network, resolve, patience, timeoutMs, maxBytes } = options;
  const http = createHttp({
    clock,
    network,
    ...(resolve ? { resolve } : {}),
    ...(patience ? { patience } : {}),
    ...(timeoutMs ? { timeoutMs } : {}),
    ...(maxBytes ? { maxBytes } : {}),
  });
  const closing = new AbortController();
  const parts: EngineParts = {
    sink: options.sink,
    archive: options.archive,
    writer: createWriter(options.sink),
    book: createProgressBook(options.sink),
    clock,
    log: options.log,
    tasks: options.tasks ?? { save() {} },
  };
  const open = (integration: IngestIntegration): Opened => {
    const { connector, config } = integration;
    const redactor = createRedactor(secretsOf(connector.config, config));
    try {
      const spec = connector.client(config);
      return { integration, redactor, spec, client: http.open(spec, redactor) };
    } catch (error) {
      throw asProblem(error, redactor);
    }
  };
  const oneOff = ({ client, integration }: Opened) => ({
    api: client.api({ meter: newMeter(), signal: closing.signal, patience: impatient }),
    config: integration.config,
  });

  return {
    async check(integration) {
      const opened = open(integration);
      try {
        return await integration.connector.check(oneOff(opened));
      } catch (error) {
        throw asProblem(error, opened.redactor);
      }
    },
    async *listScopes(integration) {
      const opened = open(integration);
      try {
        yield* integration.connector.scopes(oneOff(opened));
      } catch (error) {
        throw asProblem(error, opened.redactor);
      }
    },
    ingest: async (request) => runIntegration(open(request.integration), request, { ...parts, closing: closing.signal }),
    async *read(integration, streamName, scopeName, { since = null } = {}) {
      const { streams } = integration.connector;
      const stream = streams.find(({ name }) => name === streamName);
      if (!stream)
        throw unknownName(
          "stream",
          streamName,
          streams.map(({ name }) => name),
        );
      const scope =
        stream.level === "integration"
          ? wholeIntegration
          : integration.scopes.find(({ id, name }) => id === scopeName || name === scopeName);
      if (!scope)
        throw unknownName(
          "scope",
          scopeName,
          integration.scopes.map(({ name }) => name),
        );
      const opened = open(integration);
      try {
        for await (const page of stream.read({ ...oneOff(opened), scope, since, until: null, position: null }))
          yield* page.records;
      } catch (error) {
        throw asProblem(error, opened.redactor);
      }
    },
    async close() {
      closing.abort(new Error("the engine was closed"));
      await http.close();
    },
  };
}
