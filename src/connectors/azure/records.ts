import { z } from "zod";

import { changedFiles } from "../../ingest/connector.ts";

/* Fields that are read, area by area. Required is what a row cannot do without. */

const text = z.string().nullish();

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/core/teams/get-team-members-with-extended-properties#identityref */
export const identity = z.object({
  id: text,
  displayName: text,
  uniqueName: text,
  descriptor: text,
  inactive: z.boolean().nullish(),
  isContainer: z.boolean().nullish(),
});
/** Old hosts and feeds without identity references write `Name <address>`. */
export const anyIdentity = z.union([identity, z.string()]).nullish();
export type Identity = z.output<typeof anyIdentity>;

/* ── Projects, teams, processes ──────────────────────────────────────────────────────────────────────────────── */

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/core/projects/get */
export const project = z.object({
  id: z.string(),
  name: z.string(),
  state: text,
  visibility: text,
  lastUpdateTime: text,
  _links: z.object({ web: z.object({ href: text }).nullish() }).nullish(),
  capabilities: z.object({ processTemplate: z.object({ templateName: text }).nullish() }).nullish(),
});

/** A team with its members. https://learn.microsoft.com/en-us/rest/api/azure/devops/core/teams/get-teams */
export const team = z.object({
  id: z.string(),
  name: z.string(),
  projectId: text,
  projectName: text,
  members: z.array(z.object({ identity, isTeamAdmin: z.boolean().nullish() })),
});

const state = z.object({ name: z.string(), category: text });
/** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/work-item-types/list */
export const workItemType = z.object({
  name: z.string(),
  referenceName: text,
  isDisabled: z.boolean().nullish(),
  states: z.array(state).nullish(),
});

/**
 * A node of the tree of iterations, with the teams that use it.
 * https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/classification-nodes/get
 */
export const iteration = z.object({
  id: z.number(),
  identifier: text,
  name: z.string(),
  path: z.string(),
  attributes: z.object({ startDate: text, finishDate: text }).nullish(),
  teams: z.array(z.object({ id: z.string(), timeFrame: text })),
  /** The provider's day on which it was read. */
  readOn: z.string(),
});

/* ── Work items ──────────────────────────────────────────────────────────────────────────────────────────────── */

const fields = z.record(z.string(), z.unknown());

/**
 * One revision, the fields of the one before it, and what the process says of its type and states.
 * https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/reporting-work-item-revisions/read-reporting-revisions-get
 */
export const revision = z.object({
  id: z.number(),
  rev: z.number(),
  fields: fields.and(z.object({ "System.ChangedDate": z.string(), "System.WorkItemType": z.string() })),
  /** Null for the first revision, and where the one before could not be read. */
  previous: z.object({ rev: z.number(), fields }).nullable(),
  /** Read once more out of turn, because it was hidden before. */
  isAgain: z.boolean().optional(),
  process: z.object({
    /** `Microsoft.RequirementCategory`. */
    typeCategory: z.string().nullable(),
    stateCategory: z.string().nullable(),
    previousStateCategory: z.string().nullable(),
    iterationId: z.number().nullable(),
    previousIterationId: z.number().nullable(),
  }),
});
export type Revision = z.output<typeof revision>;
export type Fields = z.output<typeof fields>;

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/reporting-work-item-links/get */
export const link = z.object({
  rel: z.string(),
  attributes: z.object({
    sourceId: z.number(),
    targetId: z.number(),
    changedDate: z.string(),
    isActive: z.boolean().nullish(),
    changedOperation: text,
  }),
});

/* ── Repositories ────────────────────────────────────────────────────────────────────────────────────────────── */

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/git/repositories/get */
export const repository = z.object({
  id: z.string(),
  name: z.string(),
  defaultBranch: text,
  webUrl: text,
  isDisabled: z.boolean().nullish(),
  isFork: z.boolean().nullish(),
  parentRepository: z.object({ id: z.string() }).nullish(),
  project: z.object({ id: z.string(), name: z.string(), visibility: text }),
});

const signature = z.object({ name: text, email: text, date: text }).nullish();
/** https://learn.microsoft.com/en-us/rest/api/azure/devops/git/commits/get-commits */
export const commit = z.object({
  commitId: z.string(),
  author: z.object({ name: text, email: text, date: z.string() }),
  committer: z.object({ name: text, email: text, date: z.string() }),
  comment: z.string().default(""),
  changeCounts: z.record(z.string(), z.number()).nullish(),
  parents: z.array(z.string()).nullish(),
  remoteUrl: text,
  /** Only where the commit was read by git: what it changed against its first parent. */
  files: changedFiles,
});
export type Commit = z.output<typeof commit>;

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/git/refs/list */
export const tag = z.object({
  name: z.string(),
  objectId: z.string(),
  peeledObjectId: text,
});

const property = z.object({ $value: z.unknown() }).nullish();
const comment = z.object({
  id: z.number(),
  parentCommentId: z.number().nullish(),
  author: identity.nullish(),
  content: text,
  publishedDate: text,
  commentType: text,
  isDeleted: z.boolean().nullish(),
});
/** https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-threads/list */
const thread = z.object({
  id: z.number(),
  publishedDate: text,
  lastUpdatedDate: text,
  comments: z.array(comment).nullish(),
  status: text,
  threadContext: z.object({ filePath: text }).nullish(),
  properties: z.record(z.string(), property).nullish(),
  identities: z.record(z.string(), identity).nullish(),
  isDeleted: z.boolean().nullish(),
});
export type Thread = z.output<typeof thread>;

const requestCommit = z.object({ commitId: z.string(), author: signature, committer: signature, comment: text });
const hash = z.object({ commitId: text }).nullish();
/**
 * A pull request with its threads, and what else was read of it.
 * https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-requests/get-pull-requests
 */
export const pullRequest = z.object({
  pullRequestId: z.number(),
  repository: z.object({ id: z.string(), name: text, project: z.object({ name: text }).nullish() }),
  status: z.string(),
  isDraft: z.boolean().nullish(),
  createdBy: identity.nullish(),
  closedBy: identity.nullish(),
  creationDate: z.string(),
  closedDate: text,
  title: text,
  description: text,
  sourceRefName: text,
  targetRefName: text,
  lastMergeSourceCommit: hash,
  lastMergeTargetCommit: hash,
  lastMergeCommit: hash,
  reviewers: z.array(identity.extend({ vote: z.number().nullish() })).nullish(),
  labels: z.array(z.object({ name: z.string(), active: z.boolean().nullish() })).nullish(),
  completionOptions: z.object({ mergeStrategy: text, squashMerge: z.boolean().nullish() }).nullish(),
  forkSource: z.object({}).nullish(),
  threads: z.array(thread),
  /** Newest first; null when they were not read. */
  commits: z.array(requestCommit).nullable(),
  /** Ids of linked work items. */
  workItems: z.array(z.number()),
  minimumApproverCount: z.number().nullable(),
});
export type PullRequest = z.output<typeof pullRequest>;
