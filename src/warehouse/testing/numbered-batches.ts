import type { BatchToWrite } from "../batch.ts";
import { emptyBatch, id, minute, record } from "./batches.ts";

/*
 * Batches that can be counted: number n holds records n·100 … n·100+199, so that each record but the first and last hundred comes in two
 * versions. Each version brings one commit of its own as the whole set, and mentions one of ten accounts.
 */

const SIZE = 200;
const STEP = 100;

export function numberedBatch(n: number): BatchToWrite {
  const records = Array.from({ length: SIZE }, (_, index) => {
    const key = String(n * STEP + index);
    const pullRequestId = id("pull_request", `1/${key}`);
    const repositoryId = id("repository", "1");
    return record({
      hash: `hash-${key}-${n}`,
      nativeKey: key,
      pageId: `page-${n}`,
      position: index,
      changedAt: minute(n),
      seenAt: minute(n + 1),
      rows: [
        {
          entity: "pull_request",
          id: pullRequestId,
          repositoryId,
          number: n,
          stateCategory: "open",
          openedAt: minute(0),
          title: `${n}`,
        },
        {
          entity: "pull_request_commit",
          id: id("pull_request_commit", `1/${key}/${n}`),
          pullRequestId,
          repositoryId,
          sha: `${n}`,
        },
        {
          entity: "account",
          id: id("account", String(index % 10)),
          canonicalKey: `code.example.com/account/${index % 10}`,
          kindCategory: "human",
          kind: "User",
          username: index % 3 ? `name-${index % 10}` : null,
          sighted: true,
        },
      ],
      sets: [{ wholeSet: "pull_request_commit", parent: { column: "pullRequestId", id: pullRequestId } }],
    });
  });
  const page = {
    id: `page-${n}`,
    ...emptyBatch().key,
    via: "poll" as const,
    fetchedAt: minute(n + 1),
    bodyHash: `${n}`,
    recordCount: SIZE,
  };
  return { ...emptyBatch(), pages: [page], records, progress: { cursor: n, cursorAt: minute(n), coveredFrom: null } };
}

/** How many rows each table has once the batches 1 … n are written. */
export const countsAfter = (n: number) =>
  n === 0
    ? { requests: 0, versions: 0, commits: 0, present: 0, raw: 0, latest: 0, pages: 0, accounts: 0 }
    : {
        requests: n * STEP + STEP,
        versions: n * STEP + STEP,
        commits: n * SIZE,
        present: n * STEP + STEP,
        raw: n * SIZE,
        latest: n * STEP + STEP,
        pages: n,
        accounts: 10,
      };

/** The same counts as the warehouse has them, with its progress, in one snapshot. */
export const countsSql = `select
  (select max(cast(cast(cursor as varchar) as bigint)) from progress) as progress,
  (select count(*) from pull_request) as requests,
  (select count(distinct id) from pull_request) as versions,
  (select count(*) from pull_request_commit) as commits,
  (select count(*) from pull_request_commit where removed_at is null) as present,
  (select count(*) from raw_record) as raw,
  (select count(*) from raw_record where is_latest) as latest,
  (select count(*) from raw_page) as pages,
  (select count(*) from account) as accounts`;
