import type { Instant } from "../../domain/instant.ts";
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
export async function countPullRequests({ since, ...range }: Range): Promise<number> {
  if (since === null) return countFrom(range, { "searchCriteria.status": "all" });
  const ranged = { "searchCriteria.minTime": since };
  const open = { ...ranged, "searchCriteria.queryTimeRangeType": "created", "searchCriteria.status": "active" };
  const ended = { ...ranged, "searchCriteria.queryTimeRangeType": "closed", "searchCriteria.status": "all" };
  return (await countFrom(range, open)) + (await countFrom(range, ended));
}

const BISECTIONS = 2;

async function countFrom({ api, config, scope }: InScope, query: Readonly<Record<string, string>>): Promise<number> {
  const look = async ($top: number, $skip: number) =>
    valuesOf(await api.get(`${gitPath(scope)}/pullrequests`, { ...query, $top, $skip, ...version(config) })).length;
  const first = await look(MOST, 0);
  if (first < MOST) return first;
  let [least, most] = [MOST, 2 * MOST];
  while ((await look(1, most)) > 0) [least, most] = [most, 2 * most];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = Math.round((least + most) / 2);
    if ((await look(1, middle)) > 0) least = middle;
    else most = middle;
  }
  return Math.round((least + most) / 2);
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
