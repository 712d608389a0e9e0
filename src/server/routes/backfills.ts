import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import * as shapes from "../shapes/backfills.ts";
import { integrationParams, pageOf } from "../shapes/shared.ts";
import { z } from "zod";

const tags = ["backfills"];
const reads = { permission: "integrations:read" } as const;
const runs = { permission: "integrations:run" } as const;
const params = integrationParams.extend({ backfill: z.string() });
const one = { params, response: { 200: shapes.backfill } };

/** History under people's control. */
export function backfillRoutes(app: App, { backfills }: Services): void {
  app.get(
    "/api/v1/integrations/:integration/backfills",
    {
      config: reads,
      schema: {
        tags,
        summary: "Backfills of an integration, newest first",
        params: integrationParams,
        querystring: shapes.backfillListQuery,
        response: { 200: pageOf(shapes.backfill) },
      },
    },
    (request) => backfills.list(request.params.integration, request.query),
  );
  app.post(
    "/api/v1/integrations/:integration/backfills",
    {
      config: runs,
      schema: {
        tags,
        summary: "Start a backfill, or ask what it would cost",
        params: integrationParams,
        body: shapes.backfillCreate,
        response: { 200: shapes.backfillPlan, 201: shapes.backfillPlan },
      },
    },
    async (request, reply) => {
      const plan = await backfills.create(request.actor, request.params.integration, request.body);
      return reply.code(plan.backfill && !plan.backfill.isJoined ? 201 : 200).send(plan);
    },
  );
  app.get(
    "/api/v1/integrations/:integration/backfills/:backfill",
    { config: reads, schema: { tags, summary: "One backfill", ...one } },
    (request) => backfills.get(request.params.integration, request.params.backfill),
  );
  app.patch(
    "/api/v1/integrations/:integration/backfills/:backfill",
    { config: runs, schema: { tags, summary: "Change its priority or share", body: shapes.backfillPatch, ...one } },
    (request) => backfills.change(request.actor, { ...idsOf(request.params), patch: request.body }),
  );
  const moves = { pause: "Pause it at the next page", resume: "Go on where it stopped", cancel: "End it; what was read is kept" };
  for (const [move, summary] of Object.entries(moves) as [keyof typeof moves, string][])
    app.post(
      `/api/v1/integrations/:integration/backfills/:backfill/${move}`,
      { config: runs, schema: { tags, summary, ...one } },
      (request) => backfills.move(request.actor, { ...idsOf(request.params), move }),
    );
}

const idsOf = ({ integration, backfill }: { integration: string; backfill: string }) => ({ id: integration, backfill });
