import { addSeconds, toMicros, type Instant } from "../domain/instant.ts";
import type { Problem } from "../domain/problem.ts";
import { atTheirTime, Authorizer } from "./authorizer.ts";
import {
  createBudgets,
  DEFAULT_RESERVE,
  DEFAULT_SHARE,
  together,
  type Budget,
  type BudgetState,
  type Waiting,
} from "./budget.ts";
import { describeCall, learnSecret, parseBase, secretHeader } from "./call.ts";
import type { Clock } from "./clock.ts";
import type { Answer, Api, Authorization, ClassLimit, ClientSpec, CredentialSpec, PageSize, RequestSpec } from "./connector.ts";
import { createCredentials, type Credentials } from "./credentials.ts";
import { FatalError, RetryableError } from "./errors.ts";
import { failureOf, NotJson, parseBody, retryAfterSeconds, type Reply } from "./failure.ts";
import type { Charge } from "./limits.ts";
import { canShrink, createPageSize } from "./page-size.ts";
import { credentialLeftOut, foreignOrigin, rateLimited } from "./problems.ts";
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
  /** As the provider charges, by what the connector says of its calls. */
  points: number;
  /** Told when a wait for a budget begins, moves (instant) or ends (null). */
  onWait?(waiting: Waiting | null): void;
}

export interface Use {
  readonly meter: Meter;
  readonly signal?: AbortSignal | undefined;
  readonly priority?: number;
  readonly reserve?: number;
  /** Most that history may take of what others leave; half unless given. */
  readonly share?: number;
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
  /** What the credential may still ask for, by resource class; several credentials count together. */
  budgets(): readonly ClassBudget[];
  /** Seconds that an answer usually takes in a class; null until one was heard. */
  pace(name: string): number | null;
  /** The header `authorization` of the calls that go out now, for git beside the API; null where calls bear none. Throws as calls do. */
  authorization(use: Use): Promise<string | null>;
  /** Credentials that the provider refused while others went on. */
  remarks(): readonly Problem[];
}

export type ClassBudget = { readonly class: string; readonly credentials: number } & BudgetState;

export interface HttpCore {
  open(spec: ClientSpec, redactor: Redactor): ProviderClient;
  close(): Promise<void>;
}

interface Trial {
  failures: number;
  refusals: number;
  waitedSeconds: number;
  /** Credentials that were exchanged anew because of a 401. */
  readonly reauthorized: Set<CredentialSpec>;
}

/** One call on its way: what is asked, for whom, and with which credential. */
interface Attempt {
  readonly request: RequestSpec;
  readonly use: Use;
  readonly credential: CredentialSpec;
  readonly withAuth: boolean;
}

export const newMeter = (onWait?: Meter["onWait"]): Meter => ({
  requests: 0,
  retries: 0,
  waitedSeconds: 0,
  points: 0,
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
  /** Usual seconds of an answer, by credential and class. */
  readonly paces: Map<string, number>;
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
    paces: new Map(),
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
  readonly #credentials: Credentials;

  constructor(core: Core, spec: ClientSpec, redactor: Redactor) {
    this.#core = core;
    this.#spec = spec;
    this.#redactor = redactor;
    this.#base = parseBase(spec.baseUrl);
    this.#theirs = core.clocks.get(this.#base.origin) ?? createProviderClock(core.clock.now);
    core.clocks.set(this.#base.origin, this.#theirs);
    this.now = this.#theirs.now;
    this.host = spec.host ?? this.#base.host;
    this.#credentials = createCredentials(spec);
    for (const { headers = {} } of this.#credentials.all)
      for (const [name, value] of Object.entries(headers)) if (secretHeader.test(name)) learnSecret(redactor, value);
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

  budgets(): readonly ClassBudget[] {
    const all = this.#credentials.all.filter((each) => !this.#credentials.leftOut.has(each));
    return Object.keys(this.#spec.classes).map((name) => ({
      class: name,
      credentials: all.length,
      ...together(all.map((credential) => this.#budgetFor(credential, name).state)),
    }));
  }

  pace(name: string): number | null {
    const known = this.#credentials.all.flatMap(({ credentialKey }) => this.#core.paces.get(`${credentialKey}\n${name}`) ?? []);
    return known.length === 0 ? null : known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
  }

  async authorization(use: Use): Promise<string | null> {
    const request = { path: "/" };
    for (;;) {
      const credential = this.#choose(request, use);
      const own = await this.#authorization({ request, use, credential, withAuth: true });
      if (own instanceof FatalError) {
        if (this.#credentials.leaveOut(credential, own)) continue;
        throw own;
      }
      const headers = Object.entries({ ...this.#spec.headers, ...credential.headers, ...own.headers });
      return headers.find(([name]) => name.toLowerCase() === "authorization")?.[1] ?? null;
    }
  }

  remarks(): readonly Problem[] {
    return [...this.#credentials.leftOut].map(([{ label }, why]) => credentialLeftOut(label, this.host, why));
  }

  /** `only`: the credential that is being exchanged. */
  async #send(request: RequestSpec, use: Use, only?: CredentialSpec): Promise<Answer> {
    const trial: Trial = { failures: 0, refusals: 0, waitedSeconds: 0, reauthorized: new Set() };
    for (;;) {
      const credential = only ?? this.#choose(request, use);
      const attempt: Attempt = { request, use, credential, withAuth: only === undefined };
      try {
        const answer = await this.#try(attempt, trial);
        if (answer) return answer;
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        await this.#beforeNext(error, { attempt, trial });
      }
      use.meter.retries++;
    }
  }

  /** Null: the same again, with a credential exchanged anew or with another one. */
  async #try(attempt: Attempt, trial: Trial): Promise<Answer | null> {
    const { credential, withAuth } = attempt;
    const own = await this.#authorization(attempt);
    if (own instanceof FatalError) {
      if (this.#credentials.leaveOut(credential, own)) return null;
      throw own;
    }
    const { reply, millis } = await this.#exchange(attempt, own);
    const error = this.#spec.failure?.({ ...reply, body: plain(reply.body) }) ?? failureOf(reply);
    if (!error) return this.#answer(reply, millis);
    if (reply.status !== 401 || !withAuth) throw error;
    if (credential.authorize && !trial.reauthorized.has(credential)) {
      trial.reauthorized.add(credential);
      await this.#core.authorizer.refused(credential.credentialKey, own);
      return null;
    }
    if (error instanceof FatalError && this.#credentials.leaveOut(credential, error)) return null;
    throw error;
  }

  async #exchange(attempt: Attempt, own: Authorization): Promise<{ reply: Reply; millis: number }> {
    const { request, use, credential } = attempt;
    const { clock, transport } = this.#core;
    const cost = request.cost ?? 1;
    const budget = this.#budgetFor(credential, request.class);
    await this.#enter(budget, request, use);
    const begun = clock.elapsed();
    try {
      const spec = { ...this.#spec, headers: { ...this.#spec.headers, ...credential.headers } };
      const base = own.baseUrl === undefined ? this.#base : parseBase(own.baseUrl);
      if (base.origin !== this.#base.origin) throw foreignOrigin(this.#base.host, base.origin);
      const call = describeCall(base, spec, {
        request,
        own: own.headers,
        redactor: this.#redactor,
        isExchange: !attempt.withAuth,
      });
      use.meter.requests++;
      use.meter.points += cost;
      const raw = await transport.send({ ...call, signal: use.signal });
      use.meter.requests += raw.hops - 1;
      const reply = this.#settle(budget, raw, { request, called: call.request });
      const millis = clock.elapsed() - begun;
      this.#notePace(attempt, millis / 1000);
      return { reply, millis };
    } finally {
      budget.release({ cost, seconds: (clock.elapsed() - begun) / 1000 });
    }
  }

  /** What the credential was exchanged for; the error when the provider does not exchange it. */
  async #authorization({ credential, use, withAuth }: Attempt): Promise<Authorization | FatalError> {
    const { authorize, credentialKey } = credential;
    if (!authorize || !withAuth) return { headers: {}, expiresAt: null };
    // One task must not call off what others wait for too.
    const shared = { ...use, signal: undefined };
    const [now, elapsed] = [() => this.now(), () => this.#core.clock.elapsed()];
    try {
      const current = await this.#core.authorizer.current(credentialKey, {
        authorize: (ask) =>
          atTheirTime({ now, elapsed }, (theirs) => authorize.call(this.#spec, ask, { now: theirs, current: "" })),
        ask: (request) => this.#send(request, shared, credential),
        now: now(),
      });
      for (const value of Object.values(current.headers)) learnSecret(this.#redactor, value);
      return current;
    } catch (error) {
      if (error instanceof FatalError) return error;
      throw error;
    }
  }

  #choose(request: RequestSpec, use: Use): CredentialSpec {
    return this.#credentials.choose((credential) => this.#budgetFor(credential, request.class), chargeOf(request, use));
  }

  #budgetFor({ credentialKey }: CredentialSpec, name = "core"): Budget {
    return this.#core.budgetOf(credentialKey, name, this.#spec.classes[name] ?? { concurrency: 4, perHour: null });
  }

  async #enter(budget: Budget, request: RequestSpec, use: Use): Promise<void> {
    const { meter, signal } = use;
    let waits = false;
    const onWait = (waiting: Waiting) => {
      waits = true;
      meter.onWait?.(waiting);
    };
    meter.waitedSeconds += await budget.acquire({ ...chargeOf(request, use), signal, onWait });
    if (waits) meter.onWait?.(null);
  }

  #notePace({ credential, request }: Attempt, seconds: number): void {
    const key = `${credential.credentialKey}\n${request.class ?? "core"}`;
    const before = this.#core.paces.get(key) ?? seconds;
    this.#core.paces.set(key, before + 0.1 * (seconds - before));
  }

  /** Learns from an answer, good or bad, what may still be spent. */
  #settle(budget: Budget, raw: RawAnswer, { request, called }: { request: RequestSpec; called: string }): Reply {
    const receivedAt = this.#theirs.hear(raw.headers.date);
    const body = parseBody(raw.text);
    const name = request.class ?? "core";
    const reading = this.#spec.budget?.({ headers: raw.headers, body: plain(body), class: name }) ?? null;
    if (reading) budget.learn(reading, receivedAt, request.cost ?? 1);
    const exhaustedUntil = reading && reading.remaining <= 0 ? reading.resetAt : null;
    const pause = retryAfterSeconds(raw.headers["retry-after"], receivedAt);
    if (pause !== null) budget.block(pause * 1000, exhaustedUntil ? "class" : "credential");
    if (raw.status < 400) budget.succeeded();
    return { status: raw.status, headers: raw.headers, body, request, host: this.#base.host, called, receivedAt, exhaustedUntil };
  }

  #answer({ called, status, receivedAt, headers, body }: Reply, millis: number): Answer {
    const answer: Answer = { request: called, status, receivedAt, headers, body: plain(body) };
    this.#core.durations.set(answer, millis);
    return answer;
  }

  /** Waits until the call may be repeated, or throws the error when patience has ended. */
  async #beforeNext(error: RetryableError, { attempt, trial }: { attempt: Attempt; trial: Trial }): Promise<void> {
    const { request, use } = attempt;
    const { clock, patience: usual } = this.#core;
    const patience = use.patience ?? usual;
    if (error.retryAt || error.code === "rate_limited" || error.status === 429) {
      const seconds = this.#block(error, attempt, trial);
      const isElsewhere = this.#budgetFor(this.#choose(request, use), request.class).wait(chargeOf(request, use)) === 0;
      if (isElsewhere || trial.waitedSeconds <= patience.waitSeconds) return;
      throw error.retryAt ? error : rateLimited(this.#base.host, this.#base.origin, addSeconds(this.now(), seconds));
    }
    trial.failures++;
    const shrinks = error.smallerPageMayHelp && canShrink();
    if (trial.failures >= patience.attempts && !shrinks) throw error;
    await clock.sleep(clock.random() * Math.min(CAP_MS, BASE_MS * 2 ** (trial.failures - 1)), use.signal);
    if (shrinks) throw error;
  }

  /** Shuts the budget for as long as the provider said; answers the seconds. An empty class leaves the others alone. */
  #block({ retryAt }: RetryableError, { request, credential }: Attempt, trial: Trial): number {
    const told = retryAt ? Number(toMicros(retryAt) - toMicros(this.now())) / 1e6 : null;
    const seconds = told === null ? UNTOLD_WAIT_SECONDS * 2 ** trial.refusals + 1 : Math.max(told, 0);
    trial.refusals++;
    trial.waitedSeconds += seconds;
    const budget = this.#budgetFor(credential, request.class);
    budget.throttled();
    budget.block(seconds * 1000, (budget.state.remaining ?? 1) <= 0 ? "class" : "credential");
    return seconds;
  }
}

const chargeOf = (
  { cost = 1 }: RequestSpec,
  { priority = 0, reserve = DEFAULT_RESERVE, share = DEFAULT_SHARE }: Use,
): Charge => ({
  cost,
  priority,
  reserve,
  share,
});

const plain = (body: unknown): unknown => (body instanceof NotJson ? body.text : body);
