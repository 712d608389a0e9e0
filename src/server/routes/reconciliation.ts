import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import * as shapes from "../shapes/reconciliation.ts";
import { integrationParams as params } from "../shapes/shared.ts";

const tags = ["monitoring"];

export function reconciliationRoutes(app: App, { reconciliation }: Services): void {
  app.get(
    "/api/v1/integrations/:integration/reconciliation",
    {
      config: { permission: "integrations:read" },
      schema: {
        tags,
        summary: "Completeness: what the vendor lists against what is stored",
        params,
        querystring: shapes.reconciliationQuery,
        response: { 200: shapes.reconciliation },
      },
    },
    (request) => reconciliation.get(request.params.integration, request.query),
  );
  app.post(
    "/api/v1/integrations/:integration/reconcile",
    {
      config: { permission: "integrations:run" },
      schema: {
        tags,
        summary: "Compare now, and read what is missing",
        params,
        body: shapes.reconcileRequest.nullish(),
        response: { 202: shapes.reconciliation },
      },
    },
    async (request, reply) => reply.code(202).send(await reconciliation.run(request.params.integration, request.body ?? {})),
  );
  app.put(
    "/api/v1/integrations/:integration/reconciliation",
    {
      config: { permission: "integrations:write" },
      schema: {
        tags,
        summary: "How often to compare",
        params,
        body: shapes.reconcileSetting,
        response: { 200: shapes.reconciliation },
      },
    },
    (request) => reconciliation.change(request.actor, request.params.integration, request.body),
  );
}
