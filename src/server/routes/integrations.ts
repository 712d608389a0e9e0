import { z } from "zod";

import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import { deletion, removal } from "../shapes/deletions.ts";
import * as shapes from "../shapes/integrations.ts";
import { integrationParams as params, pageOf } from "../shapes/shared.ts";

const tags = ["integrations"];
const reads = { permission: "integrations:read" } as const;
const writes = { permission: "integrations:write" } as const;
const one = { params, response: { 200: shapes.integration } };

export function integrationRoutes(app: App, { integrations }: Services): void {
  app.get(
    "/api/v1/integrations",
    {
      config: reads,
      schema: {
        tags,
        summary: "My integrations",
        querystring: shapes.integrationListQuery,
        response: { 200: pageOf(shapes.integration) },
      },
    },
    (request) => integrations.list(request.query),
  );
  app.post(
    "/api/v1/integrations",
    {
      config: writes,
      schema: { tags, summary: "Add an integration", body: shapes.integrationCreate, response: { 201: shapes.integration } },
    },
    async (request, reply) => reply.code(201).send(await integrations.create(request.actor, request.body)),
  );
  app.get(
    "/api/v1/integrations/:integration",
    { config: reads, schema: { tags, summary: "One integration", ...one } },
    (request) => integrations.get(request.params.integration),
  );
  app.patch(
    "/api/v1/integrations/:integration",
    {
      config: writes,
      schema: {
        tags,
        summary: "Change an integration; secrets are rotated by writing them",
        body: shapes.integrationPatch,
        ...one,
      },
    },
    (request) => integrations.change(request.actor, request.params.integration, request.body),
  );
  app.post(
    "/api/v1/integrations/:integration/changes",
    {
      config: writes,
      schema: {
        tags,
        summary: "What a change would change",
        params,
        body: shapes.integrationPatch,
        response: { 200: shapes.changePreview },
      },
    },
    (request) => integrations.preview(request.params.integration, request.body),
  );
  app.get(
    "/api/v1/integrations/:integration/impact",
    { config: reads, schema: { tags, summary: "What deleting it would change", params, response: { 200: shapes.impact } } },
    (request) => integrations.impact(request.params.integration),
  );
}

/** Deleting with a time to think again, progress, and a proof that stays. */
export function deletionRoutes(app: App, { integrations }: Services): void {
  app.delete(
    "/api/v1/integrations/:integration",
    {
      config: writes,
      schema: {
        tags,
        summary: "Delete an integration and everything read through it; wants its id as `confirm`",
        params,
        querystring: removal,
        response: { 202: shapes.integration },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await integrations.remove(request.actor, request.params.integration, request.query)),
  );
  app.get(
    "/api/v1/integrations/:integration/deletion",
    {
      config: reads,
      schema: { tags, summary: "How a deletion stands; afterwards its proof", params, response: { 200: deletion } },
    },
    (request) => integrations.deletion(request.params.integration),
  );
  app.post(
    "/api/v1/integrations/:integration/deletion/cancel",
    { config: writes, schema: { tags, summary: "Keep the integration; works until the first row is gone", ...one } },
    (request) => integrations.keep(request.actor, request.params.integration),
  );
}

/** Asking the vendor, and saying when to read. */
export function integrationActionRoutes(app: App, { integrations }: Services): void {
  app.post(
    "/api/v1/integrations/check",
    {
      config: writes,
      schema: {
        tags,
        summary: "Try a configuration before it is saved",
        body: shapes.checkRequest,
        response: { 200: shapes.checkAnswer },
      },
    },
    (request) => integrations.checkNew(request.body.connector, request.body.config),
  );
  app.post(
    "/api/v1/integrations/:integration/check",
    {
      config: { permission: "integrations:run" },
      schema: {
        tags,
        summary: "Try the saved configuration, or a change to it",
        params,
        body: z.strictObject({ config: z.record(z.string(), z.unknown()).optional() }).nullish(),
        response: { 200: shapes.checkAnswer },
      },
    },
    (request) => integrations.checkSaved(request.params.integration, request.body?.config ?? {}),
  );
  app.post(
    "/api/v1/integrations/:integration/pause",
    { config: writes, schema: { tags, summary: "Stop reading until resumed", ...one } },
    (request) => integrations.pause(request.actor, request.params.integration),
  );
  app.post(
    "/api/v1/integrations/:integration/resume",
    { config: writes, schema: { tags, summary: "Read again", ...one } },
    (request) => integrations.resume(request.actor, request.params.integration),
  );
  app.post(
    "/api/v1/integrations/:integration/ingest",
    {
      config: { permission: "integrations:run" },
      schema: { tags, summary: "Run now", params, body: shapes.runRequest.nullish(), response: { 202: shapes.run } },
    },
    async (request, reply) =>
      reply.code(202).send(await integrations.run(request.actor, request.params.integration, request.body ?? { full: false })),
  );
  app.get(
    "/api/v1/integrations/:integration/ingest",
    {
      config: reads,
      schema: {
        tags,
        summary: "The run under way, or the last one",
        params,
        querystring: z.object({ backfill: z.string().optional().meta({ description: "the run of this backfill" }) }),
        response: { 200: shapes.run },
      },
    },
    (request) => integrations.currentRun(request.params.integration, request.query.backfill),
  );
}
