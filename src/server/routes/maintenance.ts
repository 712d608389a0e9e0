import { z } from "zod";

import type { App } from "../app.ts";
import type { Services } from "../services.ts";

const tags = ["maintenance"];
const config = { permission: "data:write" } as const;

const rebuildReport = z
  .object({
    isEqual: z.boolean(),
    seconds: z.number(),
    tables: z.array(z.object({ table: z.string(), rows: z.int(), rebuiltRows: z.int(), isEqual: z.boolean() })),
  })
  .meta({ id: "RebuildReport" });

const checkLine = z
  .object({ check: z.string(), ok: z.boolean(), what: z.string(), rule: z.string().nullable(), next: z.string().nullable() })
  .meta({ id: "CheckLine" });

export function maintenanceRoutes(app: App, { maintenance }: Services): void {
  app.post(
    "/api/v1/backup",
    {
      config,
      schema: {
        tags,
        summary: "Write one consistent archive of workspace, warehouse and raw pages on the server's disk",
        body: z.strictObject({ file: z.string().min(1), isWithKey: z.boolean().default(true) }),
        response: { 200: z.object({ file: z.string(), bytes: z.int() }) },
      },
    },
    (request) => maintenance.backup(request.body),
  );
  app.post(
    "/api/v1/rebuild",
    {
      config,
      schema: {
        tags,
        summary: "Map the archive again; with `isVerified` into a second warehouse, to compare",
        body: z.strictObject({ isVerified: z.boolean().default(false) }),
        response: { 200: rebuildReport },
      },
    },
    (request) => maintenance.rebuild(request.body),
  );
  app.post(
    "/api/v1/facts/refresh",
    { config, schema: { tags, summary: "Build links and facts now", response: { 200: z.object({ seconds: z.number() }) } } },
    () => maintenance.refreshFacts(),
  );
  app.get(
    "/api/v1/checks",
    {
      config,
      schema: {
        tags,
        summary: "What the doctor asks a running server",
        response: { 200: z.object({ items: z.array(checkLine) }) },
      },
    },
    async () => ({ items: await maintenance.checks() }),
  );
}

/** For probes and Prometheus. From another machine `/metrics` wants a token, since it names integrations. */
export function probeRoutes(app: App, { maintenance }: Services): void {
  const schema = { hide: true };
  app.get("/healthz", { config: { permission: "public" }, schema }, async () => ({ status: "ok" }));
  app.get("/readyz", { config: { permission: "public" }, schema }, async (_request, reply) => {
    const { isReady, reason } = await maintenance.ready();
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? "ready" : "not ready", reason });
  });
  app.get("/metrics", { config: { permission: "local" }, schema }, async (_request, reply) => {
    const { contentType, text } = await maintenance.metricsText();
    return reply.type(contentType).send(text);
  });
}
