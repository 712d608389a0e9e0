import { addSeconds, type Instant } from "../../domain/instant.ts";
import type { BudgetReading, ClientSpec, FailureInput } from "../../ingest/connector.ts";
import { cloudByConfig, siteOf, type Config } from "./config.ts";
import { baseOf, oauth } from "./oauth.ts";
import * as problems from "./problems.ts";

type Headers = Readonly<Record<string, string>>;

/** How to call Jira. Limits: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ */
export function client(config: Config): ClientSpec {
  const site = siteOf(config);
  const sure = cloudByConfig(config) === true || config.email !== undefined;
  const authorization = credentialOf(config);
  return {
    baseUrl: baseOf(config),
    host: new URL(site).host,
    headers: { "x-atlassian-token": "no-check", ...(authorization ? { authorization } : {}) },
    ...(config.client_id === undefined ? {} : oauth(config)),
    credentialKey: `${site}/${config.client_id ?? authorization}`,
    classes: {
      core: { concurrency: sure ? 4 : 2, perHour: null },
      // Cloud slows down one address at a time; a Data Center must never bear two deep searches at once.
      search: { concurrency: sure ? 4 : 1, perHour: null },
      history: { concurrency: sure ? 3 : 1, perHour: null },
      agile: { concurrency: 2, perHour: null },
    },
    budget: ({ headers }) => budget(headers),
    failure,
  };
}

const basic = (user: string, secret: string) => `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;

function credentialOf({ email, token, username, password }: Config): string | null {
  if (username !== undefined && password !== undefined) return basic(username, password);
  if (token === undefined) return null;
  return email === undefined ? `Bearer ${token}` : basic(email, token);
}

/**
 * Data Center: a bucket that is filled again every so many seconds. Cloud tells of a limit only when it is near.
 * https://confluence.atlassian.com/adminjiraserver/adjusting-your-code-for-rate-limiting-987143384.html
 */
function budget(headers: Headers): BudgetReading | null {
  const [limit, remaining] = [Number(headers["x-ratelimit-limit"]), Number(headers["x-ratelimit-remaining"])];
  const resetAt = resetOf(headers);
  return limit > 0 && remaining >= 0 && resetAt ? { limit, remaining, resetAt } : null;
}

function resetOf(headers: Headers): Instant | null {
  const told = Date.parse(headers["x-ratelimit-reset"] ?? "");
  if (!Number.isNaN(told)) return new Date(told).toISOString();
  const [now, seconds] = [Date.parse(headers.date ?? ""), Number(headers["x-ratelimit-interval-seconds"])];
  return Number.isNaN(now) || !(seconds > 0) ? null : new Date(now + seconds * 1000).toISOString();
}

/** Turns Jira's own ways of saying no into our errors; null leaves the answer to the engine's rules. */
export function failure(answer: FailureInput): Error | null {
  const { status, headers, body } = answer;
  const request = `${answer.request.method ?? "GET"} ${answer.request.path}`;
  const said = saidIn(body);
  // A refused credential is not always a 401: Jira may go on as if nobody were signed in, and show empty lists.
  const login = headers["x-seraph-loginreason"] ?? "";
  if (/AUTHENTICATION_DENIED/.test(login)) return problems.captcha();
  const grant = (body ?? {}) as { error?: unknown };
  if (answer.request.path.endsWith("/oauth/token") && grant.error === "invalid_grant") return problems.authorizationEnded();
  if (/AUTHENTICATED_FAILED/.test(login) || status === 401) return problems.credentialRefused(said);
  if (status < 400 && typeof body === "string" && /^\s*<(!doctype|html)/i.test(body)) return problems.signInPage(request);
  if (status === 429) return problems.rateLimited(headers["ratelimit-reason"] ?? null, pause(headers));
  if (status === 403 && headers["retry-after"] === undefined) return problems.permissionMissing(request, said);
  if (status === 404) return problems.notFound(request, said);
  if (status === 410) return problems.gone(request, said);
  if (status === 400) return refused(request, said);
  return null;
}

function refused(request: string, said: string): Error {
  if (/\/board\/\d+\/sprint$/.test(request)) return problems.boardWithoutSprints(request);
  return /\/search(\/|$)|\/jql\//.test(request) ? problems.jqlRefused(said) : problems.requestRefused(request, said);
}

/** When to come back; null: Jira did not say. */
function pause(headers: Headers): Instant | null {
  const now = Date.parse(headers.date ?? "");
  const seconds = Number(headers["retry-after"] ?? Number.NaN);
  if (!Number.isNaN(seconds) && !Number.isNaN(now)) return addSeconds(new Date(now).toISOString(), seconds);
  return resetOf(headers);
}

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes: a list of sentences, and one per field. */
function saidIn(body: unknown): string {
  const { errorMessages, errors, message } = (body ?? {}) as Record<string, unknown>;
  const sentences = [
    ...(Array.isArray(errorMessages) ? errorMessages : []),
    ...(typeof errors === "object" && errors !== null ? Object.values(errors) : []),
    message,
  ];
  return sentences
    .filter((one): one is string => typeof one === "string" && one.length > 0)
    .join(" ")
    .slice(0, 300);
}
