import type { Instant } from "../../domain/instant.ts";
import { compareInstants } from "../../domain/instant.ts";
import type { CountRange, RangeCount, Scope } from "../../ingest/connector.ts";
import { addressOf, ask, dataOf, type Reading, type Thing } from "./graphql.ts";
import { ownersOf } from "./config.ts";

/** Repositories asked about in one query. */
const AT_ONCE = { start: 50, min: 5, max: 50 };

interface Part {
  /** A field of the repository, or of the query itself. */
  readonly text: string;
  readonly isOfQuery?: boolean;
  readonly read: (found: Thing | null) => { records: number; isExact: boolean } | null;
}

/** Sizes of what will be read, fifty repositories a call; lists and their totals as the streams read them. */
export async function* count({ ranges, ...reading }: Reading & { ranges: readonly CountRange[] }): AsyncGenerator<RangeCount> {
  const scoped = [
    ...Map.groupBy(
      ranges.filter(({ stream }) => stream in parts),
      ({ scope }) => scope.id,
    ).values(),
  ];
  const size = reading.api.pageSize("counts", AT_ONCE);
  for (let open = scoped; open.length > 0;) {
    let batch: CountRange[][] = [];
    const answer = await size.ask((most) => {
      batch = open.slice(0, most);
      return ask(reading, `query Counts { ${batch.map(textOf).join(" ")} }`);
    });
    open = open.slice(batch.length);
    for (const [index, own] of batch.entries()) yield* countsOf(dataOf(answer), { index, own });
  }
  yield* ofOwners(reading, ranges);
}

const textOf = (own: readonly CountRange[], index: number): string => {
  const { owner, name } = addressOf(own[0]!.scope);
  const asked = own.map((range, at) => ({ at, ...parts[range.stream]!(range) }));
  const fields = asked.filter(({ isOfQuery }) => !isOfQuery).map(({ text, at }) => text.replaceAll("@", `c${at}`));
  const queries = asked
    .filter(({ isOfQuery }) => isOfQuery)
    .map(({ text, at }) => `g${index}${String(at).padStart(3, "0")}: ${text}`);
  return `g${index}: repository(owner: ${JSON.stringify(owner)}, name: ${JSON.stringify(name)}) { databaseId ${fields.join(" ")} } ${queries.join(" ")}`;
};

function* countsOf(data: Thing, { index, own }: { index: number; own: readonly CountRange[] }): Generator<RangeCount> {
  const repository = data[`g${index}`] as Thing | null;
  for (const [at, range] of own.entries()) {
    const { isOfQuery, read } = parts[range.stream]!(range);
    const found = isOfQuery
      ? (data[`g${index}${String(at).padStart(3, "0")}`] as Thing | null)
      : repository && fieldsOf(repository, at);
    const counted = found && String(repository?.databaseId) === range.scope.id ? read(found) : null;
    if (counted) yield { stream: range.stream, scopeId: range.scope.id, ...counted };
  }
}

/** Aliases of one part, without its number. */
const fieldsOf = (repository: Thing, at: number): Thing =>
  Object.fromEntries(
    Object.entries(repository).flatMap(([name, value]) =>
      name.startsWith(`c${at}_`) ? [[name.slice(`c${at}_`.length), value]] : [],
    ),
  );

type Bounds = Pick<CountRange, "since" | "until"> & { readonly scope: Scope };
type Total = { totalCount?: number } | null | undefined;

const exactly = (records: number | undefined) => (records === undefined ? null : { records, isExact: true });
const totalOf = (list: unknown): number | undefined => (list as Total)?.totalCount;
const whole = (field: string) => (): Part => ({
  text: `@_all: ${field} { totalCount }`,
  read: (found) => exactly(totalOf(found?.all)),
});

/** How each stream's range is counted. `@` stands for the number of the part. */
const parts: Readonly<Record<string, (range: Bounds) => Part>> = {
  pull_requests: ({ since, until, scope }) =>
    since === null && until === null
      ? whole("pullRequests")()
      : {
          isOfQuery: true,
          // https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests
          text: `search(type: ISSUE, query: ${JSON.stringify(`repo:${scope.name} is:pr updated:${since ?? "*"}..${until ?? "*"}`)}) { issueCount }`,
          read: (found) => exactly((found as { issueCount?: number } | null)?.issueCount),
        },
  issues: ({ since, until }) => ({
    text: `@_from: issues${since ? `(filterBy: {since: ${JSON.stringify(since)}})` : ""} { totalCount } ${
      until ? `@_after: issues(filterBy: {since: ${JSON.stringify(until)}}) { totalCount }` : ""
    }`,
    read: (found) => {
      const from = totalOf(found?.from);
      return exactly(from === undefined ? undefined : Math.max(0, from - (totalOf(found?.after) ?? 0)));
    },
  }),
  commits: ({ since }) => ({
    // The list is read from its newest end, whatever its upper bound.
    text: `@_branch: defaultBranchRef { target { ... on Commit { history${since ? `(since: ${JSON.stringify(since)})` : ""} { totalCount } } } }`,
    read: (found) => exactly(found?.branch ? totalOf((found.branch as { target?: { history?: Total } }).target?.history) : 0),
  }),
  releases: whole("releases"),
  tags: whole(`refs(refPrefix: "refs/tags/")`),
  deployments: (range) => ({
    text: `@_oldest: deployments(first: 1, orderBy: {field: CREATED_AT, direction: ASC}) { totalCount nodes { createdAt } }
      @_newest: deployments(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { createdAt } }`,
    read: (found) => inProportion(found, range),
  }),
};

/** The list of deployments knows no time: as many as the range covers of the time from the oldest to the newest. */
function inProportion(found: Thing | null, { since, until }: Bounds): { records: number; isExact: boolean } | null {
  const total = totalOf(found?.oldest);
  const at = (list: unknown) => (list as { nodes?: ({ createdAt?: Instant } | null)[] } | null)?.nodes?.[0]?.createdAt;
  const [oldest, newest] = [at(found?.oldest), at(found?.newest)];
  if (total === undefined) return null;
  const isWhole = (since === null || (oldest !== undefined && compareInstants(since, oldest) <= 0)) && until === null;
  if (isWhole || oldest === undefined || newest === undefined) return { records: total, isExact: true };
  const span = Math.max(1, Date.parse(newest) - Date.parse(oldest));
  const from = Math.max(Date.parse(since ?? oldest), Date.parse(oldest));
  const to = Math.min(Date.parse(until ?? newest), Date.parse(newest));
  return { records: Math.round((total * Math.max(0, to - from)) / span), isExact: false };
}

const OF_OWNERS: Readonly<Record<string, string>> = {
  repositories: "repositories",
  accounts: "membersWithRole",
  teams: "teams",
  projects: "projectsV2",
};

/** Lists of the owners that people named; of others it is not known who they are before reading begins. */
async function* ofOwners(reading: Reading, ranges: readonly CountRange[]): AsyncGenerator<RangeCount> {
  const wanted = ranges.filter(({ stream }) => stream in OF_OWNERS);
  const logins = ownersOf(reading.config);
  if (wanted.length === 0 || logins.length === 0) return;
  const fields = `repositories(ownerAffiliations: [OWNER]) { totalCount } ... on Organization { membersWithRole { totalCount } teams { totalCount } }
    ... on ProjectV2Owner { projectsV2 { totalCount } }`;
  const asked = logins.map((login, index) => `g${index}: repositoryOwner(login: ${JSON.stringify(login)}) { ${fields} }`);
  const data = dataOf(await ask(reading, `query OwnerCounts { ${asked.join(" ")} }`));
  const found = logins.map((_, index) => data[`g${index}`] as Thing | null);
  for (const { stream, scope } of wanted) {
    const totals = found.map((owner) => totalOf(owner?.[OF_OWNERS[stream]!]) ?? 0);
    yield { stream, scopeId: scope.id, records: totals.reduce((sum, total) => sum + total, 0), isExact: true };
  }
}
