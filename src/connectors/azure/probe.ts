import { z } from "zod";

import { addSeconds, compareInstants, type Instant } from "../../domain/instant.ts";
import type { Answer, ProbeMark, Scope } from "../../ingest/connector.ts";
import { SkippableError } from "../../ingest/errors.ts";
import { instant } from "./map/time.ts";
import { defaultBranch, gitPath, isProject, isRepository, projectPath, type Reading, valuesOf, version } from "./paths.ts";

/**
 * What is newest, in four calls a project and a small one for each repository, instead of two lists of requests and one of commits for each
 * repository and a list for each environment. No mark where the credential may not look: then the stream is read, and says so.
 */
export async function* probe({ scopes, ...reading }: Reading & { scopes: readonly Scope[] }): AsyncGenerator<ProbeMark> {
  const { config } = reading;
  const repositories = config.repos ? scopes.filter((scope) => isRepository({ scope })) : [];
  for (const [project, own] of Map.groupBy(repositories, projectPath)) yield* requestMarks(reading, project, own);
  for (let from = 0; from < repositories.length; from += AT_ONCE)
    yield* (await Promise.all(repositories.slice(from, from + AT_ONCE).map((scope) => commitMark(reading, scope)))).flat();
  if (config.pipelines) for (const scope of scopes.filter((each) => isProject({ scope: each }))) yield* runMarks(reading, scope);
}

/** As many as one credential may ask at a time. */
const AT_ONCE = 4;
const LISTED = 100;
const A_DAY = 86_400;

/** That a call is refused is for the stream to say. */
async function unlessRefused(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SkippableError) return null;
    throw error;
  }
}

const listed = z.array(
  z.object({ pullRequestId: z.number(), closedDate: z.string().nullish(), repository: z.object({ id: z.string() }) }),
);

/** Votes and remarks are not told: requests that are open are read again by number whatever the mark says. */
async function* requestMarks(
  { api, config }: Reading,
  project: string,
  repositories: readonly Scope[],
): AsyncGenerator<ProbeMark> {
  const list = (query: Record<string, string | number>) =>
    unlessRefused(api.get(`${project}/_apis/git/pullrequests`, { "searchCriteria.status": "all", ...query, ...version(config) }));
  const created = await list({ $top: LISTED });
  if (!created) return;
  const ended = await list({
    "searchCriteria.queryTimeRangeType": "closed",
    "searchCriteria.minTime": addSeconds(created.receivedAt, -A_DAY),
    $top: LISTED,
  });
  const [newest, closed] = [created, ended].map((answer) => listed.safeParse(answer && valuesOf(answer)).data);
  if (!newest || !closed || closed.length === LISTED) return;
  // What was created before the oldest on a full page may be anybody's.
  const rest = newest.length === LISTED ? `before ${newest.at(-1)!.pullRequestId}` : "none";
  for (const { id } of repositories) {
    const isOwn = ({ repository }: { repository: { id: string } }) => repository.id === id;
    const own = closed.filter(isOwn).map(({ pullRequestId, closedDate }) => `${pullRequestId}@${closedDate}`);
    const parts = [newest.find(isOwn)?.pullRequestId ?? rest, ...own.sort(), created.receivedAt.slice(0, 10)];
    yield { scopeId: id, stream: "pull_requests", mark: parts.join(" ") };
  }
}

const refs = z.array(z.object({ name: z.string(), objectId: z.string() }));

/** Where the default branch stands. https://learn.microsoft.com/en-us/rest/api/azure/devops/git/refs/list */
async function commitMark({ api, config }: Reading, scope: Scope): Promise<ProbeMark[]> {
  const branch = defaultBranch(scope);
  if (branch === null) return [];
  const answer = await unlessRefused(api.get(`${gitPath(scope)}/refs`, { filter: `heads/${branch}`, ...version(config) }));
  // The filter is the beginning of a name.
  const found = refs.safeParse(answer && valuesOf(answer)).data?.find(({ name }) => name === `refs/heads/${branch}`);
  return found ? [{ scopeId: scope.id, stream: "commits", mark: `${branch}@${found.objectId}` }] : [];
}

const runs = z.array(z.object({ id: z.number(), finishTime: z.string().nullish() }));

/** Deployments to environments are parts of runs. While one is under way, anything may change with it. */
async function* runMarks({ api, config }: Reading, scope: Scope): AsyncGenerator<ProbeMark> {
  const list = (query: Record<string, string | number>) =>
    unlessRefused(api.get(`${projectPath(scope)}/_apis/build/builds`, { ...query, $top: 1, ...version(config) }));
  const ended = await list({ statusFilter: "completed", queryOrder: "finishTimeDescending", deletedFilter: "includeDeleted" });
  const open = await list({ statusFilter: "inProgress,notStarted,postponed,cancelling" });
  const [last, unended] = [ended, open].map((answer) => runs.safeParse(answer && valuesOf(answer)).data);
  if (!ended || !last || !unended) return;
  const isYoung = last.some(({ finishTime }) => isWithin(instant(finishTime), ended.receivedAt));
  const unrest = unended.length > 0 || isYoung ? ` @${ended.receivedAt}` : "";
  const mark = `${last.map(({ id, finishTime }) => `${id}@${finishTime}`).join()}${unrest}`;
  for (const stream of ["pipeline_runs", "environment_deployments"]) yield { scopeId: scope.id, stream, mark };
}

/** Another may end in the same second. */
const YOUNG_SECONDS = 5;
const isWithin = (at: Instant | null, now: Instant): boolean =>
  at !== null && compareInstants(addSeconds(at, YOUNG_SECONDS), now) > 0;
