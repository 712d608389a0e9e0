import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import { integrationParams as params, pageOf } from "../shapes/shared.ts";
import * as shapes from "../shapes/webhooks.ts";

const tags = ["webhooks"];
const reads = { permission: "integrations:read" } as const;
const writes = { permission: "integrations:write" } as const;
const runs = { permission: "integrations:run" } as const;
const base = "/api/v1/integrations/:integration/webhook";

/** The address, the secret, and what vendors delivered. */
export function webhookRoutes(app: App, { webhooks }: Services): void {
  app.get(
    base,
    {
      config: reads,
      schema: { tags, summary: "Address, events and state of the webhook", params, response: { 200: shapes.webhook } },
    },
    (request) => webhooks.get(request.params.integration),
  );
  app.post(
    `${base}/secret`,
    {
      config: writes,
      schema: {
        tags,
        summary: "Make a new secret; the one before stays valid for a while",
        params,
        body: shapes.secretRequest.nullish(),
        response: { 201: shapes.madeSecret },
      },
    },
    async (request, reply) => {
      const asked = request.body ?? { overlapHours: 24 };
      return reply.code(201).send(await webhooks.makeSecret(request.actor, request.params.integration, asked));
    },
  );
  app.delete(
    `${base}/secret/previous`,
    {
      config: writes,
      schema: { tags, summary: "Accept only the newest secret from now on", params, response: { 200: shapes.webhook } },
    },
    (request) => webhooks.endOverlap(request.actor, request.params.integration),
  );
  app.get(
    `${base}/deliveries`,
    {
      config: reads,
      schema: {
        tags,
        summary: "Deliveries, newest first",
        params,
        querystring: shapes.deliveryQuery,
        response: { 200: pageOf(shapes.delivery) },
      },
    },
    (request) => webhooks.deliveries(request.params.integration, request.query),
  );
  app.get(
    `${base}/deliveries/:delivery`,
    {
      config: { permission: "archive:read" },
      schema: {
        tags,
        summary: "One delivery with its body",
        params: shapes.deliveryParams,
        response: { 200: shapes.deliveryBody },
      },
    },
    (request) => webhooks.delivery(request.params.integration, request.params.delivery),
  );
  app.post(
    `${base}/deliveries/:delivery/replay`,
    {
      config: runs,
      schema: {
        tags,
        summary: "Read again what a delivery names",
        params: shapes.deliveryParams,
        response: { 202: shapes.replayed },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await webhooks.replay(request.actor, request.params.integration, request.params.delivery)),
  );
  app.post(
    `${base}/replay`,
    {
      config: runs,
      schema: { tags, summary: "Try all deliveries again that could not be read", params, response: { 202: shapes.replayed } },
    },
    async (request, reply) => reply.code(202).send(await webhooks.replay(request.actor, request.params.integration, null)),
  );
}
