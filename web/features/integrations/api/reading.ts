import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answered, client, type Schemas } from "../../../lib/api.ts";
import { known } from "../../../lib/queries.ts";
import type { DetailSearch } from "../search.ts";

const path = (integration: string) => ({ path: { integration } });

export const streamsQuery = (integration: string) =>
  queryOptions({
    queryKey: ["streams", integration],
    queryFn: () => answered(client.GET("/api/v1/integrations/{integration}/streams", { params: path(integration) })),
    refetchInterval: 5_000,
  });

export const streamScopesQuery = (integration: string, stream: string) =>
  queryOptions({
    queryKey: ["streams", integration, stream],
    queryFn: async () => {
      const params = { path: { integration, stream } };
      return (await answered(client.GET("/api/v1/integrations/{integration}/streams/{stream}", { params }))).items;
    },
  });

export const healthQuery = (integration: string) =>
  queryOptions({
    queryKey: ["health", integration],
    queryFn: () =>
      answered(
        client.GET("/api/v1/integrations/{integration}/health", { params: { ...path(integration), query: { days: 30 } } }),
      ),
    refetchInterval: 10_000,
  });

export const forecastsQuery = (integration: string) =>
  queryOptions({
    queryKey: ["forecasts", integration],
    queryFn: async () =>
      (await answered(client.GET("/api/v1/integrations/{integration}/forecasts", { params: path(integration) }))).items,
    refetchInterval: 10_000,
  });

export const dataQuery = (integration: string) =>
  queryOptions({
    queryKey: ["data", integration],
    queryFn: async () =>
      (await answered(client.GET("/api/v1/integrations/{integration}/data", { params: path(integration) }))).items,
  });

/** Chosen scopes by health, the worst first. */
export const scopeHealthQuery = (integration: string) =>
  queryOptions({
    queryKey: ["health", integration, "scopes"],
    queryFn: () =>
      answered(
        client.GET("/api/v1/integrations/{integration}/health/scopes", {
          params: { ...path(integration), query: { limit: 200 } },
        }),
      ),
    refetchInterval: 15_000,
  });

export const taskQuery = (integration: string, task: string) =>
  queryOptions({
    queryKey: ["tasks", integration, "one", task],
    queryFn: () =>
      answered(client.GET("/api/v1/integrations/{integration}/tasks/{task}", { params: { path: { integration, task } } })),
  });

export interface JourneyAsked {
  key: string;
  stream?: string | undefined;
  scope?: string | undefined;
  nativeKey?: string | undefined;
}

export const journeyQuery = (integration: string, asked: JourneyAsked) =>
  queryOptions({
    queryKey: ["journey", integration, asked],
    queryFn: () => {
      const query = { ...known(asked), key: asked.key };
      return answered(client.GET("/api/v1/integrations/{integration}/journey", { params: { ...path(integration), query } }));
    },
  });

export const payloadQuery = (hash: string) =>
  queryOptions({
    queryKey: ["payload", hash],
    queryFn: () => answered(client.GET("/api/v1/archive/{hash}", { params: { path: { hash } } })),
    staleTime: Infinity,
  });

/** How a deletion stands; its proof stays when the integration is gone. */
export const deletionQuery = (integration: string) =>
  queryOptions({
    queryKey: ["deletion", integration],
    queryFn: () => answered(client.GET("/api/v1/integrations/{integration}/deletion", { params: path(integration) })),
    refetchInterval: 2_000,
    retry: false,
  });

type TaskFilter = Pick<DetailSearch, "status" | "kind" | "stream" | "scope" | "from" | "to">;

export const tasksQuery = (integration: string, filter: TaskFilter) =>
  infiniteQueryOptions({
    queryKey: ["tasks", integration, filter],
    queryFn: ({ pageParam }) => {
      const query = { ...known(filter), limit: 50, ...(pageParam ? { cursor: pageParam } : {}) };
      return answered(client.GET("/api/v1/integrations/{integration}/tasks", { params: { ...path(integration), query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });

export const impactQuery = (integration: string) =>
  queryOptions({
    queryKey: ["impact", integration],
    queryFn: () => answered(client.GET("/api/v1/integrations/{integration}/impact", { params: path(integration) })),
  });

export type Integration = Schemas["Integration"];
export type Connector = Schemas["Connector"];
export type Task = Schemas["Task"];
export type Forecast = Schemas["ForecastOutcome"];
export type StreamProgress = Schemas["StreamProgress"];
export type Journey = NonNullable<Schemas["JourneyAnswer"]["journey"]>;
