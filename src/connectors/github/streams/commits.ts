import { addSeconds, compareInstants, instantIn } from "../../../domain/instant.ts";
import { stream, type Page, type ReadRequest } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import { completeLists, pagesOf } from "../graphql.ts";
import { toCommit } from "../map/commit.ts";
import { landedCommit, type LandedCommit } from "../records.ts";
import { byGit } from "./commits-by-git.ts";
import { commitList, commitLists } from "../selections.ts";

/**
 * History of the default branch, newest first. Commits are made before they are pushed, and a merge brings old ones in:
 * hence the long overlap. What a merged request brought is marked by the request itself.
 */
export const commits = stream<Config, LandedCommit>({
  name: "commits",
  docs: "https://docs.github.com/en/graphql/reference/objects#commit",
  level: "scope",
  record: landedCommit,
  key: ({ repository, oid }) => `${repository.databaseId}/${oid}`,
  changedAt: ({ committedDate }) => committedDate,
  order: "descending",
  // Children come before parents whatever their clocks said, so single commits may stand out of order.
  orderedBy: () => null,
  overlapSeconds: 7 * 86_400,
  read: readHistory,
  cost: { class: "graphql", recordsPerCall: 100, pointsPerRecord: 0.01 },
  map: toCommit,
  fills: ["commit", "commit_parent", "commit_file", "account"],
  ways: [byGit],
});

/** GitHub ends the list at `since` itself; a page is as old as its newest commit, for the same reason as above. */
async function* readHistory(request: ReadRequest<Config>): AsyncGenerator<Page> {
  for await (const { answer, nodes, next } of pagesOf(request, commitList(request.since), request.position as string | null)) {
    const more = await completeLists(request, nodes, commitLists);
    const times = nodes.flatMap((node) => instantIn(node.committedDate) ?? []).sort(compareInstants);
    const newest = times.at(-1);
    const reached = next === null ? request.since : newest === undefined ? null : addSeconds(newest, 1);
    yield { records: nodes, answers: [answer, ...more], position: next, reached };
  }
}
