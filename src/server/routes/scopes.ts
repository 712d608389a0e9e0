import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import * as shapes from "../shapes/monitoring.ts";
import { integrationParams as params } from "../shapes/shared.ts";

const tags = ["scopes"];

export function scopeRoutes(app: App, { scopes }: Services): void {
  app.post(
    "/api/v1/integrations/scopes",
    {
      config: { permission: "integrations:write" },
      schema: {
        tags,
        summary: "What a credential can see, before it is saved",
        body: shapes.scopeDiscovery,
        response: { 200: shapes.scopePage },
      },
    },
    (request) => scopes.discover(request.body),
  );
  app.get(
    "/api/v1/integrations/:integration/scopes",
    {
      config: { permission: "integrations:read" },
      schema: {
        tags,
        summary: "Known scopes and which are chosen",
        params,
        querystring: shapes.scopeListQuery,
        response: { 200: shapes.scopePage },
      },
    },
    (request) => scopes.list(request.params.integration, request.query),
  );
  app.put(
    "/api/v1/integrations/:integration/scopes",
    {
      config: { permission: "integrations:write" },
      schema: {
        tags,
        summary: "Choose scopes by name or pattern",
        params,
        body: shapes.scopeChange,
        response: { 200: shapes.scopePage },
      },
    },
    (request) => scopes.choose(request.actor, request.params.integration, request.body),
  );
}
