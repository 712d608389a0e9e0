import { addSeconds, toMicros, type Instant } from "../domain/instant.ts";
import { Authorizer } from "./authorizer.ts";
import { createBudgets, DEFAULT_RESERVE, type Budget, type Waiting } from "./budget.ts";
import { describeCall, learnSecret, parseBase, secretHeader } from "./call.ts";
import type { Clock } from "./clock.ts";
import type { Answer, Api, BudgetReading, ClassLimit, ClientSpec, PageSize, RequestSpec } from "./connector.ts";
import { RetryableError } from "./errors.ts";
import { failureOf, NotJson, parseBody, retryAfterSeconds, type Reply } from "./failure.ts";
import { canShrink, createPageSize } from "./page-size.ts";
import { rateLimited } from "./problems.ts";
import { createProviderClock, type ProviderClock } from "./provider-clock.ts";
import type { Redactor } from "./redact.ts";
import { createTransport, type RawAnswer, type Transport, type TransportOptions } from "./transport.ts";

/** How long the core keeps trying before it hands the error on. */
export interface Patience {
  /** Tries of one call that fails in passing. */
  readonly attempts: number;
  /** Longest sum of waits that providers ask one call for. */
  readonly waitSeconds: number;
}

export const patient: Patience = { attempts: 6, waitSeconds: 7200 };
/** For people who wait in front of a page. */
export const impatient: Patience = { attempts: 3, waitSeconds: 20 };

const BASE_MS = 500;
const CAP_MS = 60_000;
/** Wait after a refusal that does not say for how long. */
const UNTOLD_WAIT_SECONDS = 60;

/** What one task uses of the network; counted while it happens. */
export interface Meter {
  requests: number;
  retries: number;
  waitedSeconds: number;
  /** Told when a wait for a budget begins, moves (instant) or ends (null). */
  onWait?(waiting: Waiting | null): void;
}

export interface Use {
  readonly meter: Meter;
  readonly signal?: AbortSignal | undefined;
  readonly priority?: number;
  readonly reserve?: number;
  readonly patience?: Patience;
  /** Page sizes are remembered under it. */
  readonly scopeId?: string;
}

/** One integration's way to its provider. */
export interface ProviderClient {
  readonly host: string;
  api(use: Use): Api;
  /** The provider's clock; ours until it first answered. */
  now(): Instant;
  /** What the credential may still ask for, by resource class. */
  budgets(): readonly ({ readonly class: string } & Budget["state"])[];
}

export interface HttpCore {
  open(spec: ClientSpec, redactor: Redactor): ProviderClient;
  close(): Promise<void>;
}

interface Trial {
  failures: number;
  refusals: number;
  waitedSeconds: number;
  reauthorized: boolean;
}

interface Exchange {
  readonly reply: Reply;
  /** Headers of an exchanged credential, if one was used. */
  readonly own: Readonly<Record<string, string>>;
  readonly millis: number;
}

export const newMeter = (onWait?: Meter["onWait"]): Meter => ({
  requests: 0,
  retries: 0,
  waitedSeconds: 0,
  ...(onWait ? { onWait } : {}),
});

/** What all clients of the process share. */
interface Core {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly budgetOf: (credentialKey: string, name: string, limit: ClassLimit) => Budget;
  readonly authorizer: Authorizer;
  readonly durations: WeakMap<object, number>;
  readonly sizes: Map<string, PageSize>;
  readonly clocks: Map<string, ProviderClock>;
  readonly patience: Patience;
}

/** The only way out: budgets, retries, the address guard and redaction for every call of every connector. */
export function createHttp(options: TransportOptions & { readonly clock: Clock; readonly patience?: Patience }): HttpCore {
  const { clock } = options;
  const closing = new AbortController();
  const core: Core = {
    clock,
    transport: createTransport(options),
    budgetOf: createBudgets(clock, closing.signal),
    authorizer: new Authorizer(),
    durations: new WeakMap(),
    sizes: new Map(),
    clocks: new Map(),
    patience: options.patience ?? patient,
  };
  return {
    open: (spec, redactor) => new Client(core, spec, redactor),
    async close() {
      closing.abort();
      await core.transport.close();
    },
  };
}

class Client implements ProviderClient {
  readonly host: string;
  readonly now: () => Instant;
  readonly #core: Core;
  readonly #spec: ClientSpec;
  readonly #redactor: Redactor;
  readonly #base: URL;
  readonly #theirs: ProviderClock;

  constructor(core: Core, spec: ClientSpec, redactor: Redactor) {
    this.#core = core;
    this.#spec = spec;
    this.#redactor = redactor;
    this.#base = parseBase(spec.baseUrl);
    this.#theirs = core.clocks.get(this.#base.origin) ?? createProviderClock(core.clock.now);
    core.clocks.set(this.#base.origin, this.#theirs);
    this.now = this.#theirs.now;
    this.host = spec.host ?? this.#base.host;
    for (const [name, value] of Object.entries(spec.headers ?? {})) if (secretHeader.test(name)) learnSecret(redactor, value);
  }

  api(use: Use): Api {
    return {
      get: (path, query, more) => this.#send({ ...more, path, ...(query ? { query } : {}) }, use),
      post: (path, body, more) => this.#send({ ...more, method: "POST", path, body }, use),
      pageSize: (name, range) => {
        const { sizes, durations } = this.#core;
        const key = [this.#spec.credentialKey, this.#spec.baseUrl, use.scopeId ?? "", name].join("\n");
        const size = sizes.get(key) ?? createPageSize(range, (answer) => durations.get(answer) ?? 0);
        sizes.set(key, size);
        return size;
      },
    };
  }

  async #send(request: RequestSpec, use: Use, withAuth = true): Promise<Answer> {
    const { failure, authorize, credentialKey } = this.#spec;
    const trial: Trial = { failures: 0, refusals: 0, waitedSeconds: 0, reauthorized: false };
    for (;;) {
      try {
        const { reply, own, millis } = await this.#exchange(request, use, withAuth);
        const error = failure?.({ ...reply, body: plain(reply.body) }) ?? failureOf(reply);
        if (!error) return this.#answer(reply, millis);
        if (reply.status !== 401 || !withAuth || !authorize || trial.reauthorized) throw error;
        trial.reauthorized = true;
        await this.#core.authorizer.refused(credentialKey, own);
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        await this.#beforeNext(error, { request, use, trial });
      }
      use.meter.retries++;
    }
  }

  async #exchange(request: RequestSpec, use: Use, withAuth: boolean): Promise<Exchange> {
    const { clock, transport } = this.#core;
    const own = withAuth ? await this.#authorization(use) : {};
    const budget = this.#budgetFor(request);
    await this.#enter(budget, request, use);
    try {
      const begun = clock.elapsed();
      const call = describeCall(this.#base, this.#spec, { request, own, redactor: this.#redactor, isExchange: !withAuth });
      use.meter.requests++;
      const raw = await transport.send({ ...call, signal: use.signal });
      use.meter.requests += raw.hops - 1;
      const reply = this.#settle(budget, raw, { request, called: call.request });
      return { reply, own, millis: clock.elapsed() - begun };
    } finally {
      budget.release();
    }
  }

  async #authorization(use: Use): Promise<Readonly<Record<string, string>>> {
    const { authorize, credentialKey } = this.#spec;
    if (!authorize) return {};
    // One task must not call off what others wait for too.
    const shared = { ...use, signal: undefined };
    const headers = await this.#core.authorizer.headers(credentialKey, {
      authorize: (ask) => authorize.call(this.#spec, ask),
      ask: (request) => this.#send(request, shared, false),
      now: this.now(),
    });
    for (const value of Object.values(headers)) learnSecret(this.#redactor, value);
    return headers;
  }

  budgets(): readonly ({ readonly class: string } & Budget["state"])[] {
    return Object.keys(this.#spec.classes).map((name) => ({ class: name, ...this.#budgetFor({ path: "/", class: name }).state }));
  }

  #budgetFor({ class: name = "core" }: RequestSpec): Budget {
    const { credentialKey, classes } = this.#spec;
    return this.#core.budgetOf(credentialKey, name, classes[name] ?? { concurrency: 4, perHour: null });
  }

  async #enter(
    budget: Budget,
    { cost = 1 }: RequestSpec,
    { meter, priority = 0, reserve = DEFAULT_RESERVE, signal }: Use,
  ): Promise<void> {
    let waits = false;
    const onWait = (waiting: Waiting) => {
      waits = true;
      meter.onWait?.(waiting);
    };
    meter.waitedSeconds += await budget.acquire({ cost, priority, reserve, signal, onWait });
    if (waits) meter.onWait?.(null);
  }

  /** Learns from an answer, good or bad, what may still be spent. */
  #settle(budget: Budget, raw: RawAnswer, { request, called }: { request: RequestSpec; called: string }): Reply {
    const receivedAt = this.#theirs.hear(raw.headers.date);
    const body = parseBody(raw.text);
    const name = request.class ?? "core";
    const reading: BudgetReading | null = this.#spec.budget?.({ headers: raw.headers, body: plain(body), class: name }) ?? null;
    if (reading) budget.learn(reading, receivedAt);
    const pause = retryAfterSeconds(raw.headers["retry-after"], receivedAt);
    if (pause !== null) budget.block(pause * 1000);
    if (raw.status < 400) budget.succeeded();
    const exhaustedUntil = reading && reading.remaining <= 0 ? reading.resetAt : null;
    return { status: raw.status, headers: raw.headers, body, request, host: this.#base.host, called, receivedAt, exhaustedUntil };
  }

  #answer({ called, status, receivedAt, headers, body }: Reply, millis: number): Answer {
    const answer: Answer = { request: called, status, receivedAt, headers, body: plain(body) };
    this.#core.durations.set(answer, millis);
    return answer;
  }

  /** Waits until the call may be repeated, or throws the error when patience has ended. */
  async #beforeNext(
    error: RetryableError,
    { request, use, trial }: { request: RequestSpec; use: Use; trial: Trial },
  ): Promise<void> {
    const { clock, patience: usual } = this.#core;
    const patience = use.patience ?? usual;
    if (error.retryAt || error.code === "rate_limited" || error.status === 429) {
      const seconds = this.#block(error, request, trial);
      if (trial.waitedSeconds <= patience.waitSeconds) return;
      throw error.retryAt ? error : rateLimited(this.#base.host, this.#base.origin, addSeconds(this.now(), seconds));
    }
    trial.failures++;
    const shrinks = error.smallerPageMayHelp && canShrink();
    if (trial.failures >= patience.attempts && !shrinks) throw error;
    await clock.sleep(clock.random() * Math.min(CAP_MS, BASE_MS * 2 ** (trial.failures - 1)), use.signal);
    if (shrinks) throw error;
  }

  /** Shuts the budget for as long as the provider said; answers the seconds. */
  #block({ retryAt }: RetryableError, request: RequestSpec, trial: Trial): number {
    const told = retryAt ? Number(toMicros(retryAt) - toMicros(this.now())) / 1e6 : null;
    const seconds = told === null ? UNTOLD_WAIT_SECONDS * 2 ** trial.refusals + 1 : Math.max(told, 0);
    trial.refusals++;
    trial.waitedSeconds += seconds;
    const budget = this.#budgetFor(request);
    budget.throttled();
    budget.block(seconds * 1000);
    return seconds;
  }
}

const plain = (body: unknown): unknown => (body instanceof NotJson ? body.text : body);
