import { z } from "zod";

/* The fields we read of what GitHub answers; everything else is archived and passed over. */

const instant = z.iso.datetime({ offset: true });
/** Numbers beyond 2^31 come as text. https://docs.github.com/en/graphql/reference/scalars#bigint */
const bigId = z.union([z.string().regex(/^\d+$/), z.int()]);
const count = z.int().nonnegative();
const listOf = <Item extends z.ZodType>(item: Item) =>
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
export const commit = z.object({
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
export const landedCommit = commit.extend({ repository: z.object({ databaseId: z.int() }) });
export type LandedCommit = z.output<typeof landedCommit>;

const label = z.object({ name: z.string() });
const issueMention = z.object({
  fullDatabaseId: bigId,
  number: z.int(),
  repository: z.object({ databaseId: z.int(), nameWithOwner: z.string() }),
});
export type IssueMention = z.output<typeof issueMention>;

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

/** https://docs.github.com/en/graphql/reference/objects#release */
export const release = z.object({
  databaseId: z.int(),
  url: z.string().nullish(),
  name: z.string().nullish(),
  tagName: z.string(),
  isDraft: z.boolean(),
  isPrerelease: z.boolean(),
  createdAt: instant,
  publishedAt: instant.nullish(),
  updatedAt: instant.nullish(),
  tagCommit: z.object({ oid: z.string() }).nullish(),
  author: actor,
});

const target = z.object({ __typename: z.string(), oid: z.string() });
/** https://docs.github.com/en/graphql/reference/objects#ref; an annotated tag points at its commit through itself. */
export const tag = z.object({
  name: z.string(),
  repository: z.object({ databaseId: z.int() }),
  target: target
    .extend({
      tagger: z.object({ date: z.string().nullish() }).nullish(),
      target: target.extend({ target: target.pick({ oid: true }).nullish() }).nullish(),
    })
    .nullish(),
});

/** https://docs.github.com/en/graphql/reference/objects#deployment */
export const deployment = z.object({
  id: z.string(),
  databaseId: z.int(),
  createdAt: instant,
  updatedAt: instant,
  commitOid: z.string().nullish(),
  environment: z.string().nullish(),
  latestEnvironment: z.string().nullish(),
  originalEnvironment: z.string().nullish(),
  state: z.string().nullish(),
  task: z.string().nullish(),
  ref: z.object({ name: z.string(), prefix: z.string() }).nullish(),
  creator: actor,
  statuses: listOf(z.object({ state: z.string(), createdAt: instant })).nullish(),
});
export type Deployment = z.output<typeof deployment>;

/** https://docs.github.com/en/rest/actions/workflows */
export const workflow = z.object({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  state: z.string(),
  html_url: z.string().nullish(),
  updated_at: instant.nullish(),
});

const restUser = z.object({ id: z.int(), login: z.string(), type: z.string().nullish() }).nullish();
export type RestUser = z.output<typeof restUser>;

/** https://docs.github.com/en/graphql/reference/objects#checkrun */
const checkRun = z.object({
  databaseId: z.int(),
  name: z.string(),
  url: z.string().nullish(),
  status: z.string(),
  conclusion: z.string().nullish(),
  startedAt: instant.nullish(),
  completedAt: instant.nullish(),
  deployment: z.object({ environment: z.string().nullish() }).nullish(),
  steps: listOf(
    z.object({
      name: z.string(),
      number: z.int(),
      status: z.string(),
      conclusion: z.string().nullish(),
      startedAt: instant.nullish(),
      completedAt: instant.nullish(),
    }),
  ).nullish(),
});
export type CheckRun = z.output<typeof checkRun>;

/** https://docs.github.com/en/rest/actions/workflow-jobs */
const job = z.object({
  id: z.int(),
  name: z.string(),
  html_url: z.string().nullish(),
  status: z.string(),
  conclusion: z.string().nullish(),
  created_at: instant.nullish(),
  started_at: instant.nullish(),
  completed_at: instant.nullish(),
  runner_name: z.string().nullish(),
  steps: z
    .array(
      z.object({
        name: z.string(),
        number: z.int(),
        status: z.string(),
        conclusion: z.string().nullish(),
        started_at: instant.nullish(),
        completed_at: instant.nullish(),
      }),
    )
    .nullish(),
});
export type Job = z.output<typeof job>;

/** https://docs.github.com/en/rest/actions/workflow-runs: one attempt, joined with its jobs from GraphQL or REST. */
export const attempt = z.object({
  run: z.object({
    id: z.int(),
    name: z.string().nullish(),
    display_title: z.string().nullish(),
    run_number: z.int().nullish(),
    run_attempt: z.int().min(1).default(1),
    event: z.string(),
    status: z.string(),
    conclusion: z.string().nullish(),
    workflow_id: z.int(),
    path: z.string().nullish(),
    html_url: z.string().nullish(),
    head_branch: z.string().nullish(),
    head_sha: z.string(),
    created_at: instant,
    updated_at: instant,
    run_started_at: instant.nullish(),
    actor: restUser,
    triggering_actor: restUser,
    pull_requests: z
      .array(z.object({ number: z.int(), base: z.object({ repo: z.object({ id: z.int() }).nullish() }).nullish() }))
      .nullish(),
    repository: z.object({ id: z.int() }).nullish(),
  }),
  /** Attempts that the run has had when it was read. */
  attempts: z.int(),
  checkRuns: z.array(checkRun).nullish(),
  jobs: z.array(job).nullish(),
});
export type Attempt = z.output<typeof attempt>;

/** https://docs.github.com/en/graphql/reference/objects#repository */
export const repository = z.object({
  databaseId: z.int(),
  id: z.string(),
  name: z.string(),
  nameWithOwner: z.string(),
  url: z.string().nullish(),
  owner: z.object({ login: z.string() }),
  defaultBranchRef: z.object({ name: z.string() }).nullish(),
  visibility: z.string().nullish(),
  isArchived: z.boolean(),
  isFork: z.boolean(),
  hasIssuesEnabled: z.boolean().nullish(),
  createdAt: instant,
  updatedAt: instant,
  pushedAt: instant.nullish(),
  primaryLanguage: z.object({ name: z.string() }).nullish(),
  parent: z.object({ databaseId: z.int().nullish() }).nullish(),
});
export type Repository = z.output<typeof repository>;

/** https://docs.github.com/en/graphql/reference/objects#user */
export const member = z.object({
  __typename: z.string(),
  databaseId: z.int(),
  login: z.string(),
  name: z.string().nullish(),
  url: z.string().nullish(),
  email: z.string().nullish(),
  organizationVerifiedDomainEmails: z.array(z.string()).nullish(),
  createdAt: instant,
  updatedAt: instant,
});

/** https://docs.github.com/en/graphql/reference/objects#team */
export const team = z.object({
  databaseId: z.int(),
  name: z.string(),
  combinedSlug: z.string(),
  url: z.string().nullish(),
  updatedAt: instant,
  parentTeam: z.object({ databaseId: z.int() }).nullish(),
  members: z.object({ edges: z.array(z.object({ role: z.string(), node: actor }).nullable()) }),
});

const iteration = z.object({ id: z.string(), title: z.string(), startDate: z.iso.date(), duration: z.int() });
/** https://docs.github.com/en/graphql/reference/objects#projectv2, with the day on which it was read: iterations have no state. */
export const project = z.object({
  readOn: z.iso.date(),
  databaseId: z.int(),
  number: z.int(),
  title: z.string(),
  url: z.string().nullish(),
  closed: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
  repositories: z.object({ nodes: z.array(z.object({ databaseId: z.int() }).nullable()) }).nullish(),
  fields: z.object({
    nodes: z.array(
      z
        .object({
          id: z.string().nullish(),
          name: z.string().nullish(),
          dataType: z.string().nullish(),
          options: z.array(z.object({ id: z.string(), name: z.string() })).nullish(),
          configuration: z.object({ iterations: z.array(iteration), completedIterations: z.array(iteration) }).nullish(),
        })
        .nullable(),
    ),
  }),
});
export type Project = z.output<typeof project>;
