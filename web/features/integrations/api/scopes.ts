import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answered, client, type Schemas } from "../../../lib/api.ts";
import { known } from "../../../lib/queries.ts";
import type { Config } from "../components/config-form.tsx";

export type Selection = Schemas["ScopeSelection"];
export type Scope = Schemas["Scope"];
export type ScopePage = Schemas["ScopePage"];

export const everything: Selection = { include: ["**"], exclude: [], isWithArchived: true, isWithForks: true };

export interface ScopesAsked {
  selection: Selection;
  search: string;
  limit: number;
}

/** What a credential can see before it is saved, and what a selection would choose of it. */
export const discoveryQuery = ({ connector, config }: { connector: string; config: Config }, asked: ScopesAsked) =>
  queryOptions({
    queryKey: ["discovery", connector, config, asked],
    queryFn: () =>
      answered(
        client.POST("/api/v1/integrations/scopes", {
          body: {
            connector,
            config,
            limit: asked.limit,
            selection: asked.selection,
            ...known({ search: asked.search || undefined }),
          },
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

/** Scopes of a saved integration. An edited selection is tried without changing anything. */
export const scopesQuery = (integration: string, asked: ScopesAsked & { isEdited: boolean }) =>
  queryOptions({
    queryKey: ["scopes", integration, asked],
    queryFn: async (): Promise<ScopePage> => {
      const path = { integration };
      if (asked.isEdited) {
        const body = { ...asked.selection, isDryRun: true };
        const page = await answered(client.PUT("/api/v1/integrations/{integration}/scopes", { params: { path }, body }));
        return { ...page, items: page.items.filter((scope) => scope.name.toLowerCase().includes(asked.search.toLowerCase())) };
      }
      const query = { limit: asked.limit, ...known({ search: asked.search || undefined }) };
      return answered(client.GET("/api/v1/integrations/{integration}/scopes", { params: { path, query } }));
    },
    placeholderData: keepPreviousData,
  });

export const chooseScopes = (integration: string, selection: Selection) =>
  answered(
    client.PUT("/api/v1/integrations/{integration}/scopes", {
      params: { path: { integration } },
      body: { ...selection, isDryRun: false },
    }),
  );
