import { isIP } from "node:net";

import type { FastifyRequest } from "fastify";

import { may, type Actor } from "./access.ts";
import type { App } from "./app.ts";
import { foreignHost, foreignOrigin, noPermissionDeclared, notAllowed, signInNeeded } from "./problems.ts";
import { SESSION_COOKIE } from "./routes/session.ts";
import type { Services } from "./services.ts";

const loopbackNames = new Set(["localhost", "127.0.0.1", "::1", "[::1]"]);
const changing = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/**
 * Holds against DNS rebinding and cross-site requests: the Host must be an IP address, loopback or a name of ours, and
 * a browser that changes something must come from a page of the same host.
 */
export function guardOrigin(app: App, hosts: readonly string[]): void {
  const ours = new Set([...loopbackNames, ...hosts.map((host) => host.toLowerCase())]);
  app.addHook("onRequest", async (request) => {
    const host = hostName(request.headers.host);
    if (!ours.has(host) && isIP(host.replace(/^\[|\]$/g, "")) === 0) throw foreignHost(host);
    if (!changing.has(request.method)) return;
    const { origin } = request.headers;
    if (origin !== undefined && originHost(origin) !== request.headers.host) throw foreignOrigin(origin);
    if (request.headers["sec-fetch-site"] === "cross-site") throw foreignOrigin(origin ?? "another site");
  });
}

const hostName = (host: string | undefined) => (host ?? "").toLowerCase().replace(/:\d+$/, "");

function originHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** Every route declares what it needs; without a session that has it the handler is never reached. */
export function guardAccess(app: App, sessions: Services["sessions"]): void {
  app.addHook("onRoute", (route) => {
    if (route.config?.permission === undefined && isOurs(route.url))
      throw noPermissionDeclared(`${String(route.method)} ${route.url}`);
  });
  app.decorateRequest("actor", null as unknown as Actor);
  app.addHook("onRequest", async (request) => {
    const { permission } = request.routeOptions.config;
    if (permission === "public" || permission === "public/hook" || !isOurs(request.routeOptions.url ?? "")) return;
    if (permission === "local" && isLocalVisitor(request)) return;
    const actor = await actorOf(request, sessions);
    if (!actor) throw signInNeeded();
    if (permission === undefined) throw noPermissionDeclared(request.routeOptions.url ?? "");
    if (permission !== "signed-in" && permission !== "local" && !may(actor, permission)) throw notAllowed(permission, actor.role);
    request.actor = actor;
  });
}

/** The web app's files and pages are public; everything else is ours to guard. */
const isOurs = (url: string) => /^\/(api|hooks|metrics|healthz|readyz|start)(\/|$)/.test(url);

async function actorOf(request: FastifyRequest, sessions: Services["sessions"]): Promise<Actor | null> {
  const [scheme, token] = (request.headers.authorization ?? "").split(" ");
  if (scheme && token) return /^(bearer|apikey)$/i.test(scheme) ? sessions.byToken(token) : null;
  const cookie = request.cookies[SESSION_COOKIE];
  if (cookie) {
    const actor = await sessions.bySession(cookie);
    if (actor) return actor;
  }
  return isLocalVisitor(request) ? sessions.demoVisitor() : null;
}

/** A forwarded request has a visitor whom we cannot place. */
const isLocalVisitor = ({ headers, socket }: FastifyRequest) =>
  headers["x-forwarded-for"] === undefined &&
  headers.forwarded === undefined &&
  /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? "") &&
  loopbackNames.has(hostName(headers.host));
