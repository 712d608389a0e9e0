import { addSeconds, compareInstants, type Instant } from "../../domain/instant.ts";
import type { ProbeMark, Scope } from "../../ingest/connector.ts";
import { ask, dataOf, type Reading, type Thing } from "./graphql.ts";
import { probe as query } from "./selections.ts";

type Newest = { totalCount?: number; nodes?: ({ id?: string; updatedAt?: string } | null)[] } | null | undefined;

interface Probed {
  readonly databaseId: number;
  readonly pushedAt?: string | null;
  readonly defaultBranchRef?: { name: string; target?: { oid?: string; checkSuites?: Newest } | null } | null;
  readonly pullRequests?: Newest;
  readonly issues?: Newest;
  readonly deployments?: Newest;
  readonly releases?: Newest;
  readonly tags?: Newest;
  readonly latestRelease?: { id: string; updatedAt: string } | null;
}

const AT_ONCE = 100;

/** What is newest in each repository, a hundred repositories for four points. Repositories that are gone get no mark. */
export async function* probe({ scopes, ...reading }: Reading & { scopes: readonly Scope[] }): AsyncGenerator<ProbeMark> {
  const known = scopes.filter(({ attributes }) => typeof attributes?.nodeId === "string");
  for (let from = 0; from < known.length; from += AT_ONCE) {
    const batch = known.slice(from, from + AT_ONCE);
    const answer = await ask(reading, query, { variables: { ids: batch.map(({ attributes }) => attributes!.nodeId!) }, cost: 4 });
    for (const node of (dataOf(answer).nodes ?? []) as (Thing | null)[])
      if (node?.databaseId) yield* marks(node as unknown as Probed, answer.receivedAt);
  }
}

function* marks(found: Probed, now: Instant): Generator<ProbeMark> {
  const { defaultBranchRef: branch, pushedAt, latestRelease } = found;
  const newest = (list: Newest) => markOf(list, now);
  const [requests, issues, deployments] = [newest(found.pullRequests), newest(found.issues), newest(found.deployments)];
  const head = `${branch?.name}@${branch?.target?.oid}`;
  const byStream: Readonly<Record<string, readonly unknown[]>> = {
    pull_requests: [requests],
    commits: [head],
    issues: [issues],
    releases: [found.releases?.totalCount, latestRelease?.id, latestRelease?.updatedAt, head],
    tags: [found.tags?.totalCount, pushedAt],
    deployments: [deployments],
    pipelines: [head],
    // A run may also start without a push, by hand or by a schedule: a look a day finds what nothing else tells.
    pipeline_runs: [pushedAt, requests, deployments, newest(branch?.target?.checkSuites), now.slice(0, 10)],
  };
  for (const [stream, parts] of Object.entries(byStream))
    yield { scopeId: String(found.databaseId), stream, mark: parts.map(String).join(" ") };
}

/** Times are whole seconds: while one is young, another change may follow in the same second, and the mark must not be trusted yet. */
const YOUNG_SECONDS = 5;

function markOf(list: Newest, now: Instant): string {
  const first = list?.nodes?.[0];
  const isYoung = first?.updatedAt && compareInstants(addSeconds(first.updatedAt, YOUNG_SECONDS), now) > 0;
  return `${list?.totalCount ?? "-"}:${first?.id ?? ""}:${first?.updatedAt ?? "-"}${isYoung ? `@${now}` : ""}`;
}
