import { type Instant, addSeconds, toMicros } from "../domain/instant.ts";
import type { Clock } from "./clock.ts";
import type { BudgetReading, ClassLimit } from "./connector.ts";

/** Share of a budget that is left to the people who use the same credential. */
export const DEFAULT_RESERVE = 0.15;
/** Good answers after which one more request may be under way again. */
const RECOVERY = 20;

export interface Waiting {
  readonly until: Instant;
  readonly reason: "rate_limit" | "budget";
}

export interface Ticket {
  readonly cost: number;
  /** 0 goes before 1: today's news never wait behind history. */
  readonly priority: number;
  readonly reserve: number;
  readonly signal?: AbortSignal | undefined;
  /** Told when the wait for a budget begins or moves. */
  readonly onWait?: (waiting: Waiting) => void;
}

/** What one credential may still spend in one resource class; shared by everything in the process. */
export interface Budget {
  /** Waits for room, then answers how long that took because of limits, in seconds. Every call must be ended by `release`. */
  acquire(ticket: Ticket): Promise<number>;
  release(): void;
  /** What the provider's headers said; `providerNow` is its clock in the same answer. */
  learn(reading: BudgetReading, providerNow: Instant): void;
  /** Nothing is called for this long. */
  block(ms: number): void;
  /** The provider refused for being asked too much. */
  throttled(): void;
  succeeded(): void;
  readonly state: {
    readonly limit: number | null;
    readonly remaining: number | null;
    readonly concurrency: number;
    readonly waiting: number;
    /** When the provider fills it up again, and until when nothing is called; null when neither was said. */
    readonly resetAt: Instant | null;
    readonly blockedUntil: Instant | null;
  };
}

interface Waiter extends Ticket {
  readonly since: number;
  delayed: boolean;
  start(): void;
}

interface Allowance {
  limit: number;
  remaining: number;
  /** On the growing clock, in milliseconds. */
  resetAt: number;
  /** Kept by counting, since the provider says nothing. */
  readonly counted: boolean;
}

/** Budgets by (credential, resource class). */
export function createBudgets(
  clock: Clock,
  closing: AbortSignal,
): (credentialKey: string, name: string, limit: ClassLimit) => Budget {
  const budgets = new Map<string, Budget>();
  return (credentialKey, name, limit) => {
    const key = `${credentialKey}\n${name}`;
    const known = budgets.get(key);
    if (known) return known;
    const made = createBudget(clock, limit, closing);
    budgets.set(key, made);
    return made;
  };
}

export const createBudget = (clock: Clock, limit: ClassLimit, closing?: AbortSignal): Budget =>
  new CountedBudget(clock, limit, closing);

const AN_HOUR_MS = 3_600_000;

class CountedBudget implements Budget {
  readonly #clock: Clock;
  readonly #closing: AbortSignal | undefined;
  readonly #most: number;
  readonly #queue: Waiter[] = [];
  #active = 0;
  #allowed: number;
  #blockedUntil = 0;
  #isSleeping = false;
  #allowance: Allowance | null;

  constructor(clock: Clock, { concurrency, perHour }: ClassLimit, closing?: AbortSignal) {
    this.#clock = clock;
    this.#closing = closing;
    this.#most = concurrency;
    this.#allowed = concurrency;
    this.#allowance =
      perHour === null ? null : { limit: perHour, remaining: perHour, resetAt: clock.elapsed() + AN_HOUR_MS, counted: true };
  }

  acquire(ticket: Ticket): Promise<number> {
    return new Promise((resolve, reject) => {
      ticket.signal?.throwIfAborted();
      const onAbort = () => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        reject(ticket.signal!.reason as Error);
        this.#pump();
      };
      const waiter: Waiter = {
        ...ticket,
        since: this.#clock.elapsed(),
        delayed: false,
        start: () => {
          ticket.signal?.removeEventListener("abort", onAbort);
          resolve(waiter.delayed ? (this.#clock.elapsed() - waiter.since) / 1000 : 0);
        },
      };
      ticket.signal?.addEventListener("abort", onAbort, { once: true });
      const behind = this.#queue.findIndex(({ priority }) => priority > ticket.priority);
      this.#queue.splice(behind < 0 ? this.#queue.length : behind, 0, waiter);
      this.#pump();
      if (this.#queue.includes(waiter)) this.#announce();
    });
  }

  release(): void {
    this.#active--;
    this.#pump();
  }

  learn(reading: BudgetReading, providerNow: Instant): void {
    const resetAt = this.#clock.elapsed() + Number(toMicros(reading.resetAt) - toMicros(providerNow)) / 1000;
    const known = this.#allowance;
    // Answers overtake each other: within one period the least that was said holds.
    const isSamePeriod = known !== null && !known.counted && Math.abs(known.resetAt - resetAt) < 5000;
    const remaining = isSamePeriod ? Math.min(known.remaining, reading.remaining) : reading.remaining;
    this.#allowance = { limit: reading.limit, remaining, resetAt, counted: false };
    this.#announce();
  }

  block(ms: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, this.#clock.elapsed() + ms);
    this.#announce();
  }

  throttled(): void {
    this.#allowed = Math.max(1, this.#allowed / 2);
  }

  succeeded(): void {
    this.#allowed = Math.min(this.#most, this.#allowed + 1 / RECOVERY);
  }

  get state(): Budget["state"] {
    return {
      limit: this.#allowance?.limit ?? null,
      remaining: this.#allowance?.remaining ?? null,
      concurrency: Math.max(1, Math.floor(this.#allowed)),
      waiting: this.#queue.length,
      resetAt: this.#allowance && !this.#allowance.counted ? this.#instantOf(this.#allowance.resetAt) : null,
      blockedUntil: this.#blockedUntil > this.#clock.elapsed() ? this.#instantOf(this.#blockedUntil) : null,
    };
  }

  /** The time of day at which the growing clock shows so much. */
  #instantOf(elapsed: number): Instant {
    return addSeconds(this.#clock.now(), Math.round((elapsed - this.#clock.elapsed()) / 1000));
  }

  /** Lets in who may go, first come first served within a priority. */
  #pump(): void {
    while (this.#queue.length > 0 && this.#active < Math.max(1, Math.floor(this.#allowed))) {
      const { ms } = this.#waitOf(this.#queue[0]!);
      if (ms > 0) return this.#wakeAfter(ms);
      const next = this.#queue.shift()!;
      this.#active++;
      if (this.#allowance) this.#allowance.remaining -= next.cost;
      next.start();
    }
  }

  #waitOf(ticket: Ticket): { ms: number; reason: Waiting["reason"] } {
    this.#renew();
    const blocked = this.#blockedUntil - this.#clock.elapsed();
    if (blocked > 0) return { ms: blocked, reason: "rate_limit" };
    const known = this.#allowance;
    if (!known || !isSpent(known, ticket)) return { ms: 0, reason: "budget" };
    return { ms: known.resetAt - this.#clock.elapsed(), reason: "budget" };
  }

  #renew(): void {
    const known = this.#allowance;
    if (!known || this.#clock.elapsed() < known.resetAt) return;
    known.remaining = known.limit;
    known.resetAt = this.#clock.elapsed() + AN_HOUR_MS;
  }

  /** Wakes once a minute at least: what is waited for may have changed. */
  #wakeAfter(ms: number): void {
    if (this.#isSleeping) return;
    this.#isSleeping = true;
    this.#clock.sleep(Math.min(ms, 60_000), this.#closing).then(
      () => {
        this.#isSleeping = false;
        this.#pump();
      },
      () => undefined,
    );
  }

  #announce(): void {
    for (const waiter of this.#queue) {
      const { ms, reason } = this.#waitOf(waiter);
      if (ms <= 0) continue;
      waiter.delayed = true;
      waiter.onWait?.({ until: addSeconds(this.#clock.now(), ms / 1000), reason });
    }
  }
}

/** A full budget is never spent, so that one with a tiny limit still moves. */
const isSpent = ({ limit, remaining }: Allowance, { cost, reserve }: Ticket): boolean =>
  remaining < limit && remaining - cost < Math.floor(limit * reserve);
