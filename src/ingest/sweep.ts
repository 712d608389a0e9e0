import type { Instant } from "../domain/instant.ts";
import type { TableName } from "../domain/tables.ts";
import type { AnswerInfo, Api, Scope } from "./connector.ts";

/* What a stream declares for the reconciliation. */

/** Keys of everything that exists, cheaply. */
export interface Sweep<Config> {
  /** The table whose row stands for a listed thing; it is tombstoned when the thing is gone. */
  readonly entity: TableName;
  /**
   * What it means that a stored thing is not listed: `deleted`, or `unknown` where the provider forgets old things by itself (runs) or
   * hides what the credential may no longer see (repositories); then nothing is ever tombstoned.
   */
  readonly absence: "deleted" | "unknown";
  /** Things are numbered 1, 2, 3 … within the scope; streams that share a `sequence` share the numbers. */
  readonly numbered?: { readonly sequence: string; number(key: string): number; key(number: number, scope: Scope): string };
  read(request: { api: Api; config: Config; scope: Scope; now: Instant }): AsyncIterable<SweepPage>;
}

export interface SweepPage {
  readonly things: readonly Listed[];
  readonly answers: readonly AnswerInfo[];
}

export interface Listed {
  /** As `Stream.key` gives it. */
  readonly key: string;
  /** Null where the list does not tell. */
  readonly changedAt: Instant | null;
  /** What `Stream.orderedBy` would say, where the stream is not ordered by the change time. */
  readonly orderedAt?: Instant;
}
