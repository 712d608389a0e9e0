import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

import type { Seconds } from "../organisation/index.ts";
import type { AzureFault, AzureFaults, FaultOptions } from "./faults.ts";
import type { ServedGit } from "../git/served.ts";
import { gitPathOf } from "./git.ts";
import type { Route } from "./routes-boards.ts";
import type { Spoiler } from "./spoil.ts";
import { guid, refusal, type Asked, type SimulatedAnswer } from "./wire.ts";

const SIGN_IN =
  '\r\n<!DOCTYPE html>\r\n<html lang="en-US"><head><title>Azure DevOps Services | Sign In</title></head><body><form action="/_signin" method="post"></form></body></html>';
const GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

export interface ServerParts {
  /** Answers by pattern, or a recording. */
  readonly routes: readonly Route[] | ((asked: Asked) => SimulatedAnswer);
  /** `/acme` at Services, `/tfs/DefaultCollection` on a Server. */
  readonly root: string;
  readonly flavour: "services" | "server";
  /** Personal access tokens that are accepted. */
  readonly tokens: ReadonlySet<string>;
  /** What the service principal is given. */
  readonly principalToken: string;
  readonly secret: string;
  readonly faults: AzureFaults;
  readonly spoil: Spoiler;
  readonly latencyMs: number;
  readonly git: ServedGit | null;
  count(route: string): void;
  now(): Seconds;
}

/** Listens on loopback; the promise resolves with the port. */
export async function listen(parts: ServerParts, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      process.stderr.write(`simulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify(refusal(500, "Internal error").body));
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("the simulator has no port");
  return { server, port: address.port };
}

async function handle(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await answeredByGit(parts, request, response)) return;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (parts.latencyMs) await wait(parts.latencyMs);
  const web = `http://${request.headers.host ?? "127.0.0.1"}`;
  const url = new URL(parts.git?.inward(request.url ?? "/") ?? request.url ?? "/", web);
  const text = Buffer.concat(chunks).toString();
  const subject = `${request.method} ${url.pathname}`;
  const strikes = (name: AzureFault) => parts.faults.strikes(name, subject);
  if (strikes("reset")) return void request.socket.destroy();
  const slow = strikes("slow");
  if (slow) await wait((slow.seconds ?? 0.5) * 1000);
  const late = strikes("timeout");
  if (late) {
    parts.count("timeout");
    await wait((late.seconds ?? 0.05) * 1000);
    return send(parts, response, { answer: html(504, GATEWAY.replaceAll("502 Bad Gateway", "504 Gateway Timeout")) });
  }
  const answer = answerOf(parts, { request, url, text, web }, strikes);
  send(parts, response, { answer, isCut: strikes("truncated") !== null, delay: strikes("delayed") });
}

/** Git is served beside the API, to whoever may read it. */
async function answeredByGit(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const path = gitPathOf(url.pathname.slice(parts.root.length));
  if (!parts.git || path === null) return false;
  parts.count("git");
  if (unauthorised(parts, request)) response.writeHead(401, { "www-authenticate": "Basic" }).end();
  else await parts.git.answer(request, response, { path, query: url.search.slice(1) });
  return true;
}

interface Incoming {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly text: string;
  readonly web: string;
}
export type Strikes = (name: AzureFault) => FaultOptions | null;

function answerOf(parts: ServerParts, incoming: Incoming, strikes: Strikes): SimulatedAnswer {
  const { request, url, text, web } = incoming;
  if (/^\/login\/[^/]+\/oauth2\/v2\.0\/token$/.test(url.pathname)) return grant(parts, text);
  if (url.pathname.startsWith("/_signin")) return html(200, SIGN_IN);
  const path = url.pathname.toLowerCase().startsWith(parts.root.toLowerCase()) ? url.pathname.slice(parts.root.length) : null;
  const found = typeof parts.routes === "function" || path === null ? null : match(parts.routes, path);
  parts.count(found?.name ?? (typeof parts.routes === "function" ? (path ?? url.pathname) : "unknown"));
  const broken = brokenAnswer(url, strikes) ?? unauthorised(parts, request);
  if (broken) return broken;
  if (path === null)
    return refusal(404, `TF400367: The request could not be performed: there is no organisation at ${url.pathname}.`);
  const refused = wrongVersion(parts, url);
  if (refused) return refused;
  const body: unknown = text ? JSON.parse(text) : null;
  const asked: Asked = { method: request.method ?? "GET", path, query: url.searchParams, body, base: `${web}${parts.root}` };
  if (typeof parts.routes === "function") return parts.routes(asked);
  if (!found)
    return refusal(404, `The controller for path '${path}' was not found or does not implement IController.`, "HttpException");
  return parts.spoil(found.route[2](asked, ...found.parts), { asked, strikes });
}

function match(routes: readonly Route[], path: string) {
  for (const route of routes) {
    const found = route[0].exec(path);
    if (found) return { route, name: route[1], parts: found.slice(1) };
  }
  return null;
}

/** https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
function grant(parts: ServerParts, text: string): SimulatedAnswer {
  parts.count("token");
  const form = new URLSearchParams(text);
  if (form.get("client_secret") !== parts.secret || form.get("grant_type") !== "client_credentials")
    return {
      status: 401,
      body: { error: "invalid_client", error_description: "AADSTS7000215: Invalid client secret provided." },
    };
  return { body: { token_type: "Bearer", expires_in: 3_599, access_token: parts.principalToken } };
}

const html = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): SimulatedAnswer => ({
  status,
  text,
  headers: { "content-type": "text/html; charset=utf-8", ...headers },
});

/** Services answer a page to sign in, a Server answers 401. */
function unauthorised({ tokens, principalToken, flavour }: ServerParts, request: IncomingMessage): SimulatedAnswer | null {
  const given = request.headers.authorization ?? "";
  const basic = Buffer.from(given.replace(/^Basic\s+/i, ""), "base64")
    .toString()
    .replace(/^[^:]*:/, "");
  if (tokens.has(basic) || given === `Bearer ${principalToken}`) return null;
  return flavour === "services"
    ? html(203, SIGN_IN)
    : {
        status: 401,
        body: { message: "TF400813: The user '' is not authorized to access this resource." },
        headers: { "www-authenticate": "Bearer, Basic, Negotiate" },
      };
}

function brokenAnswer(url: URL, strikes: Strikes): SimulatedAnswer | null {
  if (strikes("bad_gateway")) return html(502, GATEWAY);
  if (strikes("html")) return html(200, SIGN_IN);
  if (strikes("sign_in") || strikes("revoked_after")) return html(203, SIGN_IN);
  if (strikes("redirect")) return html(302, SIGN_IN, { location: `/_signin?realm=${url.host}` });
  const throttled = strikes("throttled");
  if (throttled) {
    const answer = refusal(
      429,
      "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'Concurrency' in namespace 'User'.",
      "RequestBlockedException",
    );
    return { ...answer, headers: { "retry-after": String(throttled.seconds ?? 1), "x-ratelimit-resource": "Concurrency" } };
  }
  if (strikes("query_timeout"))
    return refusal(500, "VS402335: The query exceeded the time limit of 30 seconds.", "QueryTimeoutException");
  if (/\/_apis\/build\//.test(url.pathname) && strikes("underscoped"))
    return refusal(403, "Access denied: needs the scope vso.build.", "AccessCheckException");
  return null;
}

/** Server 2022 knows versions up to 7.0. */
function wrongVersion({ flavour }: ServerParts, { searchParams }: URL): SimulatedAnswer | null {
  const version = Number(/^\d+\.\d+/.exec(searchParams.get("api-version") ?? "")?.[0] ?? 5);
  const most = flavour === "server" ? 7 : 7.2;
  return version > most
    ? refusal(
        400,
        `The requested REST API version of ${version} is out of range for this server. The latest REST API version this server supports is ${most.toFixed(1)}.`,
        "VssVersionOutOfRangeException",
      )
    : null;
}

function send(
  parts: ServerParts,
  response: ServerResponse,
  { answer, isCut = false, delay = null }: { answer: SimulatedAnswer; isCut?: boolean; delay?: FaultOptions | null },
): void {
  const { status = 200 } = answer;
  const said = answer.text ?? JSON.stringify(answer.body);
  const text = parts.git?.outward(said) ?? said;
  const bytes = Buffer.from(isCut ? text.slice(0, Math.floor(text.length * 0.6)) : text);
  response.sendDate = false;
  response.writeHead(status, {
    date: new Date(parts.now() * 1000).toUTCString(),
    "content-type": "application/json; charset=utf-8; api-version=7.1",
    ...(status === 204 ? {} : { "content-length": bytes.length }),
    "x-tfs-session": guid("session"),
    activityid: guid(`activity:${Math.floor(parts.now() / 60)}`),
    ...(delay && slowed(parts, delay)),
    ...answer.headers,
  });
  response.end(status === 204 ? undefined : bytes);
}

/** https://learn.microsoft.com/en-us/azure/devops/integrate/concepts/rate-limits#api-client-experience */
const slowed = ({ now }: ServerParts, { seconds = 1 }: FaultOptions): Record<string, string> => ({
  "retry-after": String(seconds),
  "x-ratelimit-resource": "AzureDevOps/CoreService",
  "x-ratelimit-delay": String(seconds),
  "x-ratelimit-limit": "200",
  "x-ratelimit-remaining": "1",
  "x-ratelimit-reset": String(now() + seconds),
});
