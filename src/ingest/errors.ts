import { Problem, type ProblemText } from "../domain/problem.ts";
import type { Instant } from "../domain/instant.ts";

/** The provider asked us to wait, or failed in passing: the engine waits and asks again. */
export class RetryableError extends Problem {
  /** When the provider said to come back, on its clock; null when it did not say. */
  readonly retryAt: Instant | null;
  /** True when a smaller page may succeed where this one timed out or came back in part. */
  readonly smallerPageMayHelp: boolean;

  constructor(text: ProblemText, options: { retryAt?: Instant | null; smallerPageMayHelp?: boolean; cause?: unknown } = {}) {
    super({ status: 503, ...text }, options);
    this.retryAt = options.retryAt ?? null;
    this.smallerPageMayHelp = options.smallerPageMayHelp ?? false;
  }
}

/** One scope or stream cannot be read (gone, hidden, no permission): it is logged and the rest goes on. */
export class SkippableError extends Problem {}

/** The integration cannot go on (credential revoked, config wrong): it becomes FAILED and says so. */
export class FatalError extends Problem {}

/** One record does not fit its schema: it is quarantined and the rest goes on. */
export class DataError extends Problem {}
