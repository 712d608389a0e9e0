import { z } from "zod";

import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import { pageOf } from "../shapes/shared.ts";
import * as shapes from "../shapes/workspace.ts";

const listOf = <Item extends z.ZodType>(item: Item) => ({ 200: z.object({ items: z.array(item) }) });

export function workspaceRoutes(app: App, { workspace, people, profiles }: Services): void {
  app.get(
    "/api/v1/overview",
    {
      config: { permission: "integrations:read" },
      schema: { tags: ["workspace"], summary: "How everything stands", response: { 200: shapes.overview } },
    },
    () => workspace.overview(),
  );
  app.get(
    "/api/v1/teams",
    { config: { permission: "people:read" }, schema: { tags: ["people"], summary: "Teams", response: listOf(shapes.team) } },
    async () => ({ items: await people.teams() }),
  );
  app.get(
    "/api/v1/profiles",
    {
      config: { permission: "metrics:read" },
      schema: { tags: ["metrics"], summary: "Profiles, newest version first", response: listOf(shapes.profile) },
    },
    async () => ({ items: await profiles.list() }),
  );
  app.get(
    "/api/v1/audit",
    {
      config: { permission: "audit:read" },
      schema: {
        tags: ["workspace"],
        summary: "Who changed what",
        querystring: shapes.auditQuery,
        response: { 200: pageOf(shapes.auditEntry) },
      },
    },
    (request) => workspace.audit(request.query),
  );
}

export function tokenRoutes(app: App, { workspace }: Services): void {
  const config = { permission: "tokens:write" } as const;
  const tags = ["workspace"];
  app.get("/api/v1/tokens", { config, schema: { tags, summary: "API tokens", response: listOf(shapes.token) } }, async () => ({
    items: await workspace.tokens(),
  }));
  app.post(
    "/api/v1/tokens",
    {
      config,
      schema: {
        tags,
        summary: "Make a token; it is shown this once",
        body: shapes.tokenCreate,
        response: { 201: shapes.newToken },
      },
    },
    async (request, reply) => reply.code(201).send(await workspace.createToken(request.actor, request.body)),
  );
  app.delete(
    "/api/v1/tokens/:token",
    { config, schema: { tags, summary: "Revoke a token", params: z.object({ token: z.string() }), response: { 204: z.null() } } },
    async (request, reply) => {
      await workspace.revokeToken(request.actor, request.params.token);
      return reply.code(204).send(null);
    },
  );
}
