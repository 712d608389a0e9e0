import type { App } from "../app.ts";
import { pageOfDocument } from "../openapi-page.ts";
import { tidyDocument } from "../openapi.ts";

/** The OpenAPI document, for machines and for people. */
export function documentRoutes(app: App): void {
  const options = { config: { permission: "public" }, schema: { hide: true } } as const;
  app.get("/api/openapi.json", options, async (_request, reply) =>
    reply.type("application/json; charset=utf-8").send(JSON.stringify(tidyDocument(app.swagger()))),
  );
  app.get("/api/docs", options, async (_request, reply) =>
    reply.type("text/html; charset=utf-8").send(pageOfDocument(tidyDocument(app.swagger()))),
  );
}
