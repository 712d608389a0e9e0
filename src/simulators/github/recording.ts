import { readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  emptyHistory,
  type Comment,
  type Commit,
  type History,
  type Issue,
  type Label,
  type Milestone,
  type Person,
  type PullRequest,
  type Repository,
  type Review,
  type ReviewComment,
  type Seconds,
} from "../organisation/index.ts";
import { addActions } from "./recording-actions.ts";
import { addEvents } from "./recording-events.ts";
import { Accounts, numberAt, recorded, seconds, secondsOrNull, type Json, type Loading } from "./recorded.ts";
import type { GithubState } from "./state.ts";

/**
 * Loads a folder of recorded REST payloads (one JSON array per collection) as the state of a GitHub.
 * Nothing is invented: what the files do not hold is empty, or null where a value would be a guess.
 */
export async function loadRecording(folder: string, now: () => Seconds): Promise<GithubState> {
  const files = async (name: string) => JSON.parse(await readFile(join(folder, `${name}.json`), "utf8")) as Json[];
  const accounts = new Accounts();
  for (const json of await files("users")) accounts.of(json);
  const pulls = await files("pulls");
  const base = (pulls[0]?.base as Json | undefined)?.repo as Json | undefined;
  if (!base) throw new RangeError(`${folder}/pulls.json holds no pull request with a repository`);
  const history = emptyHistory();
  const repository = loadRepository(base, accounts, history);
  const loading: Loading = {
    files,
    accounts,
    history,
    repository,
    nodes: new Map([[String(base.node_id), { kind: "repository", repository }]]),
  };
  await loadRequests(loading, pulls);
  await loadIssues(loading);
  await addEvents(loading);
  await addActions(loading);
  const reader: Person = {
    id: 1,
    login: "leadline-reader",
    kind: "User",
    name: null,
    email: null,
    offsetMinutes: 0,
    createdAt: 0,
    role: "outside",
  };
  return {
    owner: repository.owner,
    repositories: [repository],
    teams: [],
    people: [...accounts.list, reader],
    viewer: reader,
    truth: null,
    isRecording: true,
    recordedNodes: loading.nodes,
    now,
  };
}

function loadRepository(json: Json, accounts: Accounts, history: History): Repository {
  return {
    id: Number(json.id),
    name: String(json.name),
    owner: accounts.of(json.owner)!,
    previousNames: [],
    isPrivate: json.private === true,
    isArchived: json.archived === true,
    parent: null,
    language: (json.language as string | null) ?? null,
    description: String(json.description ?? ""),
    createdAt: seconds(json.created_at),
    changedAt: null,
    pushedAt: seconds(json.pushed_at),
    defaultBranch: String(json.default_branch),
    hasIssues: json.has_issues === true,
    team: null,
    recorded: recorded(json),
    history: () => history,
  };
}

const labels = (list: unknown): Label[] =>
  ((list ?? []) as Json[]).map((json) => ({
    id: Number(json.id),
    name: String(json.name),
    color: String(json.color),
    description: (json.description as string | null) ?? null,
    recorded: recorded(json),
  }));

function milestone(loading: Loading, json: unknown): Milestone | null {
  if (!json) return null;
  const row = json as Json;
  return {
    id: Number(row.id),
    number: Number(row.number),
    title: String(row.title),
    createdAt: seconds(row.created_at),
    dueAt: secondsOrNull(row.due_on),
    closedAt: secondsOrNull(row.closed_at),
    creator: loading.accounts.of(row.creator),
    recorded: recorded(row),
  };
}

const persons = (loading: Loading, list: unknown) => ((list ?? []) as Json[]).flatMap((json) => loading.accounts.of(json) ?? []);

async function loadRequests(loading: Loading, pulls: readonly Json[]) {
  const { history, nodes, repository } = loading;
  for (const json of pulls) {
    const request = loadRequest(loading, json);
    history.pullRequests.push(request);
    nodes.set(String(json.node_id), { kind: "pullRequest", repository, request });
  }
  const byNumber = new Map(history.pullRequests.map((request) => [request.number, request]));
  for (const row of await loading.files("pull_commits")) {
    const commit = loadCommit(loading, row.commit as Json);
    history.commits.set(commit.sha, commit);
    byNumber.get(Number(row.pull_number))?.commits.push(commit);
  }
  for (const row of await loading.files("pull_reviews"))
    byNumber.get(numberAt(row.pull_request_url))?.reviews.push(loadReview(loading, row));
  for (const row of await loading.files("pull_comments")) {
    const request = byNumber.get(numberAt(row.pull_request_url));
    if (request) addInlineComment(loading, request, row);
  }
}

function loadRequest(loading: Loading, json: Json): PullRequest {
  const { accounts } = loading;
  const head = json.head as Json;
  const source = head.repo as Json | null;
  const base = json.base as Json;
  const mergedAt = secondsOrNull(json.merged_at);
  return {
    id: Number(json.id),
    number: Number(json.number),
    title: String(json.title),
    body: String(json.body ?? ""),
    author: accounts.of(json.user),
    state: mergedAt !== null ? "merged" : json.state === "open" ? "open" : "closed",
    isDraft: json.draft === true,
    createdAt: seconds(json.created_at),
    updatedAt: seconds(json.updated_at),
    closedAt: secondsOrNull(json.closed_at),
    mergedAt,
    mergedBy: null,
    head: {
      ref: String(head.ref),
      sha: String(head.sha),
      owner: accounts.of(head.user),
      repository: source ? String(source.full_name) : null,
    },
    base: { ref: String(base.ref), sha: String(base.sha) },
    mergeSha: (json.merge_commit_sha as string | null) ?? null,
    commits: [],
    labels: labels(json.labels),
    assignees: persons(loading, json.assignees),
    requestedReviewers: persons(loading, json.requested_reviewers),
    requestedTeams: [],
    milestone: milestone(loading, json.milestone),
    reviews: [],
    threads: [],
    comments: [],
    events: [],
    closes: [],
    recorded: recorded(json),
  };
}

function loadCommit({ accounts }: Loading, json: Json): Commit {
  const git = json.commit as { author: Json; committer: Json; message: string };
  const sign = (part: Json, account: unknown) => ({
    name: String(part.name),
    email: String(part.email),
    at: seconds(part.date),
    account: accounts.of(account),
  });
  return {
    sha: String(json.sha),
    parents: (json.parents as Json[]).map((parent) => String(parent.sha)),
    message: git.message,
    author: sign(git.author, json.author),
    committer: sign(git.committer, json.committer),
    additions: null,
    deletions: null,
    filesCount: null,
    recorded: recorded(json),
  };
}

const loadReview = ({ accounts }: Loading, json: Json): Review => ({
  id: Number(json.id),
  author: accounts.of(json.user),
  state: json.state as Review["state"],
  verdict: json.state as Review["state"],
  body: String(json.body ?? ""),
  submittedAt: seconds(json.submitted_at),
  sha: String(json.commit_id),
  comments: [],
  recorded: recorded(json),
});

const loadComment = ({ accounts }: Loading, json: Json): Comment => ({
  id: Number(json.id),
  author: accounts.of(json.user),
  body: String(json.body ?? ""),
  createdAt: seconds(json.created_at),
  updatedAt: seconds(json.updated_at),
  recorded: recorded(json),
});

/** Threads are put together from answers; reviews of these comments were not recorded. */
function addInlineComment(loading: Loading, request: PullRequest, json: Json) {
  const all = request.threads.flatMap((thread) => thread.comments);
  const review = request.reviews.find((entry) => entry.id === json.pull_request_review_id) ?? null;
  const replyTo = all.find((entry) => entry.id === json.in_reply_to_id) ?? null;
  const line = Number(json.line ?? json.original_line ?? 0);
  const comment: ReviewComment = {
    ...loadComment(loading, json),
    path: String(json.path),
    line,
    sha: String(json.commit_id),
    review,
    replyTo,
  };
  review?.comments.push(comment);
  const thread = replyTo && request.threads.find((entry) => entry.comments.includes(replyTo));
  if (thread) thread.comments.push(comment);
  else
    request.threads.push({ id: comment.id, path: comment.path, line, isResolved: false, resolvedBy: null, comments: [comment] });
}

async function loadIssues(loading: Loading) {
  const { history, nodes, repository } = loading;
  const requests = new Map(history.pullRequests.map((request) => [request.number, request]));
  for (const json of await loading.files("issues")) {
    const request = json.pull_request ? requests.get(Number(json.number)) : undefined;
    if (request) request.issueRow = recorded(json);
    else if (!json.pull_request) {
      const issue = loadIssue(loading, json);
      history.issues.push(issue);
      nodes.set(String(json.node_id), { kind: "issue", repository, issue });
    }
  }
  const issues = new Map(history.issues.map((issue) => [issue.number, issue]));
  for (const json of await loading.files("issue_comments"))
    (requests.get(numberAt(json.issue_url)) ?? issues.get(numberAt(json.issue_url)))?.comments.push(loadComment(loading, json));
  for (const json of await loading.files("milestones")) history.milestones.push(milestone(loading, json)!);
  const known = new Map(
    [...history.pullRequests, ...history.issues].flatMap((entry) => entry.labels).map((label) => [label.name, label]),
  );
  history.labels.push(...known.values());
}

const loadIssue = (loading: Loading, json: Json): Issue => ({
  id: Number(json.id),
  number: Number(json.number),
  title: String(json.title),
  body: String(json.body ?? ""),
  author: loading.accounts.of(json.user),
  state: json.state === "open" ? "open" : "closed",
  stateReason: (json.state_reason as Issue["stateReason"]) ?? null,
  createdAt: seconds(json.created_at),
  updatedAt: seconds(json.updated_at),
  closedAt: secondsOrNull(json.closed_at),
  closedBy: loading.accounts.of(json.closed_by),
  labels: labels(json.labels),
  assignees: persons(loading, json.assignees),
  milestone: milestone(loading, json.milestone),
  comments: [],
  events: [],
  closedByPullRequests: [],
  fields: null,
  recorded: recorded(json),
});
