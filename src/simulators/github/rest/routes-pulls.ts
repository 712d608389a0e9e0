import type { Comment, History, Issue, PullRequest, ReviewComment } from "../../organisation/index.ts";
import { by, issueByNumber, requestByNumber, sorted } from "../state.ts";
import { files } from "./render.ts";
import { comment, event, fullRequest, issue, request, requestCommit, review, reviewComment } from "./render-requests.ts";
import { instantOf, notFound, page, refusal, type RepositoryRequest, type RepositoryRoute, type RestAnswer } from "./request.ts";

/** Pull requests and issues. https://docs.github.com/en/rest/pulls and https://docs.github.com/en/rest/issues */
export const pullRoutes: Record<string, RepositoryRoute> = {
  pulls: (call) => {
    const state = call.query.get("state") ?? "open";
    const base = call.query.get("base");
    const list = ordered(call, {
      name: "pulls",
      list: call.history.pullRequests,
      usual: (sort) => (sort === "created" ? "desc" : "asc"),
    });
    const wanted = list.filter(
      (entry) => (state === "all" || (entry.state === "open") === (state === "open")) && (!base || entry.base.ref === base),
    );
    return page(call, { list: wanted, render: (entry) => request(call, entry) });
  },
  "pulls/comments": (call) =>
    page(call, {
      list: changedSince(call, inlineComments(call.history)),
      render: ([entry, of]) => reviewComment(call, entry, of),
    }),
  "pulls/:number": (call) =>
    withRequest(call, (entry) => ({
      body: fullRequest(call, entry),
      headers: { "last-modified": new Date(entry.updatedAt * 1000).toUTCString() },
    })),
  "pulls/:number/commits": (call) =>
    withRequest(call, (entry) => page(call, { list: entry.commits.slice(0, 250), render: (each) => requestCommit(call, each) })),
  "pulls/:number/reviews": (call) =>
    withRequest(call, (entry) => page(call, { list: entry.reviews, render: (each) => review(call, each, entry) })),
  "pulls/:number/comments": (call) =>
    withRequest(call, (entry) =>
      page(call, {
        list: entry.threads.flatMap((thread) => thread.comments).sort(by((each) => each.createdAt)),
        render: (each) => reviewComment(call, each, entry),
      }),
    ),
  "pulls/:number/files": (call) =>
    withRequest(call, (entry) => page(call, { list: files(call, call.repository, entry.commits), render: (file) => file })),
  issues: (call) => issuesOnly(call, () => page(call, { list: issueList(call), render: (entry) => issue(call, entry) })),
  "issues/comments": (call) =>
    page(call, { list: changedSince(call, conversation(call.history)), render: ([entry, of]) => comment(call, entry, of) }),
  "issues/events": (call) => {
    const list = sorted(call.history, "events", (history) =>
      (history.looseEvents.length
        ? [...history.looseEvents]
        : [...history.issues, ...history.pullRequests].flatMap((entry) => entry.events)
      ).sort((a, b) => b.at - a.at || b.id - a.id),
    );
    return page(call, { list, render: (entry) => event(call, entry) });
  },
  "issues/:number": (call) =>
    withIssue(call, (entry) =>
      "head" in entry && entry.recorded && !entry.issueRow ? notFound() : { body: issue(call, entry) },
    ),
  "issues/:number/comments": (call) =>
    withIssue(call, (entry) =>
      page(call, {
        list: entry.comments,
        render: (each) => comment(call, each, { number: entry.number, kind: "head" in entry ? "pull" : "issues" }),
      }),
    ),
  "issues/:number/events": (call) =>
    withIssue(call, (entry) => page(call, { list: entry.events, render: (each) => event(call, each) })),
  "issues/:number/timeline": (call) =>
    withIssue(call, (entry) => page(call, { list: entry.events, render: (each) => event(call, each) })),
};

function withRequest(call: RepositoryRequest, answer: (entry: PullRequest) => RestAnswer): RestAnswer {
  const entry = requestByNumber(call.history, Number(call.params.number));
  return entry ? answer(entry) : notFound();
}

function withIssue(call: RepositoryRequest, answer: (entry: Issue | PullRequest) => RestAnswer): RestAnswer {
  const number = Number(call.params.number);
  const entry = issueByNumber(call.history, number) ?? requestByNumber(call.history, number);
  return entry ? issuesOnly(call, () => answer(entry)) : notFound();
}

/** https://docs.github.com/en/rest/issues/issues: "If issues are disabled in the repository, the API returns a 410 Gone status." */
const issuesOnly = (call: RepositoryRequest, answer: () => RestAnswer): RestAnswer =>
  call.repository.hasIssues
    ? answer()
    : refusal(410, "Issues are disabled for this repo", { docs: "https://docs.github.com/v3/issues/" });

type Sortable = { id: number; createdAt: number; updatedAt: number; comments: unknown[] };

interface Ordered<T> {
  readonly name: string;
  readonly list: readonly T[];
  /** The direction of a sort that names none. */
  readonly usual: (sort: string) => "asc" | "desc";
}

function ordered<T extends Sortable>(call: RepositoryRequest, { name, list, usual }: Ordered<T>): readonly T[] {
  const sort = call.query.get("sort") ?? "created";
  const direction = call.query.get("direction") ?? usual(sort);
  const key = (entry: T) =>
    sort === "updated" ? entry.updatedAt : sort === "comments" ? entry.comments.length : entry.createdAt;
  const sign = direction === "asc" ? 1 : -1;
  return sorted(call.history, `${name}:${sort}:${direction}`, () => [...list].sort((a, b) => sign * by(key)(a, b)));
}

function issueList(call: RepositoryRequest): (Issue | PullRequest)[] {
  const { history, query } = call;
  // A recording serves the rows it holds: not every pull request has one.
  const everything = sorted<Issue | PullRequest>(history, "issues+pulls", () => [
    ...history.issues,
    ...history.pullRequests.filter((entry) => !entry.recorded || entry.issueRow),
  ]);
  const state = query.get("state") ?? "open";
  const since = instantOf(query, "since");
  const labels = query.get("labels")?.split(",");
  return ordered(call, { name: "issues", list: everything, usual: () => "desc" }).filter(
    (entry) =>
      (state === "all" || (entry.state === "open") === (state === "open")) &&
      (since === null || entry.updatedAt >= since) &&
      (!labels || labels.every((name) => entry.labels.some((each) => each.name === name))),
  );
}

type Of = { number: number; kind: "pull" | "issues" };

const conversation = (history: History) =>
  sorted(history, "conversation", () => {
    const on = (entry: Issue | PullRequest, kind: Of["kind"]) =>
      entry.comments.map((each): [Comment, Of] => [each, { number: entry.number, kind }]);
    return [
      ...history.issues.flatMap((entry) => on(entry, "issues")),
      ...history.pullRequests.flatMap((entry) => on(entry, "pull")),
    ].sort((a, b) => a[0].id - b[0].id);
  });

const inlineComments = (history: History) =>
  sorted(history, "inline", () =>
    history.pullRequests
      .flatMap((entry) =>
        entry.threads.flatMap((thread) => thread.comments.map((each): [ReviewComment, PullRequest] => [each, entry])),
      )
      .sort((a, b) => a[0].id - b[0].id),
  );

/** `since`, `sort` and `direction` of the repository-wide comment lists. */
function changedSince<T extends [Comment, unknown]>(call: RepositoryRequest, all: readonly T[]): T[] {
  const since = instantOf(call.query, "since");
  const sort = call.query.get("sort");
  const list = all.filter(([entry]) => since === null || entry.updatedAt >= since);
  if (!sort) return list;
  const sign = (call.query.get("direction") ?? "desc") === "asc" ? 1 : -1;
  const key = (entry: Comment) => (sort.startsWith("updated") ? entry.updatedAt : entry.createdAt);
  return list.sort((a, b) => sign * by(key)(a[0], b[0]));
}
