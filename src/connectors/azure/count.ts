import type { Instant } from "../../domain/instant.ts";
import type { Counted } from "../../ingest/connector.ts";
import { instant } from "./map/time.ts";
import { gitPath, type InScope, projectPath, valuesOf, version } from "./paths.ts";

/* How much there is to read of what costs a call for each record. Azure gives no totals: lists are looked at from afar. */

interface Range extends InScope {
  readonly since: Instant | null;
  readonly until: Instant | null;
  readonly calls: number;
}

const MOST = 1_000;

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-requests/get-pull-requests: one page says it of most repositories. */
export async function countPullRequests({ since, ...range }: Range): Promise<Counted> {
  const wish = range.config.request_commits;
  const whole = wish === "all" ? 2 : 1;
  if (since === null) {
    const { records } = await countFrom(range, { "searchCriteria.status": "all" });
    return { records, callsPerRecord: wish === "recent" ? 1.06 : whole };
  }
  const ranged = { "searchCriteria.minTime": since };
  const open = { ...ranged, "searchCriteria.queryTimeRangeType": "created", "searchCriteria.status": "active" };
  const ended = { ...ranged, "searchCriteria.queryTimeRangeType": "closed", "searchCriteria.status": "all" };
  const [active, closed] = [await countFrom(range, open), await countFrom(range, ended)];
  // Commits are read of young requests: as many as fall into their days when all days are alike.
  const young = Math.min(1, RECENT_MS / Math.max(1, Date.parse(closed.askedAt) - Date.parse(since)));
  return { records: active.records + closed.records, callsPerRecord: wish === "recent" ? 1 + young : whole };
}

const BISECTIONS = 2;
/** Commits are read of requests that were open within this time. */
const RECENT_MS = 30 * 86_400_000;

async function countFrom(
  { api, config, scope }: InScope,
  query: Readonly<Record<string, string>>,
): Promise<{ records: number; askedAt: Instant }> {
  const ask = ($top: number, $skip: number) =>
    api.get(`${gitPath(scope)}/pullrequests`, { ...query, $top, $skip, ...version(config) });
  const look = async ($top: number, $skip: number) => valuesOf(await ask($top, $skip)).length;
  const answer = await ask(MOST, 0);
  const askedAt = answer.receivedAt;
  const first = valuesOf(answer).length;
  if (first < MOST) return { records: first, askedAt };
  let [least, most] = [MOST, 2 * MOST];
  while ((await look(1, most)) > 0) [least, most] = [most, 2 * most];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = Math.round((least + most) / 2);
    if ((await look(1, middle)) > 0) least = middle;
    else most = middle;
  }
  return { records: Math.round((least + most) / 2), askedAt };
}

/**
 * Runs of a project: counted when they are few; else as many as the newest thousands promise for the time since the oldest.
 * https://learn.microsoft.com/en-us/rest/api/azure/devops/build/builds/list
 */
export async function countRuns({ api, config, scope, since, until, calls }: Range): Promise<number> {
  const path = `${projectPath(scope)}/_apis/build/builds`;
  const range = {
    statusFilter: "completed",
    deletedFilter: "includeDeleted",
    minTime: since ?? undefined,
    maxTime: until ?? undefined,
    ...version(config),
  };
  const ended: number[] = [];
  let token: string | undefined;
  for (let call = 0; call < calls; call++) {
    const query = { ...range, queryOrder: "finishTimeDescending", $top: MOST, continuationToken: token };
    const answer = await api.get(path, query);
    ended.push(...valuesOf(answer).map(endOf));
    token = answer.headers["x-ms-continuationtoken"];
    if (!token) return ended.length;
  }
  const [oldest] = valuesOf(await api.get(path, { ...range, queryOrder: "finishTimeAscending", $top: 1 })).map(endOf);
  const [newest, last] = [ended[0]!, ended.at(-1)!];
  return Math.round((ended.length * (newest - (oldest ?? last))) / Math.max(1, newest - last));
}

const endOf = (run: unknown): number =>
  Date.parse(instant((run as { finishTime?: string }).finishTime) ?? "1970-01-01T00:00:00Z");
