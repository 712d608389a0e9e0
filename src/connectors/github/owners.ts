import type { Answer, Json } from "../../ingest/connector.ts";
import { type Connection, graphqlPages, linkPages } from "../../ingest/paging.ts";
import { appOf } from "./app.ts";
import { addresses, ownersOf } from "./config.ts";
import { ask, dataOf, points, type Reading, type Thing } from "./graphql.ts";
import { notFound } from "./problems.ts";
import { ownedRepositories, repositoriesById, visibleRepositories } from "./selections.ts";

export interface Listed {
  readonly nodes: readonly Thing[];
  readonly answer: Answer;
  /** Of the whole list. */
  readonly total: number | null;
}

interface Owner {
  readonly list?: (Connection<Thing> & { readonly totalCount?: number }) | null;
}

/** Pages of a query whose list is `owner.list`; an owner that has no such list (a user has no teams) gives an empty page. */
export async function* listOf(
  { api, config }: Reading,
  asked: { query: string; variables?: { readonly [name: string]: Json }; name: string; most: number; connections?: number },
): AsyncGenerator<Listed> {
  const pages = graphqlPages<Thing>(api, {
    path: addresses(config.url).graphql,
    query: asked.query,
    variables: asked.variables ?? {},
    size: api.pageSize(asked.name, { start: asked.most, min: 5, max: asked.most }),
    options: (size) => ({ class: "graphql", cost: points(1 + size * (asked.connections ?? 0)) }),
    connection: (data) => {
      const { owner } = data as { owner: Owner | null };
      if (!owner) throw notFound(`the organisation or user ${String(asked.variables?.login ?? "")}`);
      return owner.list ?? null;
    },
  });
  for await (const { nodes, answer } of pages)
    yield { nodes, answer, total: (dataOf(answer).owner as Owner).list?.totalCount ?? null };
}

/** Organisations and users whose repositories are read: as configured, else those that the credential belongs to. */
export async function owners(reading: Reading): Promise<readonly string[]> {
  const given = ownersOf(reading.config);
  if (given.length > 0) return given;
  if (appOf(reading.config)) {
    const answer = await reading.api.get("/installation/repositories", { per_page: 1 });
    return loginsOf((answer.body as Installed).repositories.map(({ owner }) => owner));
  }
  const organisations = await reading.api.get("/user/orgs", { per_page: 100 });
  const user = await reading.api.get("/user");
  return loginsOf([...(organisations.body as { login: string }[]), user.body as { login: string }]);
}

const loginsOf = (found: readonly { login: string }[]): string[] => [...new Set(found.map(({ login }) => login))];

/** Every repository that the credential was given. */
export async function* repositories(reading: Reading): AsyncGenerator<Listed> {
  for (const list of repositoryLists(reading)) yield* list;
}

/** The same, one list for each owner that is named. */
export function repositoryLists(reading: Reading): AsyncGenerator<Listed>[] {
  if (appOf(reading.config)) return [installedRepositories(reading)];
  const given = ownersOf(reading.config);
  if (given.length === 0) return [listOf(reading, { query: visibleRepositories, name: "repositories", most: 100 })];
  return given.map((login) =>
    listOf(reading, { query: ownedRepositories, variables: { login }, name: "repositories", most: 100 }),
  );
}

/** https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation */
interface Installed {
  readonly total_count: number;
  readonly repositories: readonly { readonly node_id: string; readonly owner: { readonly login: string } }[];
}

/** An installation may see public repositories that it was not given: only its own list says which it was. */
async function* installedRepositories(reading: Reading): AsyncGenerator<Listed> {
  const given = new Set(ownersOf(reading.config).map((login) => login.toLowerCase()));
  for await (const page of linkPages(reading.api, { path: "/installation/repositories", query: { per_page: 100 } })) {
    const { repositories: listed, total_count: total } = page.answer.body as Installed;
    const ids = listed
      .filter(({ owner }) => given.size === 0 || given.has(owner.login.toLowerCase()))
      .map(({ node_id: id }) => id);
    if (ids.length === 0) continue;
    const answer = await ask(reading, repositoriesById, { variables: { ids } });
    const nodes = (dataOf(answer).nodes as (Thing | null)[]).filter((node) => node !== null);
    yield { nodes, answer, total };
  }
}
