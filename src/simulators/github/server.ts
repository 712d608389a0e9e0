import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

import { answerApi, type ApiAnswer } from "./api.ts";
import type { Credential } from "./auth.ts";
import type { Incoming, ServerParts } from "./exchange.ts";
import { answeredByGit } from "./git.ts";
import type { FaultName, FaultOptions, Faults } from "./faults.ts";
import { limitHeaders } from "./limits.ts";
import { refusal } from "./rest/request.ts";

const SIGN_IN =
  '<!DOCTYPE html>\n<html lang="en"><head><title>Sign in · GitHub</title></head><body><form action="/session" method="post"></form></body></html>';
const UNICORN =
  "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><center><h1>502 Bad Gateway</h1></center></body></html>";
const NO_PAGE = "<!DOCTYPE html>\n<html><head><title>Page not found · GitHub</title></head><body></body></html>";
const MAX_CONCURRENT = 100;
/** The Enterprise Server that answers below `/api` where none was asked for. */
const RECENT = "3.17.0";

/** Listens on loopback; the promise resolves with the port. */
export async function listen(parts: ServerParts, port: number): Promise<{ server: Server; port: number }> {
  let inFlight = 0;
  const server = createServer((request, response) => {
    inFlight++;
    const isCrowded = inFlight > MAX_CONCURRENT;
    handle(parts, { request, response, isCrowded })
      .catch((error: unknown) => fail(response, error))
      .finally(() => inFlight--);
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

function fail(response: ServerResponse, error: unknown) {
  process.stderr.write(`simulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
  response.end(JSON.stringify({ message: "Server Error" }));
}

async function handle(
  parts: ServerParts,
  { request, response, isCrowded }: { request: IncomingMessage; response: ServerResponse; isCrowded: boolean },
) {
  const arrivedAt = parts.elapsed();
  if (await answeredByGit(parts, request, response)) return;
  const incoming = await read(request, parts);
  if (parts.blocks.isInside(incoming, arrivedAt)) parts.log.insideBlock();
  if (parts.latencyMs) await wait(parts.latencyMs);
  const subject = `${incoming.method} ${incoming.path} ${incoming.isGraphql ? incoming.body.slice(0, 200) : ""}`;
  const strikes = (name: FaultName) => parts.faults.strikes(name, subject);
  if (strikes("reset")) return void request.socket.destroy();
  const slow = strikes("slow");
  if (slow) await wait((slow.seconds ?? 0.5) * 1000);
  const isElsewhere = parts.enterprise !== null && incoming.version === null;
  const broken = isElsewhere ? html(404, NO_PAGE) : await gatewayFault(parts, incoming, strikes);
  const answer = broken ?? (isCrowded ? secondaryLimit(60) : answerApi(parts, incoming, strikes));
  send({ parts, incoming, response, answer, isCut: broken === null && strikes("truncated") !== null });
}

async function read(request: IncomingMessage, { git, enterprise }: Pick<ServerParts, "git" | "enterprise">): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const host = request.headers.host ?? "127.0.0.1";
  const called = `http://${host}`;
  // Pages for people are beside the API, on the same host or on that without "api.".
  const web = `http://${host.replace(/^api\./, "")}`;
  const inWorld = (text: string) => git?.inward(text) ?? text;
  const url = new URL(inWorld(request.url ?? "/"), called);
  const isEnterprise = url.pathname.startsWith("/api/");
  const isGraphql = url.pathname === "/graphql" || url.pathname === "/api/graphql";
  const path = isGraphql ? "/graphql" : url.pathname.replace(/^\/api\/v3(?=\/|$)/, "") || "/";
  return {
    method: request.method ?? "GET",
    url,
    path,
    api: isEnterprise ? `${called}/api/v3` : called,
    web,
    version: isEnterprise ? (enterprise ?? RECENT) : null,
    isGraphql,
    headers: request.headers,
    body: inWorld(Buffer.concat(chunks).toString()),
  };
}

const html = (status: number, text: string): ApiAnswer => ({
  status,
  text,
  headers: { "content-type": "text/html; charset=utf-8" },
});

/** Faults that never reach the API itself. */
async function gatewayFault(
  { faults, limits, credentials, log }: ServerParts,
  incoming: Incoming,
  strikes: (name: FaultName) => ReturnType<Faults["strikes"]>,
): Promise<ApiAnswer | null> {
  const count = () => (incoming.isGraphql ? log.graphql("fault", 0) : log.rest("fault"));
  const timeout = strikes("timeout");
  if (timeout) {
    count();
    await wait((timeout.seconds ?? 0.05) * 1000);
    return html(
      incoming.isGraphql ? 502 : 504,
      UNICORN.replaceAll("502 Bad Gateway", incoming.isGraphql ? "502 Bad Gateway" : "504 Gateway Timeout"),
    );
  }
  const wrong: [FaultName, (fault: FaultOptions) => ApiAnswer][] = [
    ["bad_gateway", () => html(502, UNICORN)],
    ["html", () => html(200, SIGN_IN)],
    ["expired_token", () => refusal(401, "Bad credentials")],
    ["revoked_after", () => refusal(401, "Bad credentials")],
    ["secondary_limit", ({ seconds = 1 }) => secondaryLimit(seconds)],
  ];
  for (const [name, answer] of wrong) {
    const fault = strikes(name);
    if (!fault) continue;
    count();
    return answer(fault);
  }
  const primary = strikes("primary_limit");
  if (!primary) return null;
  const credential = credentials.identify(incoming.headers.authorization);
  if (!("token" in credential)) return null;
  if (primary.rate === undefined) faults.clear("primary_limit");
  limits.exhaust(credential.token, incoming.isGraphql ? "graphql" : "core", primary.seconds ?? 2);
  return null;
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits */
const secondaryLimit = (seconds: number): ApiAnswer =>
  refusal(403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", {
    docs: "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
    headers: { "retry-after": String(seconds) },
  });

interface Sending {
  parts: ServerParts;
  incoming: Incoming;
  response: ServerResponse;
  answer: ApiAnswer;
  isCut: boolean;
}

let requestNumber = 0;

function send({ parts, incoming, response, answer, isCut }: Sending) {
  const { status = 200, credential } = answer;
  const own = status === 304 ? "" : (answer.text ?? JSON.stringify(answer.body));
  const text = parts.git?.outward(own) ?? own;
  const bytes = Buffer.from(isCut ? text.slice(0, Math.floor(text.length * 0.6)) : text);
  response.sendDate = false;
  response.writeHead(status, {
    date: new Date(parts.state.now() * 1000).toUTCString(),
    server: "GitHub.com",
    "content-type": "application/json; charset=utf-8",
    "content-length": bytes.length,
    "x-github-request-id": `51A0:${(++requestNumber).toString(16).toUpperCase().padStart(6, "0")}`,
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": String(incoming.headers["x-github-api-version"] ?? "2022-11-28"),
    ...(incoming.version && { "x-github-enterprise-version": `enterprise-server@${incoming.version}` }),
    ...(credential && credentialHeaders(credential)),
    ...(answer.window && !parts.limits.isOff && limitHeaders(answer.window)),
    ...answer.headers,
  });
  response.end(incoming.method === "HEAD" ? undefined : bytes, () => parts.blocks.told(incoming, answer));
}

/** Scopes are told of classic tokens only; the end of a token where it has one. */
function credentialHeaders(credential: Credential): Record<string, string> {
  const expires =
    credential.expiresAt !== null && credential.kind !== "app"
      ? {
          "github-authentication-token-expiration": `${new Date(credential.expiresAt * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`,
        }
      : {};
  return credential.kind === "classic"
    ? { "x-oauth-scopes": credential.scopes.join(", "), "x-accepted-oauth-scopes": "repo", ...expires }
    : { ...expires };
}
