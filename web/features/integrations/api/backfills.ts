import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { answered, client, type Schemas } from "../../../lib/api.ts";

export type Backfill = Schemas["Backfill"];

/** What people ask for; `dryRun` only asks what it would cost. */
export interface BackfillWish {
  since: string | null;
  until?: string;
  streams?: string[];
  scopes?: string[];
  order: Backfill["order"];
  priority: number;
  maxShare: number;
  again: boolean;
}

const at = (integration: string) => ({ path: { integration } });
const one = (integration: string, backfill: string) => ({ params: { path: { integration, backfill } } });

export const backfillsQuery = (integration: string) =>
  queryOptions({
    queryKey: ["backfills", integration],
    queryFn: () =>
      answered(
        client.GET("/api/v1/integrations/{integration}/backfills", { params: { ...at(integration), query: { limit: 20 } } }),
      ),
    refetchInterval: 3_000,
  });

const send = (integration: string, body: BackfillWish & { dryRun: boolean }) =>
  answered(client.POST("/api/v1/integrations/{integration}/backfills", { params: at(integration), body }));

/** What it would cost, asked anew with every change of the wish. */
export const estimateQuery = (integration: string, wish: BackfillWish) =>
  queryOptions({
    queryKey: ["backfill-estimate", integration, wish],
    queryFn: () => send(integration, { ...wish, dryRun: true }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });

export function useBackfillActions(integration: string) {
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries();
  const path = "/api/v1/integrations/{integration}/backfills/{backfill}";
  return {
    start: useMutation({ mutationFn: (wish: BackfillWish) => send(integration, { ...wish, dryRun: false }), onSettled }),
    pause: useMutation({ mutationFn: (id: string) => answered(client.POST(`${path}/pause`, one(integration, id))), onSettled }),
    resume: useMutation({ mutationFn: (id: string) => answered(client.POST(`${path}/resume`, one(integration, id))), onSettled }),
    cancel: useMutation({ mutationFn: (id: string) => answered(client.POST(`${path}/cancel`, one(integration, id))), onSettled }),
  };
}
