import { infiniteQueryOptions, keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";

import { answered, client, type Schemas } from "../../../lib/api.ts";
import { known } from "../../../lib/queries.ts";

const path = (integration: string) => ({ path: { integration } });

export type Reconciliation = Schemas["Reconciliation"];
export type ComparedScope = Schemas["ComparedScope"];

interface Filter {
  search: string;
  differs: boolean;
}

export const completenessQuery = (integration: string, { search, differs }: Filter) =>
  infiniteQueryOptions({
    queryKey: ["completeness", integration, search, differs],
    queryFn: ({ pageParam }) => {
      const query = {
        ...known({ search: search || undefined, differs: differs ? ("true" as const) : undefined }),
        limit: 50,
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return answered(
        client.GET("/api/v1/integrations/{integration}/reconciliation", { params: { ...path(integration), query } }),
      );
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.state === "idle" ? 30_000 : 2_000),
  });

export function useCompletenessActions(integration: string) {
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ["completeness", integration] });
  return {
    run: useMutation({
      mutationFn: () =>
        answered(client.POST("/api/v1/integrations/{integration}/reconcile", { params: path(integration), body: {} })),
      onSettled,
    }),
    setEvery: useMutation({
      mutationFn: (everySeconds: number) =>
        answered(
          client.PUT("/api/v1/integrations/{integration}/reconciliation", { params: path(integration), body: { everySeconds } }),
        ),
      onSettled,
    }),
  };
}
