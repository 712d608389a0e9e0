import { isRevertTitle, lengthOf } from "../../../domain/commit-text.ts";
import type { MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type { PullRequest, TimelineEvent } from "../records.ts";
import * as category from "./categories.ts";
import { commitRow } from "./commit.ts";
import { people, type People } from "./people.ts";
import { branchKeys, issueKeys, revertedNumber } from "./text.ts";

type Context = MapContext<Config>;

/** What the rows of one pull request share. */
interface Setting {
  readonly request: PullRequest;
  readonly context: Context;
  readonly known: People;
  readonly id: string;
  /** Id of a child of the request. */
  child(
    entity: "pull_request_commit" | "pull_request_review" | "pull_request_comment" | "pull_request_event",
    key: string | number,
  ): string;
}

const present = <Value>(values: readonly (Value | null)[] | undefined): Value[] =>
  (values ?? []).filter((value) => value !== null);

/** One pull request with everything that hangs on it. */
export function toPullRequest(request: PullRequest, context: Context): readonly Mapped[] {
  const { id, scope } = context;
  const setting: Setting = {
    request,
    context,
    known: people(context),
    id: id("pull_request", scope.id, request.number),
    child: (entity, key) => id(entity, scope.id, request.number, key),
  };
  const children = [
    ...commits(setting),
    ...reviews(setting),
    ...comments(setting),
    ...inlineComments(setting),
    ...references(setting),
  ];
  const events = present(request.timelineItems.nodes).map((event) => eventRow(event, setting));
  const row = requestRow(setting);
  return [row, ...children, ...events, ...wholeSets(setting), ...setting.known.rows()];
}

/** What a list that could not be read does not hold is not gone. */
function wholeSets({ id, request }: Setting): Mapped[] {
  const parent = { column: "pullRequestId", id };
  return [
    { wholeSet: "pull_request_commit", parent },
    { wholeSet: "pull_request_comment", parent },
    ...(request.reviews ? [{ wholeSet: "pull_request_review" as const, parent }] : []),
    ...(request.closingIssuesReferences ? [{ wholeSet: "reference" as const, parent: { column: "fromId", id } }] : []),
  ];
}

function requestRow({ request, context, known, id }: Setting): MappedRow<"pull_request"> {
  const { scope } = context;
  const isMerged = Boolean(request.mergedAt);
  const closings = present(request.timelineItems.nodes).filter((event) => event.__typename === "ClosedEvent");
  const method = isMerged ? mergeMethod(request) : null;
  const isRevert = isRevertTitle(request.title);
  return {
    entity: "pull_request",
    id,
    url: request.url ?? null,
    repositoryId: context.id("repository", scope.id),
    number: request.number,
    title: request.title,
    descriptionLength: lengthOf(request.body),
    stateCategory: isMerged ? "merged" : category.pullRequestState.of(request.state),
    state: request.state,
    isDraft: request.isDraft ?? null,
    authorAccountId: known.actor(request.author),
    mergedByAccountId: isMerged ? known.actor(request.mergedBy) : null,
    closedByAccountId: request.closedAt ? known.actor(closings.at(-1)?.actor) : null,
    assigneeAccountIds: present(request.assignees?.nodes)
      .map(known.actor)
      .filter((account) => account !== null),
    sourceBranch: request.headRefName ?? null,
    targetBranch: request.baseRefName ?? null,
    isFromFork: request.isCrossRepository ?? null,
    headSha: request.headRefOid ?? null,
    baseSha: request.baseRefOid ?? null,
    mergeSha: isMerged ? (request.mergeCommit?.oid ?? null) : null,
    mergeMethodCategory: method,
    mergeMethod: method,
    openedAt: request.createdAt,
    mergedAt: request.mergedAt ?? null,
    closedAt: request.closedAt ?? null,
    additions: request.additions ?? null,
    deletions: request.deletions ?? null,
    filesCount: request.changedFiles ?? null,
    commitCount: request.commits.totalCount ?? request.commits.nodes.length,
    commentCount: request.totalCommentsCount ?? null,
    requiredApprovalCount: request.baseRef?.refUpdateRule?.requiredApprovingReviewCount ?? null,
    labels: present(request.labels?.nodes).map(({ name }) => name),
    milestone: request.milestone?.title ?? null,
    // The title and branch of a revert repeat those of the request that it takes back.
    titleIssueKeys: isRevert ? [] : issueKeys(request.title, scope.name),
    branchIssueKeys: isRevert ? [] : branchKeys(request.headRefName),
    bodyIssueKeys: issueKeys(isRevert ? request.body?.replace(/^\s*Reverts .*$/im, "") : request.body, scope.name),
    revertsNumber: revertedNumber(request.title, request.body, scope.name),
  };
}

/** How the request landed, by what its landing commit shows (`docs/design/domain.md` §4.1); null when that is not known. */
function mergeMethod({
  mergeCommit: landed,
  headRefOid,
  commits,
}: PullRequest): MappedRow<"pull_request">["mergeMethodCategory"] {
  if (!landed) return null;
  if (landed.oid === headRefOid) return "fast_forward";
  const parentCount = landed.parents?.totalCount;
  if (parentCount === undefined) return null;
  if (parentCount > 1) return "merge";
  const last = commits.nodes.at(-1)?.commit;
  if (!last || landed.authoredDate === null || landed.authoredDate === undefined) return null;
  // A rebase keeps message and author date of every commit; a squash writes both anew.
  return landed.authoredDate === last.authoredDate && landed.message === last.message ? "rebase" : "squash";
}

function commits({ request, context, known, id, child }: Setting): Mapped[] {
  const lands = Boolean(request.mergedAt) && request.baseRefName === context.scope.attributes?.defaultBranch;
  const isMergedWhole = lands && (request.mergeCommit?.parents?.totalCount ?? 0) > 1;
  return present(request.commits.nodes).flatMap(({ commit }, position): Mapped[] => {
    const row = commitRow(commit, context, known);
    const part: MappedRow<"pull_request_commit"> = {
      entity: "pull_request_commit",
      id: child("pull_request_commit", row.sha),
      url: row.url ?? null,
      pullRequestId: id,
      repositoryId: row.repositoryId,
      sha: row.sha,
      authorAccountId: row.authorAccountId ?? null,
      authoredAt: row.authoredAt,
      committedAt: row.committedAt,
      isMerge: commit.parents ? row.isMerge : null,
      position,
      issueKeys: row.issueKeys ?? null,
    };
    return [part, { ...row, sighted: true, ...(isMergedWhole ? { isOnDefault: true } : {}) }];
  });
}

function* reviews({ request, known, id, child }: Setting): Generator<Mapped> {
  for (const review of present(request.reviews?.nodes)) {
    const reviewer = known.actor(review.author);
    const reviewId = child("pull_request_review", review.fullDatabaseId);
    yield {
      entity: "pull_request_review",
      id: reviewId,
      url: review.url ?? null,
      sourceUpdatedAt: review.updatedAt ?? null,
      pullRequestId: id,
      reviewerAccountId: reviewer,
      verdictCategory: category.verdict.of(review.state),
      verdict: review.state,
      submittedAt: review.submittedAt ?? null,
      sha: review.commit?.oid ?? null,
      commentCount: review.comments?.totalCount ?? null,
      bodyLength: review.body.length,
    };
    // A review's own text is a remark like any other; reviews of inline comments alone have none.
    if (review.body.trim() && review.submittedAt)
      yield {
        entity: "pull_request_comment",
        id: child("pull_request_comment", `review-${review.fullDatabaseId}`),
        url: review.url ?? null,
        sourceUpdatedAt: review.updatedAt ?? null,
        pullRequestId: id,
        authorAccountId: reviewer,
        kindCategory: "conversation",
        kind: "review",
        createdAt: review.submittedAt,
        reviewId,
        bodyLength: review.body.length,
      };
  }
}

const comments = ({ request, known, id, child }: Setting): Mapped[] =>
  present(request.comments.nodes).map((comment) => ({
    entity: "pull_request_comment",
    id: child("pull_request_comment", comment.fullDatabaseId),
    url: comment.url ?? null,
    sourceUpdatedAt: comment.updatedAt ?? null,
    pullRequestId: id,
    authorAccountId: known.actor(comment.author),
    kindCategory: "conversation",
    kind: "issue_comment",
    createdAt: comment.createdAt,
    bodyLength: comment.body.length,
  }));

const inlineComments = ({ request, known, id, child }: Setting): Mapped[] =>
  present(request.reviewThreads.nodes).flatMap((thread) =>
    present(thread.comments.nodes).map((comment) => ({
      entity: "pull_request_comment",
      id: child("pull_request_comment", comment.fullDatabaseId),
      url: comment.url ?? null,
      sourceUpdatedAt: comment.updatedAt ?? null,
      pullRequestId: id,
      authorAccountId: known.actor(comment.author),
      kindCategory: "inline",
      kind: "review_comment",
      createdAt: comment.createdAt,
      reviewId: comment.pullRequestReview ? child("pull_request_review", comment.pullRequestReview.fullDatabaseId) : null,
      replyToId: comment.replyTo ? child("pull_request_comment", comment.replyTo.fullDatabaseId) : null,
      path: comment.path ?? null,
      bodyLength: comment.body.length,
      isResolved: thread.isResolved ?? null,
    })),
  );

/** Issues that GitHub says the request closes; those of other repositories by key, since they may not be read here. */
const references = ({ request, context, id }: Setting): Mapped[] =>
  present(request.closingIssuesReferences?.nodes).map(({ fullDatabaseId, number, repository }) => ({
    entity: "reference",
    id: context.id("reference", "pull_request", context.scope.id, request.number, "closes", fullDatabaseId),
    fromEntity: "pull_request",
    fromId: id,
    toEntity: "issue",
    ...(String(repository.databaseId) === context.scope.id
      ? { toId: context.id("issue", fullDatabaseId) }
      : { toKey: `${repository.nameWithOwner}#${number}` }),
    relationCategory: "closes",
    relation: "closingIssuesReferences",
  }));

function eventRow(event: TimelineEvent, { known, id, child }: Setting): MappedRow<"pull_request_event"> {
  return {
    entity: "pull_request_event",
    id: child("pull_request_event", event.id),
    pullRequestId: id,
    kindCategory: category.eventKind.of(event.__typename),
    kind: event.__typename,
    occurredAt: event.createdAt,
    actorAccountId: known.actor(event.actor),
    subjectAccountId: known.actor(event.requestedReviewer),
    subjectTeam: event.requestedReviewer?.combinedSlug ?? null,
    shaBefore: event.beforeCommit?.oid ?? null,
    shaAfter: event.afterCommit?.oid ?? null,
    value: event.label?.name ?? event.currentRefName ?? null,
  };
}
