import { z } from "zod";

import { addSeconds, compareInstants, type Instant } from "../../../domain/instant.ts";
import {
  type Answer,
  type AnswerInfo,
  type Page,
  type ReadKeysRequest,
  type ReadRequest,
  stream,
} from "../../../ingest/connector.ts";
import { SkippableError } from "../../../ingest/errors.ts";
import type { Config } from "../config.ts";
import { countPullRequests } from "../count.ts";
import { toPullRequest } from "../map/pull-request.ts";
import { gitPath, type InScope, projectPath, SHORTEST_PAGE, unlessGone, valuesOf, version } from "../paths.ts";
import * as records from "../records.ts";
import { isForRepos } from "./code.ts";

const AN_HOUR = 3_600;
const A_DAY = 24 * AN_HOUR;
const LISTED = 200;
/** How long after its end people still remark on a request. */
const WATCHED = 7 * A_DAY;
/** Commits are read of requests that were open within this time. */
const RECENT = 30 * A_DAY;

/**
 * No list tells what changed: new ones and ended ones are listed by their dates, and those that are open, or ended within
 * the last week, are read again by number. A request and its threads are two calls at most; linked work items are asked
 * for many requests at once.
 */
export const pullRequests = stream<Config, records.PullRequest>({
  name: "pull_requests",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-requests/get-pull-requests",
  level: "scope",
  isFor: isForRepos,
  record: records.pullRequest,
  key: ({ repository, pullRequestId }) => `${repository.id}/${pullRequestId}`,
  changedAt,
  order: "unordered",
  overlapSeconds: 300,
  isFinished: ({ status, closedDate }, { readAt }) =>
    status !== "active" && (!closedDate || compareInstants(readAt, addSeconds(closedDate, WATCHED)) > 0),
  rereadSeconds: ({ status }, { attempts }) => (status === "active" ? Math.min(AN_HOUR, 300 * 2 ** attempts) : A_DAY),
  read,
  readKeys,
  map: toPullRequest,
  fills: [
    "pull_request",
    "pull_request_commit",
    "pull_request_review",
    "pull_request_comment",
    "pull_request_event",
    "reference",
    "account",
  ],
  // Before the first: the policies, the work items that are linked, and a second list where a range is read.
  cost: { recordsPerCall: LISTED, callsPerRecord: 1.06, callsAtStart: 3, count: countPullRequests },
  // Azure keeps every request for ever: one that is not listed is hidden, not gone.
  sweep: { entity: "pull_request", absence: "unknown", read: sweep },
});

/** Azure keeps no time of change: the last of what the record shows. */
function changedAt({ creationDate, closedDate, threads }: records.PullRequest): Instant {
  const times = [closedDate, ...threads.map(({ lastUpdatedDate }) => lastUpdatedDate)].filter((time) => typeof time === "string");
  return times.reduce((last, time) => (compareInstants(last, time) < 0 ? time : last), creationDate);
}

interface Listed {
  readonly pullRequestId: number;
  readonly status?: string;
  readonly closedDate?: Instant;
  readonly targetRefName?: string;
}

/** Lists in the order in which they are read. */
const listsSince = (since: Instant | null) =>
  since === null
    ? [{ "searchCriteria.status": "all" }]
    : (["created", "closed"] as const).map((queryTimeRangeType) => ({
        "searchCriteria.status": queryTimeRangeType === "created" ? "active" : "all",
        "searchCriteria.queryTimeRangeType": queryTimeRangeType,
        "searchCriteria.minTime": since,
      }));

const place = z.object({ list: z.number(), skip: z.number() });

async function* read(request: ReadRequest<Config>): AsyncGenerator<Page> {
  const { api, config, scope, since } = request;
  const lists = listsSince(since);
  const policies = openPolicies(request);
  let at = place.safeParse(request.position).data ?? { list: 0, skip: 0 };
  for (; at.list < lists.length; at = { list: at.list + 1, skip: 0 })
    for (;;) {
      const query = { ...lists[at.list], $top: LISTED, $skip: at.skip, ...version(config) };
      const answer = await api.get(`${gitPath(scope)}/pullrequests`, query);
      const found = valuesOf(answer) as readonly Listed[];
      const isLast = found.length < SHORTEST_PAGE;
      const next = isLast ? { list: at.list + 1, skip: 0 } : { list: at.list, skip: at.skip + found.length };
      const { joined, answers } = await join(request, found, policies);
      const position = next.list < lists.length ? next : null;
      if (found.length > 0 || position === null)
        yield { records: joined, answers: [answer, ...answers], position, reached: null };
      if (isLast) break;
      at = next;
    }
}

async function* readKeys(request: ReadKeysRequest<Config>): AsyncGenerator<Page> {
  const { api, config, scope } = request;
  const policies = openPolicies(request);
  for (const key of request.keys) {
    const answer = await unlessGone(api.get(`${gitPath(scope)}/pullrequests/${key.split("/").at(-1)}`, version(config)));
    if (!answer) continue;
    const { joined, answers } = await join(request, [answer.body as Listed], policies);
    yield { records: joined, answers: [answer, ...answers], position: null, reached: null };
  }
}

async function* sweep({ api, config, scope }: InScope) {
  for (let skip = 0; ;) {
    const query = { "searchCriteria.status": "all", $top: 1_000, $skip: skip, ...version(config) };
    const answer = await api.get(`${gitPath(scope)}/pullrequests`, query);
    const found = valuesOf(answer) as readonly Listed[];
    yield {
      things: found.map(({ pullRequestId }) => ({ key: `${scope.id}/${pullRequestId}`, changedAt: null })),
      answers: [answer],
    };
    if (found.length < SHORTEST_PAGE) return;
    skip += found.length;
  }
}

/* ── What belongs to a request ───────────────────────────────────────────────────────────────────────────────── */

async function join(request: InScope, found: readonly Listed[], policies: Policies) {
  if (found.length === 0) return { joined: [], answers: [] };
  const { api, config, scope } = request;
  const answers: AnswerInfo[] = [];
  const linked = await linkedWorkItems(request, found, answers);
  const minimums = await policies(answers);
  const joined: unknown[] = [];
  for (const one of found) {
    // Of another shape: set apart later, and nothing more can be asked of it.
    if (!Number.isInteger(one.pullRequestId)) {
      joined.push(one);
      continue;
    }
    const path = `${gitPath(scope)}/pullRequests/${one.pullRequestId}`;
    const threads = await api.get(`${path}/threads`, version(config));
    answers.push(threads);
    const commits = wantsCommits(one, config, threads.receivedAt) ? await commitsOf(request, path, answers) : null;
    const minimumApproverCount = minimums(one.targetRefName ?? "");
    const workItems = linked.get(one.pullRequestId) ?? [];
    joined.push({ ...one, threads: valuesOf(threads), commits, workItems, minimumApproverCount });
  }
  return { joined, answers };
}

/** One more call for each request: worth it while it is young, unless people say otherwise. */
const wantsCommits = ({ closedDate, status }: Listed, { request_commits: wish }: Config, now: Instant): boolean =>
  wish === "all" ||
  (wish === "recent" && (status === "active" || !closedDate || compareInstants(now, addSeconds(closedDate, RECENT)) < 0));

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-commits/get-pull-request-commits */
async function commitsOf({ api, config }: InScope, path: string, answers: AnswerInfo[]): Promise<unknown[]> {
  const commits: unknown[] = [];
  let token: string | undefined;
  do {
    const answer = await api.get(`${path}/commits`, { $top: 500, continuationToken: token, ...version(config) });
    answers.push(answer);
    commits.push(...valuesOf(answer));
    token = answer.headers["x-ms-continuationtoken"];
  } while (token);
  return commits;
}

const found = z.object({ artifactUrisQueryResult: z.record(z.string(), z.array(z.object({ id: z.number() }))) });

/** Work items linked to many requests in one call. https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/artifact-uri-query/query */
async function linkedWorkItems({ api, config, scope }: InScope, requests: readonly Listed[], answers: AnswerInfo[]) {
  const project = String(scope.attributes?.project ?? "");
  const numbers = new Map(
    requests.map(({ pullRequestId }) => [
      `vstfs:///Git/PullRequestId/${project}%2F${scope.id}%2F${pullRequestId}`.toLowerCase(),
      pullRequestId,
    ]),
  );
  const linked = new Map<number, number[]>();
  const artifactUris = requests.map(
    ({ pullRequestId }) => `vstfs:///Git/PullRequestId/${project}%2F${scope.id}%2F${pullRequestId}`,
  );
  const answer = await unlessRefused(
    api.post(`${projectPath(scope)}/_apis/wit/artifacturiquery`, { artifactUris }, { query: version(config, true) }),
  );
  if (!answer) return linked;
  answers.push(answer);
  for (const [uri, items] of Object.entries(found.parse(answer.body).artifactUrisQueryResult)) {
    const number = numbers.get(uri.toLowerCase());
    if (number !== undefined)
      linked.set(
        number,
        items.map(({ id }) => id).toSorted((a, b) => a - b),
      );
  }
  return linked;
}

/** Links need the right to read work items, branch rules that to read policies: without it they are unknown. */
async function unlessRefused(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SkippableError) return null;
    throw error;
  }
}

/* ── Policies ────────────────────────────────────────────────────────────────────────────────────────────────── */

const policy = z.object({
  isEnabled: z.boolean().nullish(),
  isDeleted: z.boolean().nullish(),
  type: z.object({ id: z.string() }),
  settings: z
    .object({
      minimumApproverCount: z.number().nullish(),
      scope: z
        .array(z.object({ repositoryId: z.string().nullish(), refName: z.string().nullish(), matchKind: z.string().nullish() }))
        .nullish(),
    })
    .nullish(),
});
/** https://learn.microsoft.com/en-us/azure/devops/repos/git/branch-policies#require-a-minimum-number-of-reviewers */
const MINIMUM_REVIEWERS = "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd";

type Policies = (answers: AnswerInfo[]) => Promise<(branch: string) => number | null>;

/** Branch rules of the project, asked for once a pass and only when there is a request. */
function openPolicies({ api, config, scope }: InScope): Policies {
  let asked: Promise<Answer | null> | null = null;
  return async (answers) => {
    const isFirst = asked === null;
    asked ??= unlessRefused(api.get(`${projectPath(scope)}/_apis/policy/configurations`, version(config)));
    const answer = await asked;
    if (!answer) return () => null;
    if (isFirst) answers.push(answer);
    const rules = valuesOf(answer)
      .flatMap((one) => policy.safeParse(one).data ?? [])
      .filter(({ type, isEnabled, isDeleted }) => type.id === MINIMUM_REVIEWERS && isEnabled !== false && !isDeleted);
    return (branch) => {
      const counts = rules
        .filter(({ settings }) => (settings?.scope ?? []).some((where) => covers(where, scope.id, branch)))
        .map(({ settings }) => settings?.minimumApproverCount ?? 0);
      return counts.length > 0 ? Math.max(...counts) : 0;
    };
  };
}

interface Where {
  readonly repositoryId?: string | null | undefined;
  readonly refName?: string | null | undefined;
  readonly matchKind?: string | null | undefined;
}

const covers = ({ repositoryId, refName, matchKind }: Where, repository: string, branch: string): boolean =>
  (!repositoryId || repositoryId === repository) &&
  (!refName || (matchKind?.toLowerCase() === "prefix" ? branch.startsWith(refName) : branch === refName));
