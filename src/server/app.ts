import { existsSync } from "node:fs";
import { join } from "node:path";

import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import fastifyStatic from "@fastify/static";
import swagger from "@fastify/swagger";
import Fastify, { LogController, type FastifyBaseLogger } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";

import { guardAccess, guardOrigin } from "./guards.ts";
import { documentOptions } from "./openapi.ts";
import { errorHandler, problemBody, sendProblem } from "./problem-json.ts";
import { unknownRoute } from "./problems.ts";
import { backfillRoutes } from "./routes/backfills.ts";
import { connectorRoutes } from "./routes/connectors.ts";
import { documentRoutes } from "./routes/documents.ts";
import { eventRoutes } from "./routes/events.ts";
import { hookRoutes } from "./routes/hooks.ts";
import { deletionRoutes, integrationActionRoutes, integrationRoutes } from "./routes/integrations.ts";
import { maintenanceRoutes, probeRoutes } from "./routes/maintenance.ts";
import { explainRoutes, metricRoutes, queryRoutes } from "./routes/metrics.ts";
import { monitoringRoutes } from "./routes/monitoring.ts";
import { reconciliationRoutes } from "./routes/reconciliation.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { projectRoutes } from "./routes/projects.ts";
import { scopeRoutes } from "./routes/scopes.ts";
import { sessionRoutes } from "./routes/session.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import { tokenRoutes, workspaceRoutes } from "./routes/workspace.ts";
import type { Services } from "./services.ts";

export interface AppOptions {
  /** Folder with the built web app; null: no pages. */
  readonly webRoot: string | null;
  /** Host names that requests may use besides loopback and IP addresses. */
  readonly hosts: readonly string[];
  /** True when people reach the server over TLS: cookies become secure, browsers remember it. */
  readonly isSecure: boolean;
  readonly logger?: FastifyBaseLogger;
}

const groups = [
  connectorRoutes,
  integrationRoutes,
  integrationActionRoutes,
  backfillRoutes,
  deletionRoutes,
  scopeRoutes,
  monitoringRoutes,
  notificationRoutes,
  reconciliationRoutes,
  webhookRoutes,
  projectRoutes,
  metricRoutes,
  queryRoutes,
  explainRoutes,
  workspaceRoutes,
  tokenRoutes,
  sessionRoutes,
  eventRoutes,
  maintenanceRoutes,
  probeRoutes,
];

/** The whole HTTP side, not yet listening: tests and the command line `inject` into it. */
export async function buildApp(services: Services, options: AppOptions) {
  const app = createApp(options);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(errorHandler);
  await app.register(cookie, { parseOptions: { secure: options.isSecure } });
  await app.register(helmet, helmetOptions(options.isSecure));
  await app.register(rateLimit, { max: 3000, timeWindow: 60_000 });
  await app.register(swagger, documentOptions);
  guardOrigin(app, options.hosts);
  guardAccess(app, services.sessions);
  for (const routes of groups) routes(app, services);
  await app.register((hooks) => hookRoutes(hooks as App, services));
  documentRoutes(app);
  await serveWeb(app, options.webRoot);
  return app;
}

function createApp(options: AppOptions) {
  const base = {
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1_048_576,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
  } as const;
  const app = options.logger ? Fastify({ ...base, loggerInstance: options.logger }) : Fastify(base);
  app.addHook("onResponse", async (request, reply) => {
    request.log.debug(
      { method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      "answered",
    );
  });
  app.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  return app.withTypeProvider<ZodTypeProvider>();
}

export type App = ReturnType<typeof createApp>;

/** Styles may be inline because the component library writes them so; scripts may not. */
const helmetOptions = (isSecure: boolean) => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:", "blob:"],
      fontSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: isSecure ? { maxAge: 15_552_000 } : false,
  crossOriginOpenerPolicy: isSecure,
  originAgentCluster: isSecure,
});

/** Pages of the web app live at their own addresses: whatever is no file and no API is its index. */
async function serveWeb(app: App, webRoot: string | null): Promise<void> {
  const hasPages = webRoot !== null && existsSync(join(webRoot, "index.html"));
  if (hasPages)
    await app.register(fastifyStatic, { root: webRoot, wildcard: false, index: false, maxAge: "1h", immutable: false });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0]!;
    const isPage = request.method === "GET" && !/^\/(api|hooks|assets|metrics)(\/|$)/.test(path) && !/\.\w+$/.test(path);
    if (isPage && hasPages)
      return reply.header("cache-control", "no-cache").type("text/html; charset=utf-8").sendFile("index.html", { maxAge: 0 });
    return sendProblem(reply, problemBody(unknownRoute(request.method, path)));
  });
}
