import { type Instant, addSeconds, toMicros } from "../domain/instant.ts";
import type { Clock } from "./clock.ts";
import type { BudgetReading, ClassLimit } from "./connector.ts";
import { Limits, type Charge, type Gate, type Obstacle } from "./limits.ts";

/** Share of a budget that is left to the people who use the same credential. */
export const DEFAULT_RESERVE = 0.15;
/** Most that history takes of what remains, unless people allow more. */
export const DEFAULT_SHARE = 0.5;
/** Good answers after which one more request may be under way again. */
const RECOVERY = 20;

export interface Waiting {
  readonly until: Instant;
  readonly reason: Obstacle;
}

export interface Ticket extends Charge {
  readonly signal?: AbortSignal | undefined;
  /** Told when the wait for a budget begins or moves. */
  readonly onWait?: (waiting: Waiting) => void;
}

/** What one credential may still spend in one resource class; shared by everything in the process. */
export interface Budget {
  /** Waits for room, then answers how long that took because of limits, in seconds. Every call must be ended by `release`. */
  acquire(ticket: Ticket): Promise<number>;
  /** The call that cost so much has ended after so many seconds. */
  release(call: { cost: number; seconds: number }): void;
  /** What the provider's headers said of a call of this cost; `providerNow` is its clock in the same answer. */
  learn(reading: BudgetReading, providerNow: Instant, cost: number): void;
  /** Nothing is called for this long: in this class, or with this credential at all. */
  block(ms: number, what: "class" | "credential"): void;
  /** The provider refused for being asked too much. */
  throttled(): void;
  succeeded(): void;
  /** Milliseconds that such a call would have to wait for limits now. */
  wait(charge: Charge): number;
  readonly state: BudgetState;
}

export interface BudgetState {
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly concurrency: number;
  readonly active: number;
  readonly waiting: number;
  /** Of the window: what remained when it was first seen, what history took since, and what others took. */
  readonly window: { readonly atFirst: number; readonly history: number; readonly foreign: number } | null;
  /** Seconds of the quickest answer so far. */
  readonly quickest: number | null;
  /** When the provider fills it up again, and until when nothing is called; null when neither was said. */
  readonly resetAt: Instant | null;
  readonly blockedUntil: Instant | null;
}

interface Waiter extends Ticket {
  readonly since: number;
  delayed: boolean;
  start(): void;
}

/** All classes of a credential: what shuts one of them may shut all. */
interface Door extends Gate {
  readonly tell: Set<() => void>;
}

const newDoor = (): Door => ({ blockedUntil: 0, tell: new Set() });

/** Budgets by (credential, resource class). */
export function createBudgets(
  clock: Clock,
  closing: AbortSignal,
): (credentialKey: string, name: string, limit: ClassLimit) => Budget {
  const budgets = new Map<string, Budget>();
  const doors = new Map<string, Door>();
  return (credentialKey, name, limit) => {
    const key = `${credentialKey}\n${name}`;
    const known = budgets.get(key);
    if (known) return known;
    const door = doors.get(credentialKey) ?? newDoor();
    doors.set(credentialKey, door);
    const made = new CountedBudget(limit, { clock, closing, door });
    budgets.set(key, made);
    return made;
  };
}

class CountedBudget implements Budget {
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #most: number;
  readonly #limits: Limits;
  readonly #door: Door;
  readonly #queue: Waiter[] = [];
  #active = 0;
  #allowed: number;
  #wakesAt = Number.POSITIVE_INFINITY;

  constructor(limit: ClassLimit, { clock, closing, door }: { clock: Clock; closing: AbortSignal; door: Door }) {
    this.#clock = clock;
    this.#closing = closing;
    this.#door = door;
    this.#most = limit.concurrency;
    this.#allowed = limit.concurrency;
    this.#limits = new Limits(limit, clock.elapsed(), { gate: door });
    door.tell.add(() => this.#announce());
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

  release(call: { cost: number; seconds: number }): void {
    this.#active--;
    this.#limits.settle(call, this.#clock.elapsed());
    this.#pump();
  }

  learn({ limit, remaining, resetAt }: BudgetReading, providerNow: Instant, cost: number): void {
    const untilReset = Number(toMicros(resetAt) - toMicros(providerNow)) / 1000;
    this.#limits.learn({ limit, remaining, resetAt: this.#clock.elapsed() + untilReset }, cost);
    this.#announce();
  }

  block(ms: number, what: "class" | "credential"): void {
    const until = this.#clock.elapsed() + ms;
    if (what === "class") {
      this.#limits.block(until);
      return this.#announce();
    }
    this.#door.blockedUntil = Math.max(this.#door.blockedUntil, until);
    for (const tell of this.#door.tell) tell();
  }

  throttled(): void {
    this.#allowed = Math.max(1, this.#allowed / 2);
  }

  succeeded(): void {
    this.#allowed = Math.min(this.#most, this.#allowed + 1 / RECOVERY);
  }

  wait(charge: Charge): number {
    return this.#limits.wait(charge, this.#clock.elapsed()).ms;
  }

  get state(): BudgetState {
    const { allowance, blockedUntil } = this.#limits;
    return {
      limit: allowance?.limit ?? null,
      remaining: allowance?.remaining ?? null,
      concurrency: Math.max(1, Math.floor(this.#allowed)),
      active: this.#active,
      waiting: this.#queue.length,
      window: allowance && { atFirst: allowance.atFirst, history: allowance.history, foreign: allowance.foreign },
      quickest: this.#limits.quickest,
      resetAt: allowance && !allowance.counted ? this.#instantOf(allowance.resetAt) : null,
      blockedUntil: blockedUntil > this.#clock.elapsed() ? this.#instantOf(blockedUntil) : null,
    };
  }

  /** The time of day at which the growing clock shows so much. */
  #instantOf(elapsed: number): Instant {
    return addSeconds(this.#clock.now(), Math.round((elapsed - this.#clock.elapsed()) / 1000));
  }

  /** Lets in who may go, first come first served within a priority. */
  #pump(): void {
    while (this.#queue.length > 0 && this.#active < Math.max(1, Math.floor(this.#allowed))) {
      const at = this.#clock.elapsed();
      const next = this.#queue[0]!;
      const { ms } = this.#limits.wait(next, at);
      if (ms > 0) return this.#wakeAfter(ms);
      this.#queue.shift();
      this.#active++;
      this.#limits.spend(next, at);
      next.start();
    }
  }

  /** Wakes once a minute at least: what is waited for may have changed. */
  #wakeAfter(ms: number): void {
    const pause = Math.min(ms, 60_000);
    const at = this.#clock.elapsed() + pause;
    if (at >= this.#wakesAt) return;
    this.#wakesAt = at;
    this.#clock.sleep(pause, this.#closing).then(
      () => {
        if (this.#wakesAt === at) this.#wakesAt = Number.POSITIVE_INFINITY;
        this.#pump();
      },
      () => undefined,
    );
  }

  #announce(): void {
    for (const waiter of this.#queue) {
      const { ms, reason } = this.#limits.wait(waiter, this.#clock.elapsed());
      if (ms <= 0) continue;
      waiter.delayed = true;
      waiter.onWait?.({ until: addSeconds(this.#clock.now(), ms / 1000), reason });
    }
  }
}

/** Budgets of several credentials as if they were one. */
export function together(states: readonly BudgetState[]): BudgetState {
  if (states.length === 1) return states[0]!;
  const sum = (of: (state: BudgetState) => number | null): number | null =>
    states.reduce<number | null>((total, state) => (total === null || of(state) === null ? null : total + of(state)!), 0);
  const window = (of: keyof NonNullable<BudgetState["window"]>) => sum((state) => state.window?.[of] ?? null);
  const [atFirst, history, foreign] = [window("atFirst"), window("history"), window("foreign")];
  const soonest = (of: (state: BudgetState) => Instant | null) => states.flatMap((state) => of(state) ?? []).sort()[0] ?? null;
  return {
    limit: sum((state) => state.limit),
    remaining: sum((state) => state.remaining),
    concurrency: sum((state) => state.concurrency)!,
    active: sum((state) => state.active)!,
    waiting: sum((state) => state.waiting)!,
    window: atFirst === null || history === null || foreign === null ? null : { atFirst, history, foreign },
    quickest: states.reduce<number | null>(
      (least, { quickest }) => (least === null || (quickest ?? least) < least ? quickest : least),
      null,
    ),
    resetAt: soonest((state) => state.resetAt),
    // While one of them may go, nothing is blocked.
    blockedUntil: states.every((state) => state.blockedUntil !== null) ? soonest((state) => state.blockedUntil) : null,
  };
}
