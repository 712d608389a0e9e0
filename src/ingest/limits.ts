import type { ClassLimit, WindowLimit } from "./connector.ts";

/** What a call asks of a budget. */
export interface Charge {
  readonly cost: number;
  /** Calls that it stands for; default 1. */
  readonly calls?: number;
  /** 0 goes before 1: today's news never wait behind history. */
  readonly priority: number;
  /** Part of every limit that is left to the people who use the same credential. */
  readonly reserve: number;
  /** Most that history (priority 1) may take of what others have left in the window; default all. */
  readonly share?: number | undefined;
}

/** The provider's window as far as it is known. Times are milliseconds of a clock that only grows. */
export interface Allowance {
  limit: number;
  remaining: number;
  resetAt: number;
  /** Kept by counting, since the provider says nothing. */
  counted: boolean;
  /** What remained when the window was first seen. */
  atFirst: number;
  /** What history took since then. */
  history: number;
  /** What went since then and was not ours. */
  foreign: number;
}

/** Shuts every class of a credential at once. */
export interface Gate {
  blockedUntil: number;
}

export type Obstacle = "rate_limit" | "budget";

const AN_HOUR_MS = 3_600_000;
/** Two readings speak of the same window when its ends lie this close together. */
const SAME_RESET_MS = 5000;

/**
 * The limits of one resource class of one credential, as a pure matter of time: budgets hold calls back by it, and the
 * forecast plays the same rules forward.
 */
export class Limits {
  readonly #gate: Gate;
  readonly #windows: readonly SlidingWindow[];
  #blockedUntil = 0;
  #inFlight = 0;
  #quickest: number;
  #allowance: Allowance | null;

  constructor(
    { perHour, windows = [] }: Pick<ClassLimit, "perHour" | "windows">,
    at: number,
    { gate = { blockedUntil: 0 }, allowance, quickest }: { gate?: Gate; allowance?: Allowance | null; quickest?: number } = {},
  ) {
    this.#gate = gate;
    this.#quickest = quickest ?? Number.POSITIVE_INFINITY;
    this.#windows = windows.map((window) => new SlidingWindow(window));
    this.#allowance = allowance ?? (perHour === null ? null : fresh(perHour, { resetAt: at + AN_HOUR_MS, counted: true }));
  }

  get allowance(): Readonly<Allowance> | null {
    return this.#allowance;
  }

  /** Seconds of the quickest answer; null before the first. */
  get quickest(): number | null {
    return Number.isFinite(this.#quickest) ? this.#quickest : null;
  }

  get blockedUntil(): number {
    return Math.max(this.#blockedUntil, this.#gate.blockedUntil);
  }

  /** Milliseconds until such a call may go; 0: now. */
  wait(charge: Charge, at: number): { ms: number; reason: Obstacle } {
    this.#renew(at);
    const blocked = this.blockedUntil - at;
    if (blocked > 0) return { ms: blocked, reason: "rate_limit" };
    const known = this.#allowance;
    const untilReset = known && isSpent(known, charge) ? known.resetAt - at : 0;
    return { ms: Math.max(untilReset, ...this.#windows.map((window) => window.wait(charge, at)), 0), reason: "budget" };
  }

  /** A call goes. */
  spend(charge: Charge, at: number): void {
    const { cost, priority } = charge;
    this.#renew(at);
    this.#inFlight += cost;
    for (const window of this.#windows) window.spend(charge, at);
    if (!this.#allowance) return;
    this.#allowance.remaining -= cost;
    if (priority > 0) this.#allowance.history += cost;
  }

  /** Its answer is there, after so many seconds. */
  settle({ cost, seconds }: { cost: number; seconds: number }, at: number): void {
    this.#inFlight -= cost;
    this.#quickest = Math.min(this.#quickest, seconds);
    for (const window of this.#windows) window.settle(seconds - this.#quickest, at);
  }

  /** What the answer to a call of this cost said; answers overtake each other: within one window the least that was said holds. */
  learn(said: { limit: number; remaining: number; resetAt: number }, cost: number): void {
    const known = this.#allowance;
    const ours = Math.max(0, said.remaining - Math.max(0, this.#inFlight - cost));
    if (!known || known.counted || Math.abs(known.resetAt - said.resetAt) >= SAME_RESET_MS) {
      this.#allowance = { ...fresh(said.limit, { resetAt: said.resetAt, counted: false }), remaining: ours, atFirst: ours };
      return;
    }
    known.foreign += Math.max(0, known.remaining - said.remaining);
    Object.assign(known, { limit: said.limit, resetAt: said.resetAt, remaining: Math.min(known.remaining, said.remaining) });
  }

  block(until: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, until);
  }

  #renew(at: number): void {
    const known = this.#allowance;
    if (known && at >= known.resetAt) this.#allowance = fresh(known.limit, { resetAt: at + AN_HOUR_MS, counted: known.counted });
  }
}

const fresh = (limit: number, rest: { resetAt: number; counted: boolean }): Allowance => ({
  ...rest,
  limit,
  remaining: limit,
  atFirst: limit,
  history: 0,
  foreign: 0,
});

/** A full budget is never spent, so that one with a tiny limit still moves. */
function isSpent(known: Allowance, { cost, priority, reserve, share = 1 }: Charge): boolean {
  if (known.remaining >= known.limit) return false;
  if (known.remaining - cost < Math.floor(known.limit * reserve)) return true;
  return priority > 0 && known.history + cost > Math.floor(share * Math.max(0, known.atFirst - known.foreign));
}

/** Entries closer together than this part of the window are kept as one. */
const GRAIN = 60;

class SlidingWindow {
  readonly #limit: WindowLimit;
  readonly #length: number;
  readonly #log: { readonly since: number; at: number; amount: number }[] = [];
  #sum = 0;
  #inFlight = 0;
  /** Work that a call usually makes, in seconds. */
  #usual = 0;

  constructor(limit: WindowLimit) {
    this.#limit = limit;
    this.#length = limit.perSeconds * 1000;
  }

  wait(charge: Charge, at: number): number {
    this.#expire(at);
    const room = this.#limit.amount * (1 - charge.reserve);
    let over = this.#sum + this.#amountOf(charge) + this.#usual * this.#inFlight - room;
    // Something alone always goes, however little the limit is.
    if (over <= 1e-9 || this.#log.length === 0) return 0;
    for (const entry of this.#log) {
      over -= entry.amount;
      if (over <= 1e-9) return entry.at + this.#length - at;
    }
    return this.#log.at(-1)!.at + this.#length - at;
  }

  spend(charge: Charge, at: number): void {
    this.#inFlight++;
    this.#add(this.#amountOf(charge), at);
  }

  settle(work: number, at: number): void {
    this.#inFlight--;
    if (this.#limit.of !== "seconds") return;
    this.#usual += 0.2 * (work - this.#usual);
    this.#add(work, at);
  }

  #amountOf({ cost, calls = 1 }: Charge): number {
    return { calls, points: cost, seconds: 0 }[this.#limit.of];
  }

  #add(amount: number, at: number): void {
    if (amount <= 0) return;
    this.#sum += amount;
    const last = this.#log.at(-1);
    if (last && at - last.since < this.#length / GRAIN) Object.assign(last, { at, amount: last.amount + amount });
    else this.#log.push({ since: at, at, amount });
  }

  #expire(at: number): void {
    while (this.#log.length > 0 && this.#log[0]!.at + this.#length <= at) this.#sum -= this.#log.shift()!.amount;
    if (this.#log.length === 0) this.#sum = 0;
  }
}
