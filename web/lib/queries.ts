import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answered, client, type Schemas } from "./api.ts";

/* What more than one feature asks for. Live events keep these fresh (`live.ts`); the intervals are for when events do not arrive. */

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => answered(client.GET("/api/v1/session")),
  staleTime: Infinity,
});

export const overviewQuery = queryOptions({
  queryKey: ["overview"],
  queryFn: () => answered(client.GET("/api/v1/overview")),
  refetchInterval: 15_000,
});

export const connectorsQuery = queryOptions({
  queryKey: ["connectors"],
  queryFn: async () => (await answered(client.GET("/api/v1/connectors"))).items,
  staleTime: 60_000,
});

interface ListFilter {
  search?: string | undefined;
  connector?: string | undefined;
  status?: Schemas["Integration"]["status"] | undefined;
  lifecycle?: Schemas["Integration"]["lifecycle"] | undefined;
}

export const integrationsQuery = (filter: ListFilter = {}) =>
  queryOptions({
    queryKey: ["integrations", filter],
    queryFn: () => answered(client.GET("/api/v1/integrations", { params: { query: { ...known(filter), limit: 200 } } })),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });

export const integrationQuery = (id: string) =>
  queryOptions({
    queryKey: ["integration", id],
    queryFn: () => answered(client.GET("/api/v1/integrations/{integration}", { params: { path: { integration: id } } })),
    refetchInterval: 5_000,
  });

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: async () => (await answered(client.GET("/api/v1/projects"))).items,
});

export const mappingQuery = (project: string) =>
  queryOptions({
    queryKey: ["mapping", project],
    queryFn: () => answered(client.GET("/api/v1/projects/{project}/integrations", { params: { path: { project } } })),
  });

export const teamsQuery = queryOptions({
  queryKey: ["teams"],
  queryFn: async () => (await answered(client.GET("/api/v1/teams"))).items,
  staleTime: 60_000,
});

export const profilesQuery = queryOptions({
  queryKey: ["profiles"],
  queryFn: async () => (await answered(client.GET("/api/v1/profiles"))).items,
  staleTime: 60_000,
});

export const catalogueQuery = queryOptions({
  queryKey: ["catalogue"],
  queryFn: () => answered(client.GET("/api/v1/metrics")),
  staleTime: Infinity,
});

/** The fact rows behind a number, page by page. */
export const rowsQuery = (query: Schemas["Query"]) =>
  infiniteQueryOptions({
    queryKey: ["rows", query],
    queryFn: ({ pageParam }) =>
      answered(
        client.POST("/api/v1/query/rows", { body: { ...query, rows: true, ...(pageParam ? { cursor: pageParam } : {}) } }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

/** Leaves out what is undefined: the server refuses unknown and empty parameters. */
export function known<Given extends object>(given: Given): { [Key in keyof Given]?: Exclude<Given[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== "")) as never;
}
