import { isRevertTitle, lengthOf } from "../../../domain/commit-text.ts";
import type { MapContext, Mapped, MappedRow } from "../../../ingest/connector.ts";
import type { Config } from "../config.ts";
import type { PullRequest, Thread } from "../records.ts";
import * as category from "./categories.ts";
import { people, type People } from "./people.ts";
import { branchKeys, issueKeys, revertedNumber, shortRef, workItemKey } from "./text.ts";
import { instant } from "./time.ts";

type Context = MapContext<Config>;
type EventRow = MappedRow<"pull_request_event">;

/** What the rows of one pull request share. */
interface Setting {
  readonly request: PullRequest;
  readonly context: Context;
  readonly known: People;
  readonly id: string;
  child(
    entity: "pull_request_commit" | "pull_request_review" | "pull_request_comment" | "pull_request_event",
    ...key: readonly (string | number)[]
  ): string;
}

/** One pull request with everything that hangs on it. */
export function toPullRequest(request: PullRequest, context: Context): readonly Mapped[] {
  const { id } = context;
  const repository = request.repository.id;
  const setting: Setting = {
    request,
    context,
    known: people(context),
    id: id("pull_request", repository, request.pullRequestId),
    child: (entity, ...key) => id(entity, repository, request.pullRequestId, ...key),
  };
  const threads = request.threads.filter(({ isDeleted }) => !isDeleted);
  const parent = { column: "pullRequestId", id: setting.id };
  return [
    requestRow(setting),
    ...commits(setting),
    ...reviews(threads, setting),
    ...threads.flatMap((thread) => comments(thread, setting)),
    ...events(threads, setting),
    ...references(setting),
    ...(request.commits ? [{ wholeSet: "pull_request_commit" as const, parent }] : []),
    { wholeSet: "pull_request_comment", parent },
    { wholeSet: "pull_request_review", parent },
    { wholeSet: "reference", parent: { column: "fromId", id: setting.id } },
    ...setting.known.rows(),
  ];
}

function requestRow({ request, context, known, id }: Setting): MappedRow<"pull_request"> {
  const stateCategory = category.pullRequestState.of(request.status);
  const isMerged = stateCategory === "merged";
  const isRevert = isRevertTitle(request.title ?? "");
  const strategy = isMerged ? strategyOf(request) : null;
  const closedAt = stateCategory === "open" ? null : instant(request.closedDate);
  const closer = known.identity(request.closedBy);
  return {
    entity: "pull_request",
    id,
    url: pageOf(request, context.config),
    repositoryId: context.id("repository", request.repository.id),
    number: request.pullRequestId,
    title: request.title ?? null,
    // Lists cut a description at 400 characters: then its length is unknown.
    descriptionLength: (request.description?.length ?? 0) >= 400 ? null : lengthOf(request.description ?? ""),
    stateCategory,
    state: request.status,
    isDraft: request.isDraft ?? null,
    authorAccountId: known.identity(request.createdBy),
    mergedByAccountId: isMerged ? closer : null,
    closedByAccountId: closedAt ? closer : null,
    sourceBranch: shortRef(request.sourceRefName),
    targetBranch: shortRef(request.targetRefName),
    isFromFork: Boolean(request.forkSource),
    headSha: request.lastMergeSourceCommit?.commitId ?? null,
    baseSha: request.lastMergeTargetCommit?.commitId ?? null,
    mergeSha: isMerged ? (request.lastMergeCommit?.commitId ?? null) : null,
    mergeMethodCategory: strategy === null ? null : category.mergeMethod.of(strategy),
    mergeMethod: strategy,
    openedAt: request.creationDate,
    mergedAt: isMerged ? closedAt : null,
    closedAt,
    commitCount: request.commits?.length ?? null,
    requiredApprovalCount: request.minimumApproverCount,
    labels: (request.labels ?? []).filter(({ active }) => active !== false).map(({ name }) => name),
    titleIssueKeys: isRevert ? [] : issueKeys(request.title),
    branchIssueKeys: isRevert ? [] : branchKeys(shortRef(request.sourceRefName)),
    bodyIssueKeys: isRevert ? [] : issueKeys(request.description),
    revertsNumber: revertedNumber(request.title ?? "", request.description),
  };
}

function pageOf({ repository: { id, name, project }, pullRequestId }: PullRequest, { url }: Config): string {
  const where = project?.name && name ? `${encodeURIComponent(project.name)}/_git/${encodeURIComponent(name)}` : `_git/${id}`;
  return `${url}/${where}/pullrequest/${pullRequestId}`;
}

const strategyOf = ({ completionOptions: options }: PullRequest): string | null =>
  options?.mergeStrategy ?? (options?.squashMerge ? "squash" : null);

/** Newest first as Azure lists them; position 0 is the first. */
function commits({ request, known, id, child, context }: Setting): MappedRow<"pull_request_commit">[] {
  const oldestFirst = (request.commits ?? []).toReversed();
  return oldestFirst.map(({ commitId, author, committer, comment }, position) => ({
    entity: "pull_request_commit",
    id: child("pull_request_commit", commitId),
    pullRequestId: id,
    repositoryId: context.id("repository", request.repository.id),
    sha: commitId,
    authorAccountId: known.author(author),
    authoredAt: instant(author?.date),
    committedAt: instant(committer?.date),
    isMerge: comment ? /^Merge (?:branch|remote-tracking|commit)\b/.test(comment) : null,
    position,
    issueKeys: issueKeys(comment),
  }));
}

/* ── Threads ─────────────────────────────────────────────────────────────────────────────────────────────────── */

const value = (thread: Thread, name: string): string | null => {
  const found = thread.properties?.[name]?.$value;
  return found === null || found === undefined ? null : String(found);
};
const typeOf = (thread: Thread): string | null => value(thread, "CodeReviewThreadType");

/** Properties name people by their number in the thread. */
const personIn = (thread: Thread, name: string, known: People): string | null =>
  known.identity(thread.identities?.[value(thread, name) ?? ""]);

/** Whoever wrote the thread's first remark; system threads are written by who acted. */
const actorOf = (thread: Thread, name: string, known: People): string | null =>
  personIn(thread, name, known) ?? known.identity(thread.comments?.[0]?.author);

/** Every vote with its time; a vote that no thread tells of has none. */
function reviews(threads: readonly Thread[], { request, known, id, child }: Setting): MappedRow<"pull_request_review">[] {
  const votes = threads.filter((thread) => typeOf(thread) === "VoteUpdate");
  const told = votes.map((thread): MappedRow<"pull_request_review"> => {
    const vote = value(thread, "CodeReviewVoteResult") ?? "0";
    return {
      entity: "pull_request_review",
      id: child("pull_request_review", thread.id),
      pullRequestId: id,
      reviewerAccountId: actorOf(thread, "CodeReviewVotedByIdentity", known),
      verdictCategory: category.verdict(vote),
      verdict: vote,
      submittedAt: instant(thread.publishedDate),
    };
  });
  const voters = new Set(told.map(({ reviewerAccountId }) => reviewerAccountId));
  const untold = (request.reviewers ?? []).flatMap((reviewer): MappedRow<"pull_request_review">[] => {
    const account = reviewer.vote ? known.identity(reviewer) : null;
    if (!account || voters.has(account)) return [];
    const vote = String(reviewer.vote);
    return [
      {
        entity: "pull_request_review",
        id: child("pull_request_review", reviewer.id ?? reviewer.uniqueName ?? "-", vote),
        pullRequestId: id,
        reviewerAccountId: account,
        verdictCategory: category.verdict(vote),
        verdict: vote,
        submittedAt: null,
      },
    ];
  });
  return [...told, ...untold];
}

const settled = new Set(["fixed", "closed", "wontfix", "bydesign"]);

/** What people wrote; threads have a state, remarks have not. */
function comments(thread: Thread, { known, id, child }: Setting): MappedRow<"pull_request_comment">[] {
  if (typeOf(thread) !== null) return [];
  const state = thread.status?.toLowerCase();
  const isResolved = !state || state === "unknown" ? null : settled.has(state);
  const path = thread.threadContext?.filePath ?? null;
  return (thread.comments ?? [])
    .filter(({ isDeleted }) => !isDeleted)
    .map((comment) => {
      const isSystem = comment.commentType === "system";
      return {
        entity: "pull_request_comment",
        id: child("pull_request_comment", thread.id, comment.id),
        pullRequestId: id,
        authorAccountId: known.identity(comment.author),
        kindCategory: isSystem ? "system" : path === null ? "conversation" : "inline",
        kind: comment.commentType ?? "text",
        createdAt: instant(comment.publishedDate ?? thread.publishedDate) ?? "",
        replyToId: comment.parentCommentId ? child("pull_request_comment", thread.id, comment.parentCommentId) : null,
        path,
        bodyLength: lengthOf(comment.content),
        isResolved,
      } satisfies MappedRow<"pull_request_comment">;
    });
}

const statusEvents: Readonly<Record<string, EventRow["kindCategory"]>> = {
  completed: "merged",
  abandoned: "closed",
  active: "reopened",
};

function events(threads: readonly Thread[], setting: Setting): EventRow[] {
  const { request, known, id, child } = setting;
  const opened: EventRow = {
    entity: "pull_request_event",
    id: child("pull_request_event", "opened"),
    pullRequestId: id,
    kindCategory: "opened",
    kind: "opened",
    occurredAt: request.creationDate,
    actorAccountId: known.identity(request.createdBy),
  };
  return [opened, ...threads.flatMap((thread) => event(thread, setting))];
}

/** System threads that tell what happened; votes are reviews, other notes say nothing that is asked for. */
function event(thread: Thread, { id, child, known }: Setting): EventRow[] {
  const type = typeOf(thread);
  const occurredAt = instant(thread.publishedDate);
  if (!type || !occurredAt) return [];
  const row = (kindCategory: EventRow["kindCategory"], more: Partial<EventRow>, part?: string): EventRow => ({
    entity: "pull_request_event",
    id: child("pull_request_event", thread.id, ...(part ? [part] : [])),
    pullRequestId: id,
    kindCategory,
    kind: type,
    occurredAt,
    ...more,
  });
  if (type === "RefUpdate") {
    const actorAccountId = actorOf(thread, "CodeReviewRefUpdatedByIdentity", known);
    return [row("pushed", { actorAccountId, shaAfter: value(thread, "CodeReviewRefNewHeadCommit") })];
  }
  if (type === "StatusUpdate") {
    const status = value(thread, "CodeReviewStatus") ?? "";
    const actorAccountId = actorOf(thread, "CodeReviewStatusUpdatedByIdentity", known);
    return [row(statusEvents[status.toLowerCase()] ?? "other", { actorAccountId, value: status || null })];
  }
  if (type === "IsDraftUpdate") {
    const isReady = /publish/i.test(thread.comments?.[0]?.content ?? "");
    return [row(isReady ? "ready_for_review" : "converted_to_draft", { actorAccountId: actorOf(thread, "", known) })];
  }
  if (type === "ReviewersUpdate") {
    const actorAccountId = actorOf(thread, "CodeReviewReviewersUpdatedByIdentity", known);
    const added = personIn(thread, "CodeReviewReviewersUpdatedAddedIdentity", known);
    const removed = personIn(thread, "CodeReviewReviewersUpdatedRemovedIdentity", known);
    return [
      ...(added ? [row("review_requested", { actorAccountId, subjectAccountId: added })] : []),
      ...(removed ? [row("review_request_removed", { actorAccountId, subjectAccountId: removed }, "removed")] : []),
    ];
  }
  return [];
}

const references = ({ request, context, id }: Setting): MappedRow<"reference">[] =>
  request.workItems.map((number) => ({
    entity: "reference",
    id: context.id("reference", "pull_request", request.repository.id, request.pullRequestId, "closes", number),
    fromEntity: "pull_request",
    fromId: id,
    toEntity: "issue",
    toId: context.id("issue", number),
    toKey: workItemKey(number),
    relationCategory: "closes",
    relation: "ArtifactLink",
  }));
