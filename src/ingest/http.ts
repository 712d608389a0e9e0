import { addSeconds, compareInstants, toMicros, type Instant } from "../domain/instant.ts";
import { createBudgets, DEFAULT_RESERVE, type Budget, type Waiting } from "./budget.ts";
import type { Clock } from "./clock.ts";
import type { Answer, Api, Ask, BudgetReading, ClientSpec, PageSize, RequestSpec } from "./connector.ts";
import { RetryableError } from "./errors.ts";
import { failureOf, NotJson, parseBody, retryAfterSeconds, type Reply } from "./failure.ts";
import { canShrink, createPageSize } from "./page-size.ts";
import { addressInvalid, foreignOrigin, rateLimited } from "./problems.ts";
import { createProviderClock, type ProviderClock } from "./provider-clock.ts";
import type { Redactor } from "./redact.ts";
import { createTransport, type RawAnswer, type TransportOptions } from "./transport.ts";

const USER_AGENT = "Leadline/0.1 (self-hosted software engineering insights)";
const secretHeader = /auth|token|key|cookie|secret|password/i;

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

const NOT_JSON_ATTEMPTS = 3;
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
}

export interface HttpCore {
  open(spec: ClientSpec, redactor: Redactor): ProviderClient;
  close(): Promise<void>;
}

interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Instant | null;
}

interface Trial {
  failures: number;
  refusals: number;
  waitedSeconds: number;
  reauthorized: boolean;
}

export const newMeter = (onWait?: Meter["onWait"]): Meter => ({
  requests: 0,
  retries: 0,
  waitedSeconds: 0,
  ...(onWait ? { onWait } : {}),
});

/** The only way out: budgets, retries, the address guard and redaction for every call of every connector. */
export function createHttp(options: TransportOptions & { readonly clock: Clock; readonly patience?: Patience }): HttpCore {
  const { clock } = options;
  const transport = createTransport(options);
  const closing = new AbortController();
  const budgetOf = createBudgets(clock, closing.signal);
  const authorizations = new Map<string, Promise<Authorization>>();
  const durations = new WeakMap<object, number>();
  const sizes = new Map<string, PageSize>();
  const clocks = new Map<string, ProviderClock>();
  const defaultPatience = options.patience ?? patient;

  const open = (spec: ClientSpec, redactor: Redactor): ProviderClient => {
    const base = parseBase(spec.baseUrl);
    for (const [name, value] of Object.entries(spec.headers ?? {})) if (secretHeader.test(name)) learnSecret(redactor, value);
    const theirs = clocks.get(base.origin) ?? createProviderClock(clock.now);
    clocks.set(base.origin, theirs);
    const { now } = theirs;

    const authorize = (use: Use): Promise<Authorization> => {
      const key = spec.credentialKey;
      const ask: Ask = (request) => send(request, use, false);
      const made = spec.authorize!(ask);
      authorizations.set(key, made);
      made.catch(() => authorizations.delete(key));
      return made;
    };
    const authorization = async (use: Use): Promise<Readonly<Record<string, string>>> => {
      if (!spec.authorize) return {};
      const known = await authorizations.get(spec.credentialKey);
      const ends = known?.expiresAt;
      const isFresh = known && (!ends || compareInstants(addSeconds(ends, -60), now()) > 0);
      const { headers } = isFresh ? known : await authorize(use);
      for (const value of Object.values(headers)) learnSecret(redactor, value);
      return headers;
    };

    const attempt = async (request: RequestSpec, use: Use, withAuth: boolean): Promise<Reply & { millis: number }> => {
      const name = request.class ?? "core";
      const budget = budgetOf(spec.credentialKey, name, spec.classes[name] ?? { concurrency: 4, perHour: null });
      const own = withAuth ? await authorization(use) : {};
      await enter(budget, request, use);
      try {
        const begun = clock.elapsed();
        const call = describeCall(base, spec, { request, own, redactor });
        use.meter.requests++;
        const raw = await transport.send({ ...call, signal: use.signal });
        use.meter.requests += raw.hops - 1;
        const receivedAt = theirs.hear(raw.headers.date);
        return {
          ...settle(budget, raw, { spec, request, receivedAt, called: call.request, host: base.host }),
          millis: clock.elapsed() - begun,
        };
      } finally {
        budget.release();
      }
    };

    const send = async (request: RequestSpec, use: Use, withAuth = true): Promise<Answer> => {
      const trial: Trial = { failures: 0, refusals: 0, waitedSeconds: 0, reauthorized: false };
      for (;;) {
        try {
          const reply = await attempt(request, use, withAuth);
          const failure = spec.failure?.({ ...reply, body: plain(reply.body) }) ?? failureOf(reply);
          if (!failure) return finish(reply);
          if (reply.status === 401 && withAuth && spec.authorize && !trial.reauthorized) {
            trial.reauthorized = true;
            authorizations.delete(spec.credentialKey);
            use.meter.retries++;
            continue;
          }
          throw failure;
        } catch (error) {
          if (!(error instanceof RetryableError)) throw error;
          await beforeNext(error, { request, use, trial });
          use.meter.retries++;
        }
      }
    };

    const finish = (reply: Reply & { millis: number }): Answer => {
      const answer: Answer = {
        request: reply.called,
        status: reply.status,
        receivedAt: reply.receivedAt,
        headers: reply.headers,
        body: plain(reply.body),
      };
      durations.set(answer, reply.millis);
      return answer;
    };

    /** Waits until the call may be repeated, or throws the error when patience has ended. */
    const beforeNext = async (
      error: RetryableError,
      { request, use, trial }: { request: RequestSpec; use: Use; trial: Trial },
    ) => {
      const patience = use.patience ?? defaultPatience;
      const name = request.class ?? "core";
      const budget = budgetOf(spec.credentialKey, name, spec.classes[name] ?? { concurrency: 4, perHour: null });
      if (error.retryAt || error.code === "rate_limited" || error.status === 429) {
        const told = error.retryAt ? Number(toMicros(error.retryAt) - toMicros(now())) / 1e6 : null;
        const seconds = Math.max(told ?? UNTOLD_WAIT_SECONDS * 2 ** trial.refusals, 0) + (told === null ? 0 : 1);
        trial.refusals++;
        trial.waitedSeconds += seconds;
        budget.throttled();
        budget.block(seconds * 1000);
        if (trial.waitedSeconds > patience.waitSeconds)
          throw error.retryAt
            ? error
            : rateLimited(base.host, `${request.method ?? "GET"} ${base.origin}`, addSeconds(now(), seconds));
        return;
      }
      trial.failures++;
      const most = error.code === "answer_not_json" || error.code === "host_unknown" ? NOT_JSON_ATTEMPTS : patience.attempts;
      const shrinks = error.smallerPageMayHelp && canShrink();
      if (trial.failures >= most && !shrinks) throw error;
      await clock.sleep(clock.random() * Math.min(CAP_MS, BASE_MS * 2 ** (trial.failures - 1)), use.signal);
      if (shrinks) throw error;
    };

    const enter = async (budget: Budget, request: RequestSpec, use: Use) => {
      let waits = false;
      const waited = await budget.acquire({
        cost: request.cost ?? 1,
        priority: use.priority ?? 0,
        reserve: use.reserve ?? DEFAULT_RESERVE,
        signal: use.signal,
        onWait(waiting) {
          waits = true;
          use.meter.onWait?.(waiting);
        },
      });
      use.meter.waitedSeconds += waited;
      if (waits) use.meter.onWait?.(null);
    };

    return {
      host: spec.host ?? base.host,
      now,
      api: (use) => ({
        get: (path, query, more) => send({ ...more, path, ...(query ? { query } : {}) }, use),
        post: (path, body, more) => send({ ...more, method: "POST", path, body }, use),
        pageSize(name, range) {
          const key = `${spec.credentialKey}\n${spec.baseUrl}\n${use.scopeId ?? ""}\n${name}`;
          const size = sizes.get(key) ?? createPageSize(range, (answer) => durations.get(answer) ?? 0);
          sizes.set(key, size);
          return size;
        },
      }),
    };
  };
  return {
    open,
    async close() {
      closing.abort();
      await transport.close();
    },
  };
}

const plain = (body: unknown): unknown => (body instanceof NotJson ? body.text : body);

function learnSecret(redactor: Redactor, value: string): void {
  redactor.add(value);
  for (const part of value.split(/[\s=;]+/)) if (part.length >= 12) redactor.add(part);
}

function parseBase(baseUrl: string): URL {
  try {
    return new URL(baseUrl);
  } catch {
    throw addressInvalid(`"${baseUrl}"`, "it cannot be understood");
  }
}

function describeCall(
  base: URL,
  spec: ClientSpec,
  { request, own, redactor }: { request: RequestSpec; own: Readonly<Record<string, string>>; redactor: Redactor },
) {
  const url = urlOf(base, request, redactor);
  const lowered = (headers: Readonly<Record<string, string>> | undefined) =>
    Object.entries(headers ?? {}).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const credentials = [...lowered(spec.headers), ...lowered(own)];
  const headers: Record<string, string> = {
    "user-agent": USER_AGENT,
    accept: "application/json",
    "accept-encoding": "gzip, br",
    ...(request.body === undefined ? {} : { "content-type": "application/json" }),
    ...Object.fromEntries([...credentials, ...lowered(request.headers)]),
  };
  const harmless = new Set(["accept", "accept-encoding", "user-agent", "content-type"]);
  const method = request.method ?? "GET";
  return {
    url,
    method,
    headers,
    body: request.body === undefined ? null : JSON.stringify(request.body),
    private: new Set(Object.keys(headers).filter((name) => !harmless.has(name))),
    request: redactor.redact(`${method} ${url.origin}${url.pathname}${url.search}`).slice(0, 1000),
  };
}

function urlOf(base: URL, { path, query }: RequestSpec, redactor: Redactor): URL {
  const isAbsolute = /^[a-z]+:\/\//i.test(path);
  const url = isAbsolute ? new URL(path) : new URL(`${base.href.replace(/\/$/, "")}${path.startsWith("/") ? "" : "/"}${path}`);
  if (url.origin !== base.origin) throw foreignOrigin(base.host, redactor.redact(url.origin + url.pathname));
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

interface Sent {
  readonly spec: ClientSpec;
  readonly request: RequestSpec;
  readonly receivedAt: Instant;
  readonly called: string;
  readonly host: string;
}

/** Learns from an answer, good or bad, what may still be spent. */
function settle(budget: Budget, raw: RawAnswer, { spec, request, receivedAt, called, host }: Sent): Reply {
  const body = parseBody(raw.text);
  const name = request.class ?? "core";
  const reading: BudgetReading | null = spec.budget?.({ headers: raw.headers, body: plain(body), class: name }) ?? null;
  if (reading) budget.learn(reading, receivedAt);
  const pause = retryAfterSeconds(raw.headers["retry-after"], receivedAt);
  if (pause !== null) budget.block(pause * 1000);
  if (raw.status < 400) budget.succeeded();
  const exhaustedUntil = reading && reading.remaining <= 0 ? reading.resetAt : null;
  return { status: raw.status, headers: raw.headers, body, request, host, called, receivedAt, exhaustedUntil };
}
