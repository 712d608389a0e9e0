import type { PullRequest, ReviewState } from "../organisation/index.ts";
import type { Editor } from "./editor.ts";
import { request as renderRequest, review as renderReview } from "./rest/render-requests.ts";
import { fullName } from "./state.ts";
import type { WebhookEvent } from "./webhooks.ts";

/** Edits of pull requests and branches. */
export const requestEdits = (editor: Editor) => ({
  updatePullRequest: (name: string, number: number, change: Partial<Pick<PullRequest, "title" | "body" | "isDraft">>) =>
    edit(editor, { name, number, action: "edited" }, (request) => void Object.assign(request, change)),
  addComment: (name: string, number: number, { body = "A remark.", author }: { body?: string; author?: string } = {}) =>
    edit(editor, { name, number, action: "edited" }, (request, at) =>
      request.comments.push({ id: editor.id(), author: editor.person(author), body, createdAt: at, updatedAt: at }),
    ),
  close: (name: string, number: number) => setState(editor, { name, number, state: "closed" }),
  reopen: (name: string, number: number) => setState(editor, { name, number, state: "open" }),
  addReview: (name: string, number: number, review: { state?: ReviewState; body?: string; author?: string } = {}) =>
    addReview(editor, { name, number, ...review }),
  openPullRequest: (name: string, request: { title?: string; author?: string; isDraft?: boolean } = {}) =>
    open(editor, name, request),
  /** To the request's branch, or to the default branch; a forced push replaces the last commit. */
  push: (name: string, to: { number?: number; message?: string; force?: boolean } = {}) =>
    to.number === undefined ? pushDefault(editor, name, to.message) : pushRequest(editor, name, { ...to, number: to.number }),
  merge: (name: string, number: number) => merge(editor, name, number),
});

interface Which {
  readonly name: string;
  readonly number: number;
}

function edit(
  editor: Editor,
  which: Which & { action: string },
  change: (request: PullRequest, at: number) => unknown,
): WebhookEvent {
  const moment = editor.open(which.name);
  const request = editor.request(moment, which.number);
  change(request, moment.at);
  return editor.publishRequest(moment, request, which.action);
}

const setState = (editor: Editor, { name, number, state }: Which & { state: "open" | "closed" }) =>
  edit(editor, { name, number, action: state === "open" ? "reopened" : "closed" }, (request, at) => {
    request.events.push({ id: editor.id(), kind: state === "open" ? "reopened" : "closed", at, actor: editor.person() });
    Object.assign(request, { state, closedAt: state === "open" ? null : at });
  });

function addReview(editor: Editor, of: Which & { state?: ReviewState; body?: string; author?: string }): WebhookEvent {
  const moment = editor.open(of.name);
  const request = editor.request(moment, of.number);
  const { state = "APPROVED", body = "" } = of;
  const review = {
    id: editor.id(),
    author: editor.person(of.author),
    state,
    verdict: state,
    body,
    submittedAt: moment.at,
    sha: request.head.sha,
    comments: [],
  };
  request.reviews.push(review);
  editor.touch(moment, request);
  const where = editor.where(moment);
  return editor.publish("pull_request_review", moment, {
    action: "submitted",
    review: renderReview(where, review, request),
    pull_request: renderRequest(where, request),
  });
}

function open(
  editor: Editor,
  name: string,
  { title = "A new change", author, isDraft = false }: { title?: string; author?: string; isDraft?: boolean },
) {
  const moment = editor.open(name);
  const { history, repository, at } = moment;
  const by = editor.person(author);
  const tip = editor.tip(history);
  const commit = editor.commit(moment, { parent: tip, author: by, message: title });
  const ref = `change/${commit.sha.slice(0, 7)}`;
  const request: PullRequest = {
    id: editor.id(),
    number: editor.nextNumber(history),
    title,
    body: "",
    author: by,
    state: "open",
    isDraft,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    mergedAt: null,
    mergedBy: null,
    head: { ref, sha: commit.sha, owner: repository.owner, repository: fullName(repository) },
    base: { ref: repository.defaultBranch ?? "main", sha: tip },
    mergeSha: null,
    commits: [commit],
    labels: [],
    assignees: [],
    requestedReviewers: [],
    requestedTeams: [],
    milestone: null,
    reviews: [],
    threads: [],
    comments: [],
    events: [],
    closes: [],
  };
  history.pullRequests.push(request);
  history.branches.push({ name: ref, sha: commit.sha, isProtected: false });
  return editor.publishRequest(moment, request, "opened");
}

function pushDefault(editor: Editor, name: string, message = "More work"): WebhookEvent {
  const moment = editor.open(name);
  const commit = editor.commit(moment, { parent: editor.tip(moment.history), author: editor.person(), message });
  editor.land(moment.history, commit);
  const branch = moment.history.branches[0]?.name ?? "main";
  return editor.publish("push", moment, {
    ref: `refs/heads/${branch}`,
    before: commit.parents[0],
    after: commit.sha,
    forced: false,
  });
}

function pushRequest(
  editor: Editor,
  name: string,
  { number, message = "More work", force = false }: { number: number; message?: string; force?: boolean },
) {
  const moment = editor.open(name);
  const { history, at } = moment;
  const request = editor.request(moment, number);
  const before = request.head.sha;
  const kept = force ? request.commits.slice(0, -1) : request.commits;
  const parent = kept.at(-1)?.sha ?? request.base.sha;
  const commit = editor.commit(moment, { parent, author: request.author ?? editor.person(), message });
  request.commits = [...kept, commit];
  request.head = { ...request.head, sha: commit.sha };
  if (force)
    request.events.push({ id: editor.id(), kind: "head_ref_force_pushed", at, actor: request.author, before, after: commit.sha });
  const branch = history.branches.findIndex((entry) => entry.name === request.head.ref);
  if (branch >= 0) history.branches[branch] = { ...history.branches[branch]!, sha: commit.sha };
  return editor.publishRequest(moment, request, "synchronize");
}

function merge(editor: Editor, name: string, number: number): WebhookEvent {
  const moment = editor.open(name);
  const { at, history } = moment;
  const request = editor.request(moment, number);
  const actor = editor.person();
  const commit = editor.commit(moment, {
    parent: editor.tip(history),
    author: request.author ?? actor,
    message: `${request.title} (#${number})`,
  });
  editor.land(history, commit);
  request.events.push({ id: editor.id(), kind: "merged", at, actor, sha: commit.sha });
  request.events.push({ id: editor.id(), kind: "closed", at, actor });
  Object.assign(request, { state: "merged", isDraft: false, mergedAt: at, closedAt: at, mergedBy: actor, mergeSha: commit.sha });
  return editor.publishRequest(moment, request, "closed");
}
