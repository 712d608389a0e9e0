import { z } from "zod";

import type { App } from "../app.ts";
import { connector } from "../shapes/connectors.ts";
import type { Services } from "../services.ts";

const config = { permission: "integrations:read" } as const;

export function connectorRoutes(app: App, services: Services): void {
  app.get(
    "/api/v1/connectors",
    {
      config,
      schema: {
        tags: ["connectors"],
        summary: "Every connector with its form and its streams",
        response: { 200: z.object({ items: z.array(connector) }) },
      },
    },
    async () => ({ items: await services.connectors.list() }),
  );
  app.get(
    "/api/v1/connectors/:connector",
    {
      config,
      schema: {
        tags: ["connectors"],
        summary: "One connector",
        params: z.object({ connector: z.string() }),
        response: { 200: connector },
      },
    },
    (request) => services.connectors.get(request.params.connector),
  );
}
