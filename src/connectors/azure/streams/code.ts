import { z } from "zod";

import { addSeconds, compareInstants, instantIn } from "../../../domain/instant.ts";
import { clonePages, type GitCommit, type Json, type Page, type ReadRequest, stream } from "../../../ingest/connector.ts";
import { offsetPages } from "../../../ingest/paging.ts";
import type { Config } from "../config.ts";
import { toCommit, toRepository, toTag } from "../map/code.ts";
import { defaultBranch, gitPath, type InScope, isRepository, tokenList, valuesOf, version } from "../paths.ts";
import * as records from "../records.ts";

const AN_HOUR = 3_600;
const COMMITS = 1_000;

export const isForRepos = ({ config, scope }: { config: Config; scope: InScope["scope"] }): boolean =>
  config.repos && isRepository({ scope });

export const repositories = stream<Config, z.output<typeof records.repository>>({
  name: "repositories",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/git/repositories/get",
  level: "scope",
  isFor: isForRepos,
  record: records.repository,
  key: ({ id }) => id,
  changedAt: () => null,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: 6 * AN_HOUR,
  async *read({ api, config, scope }) {
    const answer = await api.get(gitPath(scope), version(config));
    yield { records: [answer.body], answers: [answer], position: null, reached: null };
  },
  cost: { recordsPerCall: 1, typicalRecords: 1 },
  map: toRepository,
  fills: ["repository"],
});

/**
 * History of the default branch, newest first. Commits are made before they are pushed, and a merge brings old ones in:
 * hence the long overlap.
 */
export const commits = stream<Config, records.Commit>({
  name: "commits",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/git/commits/get-commits",
  level: "scope",
  isFor: isForRepos,
  record: records.commit,
  key: ({ commitId }) => commitId,
  changedAt: ({ committer }) => committer.date,
  order: "descending",
  // Children come before parents whatever their clocks said.
  orderedBy: () => null,
  overlapSeconds: 7 * 86_400,
  read: readCommits,
  map: toCommit,
  fills: ["commit", "commit_parent", "commit_file", "account"],
  cost: { recordsPerCall: COMMITS, typicalRecords: 200, callsAtStart: 1 },
  ways: [
    {
      name: "git",
      label: "A clone of the repository, with the files and lines of every commit",
      needsGit: true,
      // One call tells the branch and the provider's clock, whatever the number of commits.
      cost: { recordsPerCall: 1_000_000 },
      isChosen: ({ config }) => config.git === "always",
      isUsable: ({ config, scope }) => config.git !== "never" && defaultBranch(scope) !== null,
      read: readClone,
    },
  ],
});

/** The same history out of a clone. */
async function* readClone({ api, config, scope, since, position, git }: ReadRequest<Config>): AsyncGenerator<Page> {
  const branch = defaultBranch(scope)!;
  const answer = await api.get(`${gitPath(scope)}/refs`, { filter: `heads/${branch}`, ...version(config) });
  const url = `${config.url}/${scope.name.split("/").map(encodeURIComponent).join("/_git/")}`;
  const clone = await git!.open({ url, withLines: true });
  for await (const { commits: found, ...page } of clonePages(clone, { branch, since, position }))
    yield { records: found.map(fromGit), answers: [answer], ...page };
}

const inUtc = (at: string): string => new Date(at).toISOString();

/** In the words of the API, so that one record serves both ways. */
const fromGit = ({ sha, parents, author, committer, message, files }: GitCommit) => ({
  commitId: sha,
  author: { name: author.name, email: author.email, date: inUtc(author.at) },
  committer: { name: committer.name, email: committer.email, date: inUtc(committer.at) },
  comment: message,
  parents,
  files,
});

async function* readCommits({ api, config, scope, since, until, position }: ReadRequest<Config>): AsyncGenerator<Page> {
  const branch = defaultBranch(scope);
  if (branch === null) return;
  const query = {
    "searchCriteria.itemVersion.versionType": "branch",
    "searchCriteria.itemVersion.version": branch,
    "searchCriteria.fromDate": since ?? undefined,
    "searchCriteria.toDate": until ?? undefined,
    "searchCriteria.$top": COMMITS,
    ...version(config),
  };
  const pages = offsetPages(typeof position === "number" ? position : 0, {
    step: COMMITS,
    ask: (skip) => api.get(`${gitPath(scope)}/commits`, { ...query, "searchCriteria.$skip": skip }),
    count: (answer) => valuesOf(answer).length,
  });
  for await (const { answer, next } of pages) {
    const found = valuesOf(answer) as readonly { committer?: { date?: unknown } }[];
    const newest = found
      .flatMap(({ committer }) => instantIn(committer?.date) ?? [])
      .sort(compareInstants)
      .at(-1);
    const reached = next === null ? since : newest === undefined ? null : addSeconds(newest, 1);
    yield { records: found, answers: [answer], position: next, reached };
  }
}

export const tags = stream<Config, z.output<typeof records.tag>>({
  name: "tags",
  docs: "https://learn.microsoft.com/en-us/rest/api/azure/devops/git/refs/list",
  level: "scope",
  isFor: isForRepos,
  record: records.tag,
  key: ({ name }) => name,
  changedAt: () => null,
  order: "unordered",
  overlapSeconds: 0,
  everySeconds: AN_HOUR / 4,
  async *read(request) {
    for await (const { answer, next } of tagLists(request, request.position))
      yield { records: valuesOf(answer), answers: [answer], position: next, reached: null };
  },
  cost: { recordsPerCall: 1_000, typicalRecords: 50 },
  map: toTag,
  fills: ["git_ref"],
  sweep: {
    entity: "git_ref",
    absence: "deleted",
    async *read(request) {
      for await (const { answer } of tagLists(request)) {
        const things = z.array(records.tag).parse(valuesOf(answer));
        yield { things: things.map(({ name }) => ({ key: name, changedAt: null })), answers: [answer] };
      }
    },
  },
});

const tagLists = (request: InScope, from: Json = null) =>
  tokenList(request, {
    path: `${gitPath(request.scope)}/refs`,
    query: { filter: "tags/", peelTags: true, $top: 1_000 },
    from,
  });
