import { z } from "zod";

import type { App } from "../app.ts";
import type { Services } from "../services.ts";

const HEARTBEAT_MS = 15_000;

/** Server-sent events: `event:` names the type, `data:` is one JSON object. */
export function eventRoutes(app: App, { events }: Services): void {
  app.get(
    "/api/v1/events",
    {
      config: { permission: "integrations:read" },
      schema: {
        tags: ["monitoring"],
        summary: "Live progress (text/event-stream): integration, progress, task, facts",
        querystring: z.object({ integration: z.string().optional() }),
        response: { 200: z.string() },
      },
    },
    (request, reply) => {
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" });
      raw.write("retry: 2000\n\n");
      const only = request.query.integration;
      const end = events.subscribe((event) => {
        if (only && "integration" in event && event.integration !== only) return;
        raw.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      });
      const heartbeat = setInterval(() => raw.write(": still here\n\n"), HEARTBEAT_MS);
      raw.on("close", () => {
        clearInterval(heartbeat);
        end();
      });
    },
  );
}
