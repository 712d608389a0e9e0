import { z } from "zod";

import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import { projectParams as params } from "../shapes/shared.ts";
import * as shapes from "../shapes/workspace.ts";

const tags = ["projects"];
const reads = { permission: "projects:read" } as const;
const writes = { permission: "projects:write" } as const;

export function projectRoutes(app: App, { projects }: Services): void {
  app.get(
    "/api/v1/projects",
    { config: reads, schema: { tags, summary: "Projects", response: { 200: z.object({ items: z.array(shapes.project) }) } } },
    async () => ({ items: await projects.list() }),
  );
  app.post(
    "/api/v1/projects",
    { config: writes, schema: { tags, summary: "Add a project", body: shapes.projectCreate, response: { 201: shapes.project } } },
    async (request, reply) => reply.code(201).send(await projects.create(request.actor, request.body)),
  );
  app.get(
    "/api/v1/projects/:project",
    { config: reads, schema: { tags, summary: "One project", params, response: { 200: shapes.project } } },
    (request) => projects.get(request.params.project),
  );
  app.patch(
    "/api/v1/projects/:project",
    {
      config: writes,
      schema: { tags, summary: "Change a project", params, body: shapes.projectPatch, response: { 200: shapes.project } },
    },
    (request) => projects.change(request.actor, request.params.project, request.body),
  );
  app.delete(
    "/api/v1/projects/:project",
    {
      config: writes,
      schema: { tags, summary: "Delete a project; integrations and data stay", params, response: { 204: z.null() } },
    },
    async (request, reply) => {
      await projects.remove(request.actor, request.params.project);
      return reply.code(204).send(null);
    },
  );
  app.get(
    "/api/v1/projects/:project/integrations",
    { config: reads, schema: { tags, summary: "Integration mapping", params, response: { 200: shapes.mapping } } },
    (request) => projects.mapping(request.params.project),
  );
  app.put(
    "/api/v1/projects/:project/integrations",
    {
      config: writes,
      schema: {
        tags,
        summary: "Map exactly these integrations",
        params,
        body: shapes.mappingChange,
        response: { 200: shapes.mapping },
      },
    },
    (request) => projects.map(request.actor, request.params.project, request.body.integrations),
  );
}
