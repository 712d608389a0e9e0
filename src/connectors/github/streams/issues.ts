import { addSeconds, compareInstants } from "../../../domain/instant.ts";
import { stream } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import { toIssue } from "../map/issue.ts";
import { issue, type Issue } from "../records.ts";
import { issueList, issueLists, issueSelection } from "../selections.ts";
import { issueSweep } from "../sweeps.ts";
import { readNewestFirst, readNumbers } from "./changed-things.ts";

const AN_HOUR = 3_600;
const A_DAY = 24 * AN_HOUR;

export const issues = stream<Config, Issue>({
  name: "issues",
  docs: "https://docs.github.com/en/graphql/reference/objects#issue",
  level: "scope",
  record: issue,
  key: ({ repository, number }) => `${repository.databaseId}/${number}`,
  changedAt: ({ updatedAt }) => updatedAt,
  order: "descending",
  overlapSeconds: 300,
  // Status, iteration and points of a project change without moving `updatedAt` of the issue.
  isFinished: ({ closedAt, projectItems }, { readAt }) =>
    !projectItems?.nodes.length || (closedAt ? compareInstants(readAt, addSeconds(closedAt, A_DAY)) >= 0 : false),
  rereadSeconds: ({ closedAt }) => (closedAt ? A_DAY : 6 * AN_HOUR),
  async *read(request) {
    if (!request.config.issues) return;
    const { scope } = request;
    yield* readNewestFirst(request, { list: issueList(scope), inner: issueLists(scope), time: "updatedAt", together: 2 });
  },
  async *readKeys(request) {
    if (!request.config.issues) return;
    const { scope } = request;
    yield* readNumbers(request, { field: "issue", selection: issueSelection(scope), connections: 9, inner: issueLists(scope) });
  },
  cost: {
    class: "graphql",
    recordsPerCall: { start: 50, max: 100 },
    pointsPerRecord: 0.09,
    details: { share: 0.004, atOnce: 100, pages: 2 },
    adapted: ({ config, scope }) => (config.issues ? { pointsPerRecord: issueList(scope).connections / 100 } : null),
  },
  map: toIssue,
  sweep: issueSweep,
  fills: ["issue", "issue_transition", "issue_comment", "issue_link", "account"],
});
