import { z } from "zod";

import { changedFiles } from "../../ingest/connector.ts";

/* The fields we read of what GitHub answers; everything else is archived and passed over. */

export const instant = z.iso.datetime({ offset: true });
/** Numbers beyond 2^31 come as text. https://docs.github.com/en/graphql/reference/scalars#bigint */
const bigId = z.union([z.string().regex(/^\d+$/), z.int()]);
const count = z.int().nonnegative();
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ totalCount: count.nullish(), nodes: z.array(item.nullable()).default([]) });

/** https://docs.github.com/en/graphql/reference/interfaces#actor; null for deleted users. */
export const actor = z
  .object({ __typename: z.string(), login: z.string(), databaseId: z.int().nullish(), name: z.string().nullish() })
  .nullish();
export type Actor = z.output<typeof actor>;

/** https://docs.github.com/en/graphql/reference/objects#gitactor */
const gitActor = z
  .object({ name: z.string().nullish(), email: z.string().nullish(), date: z.string().nullish(), user: actor })
  .nullish();
export type GitActor = z.output<typeof gitActor>;

/** https://docs.github.com/en/graphql/reference/objects#commit */
const commit = z.object({
  oid: z.string(),
  url: z.string().nullish(),
  message: z.string(),
  authoredDate: instant,
  committedDate: instant,
  additions: count.nullish(),
  deletions: count.nullish(),
  changedFilesIfAvailable: count.nullish(),
  author: gitActor,
  committer: gitActor,
  parents: z.object({ totalCount: count, nodes: z.array(z.object({ oid: z.string() }).nullable()).nullish() }).nullish(),
});
export type Commit = z.output<typeof commit>;
/** Of a history, where nothing else says which repository it is. */
export const landedCommit = commit.extend({
  repository: z.object({ databaseId: z.int() }),
  /** Only where the commit was read by git. */
  files: changedFiles,
});
export type LandedCommit = z.output<typeof landedCommit>;

const label = z.object({ name: z.string() });
const issueMention = z.object({
  fullDatabaseId: bigId,
  number: z.int(),
  repository: z.object({ databaseId: z.int(), nameWithOwner: z.string() }),
});

const comment = z.object({
  fullDatabaseId: bigId,
  url: z.string().nullish(),
  createdAt: instant,
  updatedAt: instant.nullish(),
  body: z.string(),
  author: actor,
});

/** https://docs.github.com/en/graphql/reference/objects#pullrequestreview */
const review = z.object({
  fullDatabaseId: bigId,
  url: z.string().nullish(),
  state: z.string(),
  submittedAt: instant.nullish(),
  updatedAt: instant.nullish(),
  body: z.string(),
  author: actor,
  commit: z.object({ oid: z.string() }).nullish(),
  comments: z.object({ totalCount: count }).nullish(),
});

/** https://docs.github.com/en/graphql/reference/objects#pullrequestreviewthread */
const thread = z.object({
  isResolved: z.boolean().nullish(),
  comments: listOf(
    comment.extend({
      path: z.string().nullish(),
      replyTo: z.object({ fullDatabaseId: bigId }).nullish(),
      pullRequestReview: z.object({ fullDatabaseId: bigId }).nullish(),
    }),
  ),
});

/** https://docs.github.com/en/graphql/reference/unions#requestedreviewer: a login, or a team. */
const reviewer = z
  .object({
    __typename: z.string(),
    login: z.string().nullish(),
    databaseId: z.int().nullish(),
    name: z.string().nullish(),
    combinedSlug: z.string().nullish(),
  })
  .nullish();

/** https://docs.github.com/en/graphql/reference/unions#pullrequesttimelineitems and #issuetimelineitems */
const event = z.object({
  __typename: z.string(),
  id: z.string(),
  createdAt: instant,
  actor,
  requestedReviewer: reviewer,
  assignee: reviewer,
  beforeCommit: z.object({ oid: z.string() }).nullish(),
  afterCommit: z.object({ oid: z.string() }).nullish(),
  currentRefName: z.string().nullish(),
  label: label.nullish(),
  stateReason: z.string().nullish(),
  milestoneTitle: z.string().nullish(),
  previousStatus: z.string().nullish(),
  status: z.string().nullish(),
  project: z.object({ databaseId: z.int().nullish() }).nullish(),
});
export type TimelineEvent = z.output<typeof event>;
export type Reviewer = z.output<typeof reviewer>;

/** https://docs.github.com/en/graphql/reference/objects#pullrequest */
export const pullRequest = z.object({
  number: z.int(),
  url: z.string().nullish(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  isDraft: z.boolean().nullish(),
  isCrossRepository: z.boolean().nullish(),
  createdAt: instant,
  updatedAt: instant,
  closedAt: instant.nullish(),
  mergedAt: instant.nullish(),
  additions: count.nullish(),
  deletions: count.nullish(),
  changedFiles: count.nullish(),
  totalCommentsCount: count.nullish(),
  baseRefName: z.string().nullish(),
  headRefName: z.string().nullish(),
  headRefOid: z.string().nullish(),
  baseRefOid: z.string().nullish(),
  baseRef: z.object({ refUpdateRule: z.object({ requiredApprovingReviewCount: count.nullish() }).nullish() }).nullish(),
  repository: z.object({ databaseId: z.int() }),
  mergeCommit: z
    .object({
      oid: z.string(),
      message: z.string().nullish(),
      authoredDate: instant.nullish(),
      committedDate: instant.nullish(),
      parents: z.object({ totalCount: count }).nullish(),
    })
    .nullish(),
  author: actor,
  mergedBy: actor,
  milestone: z.object({ title: z.string() }).nullish(),
  labels: listOf(label).nullish(),
  assignees: listOf(actor).nullish(),
  commits: listOf(z.object({ commit })),
  reviews: listOf(review).nullish(),
  comments: listOf(comment),
  timelineItems: listOf(event),
  closingIssuesReferences: listOf(issueMention).nullish(),
  reviewThreads: listOf(thread),
});
export type PullRequest = z.output<typeof pullRequest>;

/** https://docs.github.com/en/graphql/reference/unions#projectv2itemfieldvalue */
const fieldValue = z.object({
  __typename: z.string(),
  name: z.string().nullish(),
  optionId: z.string().nullish(),
  number: z.number().nullish(),
  iterationId: z.string().nullish(),
  title: z.string().nullish(),
  field: z
    .object({
      id: z.string().nullish(),
      name: z.string().nullish(),
      options: z.array(z.object({ id: z.string(), name: z.string() })).nullish(),
    })
    .nullish(),
});
export type FieldValue = z.output<typeof fieldValue>;

/** https://docs.github.com/en/graphql/reference/objects#issue */
export const issue = z.object({
  fullDatabaseId: bigId,
  number: z.int(),
  url: z.string().nullish(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  stateReason: z.string().nullish(),
  createdAt: instant,
  updatedAt: instant,
  closedAt: instant.nullish(),
  repository: z.object({ databaseId: z.int() }),
  author: actor,
  milestone: z.object({ title: z.string(), dueOn: instant.nullish() }).nullish(),
  issueType: z.object({ id: z.string(), name: z.string() }).nullish(),
  parent: issueMention.nullish(),
  trackedInIssues: listOf(issueMention).nullish(),
  labels: listOf(label).nullish(),
  assignees: listOf(actor).nullish(),
  comments: listOf(comment),
  timelineItems: listOf(event),
  projectItems: listOf(
    z.object({ project: z.object({ databaseId: z.int().nullish() }), fieldValues: listOf(fieldValue) }),
  ).nullish(),
});
export type Issue = z.output<typeof issue>;
