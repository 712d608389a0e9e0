import { problems } from "./problems.ts";

const REPEAT_MS = 50;

/** A time limit and the caller's own signal as one; says afterwards which of them ended the work. */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #timeoutMs: number;
  readonly #caller: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  #interrupt: (() => void) | null = null;
  #repeat: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, caller?: AbortSignal) {
    const own = new AbortController();
    this.#timeoutMs = timeoutMs;
    this.#caller = caller;
    this.#timer = setTimeout(() => own.abort(), timeoutMs);
    this.signal = caller ? AbortSignal.any([own.signal, caller]) : own.signal;
    // An interrupt that comes before the engine has begun the query is lost, so it is repeated until the query ends.
    this.signal.addEventListener("abort", () => {
      this.#interrupt?.();
      this.#repeat = setInterval(() => this.#interrupt?.(), REPEAT_MS);
    });
  }

  /** What to do when the time is over; null when the work has ended. */
  onPassed(interrupt: (() => void) | null) {
    this.#interrupt = interrupt;
    if (interrupt && this.signal.aborted) interrupt();
  }

  problem() {
    if (!this.signal.aborted) return null;
    return this.#caller?.aborted ? problems.queryCancelled() : problems.queryTimedOut(this.#timeoutMs);
  }

  clear() {
    clearTimeout(this.#timer);
    clearInterval(this.#repeat);
    this.#interrupt = null;
  }
}
