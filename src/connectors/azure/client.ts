import { z } from "zod";

import { addSeconds, fromMicros, type Instant } from "../../domain/instant.ts";
import type { BudgetReading, ClientSpec, FailureInput } from "../../ingest/connector.ts";
import { addresses, type Config } from "./config.ts";
import * as problems from "./problems.ts";

type Headers = Readonly<Record<string, string>>;

/** The application id of Azure DevOps itself. https://learn.microsoft.com/en-us/azure/devops/integrate/get-started/authentication/service-principal-managed-identity */
const RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798/.default";

/** How to call Azure DevOps. Limits: https://learn.microsoft.com/en-us/azure/devops/integrate/concepts/rate-limits */
export function client(config: Config): ClientSpec {
  const { host, base, release, analytics } = addresses(config.url);
  const siblings = [release, analytics, ...(config.token === undefined ? [config.login_url] : [])].map(
    (url) => new URL(url).origin,
  );
  return {
    baseUrl: base,
    host,
    siblings: [...new Set(siblings)],
    headers: config.token === undefined ? {} : { authorization: `Basic ${Buffer.from(`:${config.token}`).toString("base64")}` },
    ...(config.token === undefined ? { authorize: authorizeAs(config) } : {}),
    credentialKey: `${base}/${config.token ?? `entra/${config.tenant_id}/${config.client_id}`}`,
    classes: { core: { concurrency: 4, perHour: null } },
    budget: ({ headers }) => budget(headers),
    failure,
  };
}

const grant = z.object({ access_token: z.string(), expires_in: z.coerce.number() });

/** https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
const authorizeAs =
  (config: Config): NonNullable<ClientSpec["authorize"]> =>
  async (ask) => {
    const answer = await ask({
      method: "POST",
      path: `${config.login_url.replace(/\/+$/, "")}/${config.tenant_id}/oauth2/v2.0/token`,
      form: {
        grant_type: "client_credentials",
        client_id: config.client_id ?? "",
        client_secret: config.client_secret ?? "",
        scope: RESOURCE,
      },
    });
    const { access_token: token, expires_in: seconds } = grant.parse(answer.body);
    return { headers: { authorization: `Bearer ${token}` }, expiresAt: addSeconds(answer.receivedAt, seconds) };
  };

/** Told only when the limit comes near, in units that stand for work done rather than calls. */
function budget(headers: Headers): BudgetReading | null {
  const limit = Number(headers["x-ratelimit-limit"]);
  const remaining = Number(headers["x-ratelimit-remaining"]);
  const seconds = Number(headers["x-ratelimit-reset"]);
  return limit > 0 && remaining >= 0 && seconds > 0
    ? { limit, remaining, resetAt: fromMicros(BigInt(Math.floor(seconds)) * 1_000_000n) }
    : null;
}

/** Turns Azure's own ways of saying no into our errors; null leaves the answer to the engine's rules. */
export function failure({ status, headers, body, request: asked }: FailureInput): Error | null {
  const request = `${asked.method ?? "GET"} ${asked.path}`;
  const said = messageOf(body);
  if (asked.path.includes("/oauth2/") && status >= 400 && status < 500) return problems.signInRefused(errorCodeOf(body) || said);
  if (status === 401 || isSignInPage(status, body)) return problems.credentialRefused(status, said);
  if (status === 429 || /TF400733|request has been (?:blocked|canceled)/i.test(said)) return problems.rateLimited(pause(headers));
  if (/VS402335|TF30063.*timeout|timed out/i.test(said)) return problems.tookTooLong(said);
  if (status === 403 || /TF401027|TF400813/.test(said)) return problems.permissionMissing(request, said);
  if (status === 404 || /TF401019|TF200016|TF401232|VS800075/.test(said)) return problems.notFound(request, said);
  if (status === 400 || status === 405 || status === 410) return problems.refused(request, said || String(status));
  return null;
}

/** A token that is not accepted is not refused: the answer is 203, or leads to a page where people sign in. */
const isSignInPage = (status: number, body: unknown): boolean =>
  status === 203 || (status < 400 && typeof body === "string" && /^\s*</.test(body)) || status === 302;

function pause(headers: Headers): Instant | null {
  const now = Date.parse(headers.date ?? "");
  const seconds = Number(headers["retry-after"] ?? 60);
  return Number.isNaN(now) || Number.isNaN(seconds) ? null : addSeconds(new Date(now).toISOString(), seconds);
}

const messageOf = (body: unknown): string => textOf((body as { message?: unknown } | null)?.message);
const errorCodeOf = (body: unknown): string => textOf((body as { error?: unknown } | null)?.error);
const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, 300) : "");
