import { bigint, boolean, category, orNull, text, textArray, timestamp } from "../column.ts";
import { table } from "../table.ts";

/** One pull or merge request. */
export const pullRequest = table({
  name: "pull_request",
  kind: "E",
  key: "<repository>/<number>",
  columns: {
    /** target repository */
    repositoryId: text,
    /** the number people see */
    number: bigint,
    title: orNull(text),
    /** characters; NULL when not read */
    descriptionLength: orNull(bigint),
    stateCategory: category("open", "merged", "closed", "other"),
    state: orNull(text),
    /** now; NULL where the provider has no drafts */
    isDraft: orNull(boolean),
    authorAccountId: orNull(text),
    mergedByAccountId: orNull(text),
    closedByAccountId: orNull(text),
    assigneeAccountIds: orNull(textArray),
    /** short names */
    sourceBranch: orNull(text),
    targetBranch: orNull(text),
    isFromFork: orNull(boolean),
    /** at last reading */
    headSha: orNull(text),
    baseSha: orNull(text),
    /** commit that landed on the target; NULL unless merged (test-merge hashes are dropped) */
    mergeSha: orNull(text),
    /** `merge`, `squash`, `rebase`, `fast_forward`, `other`; NULL when not derivable */
    mergeMethodCategory: orNull(category("merge", "squash", "rebase", "fast_forward", "other")),
    mergeMethod: orNull(text),
    openedAt: timestamp,
    /** NULL unless merged */
    mergedAt: orNull(timestamp),
    /** merged or closed; NULL while open */
    closedAt: orNull(timestamp),
    /** of the whole request; NULL when neither API nor git gives them */
    additions: orNull(bigint),
    deletions: orNull(bigint),
    filesCount: orNull(bigint),
    commitCount: orNull(bigint),
    /** provider's counter, only for reconciliation */
    commentCount: orNull(bigint),
    /** NULL when not readable */
    requiredApprovalCount: orNull(bigint),
    labels: orNull(textArray),
    milestone: orNull(text),
    /** keys found, in order, upper case */
    titleIssueKeys: orNull(textArray),
    branchIssueKeys: orNull(textArray),
    bodyIssueKeys: orNull(textArray),
    /** from title/body of a revert request in the same repository */
    revertsNumber: orNull(bigint),
  },
});

/** One commit ever seen in one pull request. */
export const pullRequestCommit = table({
  name: "pull_request_commit",
  kind: "E",
  key: "<repository>/<number>/<sha>",
  columns: {
    pullRequestId: text,
    repositoryId: text,
    sha: text,
    authorAccountId: orNull(text),
    authoredAt: orNull(timestamp),
    committedAt: orNull(timestamp),
    isMerge: orNull(boolean),
    /** order in the request, 0 = first */
    position: orNull(bigint),
    /** from the message */
    issueKeys: orNull(textArray),
    /** when a force push took it out; NULL while part of the request. Removed commits are kept */
    removedAt: orNull(timestamp),
  },
});

/** One submitted verdict. */
export const pullRequestReview = table({
  name: "pull_request_review",
  kind: "E",
  key: "<repository>/<number>/<review id>, or …/<account>/<verdict>/<time> where reviews have no id",
  columns: {
    pullRequestId: text,
    /** NULL for deleted users */
    reviewerAccountId: orNull(text),
    verdictCategory: category("approved", "changes_requested", "commented", "dismissed", "pending", "other"),
    verdict: orNull(text),
    /** NULL while pending and where the API gives a vote without a time */
    submittedAt: orNull(timestamp),
    /** commit reviewed */
    sha: orNull(text),
    commentCount: orNull(bigint),
    bodyLength: orNull(bigint),
  },
});

/** One comment. */
export const pullRequestComment = table({
  name: "pull_request_comment",
  kind: "E",
  key: "<repository>/<number>/<comment id>",
  columns: {
    pullRequestId: text,
    authorAccountId: orNull(text),
    /** `conversation`, `inline`, `system`, `other`; a review's own text is `conversation` with `review_id` */
    kindCategory: category("conversation", "inline", "system", "other"),
    kind: orNull(text),
    createdAt: timestamp,
    reviewId: orNull(text),
    replyToId: orNull(text),
    /** inline only */
    path: orNull(text),
    bodyLength: orNull(bigint),
    /** thread state; NULL when threads do not exist */
    isResolved: orNull(boolean),
    resolvedAt: orNull(timestamp),
  },
});

/** One entry of the timeline. */
export const pullRequestEvent = table({
  name: "pull_request_event",
  kind: "E",
  key: "<repository>/<number>/<event id>, or …/<kind>/<time>",
  columns: {
    pullRequestId: text,
    /** §4.1 */
    kindCategory: category(
      "opened",
      "ready_for_review",
      "converted_to_draft",
      "review_requested",
      "review_request_removed",
      "pushed",
      "force_pushed",
      "base_changed",
      "closed",
      "reopened",
      "merged",
      "labeled",
      "unlabeled",
      "other",
    ),
    kind: orNull(text),
    occurredAt: timestamp,
    actorAccountId: orNull(text),
    /** reviewer asked or removed */
    subjectAccountId: orNull(text),
    /** team asked, as the provider names it */
    subjectTeam: orNull(text),
    /** pushes and force pushes */
    shaBefore: orNull(text),
    shaAfter: orNull(text),
    /** label or branch concerned */
    value: orNull(text),
  },
});
