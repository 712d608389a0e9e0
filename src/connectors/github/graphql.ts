import type { Answer, AnswerInfo, Api, Json, Scope } from "../../ingest/connector.ts";
import { type Connection, graphqlPages } from "../../ingest/paging.ts";
import { addresses, type Config } from "./config.ts";
import { listLoops, notFound, repositoryReplaced } from "./problems.ts";

/** A page of a list inside a thing, as GraphQL answers it. `nodes` is missing where only the count was asked. */
interface List {
  totalCount?: number;
  pageInfo?: { hasNextPage: boolean; endCursor?: string | null };
  nodes?: (Thing | null)[];
  edges?: (Thing | null)[];
}

/** Anything GraphQL answered; read only through the schemas of `records.ts`. */
export type Thing = { id?: string } & { [field: string]: unknown };

export interface Reading {
  readonly api: Api;
  readonly config: Config;
}

/** Points by GitHub's formula: one per hundred connections that have to be read, at least one. */
export const points = (connections: number): number => Math.max(1, Math.round(connections / 100));

export function ask(
  { api, config }: Reading,
  query: string,
  asked: { variables?: { readonly [name: string]: Json }; cost?: number } = {},
) {
  const body = { query, variables: asked.variables ?? {} };
  return api.post(addresses(config.url).graphql, body, { class: "graphql", cost: asked.cost ?? 1 });
}

export const dataOf = (answer: Answer): Thing => (answer.body as { data?: Thing | null } | null)?.data ?? {};

/** Owner and name for addresses; both follow renames until the old name is taken again. */
export function addressOf(scope: Scope): { owner: string; name: string } {
  const [owner = "", name = ""] = scope.name.split("/");
  return { owner, name };
}

/** The repository that a query made by `repositoryQuery` found; refuses one that merely bears the same name today. */
export function repositoryIn(data: unknown, scope: Scope): Thing {
  const repository = (data as Thing | null | undefined)?.repository as Thing | null | undefined;
  if (!repository) throw notFound(`repository ${scope.name}`);
  if (String(repository.databaseId) !== scope.id) throw repositoryReplaced(scope.name);
  return repository;
}

export const repositoryQuery = (operation: string, selection: string, variables = ""): string =>
  `query ${operation}($owner: String!, $name: String!${variables}) { repository(owner: $owner, name: $name) { databaseId ${selection} } }`;

export const PAGE = "pageInfo { hasNextPage endCursor }";

/** One list of a repository. `selection` uses `$first` and `$after`; `at` finds the list, null if there is none. */
export interface RepositoryList {
  readonly name: string;
  readonly selection: string;
  readonly at: (repository: Thing) => List | null | undefined;
  readonly size: { readonly start: number; readonly min: number; readonly max: number };
  /** Connections that one record of a page brings with it. */
  readonly connections: number;
}

/** Its pages, beginning after the cursor `from`. */
export const pagesOf = ({ api, config, scope }: Reading & { scope: Scope }, list: RepositoryList, from: string | null) =>
  graphqlPages<Thing>(api, {
    path: addresses(config.url).graphql,
    query: repositoryQuery(list.name, list.selection, ", $first: Int!, $after: String"),
    variables: addressOf(scope),
    size: api.pageSize(list.name, list.size),
    from,
    options: (size) => ({ class: "graphql", cost: points(1 + size * list.connections) }),
    connection: (data) => (list.at(repositoryIn(data, scope)) ?? null) as Connection<Thing> | null,
  });

/* ── Lists inside things that did not fit on their page ──────────────────────────────────────────────────────── */

/** One list inside a thing: how the rest of it is asked for. */
export interface Inner {
  readonly type: string;
  readonly field: string;
  /** Arguments besides `first` and `after`, with a trailing comma. */
  readonly args?: string;
  readonly selection: string;
  readonly lists?: readonly Inner[];
}

interface Gap {
  readonly thing: Thing;
  readonly inner: Inner;
  readonly list: List;
}

const items = (list: List): readonly (Thing | null)[] => list.nodes ?? list.edges ?? [];

function* gaps(things: readonly (Thing | null)[], inners: readonly Inner[]): Generator<Gap> {
  for (const thing of things) {
    if (!thing) continue;
    for (const inner of inners) {
      const list = thing[inner.field] as List | null | undefined;
      if (!list) continue;
      const isCountOnly = list.nodes === undefined && list.edges === undefined;
      if (isCountOnly ? (list.totalCount ?? 0) > 0 : list.pageInfo?.hasNextPage) yield { thing, inner, list };
      if (inner.lists) yield* gaps(items(list), inner.lists);
    }
  }
}

const missing = ({ list }: Gap): number => Math.min(100, Math.max(1, (list.totalCount ?? 100) - items(list).length));
const connectionsOf = (gap: Gap): number => 1 + missing(gap) * (gap.inner.lists?.length ?? 0);

/** Reads on, many things in one query, until every list is whole; joins what comes into the things. */
export async function completeLists(reading: Reading, things: readonly Thing[], inners: readonly Inner[]): Promise<AnswerInfo[]> {
  const answers: AnswerInfo[] = [];
  for (let open = [...gaps(things, inners)]; open.length > 0; open = [...gaps(things, inners)]) {
    const size = reading.api.pageSize("inner_lists", { start: 100, min: 5, max: 100 });
    let batch: Gap[] = [];
    const answer = await size.ask((most) => {
      batch = affordable(open.slice(0, most));
      const query = `query InnerLists { ${batch.map(gapQuery).join(" ")} }`;
      return ask(reading, query, { cost: points(batch.reduce((sum, gap) => sum + connectionsOf(gap), 0)) });
    });
    answers.push(answer);
    const data = dataOf(answer);
    for (const [index, gap] of batch.entries())
      join(gap, (data[`g${index}`] as Thing | null)?.[gap.inner.field] as List | undefined);
  }
  return answers;
}

const MOST_CONNECTIONS = 1_500;

function affordable(open: readonly Gap[]): Gap[] {
  let sum = 0;
  const end = open.findIndex((gap) => (sum += connectionsOf(gap)) > MOST_CONNECTIONS);
  return open.slice(0, end < 0 ? open.length : Math.max(1, end));
}

function gapQuery(gap: Gap, index: number): string {
  const { thing, inner, list } = gap;
  const after = list.pageInfo?.endCursor ? `, after: ${JSON.stringify(list.pageInfo.endCursor)}` : "";
  const field = `${inner.field}(${inner.args ?? ""}first: ${missing(gap)}${after}) { totalCount pageInfo { hasNextPage endCursor } ${inner.selection} }`;
  return `g${index}: node(id: ${JSON.stringify(thing.id)}) { ... on ${inner.type} { id ${field} } }`;
}

/** A thing that vanished in between has no more to give; a list that does not move on never ends. */
function join({ list, inner }: Gap, more: List | undefined): void {
  if (more?.pageInfo?.hasNextPage && more.pageInfo.endCursor === list.pageInfo?.endCursor)
    throw listLoops(`${inner.type}.${inner.field}`);
  const hasMoved = more !== undefined && items(more).length > 0;
  if (more?.edges) list.edges = [...(list.edges ?? []), ...more.edges];
  else list.nodes = [...(list.nodes ?? []), ...(more?.nodes ?? [])];
  list.pageInfo = hasMoved && more.pageInfo ? more.pageInfo : { hasNextPage: false };
}
