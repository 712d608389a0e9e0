import type { Instant } from "../domain/instant.ts";
import type { CheckResult, Scope } from "../ingest/connector.ts";
import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import type { AnyConnector } from "./connector-form.ts";

/** A configured connector, ready to be asked: the only place where decrypted credentials travel. */
export interface OpenIntegration {
  readonly id: string;
  readonly connector: AnyConnector;
  /** As the connector's schema parsed it, secrets in it. */
  readonly config: unknown;
  readonly everySeconds: number;
  readonly backfillSince: Instant | null;
}

export interface RunOrder {
  readonly integration: OpenIntegration;
  readonly scopes: readonly Scope[];
  /** Null: all. */
  readonly streams: readonly string[] | null;
  readonly since: Instant | null;
  readonly until: Instant | null;
  readonly full: boolean;
  readonly signal: AbortSignal;
  /** A task began, moved or ended; `row` is its row of the ledger. */
  onTask(row: LiveTask): void;
}

export interface RunReport {
  /** The ledger rows of the run. */
  readonly tasks: readonly LiveTask[];
  /** Why the whole integration cannot go on; null when only single streams or scopes failed, or nothing did. */
  readonly fatal: unknown;
}

export interface BudgetState {
  readonly class: string;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly resetAt: Instant | null;
  readonly blockedUntil: Instant | null;
}

/** What the server needs of the ingest engine. */
export interface Engine {
  check(integration: OpenIntegration): Promise<CheckResult>;
  scopes(integration: OpenIntegration, signal?: AbortSignal): AsyncIterable<Scope>;
  run(order: RunOrder): Promise<RunReport>;
  budgets(integration: OpenIntegration): readonly BudgetState[];
  close(): Promise<void>;
}
