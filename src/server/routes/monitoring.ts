import { z } from "zod";

import type { App } from "../app.ts";
import type { Services } from "../services.ts";
import { journeyAnswer, journeyQuery } from "../shapes/journey.ts";
import * as shapes from "../shapes/monitoring.ts";
import { integrationParams as params, pageOf } from "../shapes/shared.ts";

const tags = ["monitoring"];
const config = { permission: "integrations:read" } as const;

export function monitoringRoutes(app: App, { monitoring }: Services): void {
  app.get(
    "/api/v1/integrations/:integration/streams",
    { config, schema: { tags, summary: "Progress and coverage of every stream", params, response: { 200: shapes.streamList } } },
    (request) => monitoring.streams(request.params.integration),
  );
  app.get(
    "/api/v1/integrations/:integration/streams/:stream",
    {
      config,
      schema: {
        tags,
        summary: "Coverage of one stream, scope by scope",
        params: params.extend({ stream: z.string() }),
        response: { 200: z.object({ items: z.array(shapes.streamScope) }) },
      },
    },
    (request) => itemsOf(monitoring.streamScopes(request.params.integration, request.params.stream)),
  );
  app.get(
    "/api/v1/integrations/:integration/tasks",
    {
      config,
      schema: {
        tags,
        summary: "The ingestion log",
        params,
        querystring: shapes.taskListQuery,
        response: { 200: pageOf(shapes.task) },
      },
    },
    (request) => monitoring.tasks({ ...request.query, integration: request.params.integration }),
  );
  app.get(
    "/api/v1/integrations/:integration/tasks/:task",
    {
      config,
      schema: {
        tags,
        summary: "One task with the pages it read and what did not fit",
        params: params.extend({ task: z.string() }),
        response: { 200: shapes.taskDetail },
      },
    },
    (request) => monitoring.task(request.params.integration, request.params.task),
  );
  app.get(
    "/api/v1/integrations/:integration/journey",
    {
      config,
      schema: {
        tags,
        summary: "A record's journey: when it was read, by which tasks, from which payloads, and what came of it",
        params,
        querystring: journeyQuery,
        response: { 200: journeyAnswer },
      },
    },
    (request) => monitoring.journey(request.params.integration, request.query),
  );
  app.get(
    "/api/v1/integrations/:integration/health/scopes",
    {
      config,
      schema: {
        tags,
        summary: "Health of every chosen scope, the worst first",
        params,
        querystring: shapes.scopeHealthQuery,
        response: { 200: pageOf(shapes.scopeHealth) },
      },
    },
    (request) => monitoring.scopesHealth(request.params.integration, request.query),
  );
  app.get(
    "/api/v1/tasks",
    {
      config,
      schema: {
        tags,
        summary: "The ingestion log of all integrations",
        querystring: shapes.allTasksQuery,
        response: { 200: pageOf(shapes.task) },
      },
    },
    (request) => monitoring.tasks(request.query),
  );
  app.get(
    "/api/v1/integrations/:integration/health",
    {
      config,
      schema: {
        tags,
        summary: "Status, budgets, timeline and quarantine",
        params,
        querystring: shapes.healthQuery,
        response: { 200: shapes.health },
      },
    },
    (request) => monitoring.health(request.params.integration, request.query.days),
  );
  app.get(
    "/api/v1/integrations/:integration/forecasts",
    {
      config,
      schema: {
        tags,
        summary: "What reading was expected to take, and what it took",
        params,
        response: { 200: z.object({ items: z.array(shapes.forecast) }) },
      },
    },
    (request) => itemsOf(monitoring.forecasts(request.params.integration)),
  );
  app.get(
    "/api/v1/integrations/:integration/data",
    {
      config,
      schema: {
        tags,
        summary: "Rows stored, table by table",
        params,
        response: { 200: z.object({ items: z.array(shapes.dataTable) }) },
      },
    },
    (request) => itemsOf(monitoring.data(request.params.integration)),
  );
}

const itemsOf = async <Item>(items: Promise<Item[]>) => ({ items: await items });
