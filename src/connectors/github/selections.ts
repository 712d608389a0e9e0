import type { Scope } from "../../ingest/connector.ts";
import { type Inner, PAGE, type RepositoryList } from "./graphql.ts";

/*
 * What we ask GitHub for, in GraphQL. https://docs.github.com/en/graphql/reference/objects
 * Points by https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api: a list asked without
 * `first` (`totalCount` alone) is free. `graphql-budget.test.ts` checks every text against the published schema.
 */

/* ── Fields that not every host has ──────────────────────────────────────────────────────────────────────────── */

/** Newer than some supported Enterprise Servers; asked only where the scope says that its host has them. */
export const optionalFields = ["Issue.issueType", "Issue.parent", "ProjectV2ItemStatusChangedEvent", "projects"] as const;
export type OptionalField = (typeof optionalFields)[number];

/** Scopes are listed together with what their host offers; of a scope made by hand nothing is assumed. */
function offers(scope: Scope, field: OptionalField): boolean {
  const offered = scope.attributes?.offers;
  return Array.isArray(offered) && offered.includes(field);
}

export const introspection = `query HostOffers {
  issue: __type(name: "Issue") { fields { name } }
  statusChange: __type(name: "ProjectV2ItemStatusChangedEvent") { name }
}`;

/* ── Parts ───────────────────────────────────────────────────────────────────────────────────────────────────── */

const BY_KIND =
  "... on User { databaseId name } ... on Bot { databaseId } ... on Mannequin { databaseId } ... on Organization { databaseId }";
const ACTOR = `__typename login ${BY_KIND}`;
/** `email` of a git author is what the commit says; the one of the account needs a scope and comes with `accounts`. */
const GIT_ACTOR = "name email date user { __typename databaseId login name }";
const COMMIT = `oid url message authoredDate committedDate additions deletions changedFilesIfAvailable
  author { ${GIT_ACTOR} } committer { ${GIT_ACTOR} }`;
const LABELS = `labels(first: 20) { totalCount ${PAGE} nodes { id name } }`;
const ASSIGNEES = `assignees(first: 10) { totalCount ${PAGE} nodes { __typename databaseId login name } }`;

/** A list inside a thing, and how to read on in it. */
const inner = (definition: Inner & { readonly first: number }) => ({
  text: `${definition.field}(${definition.args ?? ""}first: ${definition.first}) { totalCount ${PAGE} ${definition.selection} }`,
  ...definition,
});

/* ── Pull requests ───────────────────────────────────────────────────────────────────────────────────────────── */

const commits = inner({
  type: "PullRequest",
  field: "commits",
  first: 50,
  selection: `nodes { commit { ${COMMIT} parents { totalCount } } }`,
});
const reviews = inner({
  type: "PullRequest",
  field: "reviews",
  first: 20,
  selection: `nodes { id fullDatabaseId url state submittedAt updatedAt body author { ${ACTOR} } commit { oid } comments { totalCount } }`,
});
const comments = inner({
  type: "PullRequest",
  field: "comments",
  first: 30,
  selection: `nodes { id fullDatabaseId url createdAt updatedAt body author { ${ACTOR} } }`,
});
const timeline = inner({
  type: "PullRequest",
  field: "timelineItems",
  args: `itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT, REVIEW_REQUESTED_EVENT, REVIEW_REQUEST_REMOVED_EVENT,
    HEAD_REF_FORCE_PUSHED_EVENT, BASE_REF_CHANGED_EVENT, CLOSED_EVENT, REOPENED_EVENT, MERGED_EVENT, LABELED_EVENT, UNLABELED_EVENT], `,
  first: 30,
  selection: `nodes { __typename
    ... on Node { id }
    ... on ReadyForReviewEvent { createdAt actor { ${ACTOR} } }
    ... on ConvertToDraftEvent { createdAt actor { ${ACTOR} } }
    ... on ReviewRequestedEvent { createdAt actor { ${ACTOR} } requestedReviewer { __typename ${BY_KIND.replace(" ... on Organization { databaseId }", "")}
      ... on User { login } ... on Bot { login } ... on Mannequin { login } ... on Team { combinedSlug } } }
    ... on ReviewRequestRemovedEvent { createdAt actor { ${ACTOR} } requestedReviewer { __typename ${BY_KIND.replace(" ... on Organization { databaseId }", "")}
      ... on User { login } ... on Bot { login } ... on Mannequin { login } ... on Team { combinedSlug } } }
    ... on HeadRefForcePushedEvent { createdAt actor { ${ACTOR} } beforeCommit { oid } afterCommit { oid } }
    ... on BaseRefChangedEvent { createdAt actor { ${ACTOR} } currentRefName }
    ... on ClosedEvent { createdAt actor { ${ACTOR} } }
    ... on ReopenedEvent { createdAt actor { ${ACTOR} } }
    ... on MergedEvent { createdAt actor { ${ACTOR} } }
    ... on LabeledEvent { createdAt actor { ${ACTOR} } label { name } }
    ... on UnlabeledEvent { createdAt actor { ${ACTOR} } label { name } } }`,
});
const closingIssues = inner({
  type: "PullRequest",
  field: "closingIssuesReferences",
  first: 10,
  selection: "nodes { id fullDatabaseId number repository { databaseId nameWithOwner } }",
});
const threadComments = inner({
  type: "PullRequestReviewThread",
  field: "comments",
  first: 50,
  selection: `nodes { id fullDatabaseId url createdAt updatedAt body path author { ${ACTOR} } replyTo { fullDatabaseId } pullRequestReview { fullDatabaseId } }`,
});
/** Asked as a bare count first: threads inside requests would cost more than all the rest. */
const threads: Inner = {
  type: "PullRequest",
  field: "reviewThreads",
  selection: `nodes { id isResolved ${threadComments.text} }`,
  lists: [threadComments],
};

export const pullRequestLists: readonly Inner[] = [commits, reviews, comments, timeline, closingIssues, threads];

/** 7 connections. */
export const PULL_REQUEST = `id fullDatabaseId number url title body state isDraft isCrossRepository createdAt updatedAt closedAt mergedAt
  additions deletions changedFiles totalCommentsCount baseRefName headRefName headRefOid baseRefOid baseRef { refUpdateRule { requiredApprovingReviewCount } } repository { databaseId }
  mergeCommit { oid message authoredDate committedDate parents { totalCount } }
  author { ${ACTOR} } mergedBy { ${ACTOR} } milestone { title } reviewThreads { totalCount }
  ${LABELS} ${ASSIGNEES} ${commits.text} ${reviews.text} ${comments.text} ${timeline.text} ${closingIssues.text}`;

export const pullRequestList: RepositoryList = {
  name: "pull_requests",
  selection: `pullRequests(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) { ${PAGE} nodes { ${PULL_REQUEST} } }`,
  at: (repository) => repository.pullRequests as never,
  size: { start: 50, min: 5, max: 100 },
  connections: 7,
};

/* ── Issues and Projects ─────────────────────────────────────────────────────────────────────────────────────── */

const issueComments = inner({
  type: "Issue",
  field: "comments",
  first: 30,
  selection: `nodes { id fullDatabaseId url createdAt updatedAt body author { ${ACTOR} } }`,
});
const TO_ISSUE = "id fullDatabaseId number repository { databaseId nameWithOwner }";
const issueTimeline = (scope: Scope) => {
  const status = offers(scope, "ProjectV2ItemStatusChangedEvent") && offers(scope, "projects");
  return inner({
    type: "Issue",
    field: "timelineItems",
    args: `itemTypes: [CLOSED_EVENT, REOPENED_EVENT, ASSIGNED_EVENT, UNASSIGNED_EVENT, LABELED_EVENT, UNLABELED_EVENT, MILESTONED_EVENT,
      DEMILESTONED_EVENT${status ? ", PROJECT_V2_ITEM_STATUS_CHANGED_EVENT" : ""}], `,
    first: 40,
    selection: `nodes { __typename
      ... on Node { id }
      ... on ClosedEvent { createdAt stateReason actor { ${ACTOR} } }
      ... on ReopenedEvent { createdAt actor { ${ACTOR} } }
      ... on AssignedEvent { createdAt actor { ${ACTOR} } assignee { __typename ... on User { login } ... on Bot { login } ... on Mannequin { login } ${BY_KIND} } }
      ... on UnassignedEvent { createdAt actor { ${ACTOR} } assignee { __typename ... on User { login } ... on Bot { login } ... on Mannequin { login } ${BY_KIND} } }
      ... on LabeledEvent { createdAt actor { ${ACTOR} } label { name } }
      ... on UnlabeledEvent { createdAt actor { ${ACTOR} } label { name } }
      ... on MilestonedEvent { createdAt actor { ${ACTOR} } milestoneTitle }
      ... on DemilestonedEvent { createdAt actor { ${ACTOR} } milestoneTitle }
      ${status ? `... on ProjectV2ItemStatusChangedEvent { createdAt previousStatus status project { databaseId } actor { ${ACTOR} } }` : ""} }`,
  });
};
const FIELD = "... on ProjectV2FieldCommon { id name }";
const fieldValues = inner({
  type: "ProjectV2Item",
  field: "fieldValues",
  first: 20,
  selection: `nodes { __typename
    ... on ProjectV2ItemFieldSingleSelectValue { name optionId field { ${FIELD} ... on ProjectV2SingleSelectField { options { id name } } } }
    ... on ProjectV2ItemFieldNumberValue { number field { ${FIELD} } }
    ... on ProjectV2ItemFieldIterationValue { iterationId title field { ${FIELD} } } }`,
});
const projectItems = inner({
  type: "Issue",
  field: "projectItems",
  args: "includeArchived: false, ",
  first: 3,
  selection: `nodes { id project { databaseId } ${fieldValues.text} }`,
  lists: [fieldValues],
});

export const issueLists = (scope: Scope): readonly Inner[] => [issueComments, issueTimeline(scope), projectItems];

/** Up to 9 connections. */
export const issueSelection = (
  scope: Scope,
): string => `id fullDatabaseId number url title body state stateReason createdAt updatedAt closedAt
  repository { databaseId } author { ${ACTOR} } milestone { title dueOn }
  ${offers(scope, "Issue.issueType") ? "issueType { id name }" : ""}
  ${offers(scope, "Issue.parent") ? `parent { ${TO_ISSUE} }` : `trackedInIssues(first: 1) { nodes { ${TO_ISSUE} } }`}
  ${LABELS} ${ASSIGNEES} ${issueComments.text} ${issueTimeline(scope).text} ${offers(scope, "projects") ? projectItems.text : ""}`;

export const issueList = (scope: Scope): RepositoryList => ({
  name: "issues",
  selection: `issues(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) { ${PAGE} nodes { ${issueSelection(scope)} } }`,
  at: (repository) => repository.issues as never,
  size: { start: 50, min: 5, max: 100 },
  connections: offers(scope, "projects") ? 9 : 5,
});

/* ── Commits, releases, tags, deployments ────────────────────────────────────────────────────────────────────── */

const parents = inner({ type: "Commit", field: "parents", first: 5, selection: "nodes { oid }" });
export const commitLists: readonly Inner[] = [parents];

export const commitList = (since: string | null): RepositoryList => ({
  name: "commits",
  selection: `defaultBranchRef { target { ... on Commit { history(first: $first, after: $after${since ? `, since: ${JSON.stringify(since)}` : ""}) {
    ${PAGE} nodes { id repository { databaseId } ${COMMIT} ${parents.text} } } } } }`,
  at: (repository) => (repository.defaultBranchRef as { target?: { history?: never } } | null)?.target?.history,
  size: { start: 100, min: 10, max: 100 },
  connections: 1,
});

export const releaseList: RepositoryList = {
  name: "releases",
  selection: `releases(first: $first, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) { ${PAGE} nodes {
    databaseId url name tagName isDraft isPrerelease createdAt publishedAt updatedAt tagCommit { oid } author { __typename databaseId login name } } }`,
  at: (repository) => repository.releases as never,
  size: { start: 100, min: 10, max: 100 },
  connections: 0,
};

export const tagList: RepositoryList = {
  name: "tags",
  selection: `refs(refPrefix: "refs/tags/", first: $first, after: $after, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) { ${PAGE} nodes {
    id name repository { databaseId } target { __typename oid ... on Tag { tagger { date } target { __typename oid ... on Tag { target { oid } } } } } } }`,
  at: (repository) => repository.refs as never,
  size: { start: 100, min: 10, max: 100 },
  connections: 0,
};

const statuses = inner({
  type: "Deployment",
  field: "statuses",
  first: 20,
  selection: "nodes { id state createdAt }",
});
export const deploymentLists: readonly Inner[] = [statuses];

export const DEPLOYMENT = `id databaseId createdAt updatedAt commitOid environment latestEnvironment originalEnvironment state task
  ref { name prefix } creator { ${ACTOR} } ${statuses.text}`;

export const deploymentList: RepositoryList = {
  name: "deployments",
  selection: `deployments(first: $first, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) { ${PAGE} nodes { ${DEPLOYMENT} } }`,
  at: (repository) => repository.deployments as never,
  size: { start: 100, min: 10, max: 100 },
  connections: 1,
};

/* ── Checks of workflow runs ─────────────────────────────────────────────────────────────────────────────────── */

const steps = inner({
  type: "CheckRun",
  field: "steps",
  first: 30,
  selection: "nodes { name number status conclusion startedAt completedAt }",
});
const checkRuns = (withSteps: boolean) =>
  inner({
    type: "CheckSuite",
    field: "checkRuns",
    args: "filterBy: {checkType: ALL}, ",
    first: withSteps ? 20 : 50,
    selection: `nodes { id databaseId name url status conclusion startedAt completedAt deployment { environment } ${withSteps ? steps.text : ""} }`,
    ...(withSteps ? { lists: [steps] } : {}),
  });

export const checkSuiteLists = (withSteps: boolean): readonly Inner[] => [checkRuns(withSteps)];

export const checkSuites = (withSteps: boolean): { query: string; connections: number } => ({
  query: `query Jobs($ids: [ID!]!) { nodes(ids: $ids) { ... on CheckSuite { id workflowRun { databaseId } ${checkRuns(withSteps).text} } } }`,
  connections: withSteps ? 21 : 1,
});

/* ── The organisation ────────────────────────────────────────────────────────────────────────────────────────── */

const REPOSITORY = `databaseId id name nameWithOwner url owner { login } defaultBranchRef { name } visibility isArchived isFork hasIssuesEnabled
  createdAt updatedAt pushedAt primaryLanguage { name } parent { databaseId }`;

/** By creation, which never changes: what moves within a list while it is read would be missed. */
export const ownedRepositories = `query OwnedRepositories($login: String!, $first: Int!, $after: String) { owner: repositoryOwner(login: $login) { list: repositories(first: $first,
  after: $after, ownerAffiliations: [OWNER], orderBy: {field: CREATED_AT, direction: ASC}) { totalCount ${PAGE} nodes { ${REPOSITORY} } } } }`;

export const visibleRepositories = `query VisibleRepositories($first: Int!, $after: String) { owner: viewer { list: repositories(first: $first, after: $after,
  affiliations: [OWNER, ORGANIZATION_MEMBER, COLLABORATOR], ownerAffiliations: [OWNER, ORGANIZATION_MEMBER, COLLABORATOR],
  orderBy: {field: CREATED_AT, direction: ASC}) { totalCount ${PAGE} nodes { ${REPOSITORY} } } } }`;

export const repositoriesById = `query RepositoriesById($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { ${REPOSITORY} } } }`;

/** `email` needs read:user or user:email of a classic token, and fails the whole query without. */
export const members = (
  withEmail: boolean,
): string => `query Members($login: String!, $first: Int!, $after: String) { owner: repositoryOwner(login: $login) {
  ... on Organization { list: membersWithRole(first: $first, after: $after) { totalCount ${PAGE} nodes { __typename databaseId login name createdAt updatedAt url
    ${withEmail ? "email" : ""} } } } } }`;

const teamMembers = inner({
  type: "Team",
  field: "members",
  args: "membership: IMMEDIATE, ",
  first: 100,
  selection: "edges { role node { __typename databaseId login name } }",
});
export const teamLists: readonly Inner[] = [teamMembers];

export const teams = `query Teams($login: String!, $first: Int!, $after: String) { owner: repositoryOwner(login: $login) { ... on Organization {
  list: teams(first: $first, after: $after) { totalCount ${PAGE} nodes { id databaseId name combinedSlug url updatedAt parentTeam { databaseId } ${teamMembers.text} } } } } }`;

export const projects = `query Projects($login: String!, $first: Int!, $after: String) { owner: repositoryOwner(login: $login) { ... on ProjectV2Owner {
  list: projectsV2(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount ${PAGE} nodes { databaseId number title url closed
    createdAt updatedAt repositories(first: 50) { nodes { databaseId } } fields(first: 50) { nodes { __typename
      ... on ProjectV2FieldCommon { id name dataType }
      ... on ProjectV2SingleSelectField { options { id name } }
      ... on ProjectV2IterationField { configuration { iterations { id title startDate duration } completedIterations { id title startDate duration } } } } } } } } } }`;

/* ── What git does not tell of commits ───────────────────────────────────────────────────────────────────────── */

export const CLONED = "nameWithOwner url defaultBranchRef { name }";

/** Whom GitHub takes the author and the committer of each of these commits for. */
export const signers = (shas: readonly string[]): string =>
  shas
    .map((sha, index) => {
      const signer = "email user { __typename databaseId login name }";
      return `c${index}: object(oid: "${sha}") { ... on Commit { author { ${signer} } committer { ${signer} } } }`;
    })
    .join(" ");

/* ── Keys alone, for the reconciliation ──────────────────────────────────────────────────────────────────────── */

const keys = (name: string, field: string, args: string, selection: string): RepositoryList => ({
  name: `${name}_keys`,
  selection: `${field}(${args}first: $first, after: $after, orderBy: {field: ${field === "refs" ? "ALPHABETICAL" : "CREATED_AT"}, direction: ASC}) { ${PAGE} nodes { ${selection} } }`,
  at: (repository) => repository[field] as never,
  size: { start: 100, min: 10, max: 100 },
  connections: 0,
});

export const pullRequestKeys: RepositoryList = keys("pull_request", "pullRequests", "", "number updatedAt");
export const issueKeys: RepositoryList = keys("issue", "issues", "", "number updatedAt");
export const releaseKeys: RepositoryList = keys("release", "releases", "", "databaseId updatedAt");
export const tagKeys: RepositoryList = keys("tag", "refs", 'refPrefix: "refs/tags/", ', "name");
export const deploymentKeys: RepositoryList = keys("deployment", "deployments", "", "id createdAt updatedAt");

export const teamKeys = `query TeamKeys($login: String!, $first: Int!, $after: String) { owner: repositoryOwner(login: $login) { ... on Organization {
  list: teams(first: $first, after: $after) { totalCount ${PAGE} nodes { databaseId updatedAt } } } } }`;

/* ── The probe: what changed, a hundred repositories a call ──────────────────────────────────────────────────── */

/** 4 connections a repository. */
export const probe = `query Probe($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { databaseId pushedAt
  defaultBranchRef { name target { oid ... on Commit { checkSuites(last: 1) { totalCount nodes { updatedAt } } } } }
  pullRequests(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { updatedAt } }
  issues(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { updatedAt } }
  deployments(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { totalCount nodes { id updatedAt } }
  releases { totalCount } latestRelease { id updatedAt } tags: refs(refPrefix: "refs/tags/") { totalCount } } } }`;
