import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import type { paths } from "../../../lib/api.gen.ts";
import { answered, client, type Schemas } from "../../../lib/api.ts";

export type Channel = Schemas["NotificationChannel"];
export type ChannelKind = Channel["kind"];

export const channelsQuery = queryOptions({
  queryKey: ["channels"],
  queryFn: async () => (await answered(client.GET("/api/v1/notification-channels"))).items,
});

export const notificationsQuery = queryOptions({
  queryKey: ["notifications"],
  queryFn: () => answered(client.GET("/api/v1/notifications", { params: { query: { limit: 50 } } })),
  refetchInterval: 5_000,
});

type Create = paths["/api/v1/notification-channels"]["post"]["requestBody"]["content"]["application/json"];

const path = (channel: string) => ({ params: { path: { channel } } });

/** Everything that can be done with channels; afterwards they are asked again. */
export function useChannelActions() {
  const queryClient = useQueryClient();
  const onSettled = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: ["channels"] }),
      queryClient.invalidateQueries({ queryKey: ["notifications"] }),
    ]);
  return {
    create: useMutation({
      mutationFn: (body: Record<string, unknown>) =>
        answered(client.POST("/api/v1/notification-channels", { body: body as Create })),
      onSettled,
    }),
    change: useMutation({
      mutationFn: ({ id, body }: { id: string; body: Record<string, unknown> }) =>
        answered(client.PATCH("/api/v1/notification-channels/{channel}", { ...path(id), body })),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: (id: string) => answered(client.DELETE("/api/v1/notification-channels/{channel}", path(id))),
      onSettled,
    }),
    test: useMutation({
      mutationFn: (id: string) => answered(client.POST("/api/v1/notification-channels/{channel}/test", path(id))),
      onSettled,
    }),
  };
}
