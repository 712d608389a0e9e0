import type { Comment, Issue, PullRequest, Review, ReviewComment, TimelineEvent } from "../../organisation/index.ts";
import { idOf } from "../node-ids.ts";
import { fullName, iso, isoOrNull, sizeOf } from "../state.ts";
import { commit, label, milestone, repository, team, user } from "./render.ts";
import type { RepositoryRequest } from "./request.ts";

type Where = Pick<RepositoryRequest, "api" | "web" | "repository">;

/** A row of `GET …/pulls`. */
export function request(where: Where, entry: PullRequest) {
  if (entry.recorded) return entry.recorded.json;
  const url = `${where.api}/repos/${fullName(where.repository)}`;
  const self = `${url}/pulls/${entry.number}`;
  return {
    url: self,
    id: entry.id,
    node_id: idOf("PullRequest", where.repository.id, entry),
    html_url: webUrl(where, entry),
    issue_url: `${url}/issues/${entry.number}`,
    number: entry.number,
    state: entry.state === "open" ? "open" : "closed",
    locked: false,
    title: entry.title,
    user: user(where, entry.author),
    body: entry.body,
    created_at: iso(entry.createdAt),
    updated_at: iso(entry.updatedAt),
    closed_at: isoOrNull(entry.closedAt),
    merged_at: isoOrNull(entry.mergedAt),
    merge_commit_sha: entry.mergeSha,
    assignee: user(where, entry.assignees[0] ?? null),
    assignees: entry.assignees.map((person) => user(where, person)),
    requested_reviewers: entry.requestedReviewers.map((person) => user(where, person)),
    requested_teams: entry.requestedTeams.map((each) => team(where, each, false)),
    labels: entry.labels.map((each) => label(where, where.repository, each)),
    milestone: milestone(where, where.repository, entry.milestone),
    draft: entry.isDraft,
    commits_url: `${self}/commits`,
    review_comments_url: `${self}/comments`,
    comments_url: `${url}/issues/${entry.number}/comments`,
    statuses_url: `${url}/statuses/${entry.head.sha}`,
    head: {
      label: `${entry.head.owner?.login ?? "unknown"}:${entry.head.ref}`,
      ref: entry.head.ref,
      sha: entry.head.sha,
      user: user(where, entry.head.owner),
      repo: headRepository(where, entry),
    },
    base: {
      label: `${where.repository.owner.login}:${entry.base.ref}`,
      ref: entry.base.ref,
      sha: entry.base.sha,
      user: user(where, where.repository.owner),
      repo: repository(where, where.repository),
    },
    author_association: "MEMBER",
    auto_merge: null,
    active_lock_reason: null,
  };
}

function headRepository(where: Where, entry: PullRequest) {
  if (entry.head.repository === fullName(where.repository)) return repository(where, where.repository);
  if (entry.head.repository === null) return null;
  return {
    id: where.repository.id + 500_000,
    full_name: entry.head.repository,
    name: where.repository.name,
    fork: true,
    owner: user(where, entry.head.owner),
  };
}

/** `GET …/pulls/{number}`; counts a recording does not hold are left out. */
export function fullRequest(where: Where, entry: PullRequest) {
  const size = sizeOf(entry);
  return {
    ...request(where, entry),
    merged: entry.mergedAt !== null,
    mergeable: entry.state === "open" ? true : null,
    mergeable_state: "unknown",
    merged_by: entry.recorded ? undefined : user(where, entry.mergedBy),
    comments: entry.comments.length,
    review_comments: entry.threads.reduce((sum, thread) => sum + thread.comments.length, 0),
    maintainer_can_modify: false,
    commits: entry.commits.length,
    ...(size && { additions: size.additions, deletions: size.deletions, changed_files: size.files }),
  };
}

const webUrl = (where: Where, entry: { number: number }, kind = "pull") =>
  `${where.web}/${fullName(where.repository)}/${kind}/${entry.number}`;

export function review(where: Where, entry: Review, of: PullRequest) {
  if (entry.recorded) return entry.recorded.json;
  const self = `${where.api}/repos/${fullName(where.repository)}/pulls/${of.number}`;
  return {
    id: entry.id,
    node_id: idOf("PullRequestReview", where.repository.id, entry),
    user: user(where, entry.author),
    body: entry.body,
    state: entry.state,
    html_url: `${webUrl(where, of)}#pullrequestreview-${entry.id}`,
    pull_request_url: self,
    author_association: "MEMBER",
    submitted_at: iso(entry.submittedAt),
    commit_id: entry.sha,
  };
}

export function reviewComment(where: Where, entry: ReviewComment, of: PullRequest) {
  if (entry.recorded) return entry.recorded.json;
  const url = `${where.api}/repos/${fullName(where.repository)}/pulls`;
  return {
    url: `${url}/comments/${entry.id}`,
    pull_request_review_id: entry.review?.id ?? null,
    id: entry.id,
    node_id: idOf("PullRequestReviewComment", where.repository.id, entry),
    diff_hunk: "@@ -1,4 +1,6 @@",
    path: entry.path,
    commit_id: entry.sha,
    original_commit_id: entry.sha,
    user: user(where, entry.author),
    body: entry.body,
    created_at: iso(entry.createdAt),
    updated_at: iso(entry.updatedAt),
    html_url: `${webUrl(where, of)}#discussion_r${entry.id}`,
    pull_request_url: `${url}/${of.number}`,
    author_association: "MEMBER",
    start_line: null,
    line: entry.line,
    original_line: entry.line,
    side: "RIGHT",
    position: entry.line,
    ...(entry.replyTo && { in_reply_to_id: entry.replyTo.id }),
  };
}

/** A comment on an issue or in the conversation of a pull request. */
export function comment(where: Where, entry: Comment, of: { number: number; kind: "pull" | "issues" }) {
  if (entry.recorded) return entry.recorded.json;
  const url = `${where.api}/repos/${fullName(where.repository)}/issues`;
  return {
    url: `${url}/comments/${entry.id}`,
    html_url: `${webUrl(where, of, of.kind)}#issuecomment-${entry.id}`,
    issue_url: `${url}/${of.number}`,
    id: entry.id,
    node_id: idOf("IssueComment", where.repository.id, entry),
    user: user(where, entry.author),
    created_at: iso(entry.createdAt),
    updated_at: iso(entry.updatedAt),
    author_association: "MEMBER",
    body: entry.body,
    performed_via_github_app: null,
  };
}

/** An issue, or a pull request as the issues API shows it. */
export function issue(where: Where, entry: Issue | PullRequest) {
  const isRequest = "head" in entry;
  const recorded = isRequest ? entry.issueRow : entry.recorded;
  if (recorded) return recorded.json;
  const self = `${where.api}/repos/${fullName(where.repository)}/issues/${entry.number}`;
  const html = webUrl(where, entry, isRequest ? "pull" : "issues");
  return {
    url: self,
    comments_url: `${self}/comments`,
    events_url: `${self}/events`,
    html_url: html,
    id: entry.id + (isRequest ? 1_000_000_000_000 : 0),
    node_id: idOf(isRequest ? "PullRequest" : "Issue", where.repository.id, entry),
    number: entry.number,
    title: entry.title,
    user: user(where, entry.author),
    labels: entry.labels.map((each) => label(where, where.repository, each)),
    state: entry.state === "open" ? "open" : "closed",
    locked: false,
    assignee: user(where, entry.assignees[0] ?? null),
    assignees: entry.assignees.map((person) => user(where, person)),
    milestone: milestone(where, where.repository, entry.milestone),
    comments: entry.comments.length,
    created_at: iso(entry.createdAt),
    updated_at: iso(entry.updatedAt),
    closed_at: isoOrNull(entry.closedAt),
    author_association: "MEMBER",
    active_lock_reason: null,
    body: entry.body,
    closed_by: isRequest ? user(where, entry.mergedBy) : user(where, entry.closedBy),
    timeline_url: `${self}/timeline`,
    performed_via_github_app: null,
    state_reason: isRequest ? null : entry.stateReason,
    ...(isRequest && {
      draft: entry.isDraft,
      pull_request: {
        url: `${where.api}/repos/${fullName(where.repository)}/pulls/${entry.number}`,
        html_url: html,
        merged_at: isoOrNull(entry.mergedAt),
      },
    }),
  };
}

/** An entry of `…/issues/{number}/events` and `…/timeline`. */
export function event(where: Where, entry: TimelineEvent) {
  if (entry.recorded) return entry.recorded.json;
  return {
    id: entry.id,
    node_id: idOf("Event", where.repository.id, entry),
    url: `${where.api}/repos/${fullName(where.repository)}/issues/events/${entry.id}`,
    actor: user(where, entry.actor),
    event: entry.kind,
    commit_id: entry.sha ?? null,
    commit_url: entry.sha ? `${where.api}/repos/${fullName(where.repository)}/commits/${entry.sha}` : null,
    created_at: iso(entry.at),
    ...(entry.label && { label: { name: entry.label.name, color: entry.label.color } }),
    ...(entry.subject &&
      (entry.kind.includes("review")
        ? { requested_reviewer: user(where, entry.subject), review_requester: user(where, entry.actor) }
        : { assignee: user(where, entry.subject), assigner: user(where, entry.actor) })),
    ...(entry.team && { requested_team: team(where, entry.team, false) }),
    ...(entry.milestone && { milestone: { title: entry.milestone } }),
    ...(entry.kind === "renamed" && { rename: { from: entry.before, to: entry.after } }),
    ...(entry.review && {
      dismissed_review: { state: entry.review.verdict.toLowerCase(), review_id: entry.review.id, dismissal_message: null },
    }),
    ...(entry.kind === "closed" && { state_reason: entry.stateReason ?? null }),
    performed_via_github_app: null,
  };
}

export const requestCommit = (where: Where, entry: PullRequest["commits"][number]) => commit(where, where.repository, entry);
