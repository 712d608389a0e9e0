import { z } from "zod";

import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import * as shapes from "../shapes/workspace.ts";

export const SESSION_COOKIE = "leadline_session";

const cookieOptions = (maxAge: number) => ({ path: "/", httpOnly: true, sameSite: "strict" as const, maxAge });

export function sessionRoutes(app: App, { sessions }: Services): void {
  const tags = ["session"];
  app.get(
    "/api/v1/session",
    {
      config: { permission: "signed-in" },
      schema: { tags, summary: "Who I am and what I may do", response: { 200: shapes.session } },
    },
    (request) => Promise.resolve(sessions.describe(request.actor)),
  );
  app.post(
    "/api/v1/session",
    {
      config: { permission: "public", rateLimit: { max: 10, timeWindow: 60_000 } },
      schema: {
        tags,
        summary: "Sign in with the key of the one-time link",
        body: shapes.sessionCreate,
        response: { 200: shapes.session },
      },
    },
    async (request, reply) => {
      const opened = await sessions.open(request.body.key);
      return reply
        .setCookie(SESSION_COOKIE, opened.cookie, cookieOptions(opened.maxAgeSeconds))
        .send(sessions.describe(opened.actor));
    },
  );
  app.delete(
    "/api/v1/session",
    { config: { permission: "signed-in" }, schema: { tags, summary: "Sign out", response: { 204: z.null() } } },
    async (request, reply) => {
      const cookie = request.cookies[SESSION_COOKIE];
      if (cookie) await sessions.close(cookie);
      return reply.clearCookie(SESSION_COOKIE, { path: "/" }).code(204).send(null);
    },
  );
  app.post(
    "/api/v1/session/links",
    {
      config: { permission: "data:write" },
      schema: { tags, summary: "Make a one-time link", response: { 201: z.object({ path: z.string() }) } },
    },
    async (_request, reply) => reply.code(201).send(await sessions.link()),
  );
  app.get(
    "/start",
    {
      config: { permission: "public", rateLimit: { max: 10, timeWindow: 60_000 } },
      schema: { hide: true, querystring: z.object({ key: z.string() }) },
    },
    async (request, reply) => {
      const opened = await sessions.open(request.query.key);
      return reply
        .setCookie(SESSION_COOKIE, opened.cookie, { ...cookieOptions(opened.maxAgeSeconds), sameSite: "lax" })
        .redirect("/");
    },
  );
}
