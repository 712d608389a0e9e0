import { addSeconds, toMicros, type Instant } from "../domain/instant.ts";
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

export function createBudget(clock: Clock, { concurrency, perHour }: ClassLimit, closing?: AbortSignal): Budget {
  const queue: Waiter[] = [];
  let active = 0;
  let allowed = concurrency;
  let blockedUntil = 0;
  let sleeping = false;
  let allowance: Allowance | null =
    perHour === null ? null : { limit: perHour, remaining: perHour, resetAt: clock.elapsed() + 3_600_000, counted: true };

  const renew = () => {
    if (!allowance || clock.elapsed() < allowance.resetAt) return;
    allowance.remaining = allowance.limit;
    allowance.resetAt = allowance.counted ? clock.elapsed() + 3_600_000 : Number.POSITIVE_INFINITY;
  };
  const spent = ({ cost, reserve }: Ticket): boolean =>
    allowance !== null &&
    allowance.remaining < allowance.limit &&
    allowance.remaining - cost < Math.floor(allowance.limit * reserve);
  const waitOf = (ticket: Ticket): { ms: number; reason: Waiting["reason"] } => {
    renew();
    const blocked = blockedUntil - clock.elapsed();
    if (blocked > 0) return { ms: blocked, reason: "rate_limit" };
    if (spent(ticket) && Number.isFinite(allowance!.resetAt))
      return { ms: allowance!.resetAt - clock.elapsed(), reason: "budget" };
    return { ms: 0, reason: "budget" };
  };
  const announce = () => {
    for (const waiter of queue) {
      const { ms, reason } = waitOf(waiter);
      if (ms <= 0) continue;
      waiter.delayed = true;
      waiter.onWait?.({ until: addSeconds(clock.now(), ms / 1000), reason });
    }
  };
  const wakeAfter = (ms: number) => {
    if (sleeping) return;
    sleeping = true;
    const wake = () => {
      sleeping = false;
      pump();
    };
    clock.sleep(Math.min(ms, 60_000), closing).then(wake, () => undefined);
  };
  const pump = () => {
    while (queue.length > 0 && active < Math.max(1, Math.floor(allowed))) {
      const { ms } = waitOf(queue[0]!);
      if (ms > 0) return wakeAfter(ms);
      active++;
      const next = queue.shift()!;
      if (allowance) allowance.remaining -= next.cost;
      next.start();
    }
  };

  return {
    acquire: (ticket) =>
      new Promise((resolve, reject) => {
        ticket.signal?.throwIfAborted();
        const onAbort = () => {
          queue.splice(queue.indexOf(waiter), 1);
          reject(ticket.signal!.reason as Error);
          pump();
        };
        const waiter: Waiter = {
          ...ticket,
          since: clock.elapsed(),
          delayed: false,
          start() {
            ticket.signal?.removeEventListener("abort", onAbort);
            resolve(waiter.delayed ? (clock.elapsed() - waiter.since) / 1000 : 0);
          },
        };
        ticket.signal?.addEventListener("abort", onAbort, { once: true });
        const behind = queue.findIndex(({ priority }) => priority > ticket.priority);
        queue.splice(behind < 0 ? queue.length : behind, 0, waiter);
        pump();
        if (queue.includes(waiter)) announce();
      }),
    release() {
      active--;
      pump();
    },
    learn(reading, providerNow) {
      const resetAt = clock.elapsed() + Number(toMicros(reading.resetAt) - toMicros(providerNow)) / 1000;
      // Answers overtake each other: within one period the least that was said holds.
      const samePeriod = allowance && !allowance.counted && Math.abs(allowance.resetAt - resetAt) < 5000;
      const remaining = samePeriod ? Math.min(allowance!.remaining, reading.remaining) : reading.remaining;
      allowance = { limit: reading.limit, remaining, resetAt, counted: false };
      if (queue.length > 0) announce();
    },
    block(ms) {
      blockedUntil = Math.max(blockedUntil, clock.elapsed() + ms);
      announce();
    },
    throttled() {
      allowed = Math.max(1, allowed / 2);
    },
    succeeded() {
      allowed = Math.min(concurrency, allowed + 1 / RECOVERY);
    },
    get state() {
      return {
        limit: allowance?.limit ?? null,
        remaining: allowance?.remaining ?? null,
        concurrency: Math.max(1, Math.floor(allowed)),
        waiting: queue.length,
      };
    },
  };
}
