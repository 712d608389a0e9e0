import { addSeconds, compareInstants } from "../../../domain/instant.ts";
import { stream } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import { toPullRequest } from "../map/pull-request.ts";
import { pullRequest, type PullRequest } from "../records.ts";
import { PULL_REQUEST, pullRequestList, pullRequestLists } from "../selections.ts";
import { pullRequestSweep } from "../sweeps.ts";
import { readNewestFirst, readNumbers } from "./changed-things.ts";

const A_DAY = 86_400;

/** GitHub has no filter by change time, only the order: newest first, until what was read before. */
export const pullRequests = stream<Config, PullRequest>({
  name: "pull_requests",
  docs: "https://docs.github.com/en/graphql/reference/objects#pullrequest",
  level: "scope",
  record: pullRequest,
  key: ({ repository, number }) => `${repository.databaseId}/${number}`,
  changedAt: ({ updatedAt }) => updatedAt,
  order: "descending",
  overlapSeconds: 300,
  // Resolved threads and late remarks do not always move `updatedAt`: what just ended is read once more a day later.
  isFinished: ({ mergedAt, closedAt }, { readAt }) => {
    const ended = mergedAt ?? closedAt;
    return !ended || compareInstants(readAt, addSeconds(ended, A_DAY)) >= 0;
  },
  rereadSeconds: () => A_DAY,
  read: (request) => readNewestFirst(request, { list: pullRequestList, inner: pullRequestLists, time: "updatedAt", together: 4 }),
  readKeys: (request) =>
    readNumbers(request, { field: "pullRequest", selection: PULL_REQUEST, connections: 7, inner: pullRequestLists }),
  // Review threads are asked for beside the list, those of four pages together.
  cost: {
    class: "graphql",
    recordsPerCall: { start: 50, max: 100 },
    pointsPerRecord: 0.07,
    details: { share: 0.5, atOnce: 100, pages: 4, pointsPerRecord: 0.02 },
  },
  map: toPullRequest,
  sweep: pullRequestSweep,
  fills: [
    "pull_request",
    "pull_request_commit",
    "pull_request_review",
    "pull_request_comment",
    "pull_request_event",
    "reference",
    "commit",
    "account",
  ],
});
