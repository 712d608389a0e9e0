import { addSeconds, fromMicros, type Instant } from "../../domain/instant.ts";
import type { BudgetReading, ClientSpec, FailureInput } from "../../ingest/connector.ts";
import { appOf, authorizeAs } from "./app.ts";
import { addresses, type Config, furtherTokens } from "./config.ts";
import * as problems from "./problems.ts";

type Headers = Readonly<Record<string, string>>;

/** How to call GitHub. Limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export function client(config: Config): ClientSpec {
  const { host, rest } = addresses(config.url);
  const app = appOf(config);
  // An Enterprise Server has no limit unless its administrator sets one; then its headers tell.
  const isOurs = rest.endsWith("/api/v3");
  const perHour = isOurs ? null : 5_000;
  /** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits */
  const within = (points: number, seconds: number) =>
    isOurs
      ? {}
      : {
          windows: [
            { of: "points", amount: points, perSeconds: 60 },
            { of: "seconds", amount: seconds, perSeconds: 60 },
          ] as const,
        };
  return {
    baseUrl: rest,
    host,
    headers: {
      accept: "application/vnd.github+json",
      "user-agent": "leadline",
      "x-github-api-version": "2022-11-28",
      ...(config.token === undefined ? {} : { authorization: `Bearer ${config.token}` }),
    },
    ...(app ? { authorize: authorizeAs(app) } : {}),
    credentialKey: `${host}/${app ? `app/${app.id}/${app.installation ?? "-"}` : config.token}`,
    more: furtherTokens(config).map((token, index) => ({
      label: `further token ${index + 1}`,
      credentialKey: `${host}/${token}`,
      headers: { authorization: `Bearer ${token}` },
    })),
    // 100 calls under way and 90 s of work a minute are allowed over both together, 60 s of it to GraphQL.
    classes: {
      core: { concurrency: 4, perHour, ...within(900, 30) },
      graphql: { concurrency: 3, perHour, ...within(2_000, 60) },
      search: { concurrency: 1, perHour: 1_800 },
    },
    budget: ({ headers }) => budget(headers),
    failure,
  };
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit */
function budget(headers: Headers): BudgetReading | null {
  const limit = Number(headers["x-ratelimit-limit"]);
  const remaining = Number(headers["x-ratelimit-remaining"]);
  const resetAt = resetOf(headers);
  return limit > 0 && remaining >= 0 && resetAt ? { limit, remaining, resetAt } : null;
}

function resetOf(headers: Headers): Instant | null {
  const seconds = Number(headers["x-ratelimit-reset"]);
  return seconds > 0 ? fromMicros(BigInt(seconds) * 1_000_000n) : null;
}

/** Turns GitHub's own ways of saying no into our errors; null leaves the answer to the engine's rules. */
export function failure(answer: FailureInput): Error | null {
  const { status, headers, body } = answer;
  const request = `${answer.request.method ?? "GET"} ${answer.request.path}`;
  const said = messageOf(body);
  if (request === "GET /meta" && (status === 404 || typeof body === "string")) return problems.notGitHub();
  if (status === 401) return problems.credentialRefused(said);
  if (status === 403 || status === 429) return refusal({ request, said, headers });
  if (status === 404) return problems.notFound(request);
  if (status === 409 || status === 410 || status === 451) return problems.switchedOff(request, said || String(status));
  if ((status === 502 || status === 504) && answer.request.class === "graphql")
    return problems.answeredInPart(`time-out (${status})`);
  if (status === 200) return queryFailure(body, headers);
  return null;
}

function refusal({ request, said, headers }: { request: string; said: string; headers: Headers }): Error {
  const signOn = headers["x-github-sso"];
  if (signOn?.startsWith("required")) return problems.singleSignOnRequired(request, /url=([^;\s]+)/.exec(signOn)?.[1] ?? null);
  if (headers["x-ratelimit-remaining"] === "0") return problems.rateLimited("primary", resetOf(headers));
  // No hint means: at least a minute. https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
  if (headers["retry-after"] || /secondary rate|abuse|rate limit/i.test(said))
    return problems.rateLimited("secondary", pause(headers));
  return problems.permissionMissing(
    request,
    said,
    headers["x-accepted-github-permissions"] ?? headers["x-accepted-oauth-scopes"] ?? null,
  );
}

function pause(headers: Headers): Instant | null {
  const now = Date.parse(headers.date ?? "");
  const seconds = Number(headers["retry-after"] ?? 60);
  return Number.isNaN(now) || Number.isNaN(seconds) ? null : addSeconds(new Date(now).toISOString(), seconds);
}

interface QueryError {
  readonly type?: string;
  readonly message?: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

/**
 * GraphQL answers 200 whatever happens. Where a part of one record is hidden or gone, its NULL stands; a whole list that
 * is refused must never look like an empty one.
 * https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api
 */
function queryFailure(body: unknown, headers: Headers): Error | null {
  const { data, errors } = (body ?? {}) as { data?: unknown; errors?: readonly QueryError[] };
  const grave = (errors ?? []).find((error) => !(data && isHidden(error) && isPartOfOne(error)));
  if (!grave) return null;
  const said = grave.message ?? "no reason given";
  if (grave.type === "RATE_LIMITED") return problems.rateLimited("primary", resetOf(headers));
  if (/secondary rate/i.test(said)) return problems.rateLimited("secondary", pause(headers));
  if (grave.type === "NOT_FOUND") return problems.notFound(said);
  if (isHidden(grave)) return problems.permissionMissing("a query", said, null);
  if (grave.extensions?.code || /doesn't exist on type|Parse error|Unknown (?:type|argument)/i.test(said))
    return problems.queryRefused(said);
  return problems.answeredInPart(said);
}

const isHidden = ({ type }: QueryError) => type === "NOT_FOUND" || type === "FORBIDDEN" || type === "INSUFFICIENT_SCOPES";

/** Inside a numbered entry of a list, or one of the parts `g0`, `g1` … of our batched queries. */
const isPartOfOne = ({ path }: QueryError) =>
  (path ?? []).some((step) => typeof step === "number") || /^g\d+$/.test(String(path?.at(-1)));

const messageOf = (body: unknown): string => {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === "string" ? message : "";
};
