import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { answered, client, type Schemas } from "../../../lib/api.ts";
import { known } from "../../../lib/queries.ts";

export type Webhook = Schemas["Webhook"];
export type Delivery = Schemas["WebhookDelivery"];

const path = (integration: string) => ({ params: { path: { integration } } });

export const webhookQuery = (integration: string) =>
  queryOptions({
    queryKey: ["webhook", integration],
    queryFn: () => answered(client.GET("/api/v1/integrations/{integration}/webhook", path(integration))),
    refetchInterval: 10_000,
  });

export const deliveriesQuery = (integration: string, status: Delivery["status"] | undefined) =>
  infiniteQueryOptions({
    queryKey: ["deliveries", integration, status],
    queryFn: ({ pageParam }) =>
      answered(
        client.GET("/api/v1/integrations/{integration}/webhook/deliveries", {
          params: { path: { integration }, query: { ...known({ cursor: pageParam ?? undefined, status }), limit: 25 } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 10_000,
  });

export const deliveryQuery = (integration: string, delivery: string) =>
  queryOptions({
    queryKey: ["delivery", integration, delivery],
    queryFn: () =>
      answered(
        client.GET("/api/v1/integrations/{integration}/webhook/deliveries/{delivery}", {
          params: { path: { integration, delivery } },
        }),
      ),
  });

/** Everything that can be done with a webhook; afterwards what shows it is asked again. */
export function useWebhookActions(integration: string) {
  const queryClient = useQueryClient();
  const onSettled = () =>
    Promise.all(["webhook", "deliveries"].map((name) => queryClient.invalidateQueries({ queryKey: [name, integration] })));
  return {
    makeSecret: useMutation({
      mutationFn: (overlapHours: number) =>
        answered(
          client.POST("/api/v1/integrations/{integration}/webhook/secret", { ...path(integration), body: { overlapHours } }),
        ),
      onSettled,
    }),
    endOverlap: useMutation({
      mutationFn: () => answered(client.DELETE("/api/v1/integrations/{integration}/webhook/secret/previous", path(integration))),
      onSettled,
    }),
    replay: useMutation({
      mutationFn: (delivery: string) =>
        answered(
          client.POST("/api/v1/integrations/{integration}/webhook/deliveries/{delivery}/replay", {
            params: { path: { integration, delivery } },
          }),
        ),
      onSettled,
    }),
    replayAll: useMutation({
      mutationFn: () => answered(client.POST("/api/v1/integrations/{integration}/webhook/replay", path(integration))),
      onSettled,
    }),
  };
}
