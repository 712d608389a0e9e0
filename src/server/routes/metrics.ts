import { z } from "zod";

import type { App } from "../app.ts";
import { answerToCsv } from "../csv.ts";
import type { Services } from "../services.ts";
import * as shapes from "../shapes/metrics.ts";

const tags = ["metrics"];
const config = { permission: "metrics:read" } as const;
const csv = z.string().meta({ description: "text/csv, UTF-8, first line names the columns" });

export function metricRoutes(app: App, { metrics }: Services): void {
  app.get("/api/v1/metrics", { config, schema: { tags, summary: "The catalogue", response: { 200: shapes.catalogue } } }, () =>
    metrics.catalogue(),
  );
  app.get(
    "/api/v1/metrics/:metric",
    {
      config,
      schema: { tags, summary: "One metric", params: z.object({ metric: z.string() }), response: { 200: shapes.metric } },
    },
    (request) => metrics.metric(request.params.metric),
  );
}

export function queryRoutes(app: App, { metrics }: Services): void {
  app.post(
    "/api/v1/query",
    { config, schema: { tags, summary: "Ask one query", body: shapes.query, response: { 200: shapes.answer } } },
    (request) => metrics.query(request.body),
  );
  app.post(
    "/api/v1/queries",
    {
      config,
      schema: {
        tags,
        summary: "Ask several queries; each answers or fails on its own",
        body: shapes.queries,
        response: { 200: shapes.answers },
      },
    },
    (request) => metrics.queries(request.body.queries),
  );
  app.post(
    "/api/v1/query/rows",
    {
      config,
      schema: { tags, summary: "The fact rows behind a number", body: shapes.query, response: { 200: shapes.factRows } },
    },
    (request) => metrics.rows(request.body),
  );
  app.post(
    "/api/v1/query/histogram",
    {
      config,
      schema: {
        tags,
        summary: "How the values behind a number are spread",
        body: shapes.query,
        response: { 200: shapes.histogram },
      },
    },
    (request) => metrics.histogram(request.body),
  );
  app.post(
    "/api/v1/query.csv",
    {
      config,
      schema: { tags, summary: "The answer as CSV; with `rows: true` the fact rows", body: shapes.query, response: { 200: csv } },
    },
    async (request, reply) => reply.type("text/csv; charset=utf-8").send(await asCsv(metrics, request.body)),
  );
  app.get(
    "/api/v1/query.csv",
    {
      config,
      schema: {
        tags,
        summary: "The same as a link",
        querystring: z.object({
          query: z.string().meta({ description: "the query object as JSON" }),
          name: z.string().max(80).optional(),
        }),
        response: { 200: csv },
      },
    },
    async (request, reply) => {
      const text = await asCsv(metrics, shapes.parseQuery(request.query.query));
      const name = (request.query.name ?? "leadline").replace(/[^\w.-]+/g, "-");
      return reply.type("text/csv; charset=utf-8").header("content-disposition", `attachment; filename="${name}.csv"`).send(text);
    },
  );
}

export function explainRoutes(app: App, { metrics }: Services): void {
  app.post(
    "/api/v1/explain",
    {
      config,
      schema: {
        tags,
        summary: "From a number to its rule, rows, entities and payloads",
        body: shapes.explainRequest,
        response: { 200: shapes.explanation },
      },
    },
    (request) => metrics.explain(request.body),
  );
  app.get(
    "/api/v1/archive/:hash",
    {
      config: { permission: "archive:read" },
      schema: {
        tags,
        summary: "What the vendor sent, secrets removed",
        params: z.object({ hash: z.string() }),
        response: { 200: shapes.payload },
      },
    },
    (request) => metrics.payload(request.params.hash),
  );
  app.post(
    "/api/v1/sql",
    {
      config: { permission: "sql:read" },
      schema: { tags, summary: "Read-only SQL on the warehouse", body: shapes.sqlRequest, response: { 200: shapes.sqlAnswer } },
    },
    (request) => metrics.sql(request.body),
  );
}

const asCsv = async (metrics: Services["metrics"], query: shapes.Query): Promise<string> =>
  answerToCsv(query.rows ? await metrics.rows(query) : await metrics.query(query));
