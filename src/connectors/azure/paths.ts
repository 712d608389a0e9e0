import { z } from "zod";

import type { Answer, Api, Json, RequestSpec, Scope } from "../../ingest/connector.ts";
import { SkippableError } from "../../ingest/errors.ts";
import { type Paged, tokenPages } from "../../ingest/paging.ts";
import { addresses, type Config } from "./config.ts";

/** What every reading function needs. */
export interface Reading {
  readonly api: Api;
  readonly config: Config;
}
export type InScope = Reading & { readonly scope: Scope };

/** Name of the version in every call. https://learn.microsoft.com/en-us/azure/devops/integrate/concepts/rest-api-versioning */
export const version = ({ api_version }: Config, isPreview = false) => ({
  "api-version": isPreview ? `${api_version}-preview.1` : api_version,
});

export const isProject = ({ scope }: { scope: Scope }): boolean => scope.kind === "project";
export const isRepository = ({ scope }: { scope: Scope }): boolean => scope.kind === "repository";

const attribute = (scope: Scope, name: string): string | null => {
  const found = scope.attributes?.[name];
  return typeof found === "string" ? found : null;
};

/** Ids stay when things are renamed, so paths are built from them. */
export const projectPath = (scope: Scope): string => `/${encodeURIComponent(attribute(scope, "project") ?? scope.id)}`;
export const gitPath = (scope: Scope): string => `${projectPath(scope)}/_apis/git/repositories/${encodeURIComponent(scope.id)}`;
export const defaultBranch = (scope: Scope): string | null => attribute(scope, "defaultBranch");

/** Classic releases live on a host of their own at Services. */
export const releasePath = ({ config, scope }: InScope): string =>
  `${addresses(config.url).release}${projectPath(scope)}/_apis/release`;
export const analyticsPath = ({ config, scope }: InScope): string =>
  `${addresses(config.url).analytics}${projectPath(scope)}/_odata/v4.0-preview`;

/** Null for a thing that is gone; other refusals stand. */
export async function unlessGone(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SkippableError && error.status === 404) return null;
    throw error;
  }
}

const list = z.object({ value: z.array(z.unknown()) });
/** The records of a list. */
export const valuesOf = (answer: Answer): readonly unknown[] => list.parse(answer.body).value;

/** Lists that go on by `$skip` have no total, and may bring fewer than were asked for: no page of theirs is shorter than this while there is more. */
export const SHORTEST_PAGE = 100;

/** Lists that go on with a token in a header. */
export const tokenList = (
  { api, config }: Reading,
  request: { path: string; query?: RequestSpec["query"]; from?: Json; isPreview?: boolean },
): AsyncGenerator<Paged> =>
  tokenPages(request.path, {
    from: typeof request.from === "string" ? request.from : null,
    ask: (token) =>
      api.get(request.path, {
        ...request.query,
        ...(token === null ? {} : { continuationToken: token }),
        ...version(config, request.isPreview),
      }),
    next: (answer) => answer.headers["x-ms-continuationtoken"] || null,
  });
