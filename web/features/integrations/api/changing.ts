import { useMutation, useQueryClient } from "@tanstack/react-query";

import { answered, client, type Schemas } from "../../../lib/api.ts";
import type { Config } from "../components/config-form.tsx";
import type { Selection } from "./scopes.ts";

export type CheckAnswer = Schemas["CheckAnswer"];

const path = (integration: string) => ({ params: { path: { integration } } });

export const useCheckNew = (connector: string) =>
  useMutation({
    mutationFn: (config: Config) => answered(client.POST("/api/v1/integrations/check", { body: { connector, config } })),
  });

export const useCheckSaved = (integration: string) =>
  useMutation({
    mutationFn: (config: Config) =>
      answered(client.POST("/api/v1/integrations/{integration}/check", { ...path(integration), body: { config } })),
  });

export interface NewIntegration {
  connector: string;
  name: string;
  config: Config;
  selection: Selection;
  backfill: { since: string | null };
}

/** Saves the integration and maps it to its project; reading starts by itself. */
export function useCreateIntegration() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ project, ...body }: NewIntegration & { project: ProjectChoice }) => {
      const integration = await answered(client.POST("/api/v1/integrations", { body: { ...body, isChecked: true } }));
      await mapTo(project, integration.id);
      return integration;
    },
    onSettled: () => queryClient.invalidateQueries(),
  });
}

/** A project that exists, a new one by name, or none yet. */
export type ProjectChoice = { kind: "existing"; key: string } | { kind: "new"; name: string } | { kind: "later" };

async function mapTo(project: ProjectChoice, integration: string): Promise<void> {
  if (project.kind === "new") {
    await answered(client.POST("/api/v1/projects", { body: { name: project.name, integrations: [integration] } }));
  }
  if (project.kind === "existing") {
    const params = { path: { project: project.key } };
    const { items } = await answered(client.GET("/api/v1/projects/{project}/integrations", { params }));
    const integrations = [...items.map((item) => item.id), integration];
    await answered(client.PUT("/api/v1/projects/{project}/integrations", { params, body: { integrations } }));
  }
}

interface Patch {
  name?: string;
  description?: string | null;
  tags?: string[];
  config?: Config;
  everySeconds?: number;
  backfill?: { since: string | null };
}

const patch = (integration: string, body: Patch) =>
  answered(client.PATCH("/api/v1/integrations/{integration}", { ...path(integration), body: { ...body, isChecked: true } }));

/** Every change to one integration; afterwards everything that shows it is asked again. */
export function useIntegrationActions(integration: string) {
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries();
  return {
    change: useMutation({ mutationFn: (body: Patch) => patch(integration, body), onSettled }),
    pause: useMutation({
      mutationFn: () => answered(client.POST("/api/v1/integrations/{integration}/pause", path(integration))),
      onSettled,
    }),
    resume: useMutation({
      mutationFn: () => answered(client.POST("/api/v1/integrations/{integration}/resume", path(integration))),
      onSettled,
    }),
    run: useMutation({
      mutationFn: () =>
        answered(client.POST("/api/v1/integrations/{integration}/ingest", { ...path(integration), body: { full: false } })),
      onSettled,
    }),
    keep: useMutation({
      mutationFn: () => answered(client.POST("/api/v1/integrations/{integration}/deletion/cancel", path(integration))),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: () =>
        answered(
          client.DELETE("/api/v1/integrations/{integration}", {
            params: { path: { integration }, query: { confirm: integration } },
          }),
        ),
      onSettled,
    }),
  };
}
