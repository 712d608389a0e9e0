import { z } from "zod";

import type { Scope } from "../../ingest/connector.ts";
import { project, repository } from "./records.ts";
import { type Reading, SHORTEST_PAGE, valuesOf, version } from "./paths.ts";

const PROJECTS = 500;
const withState = z.object({ state: z.string().nullish() });

/** Projects, for work items and pipelines, and the repositories in them. */
export async function* scopes(reading: Reading): AsyncGenerator<Scope> {
  const { api, config } = reading;
  for await (const found of projects(reading)) {
    const { id, name, state } = found;
    const attributes = { project: id };
    const isArchived = Boolean(state) && state !== "wellFormed";
    const url = `${config.url}/${encodeURIComponent(name)}`;
    yield { id, name, kind: "project", isArchived, url, attributes };
    if (!config.repos || isArchived) continue;
    const answer = await api.get(`/${encodeURIComponent(id)}/_apis/git/repositories`, version(config));
    for (const one of valuesOf(answer)) {
      const { data } = repository.safeParse(one);
      if (data)
        yield {
          id: data.id,
          name: `${data.project.name}/${data.name}`,
          kind: "repository",
          isArchived: data.isDisabled ?? false,
          isFork: data.isFork ?? false,
          ...(data.webUrl ? { url: data.webUrl } : {}),
          attributes: { project: data.project.id, defaultBranch: data.defaultBranch?.replace(/^refs\/heads\//, "") ?? null },
        };
    }
  }
}

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/core/projects/list */
export async function* projects({ api, config }: Reading): AsyncGenerator<z.output<typeof project>> {
  for (let skip = 0; ;) {
    const answer = await api.get("/_apis/projects", { $top: PROJECTS, $skip: skip, ...version(config) });
    const found = valuesOf(answer);
    for (const one of found) {
      const { data } = project.extend(withState.shape).safeParse(one);
      if (data) yield data;
    }
    if (found.length < SHORTEST_PAGE) return;
    skip += found.length;
  }
}
