import { z } from "zod";

import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import * as shapes from "../shapes/notifications.ts";
import { pageQuery } from "../shapes/shared.ts";

const tags = ["notifications"];
const config = { permission: "notifications:write" } as const;
const params = z.object({ channel: z.string() });
const answers = { 200: shapes.channel };

/** Where people are told that an integration needs them. */
export function notificationRoutes(app: App, { notifications }: Services): void {
  app.get(
    "/api/v1/notification-channels",
    {
      config,
      schema: { tags, summary: "Channels", response: { 200: z.object({ items: z.array(shapes.channel) }) } },
    },
    async () => ({ items: await notifications.channels() }),
  );
  app.post(
    "/api/v1/notification-channels",
    { config, schema: { tags, summary: "Add a channel", body: shapes.channelCreate, response: { 201: shapes.channel } } },
    async (request, reply) => reply.code(201).send(await notifications.create(request.actor, request.body)),
  );
  app.patch(
    "/api/v1/notification-channels/:channel",
    { config, schema: { tags, summary: "Change a channel", params, body: shapes.channelPatch, response: answers } },
    (request) => notifications.change(request.actor, request.params.channel, request.body),
  );
  app.delete(
    "/api/v1/notification-channels/:channel",
    { config, schema: { tags, summary: "Delete a channel", params, response: { 204: z.null() } } },
    async (request, reply) => {
      await notifications.remove(request.actor, request.params.channel);
      return reply.code(204).send(null);
    },
  );
  app.post(
    "/api/v1/notification-channels/:channel/test",
    { config, schema: { tags, summary: "Send a test message now", params, response: { 200: shapes.testAnswer } } },
    (request) => notifications.test(request.params.channel),
  );
  app.get(
    "/api/v1/notifications",
    {
      config,
      schema: {
        tags,
        summary: "What was said and what waits, newest first",
        querystring: z.object(pageQuery),
        response: { 200: shapes.notificationPage },
      },
    },
    (request) => notifications.list(request.query),
  );
}
