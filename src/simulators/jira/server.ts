import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

import type { Random } from "../organisation/random.ts";
import { spoilRecord, WEIRD } from "../github/spoil.ts";
import type { FaultName, Faults } from "./faults.ts";
import type { Grants } from "./oauth.ts";
import { agileRoutes, refusal, routes, type JiraAnswer } from "./routes.ts";
import type { JiraState, Json } from "./state.ts";

export interface ServerParts {
  readonly state: JiraState;
  readonly credentials: Credentials;
  readonly faults: Faults;
  readonly calls: Map<string, number>;
  readonly latencyMs: number;
  readonly cutsToMinute: boolean;
  readonly shrink: Random | null;
  /** Chooses what a fault spoils. */
  readonly chance: Random;
}

export interface Credentials {
  readonly email: string;
  readonly token: string;
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly cloudId: string;
  readonly grants: Grants;
  /** Further tokens of the same owner and rights, and those that are taken back. */
  readonly more: Set<string>;
  readonly revoked: Set<string>;
}

interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly authorization: string;
  readonly host: string;
}

interface Sent extends JiraAnswer {
  readonly html?: string;
}

const SIGN_IN =
  '<!DOCTYPE html>\n<html lang="en"><head><title>Log in - acme Jira</title></head><body><form action="/login.jsp" method="post"></form></body></html>';

/** Listens on loopback; the promise resolves with the port. */
export async function listen(parts: ServerParts, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      process.stderr.write(`simulator: ${error instanceof Error ? error.stack : String(error)}\n`);
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ errorMessages: ["Internal server error"], errors: {} }));
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return { server, port: (server.address() as { port: number }).port };
}

async function handle(parts: ServerParts, request: IncomingMessage, response: ServerResponse) {
  const incoming = await read(request);
  const subject = `${incoming.method} ${incoming.path}`;
  parts.calls.set(routeOf(subject), (parts.calls.get(routeOf(subject)) ?? 0) + 1);
  if (parts.latencyMs) await wait(parts.latencyMs);
  if (parts.faults.strikes("reset", subject)) return void request.socket.destroy();
  if (parts.faults.strikes("slow", subject)) await wait(300);
  const { status = 200, body, html, headers } = faultFor(parts, subject) ?? spoilt(parts, subject, answer(parts, incoming));
  const bytes = Buffer.from(html ?? JSON.stringify(body));
  response.sendDate = false;
  response.writeHead(status, {
    date: new Date(parts.state.now()).toUTCString(),
    "content-type": html === undefined ? "application/json;charset=UTF-8" : "text/html;charset=UTF-8",
    "content-length": bytes.length,
    ...(parts.state.flavour === "server" ? { "x-ausername": parts.credentials.username } : { "atl-traceid": "51a0" }),
    ...headers,
  });
  if (!parts.faults.strikes("truncated", subject)) return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length >> 1), () => request.socket.destroy());
}

/** A copy, never the world. */
function spoilt({ faults, chance }: ServerParts, subject: string, sent: Sent): Sent {
  if ((sent.status ?? 200) !== 200 || sent.html !== undefined) return sent;
  let { body } = sent;
  for (const how of ["missing_field", "wrong_type"] as const)
    if (faults.strikes(how, subject)) spoil((body = structuredClone(body)), chance, how);
  return { ...sent, body: faults.strikes("weird_text", subject) ? weird(body) : body };
}

/** What Jira writes for every issue: where something else is missing, it is empty. */
const ALWAYS = ["project", "issuetype", "status", "created", "updated", "summary"];

/** One field of one record; of an issue as often one of its own fields. */
function spoil(body: unknown, chance: Random, how: "missing_field" | "wrong_type"): void {
  const { issues } = (body ?? {}) as { issues?: { fields?: Json }[] };
  const own = (issues ?? []).flatMap(({ fields }): Json[] => (fields ? [fields] : []));
  if (own.length === 0 || chance.chance(0.5)) return spoilRecord(body, chance, how);
  const fields = chance.pick(own);
  const name = chance.pick(ALWAYS.filter((key) => key in fields).concat("updated"));
  if (how === "missing_field") delete fields[name];
  else fields[name] = { unexpected: fields[name] };
}

/** Odd characters in whatever people wrote. */
function weird(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(weird);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === "string" && /^(summary|goal|description|body|displayName)$/.test(key) ? `${inner} ${WEIRD}` : weird(inner),
    ]),
  );
}

/** `GET /rest/api/3/issue/100012/comment` counts as `GET /rest/api/3/issue/{}/comment`. */
const routeOf = (subject: string) =>
  subject.replaceAll(/\/(?:\d{2,}|\d+(?=\/)|[A-Z][A-Z0-9]*-\d+)(?=\/|$)/g, (part, at: number, whole: string) =>
    /\/rest\/(?:api|agile)$/.test(whole.slice(0, at)) ? part : "/{}",
  );

async function read(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const text = Buffer.concat(chunks).toString();
  return {
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    body: text === "" ? {} : (JSON.parse(text) as Json),
    authorization: request.headers.authorization ?? "",
    host: request.headers.host ?? "127.0.0.1",
  };
}

function faultFor({ faults, state }: ServerParts, subject: string): Sent | null {
  const wrong: readonly (readonly [FaultName, Sent])[] = [
    ["timeout", { status: 504, body: null, html: "<html><body>504 Gateway Time-out</body></html>" }],
    ["bad_gateway", { status: 502, body: null, html: "<html><body>502 Bad Gateway</body></html>" }],
    ["html", { body: null, html: SIGN_IN }],
    [
      "anonymous",
      { body: { issues: [], values: [], total: 0, isLast: true }, headers: { "x-seraph-loginreason": "AUTHENTICATED_FAILED" } },
    ],
    ["captcha", { ...refusal(403, "Forbidden"), headers: { "x-seraph-loginreason": "AUTHENTICATION_DENIED" } }],
    ["forbidden", refusal(403, "You do not have permission to view this.")],
  ];
  if (faults.strikes("rate_limit", subject))
    return {
      ...refusal(429, "Rate limit exceeded."),
      headers: {
        "retry-after": "1",
        "ratelimit-reason": "jira-burst-based",
        "x-ratelimit-limit": "350",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": new Date(state.now() + 1000).toISOString(),
      },
    };
  return wrong.find(([name]) => faults.strikes(name, subject))?.[1] ?? null;
}

function answer(parts: ServerParts, incoming: Incoming): Sent {
  const { state, credentials } = parts;
  const { method, query } = incoming;
  if (incoming.path === "/login.jsp") return { body: null, html: SIGN_IN };
  if (state.flavour === "cloud" && incoming.path === "/_edge/tenant_info") return { body: { cloudId: credentials.cloudId } };
  if (state.flavour === "cloud" && method === "POST" && incoming.path === "/oauth/token")
    return credentials.grants.grant(incoming.body);
  if (state.flavour === "cloud" && incoming.path === "/oauth/token/accessible-resources") return accessible(parts, incoming);
  const path = incoming.path.replace(`/ex/jira/${credentials.cloudId}`, "");
  const isOpen = path.endsWith("/serverInfo");
  if (!isOpen && !isKnown(parts, incoming.authorization)) return stranger(parts, incoming.authorization);
  const [, area, rest] = /^\/rest\/(api\/(?:2|3|latest)|agile\/1\.0)(\/.*)$/.exec(path) ?? [];
  if (!area || (area === "api/3" && state.flavour === "server"))
    return { status: 404, body: null, html: "<html><body>Not found</body></html>" };
  const list = area.startsWith("agile") ? agileRoutes : routes;
  for (const [verb, pattern, only, route] of list) {
    const match = verb === method && (only === null || only === state.flavour) ? pattern.exec(rest!) : null;
    if (match)
      return route({
        state,
        query,
        body: incoming.body,
        params: match.slice(1).map(decodeURIComponent),
        cutsToMinute: parts.cutsToMinute,
        shrink: parts.shrink,
      });
  }
  return refusal(404, "null for uri: " + path);
}

/** The sites an app was given. */
function accessible(parts: ServerParts, { authorization, host }: Incoming): Sent {
  if (!isKnown(parts, authorization)) return stranger(parts, authorization);
  const { cloudId } = parts.credentials;
  return { body: [{ id: cloudId, url: `http://${host}`, name: "acme", scopes: ["read:jira-work", "read:jira-user"] }] };
}

function isKnown({ state, credentials }: ServerParts, authorization: string): boolean {
  const { email, username, password, grants, revoked } = credentials;
  const tokens = [credentials.token, ...credentials.more].filter((token) => !revoked.has(token));
  const basic = (user: string, secret: string) => `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
  if (state.flavour === "server")
    return [...tokens.map((token) => `Bearer ${token}`), basic(username, password)].includes(authorization);
  return tokens.some((token) => authorization === basic(email, token)) || grants.isIssued(authorization.replace("Bearer ", ""));
}

/** Cloud says no; a Data Center behind its sign-in leads to the form, with status 200 in the end. */
const stranger = ({ state }: ServerParts, authorization: string): Sent =>
  state.flavour === "cloud"
    ? { status: 401, body: { message: "Client must be authenticated to access this resource.", "status-code": 401 } }
    : authorization.startsWith("Basic")
      ? { status: 401, body: null, html: SIGN_IN, headers: { "x-seraph-loginreason": "AUTHENTICATED_FAILED" } }
      : { status: 302, body: null, html: "", headers: { location: "/login.jsp" } };
