import type { Clock } from "./clock.ts";
import type { ClientSpec } from "./connector.ts";
import type { Git } from "./git/contract.ts";
import type { ProviderClient } from "./http.ts";
import type { History } from "./learned.ts";
import type { TaskLog } from "./ledger.ts";
import type { Log } from "./log.ts";
import type { ProgressBook } from "./progress-book.ts";
import type { Redactor } from "./redact.ts";
import type { IngestIntegration } from "./request.ts";
import type { Archive, Sink } from "./sink.ts";
import type { Writer } from "./writer.ts";

export interface EngineParts {
  readonly sink: Sink;
  readonly archive: Archive;
  readonly writer: Writer;
  readonly book: ProgressBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly tasks: TaskLog;
  readonly history: History | null;
  /** Null where this machine has no git, or no place for clones was given. */
  readonly git: Git | null;
}

/** An integration with its way to the provider. */
export interface Opened {
  readonly integration: IngestIntegration;
  readonly redactor: Redactor;
  readonly spec: ClientSpec;
  readonly client: ProviderClient;
}
