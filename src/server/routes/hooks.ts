import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";

import type { App } from "../app.ts";
import { errorHandler, problemBody, sendProblem } from "../problem-json.ts";
import type { Services } from "../services.ts";
import { integrationParams as params } from "../shapes/shared.ts";
import { deliveryTooLarge, tooManyAtOnce } from "../webhook-problems.ts";

/** The most that GitHub sends. https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
const LIMIT_MB = 25;
const LIMIT = LIMIT_MB * 1024 * 1024;
/** Bodies under way at once, before anybody knows who sends them. */
const MOST_UNDER_WAY = 4 * LIMIT;

/**
 * Where vendors deliver. The body is taken byte by byte whatever its type says, because the signature is over the bytes; it is
 * answered once the delivery is safe, and read afterwards.
 */
export async function hookRoutes(app: App, { webhooks }: Services): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: LIMIT }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: FastifyError, request, reply) =>
    error.code === "FST_ERR_CTP_BODY_TOO_LARGE"
      ? sendProblem(reply, problemBody(deliveryTooLarge(LIMIT_MB)))
      : errorHandler(error, request, reply),
  );
  app.post(
    "/hooks/:integration",
    {
      bodyLimit: LIMIT,
      config: { permission: "public/hook", rateLimit: { max: 6000, timeWindow: 60_000 } },
      schema: {
        tags: ["webhooks"],
        summary: "Receives a vendor's delivery",
        params,
        response: { 202: z.object({ status: z.literal("received") }) },
      },
      onRequest: [limitUnderWay(), async (request: FastifyRequest) => void (await webhooks.find(nameOf(request)))],
    },
    async (request, reply) => {
      await webhooks.receive(request.params.integration, {
        headers: headersOf(request),
        query: queryOf(request),
        body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
      });
      return reply.code(202).send({ status: "received" as const });
    },
  );
}

const nameOf = (request: FastifyRequest) => (request.params as { integration: string }).integration;

function limitUnderWay() {
  let underWay = 0;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const declared = Number(request.headers["content-length"] ?? LIMIT);
    const bytes = Number.isFinite(declared) ? Math.min(declared, LIMIT) : LIMIT;
    if (underWay + bytes > MOST_UNDER_WAY) throw tooManyAtOnce();
    underWay += bytes;
    reply.raw.once("close", () => (underWay -= bytes));
  };
}

const headersOf = ({ headers }: FastifyRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat().join(", ")]])),
  );

const queryOf = ({ query }: FastifyRequest): Record<string, string> =>
  Object.fromEntries(Object.entries(query as Record<string, unknown>).map(([name, value]) => [name, String(value)]));
