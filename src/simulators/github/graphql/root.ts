import type { History, PullRequest, Repository } from "../../organisation/index.ts";
import { parseNodeId, type NodeType } from "../node-ids.ts";
import { jobsById } from "../rest/routes-actions.ts";
import { findRepository, indexed, runById } from "../state.ts";
import { typedError, type Context, type View } from "./context.ts";
import { CheckRunView, WorkflowRunView, workflowView } from "./views-checks.ts";
import { CommentView } from "./views-request.ts";
import { ReviewView } from "./views-review.ts";

/** The query root. https://docs.github.com/en/graphql/reference/queries */
export class Root {
  readonly __typename = "Query";
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  get viewer() {
    return this.#context.views.actor(this.#context.state.viewer);
  }
  get rateLimit() {
    return this.#context.rate;
  }
  get meta() {
    return { gitHubServicesSha: "0".repeat(40), isPasswordAuthenticationVerifiable: false, gitIpAddresses: [] };
  }
  repository({ owner, name, followRenames }: { owner: string; name: string; followRenames?: boolean }) {
    const found = findRepository(this.#context.state, `${owner}/${name}`);
    if (!found || (found.isFormer && followRenames === false))
      throw typedError("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
    return this.#context.views.repository(found.repository);
  }
  organization({ login }: { login: string }) {
    const { owner } = this.#context.state;
    if (owner.kind !== "Organization" || owner.login.toLowerCase() !== login.toLowerCase())
      throw typedError("NOT_FOUND", `Could not resolve to an Organization with the login of '${login}'.`);
    return this.#context.views.actor(owner);
  }
  user({ login }: { login: string }) {
    const { state, views } = this.#context;
    const person = [...state.people, state.owner].find(
      (entry) => entry.kind === "User" && entry.login.toLowerCase() === login.toLowerCase(),
    );
    if (!person) throw typedError("NOT_FOUND", `Could not resolve to a User with the login of '${login}'.`);
    return views.actor(person);
  }
  repositoryOwner({ login }: { login: string }) {
    const { state, views } = this.#context;
    return views.actor([state.owner, ...state.people].find((entry) => entry.login.toLowerCase() === login.toLowerCase()) ?? null);
  }
  /** Counts only: `repo:`, `is:pr`, `is:issue` and `updated:A..B`. https://docs.github.com/en/graphql/reference/queries#search */
  search({ query, type }: { query: string; type: string }) {
    const word = (name: string) => new RegExp(`(?:^| )${name}:(\\S+)`).exec(query)?.[1];
    const found = findRepository(this.#context.state, word("repo") ?? "");
    if (type !== "ISSUE" || !found) return { issueCount: 0 };
    const { pullRequests, issues } = found.repository.history();
    const [from, to] = updatedRange(word("updated"));
    const isInside = ({ updatedAt }: { updatedAt: number }) => updatedAt >= from && updatedAt <= to;
    const lists = { pr: pullRequests, issue: issues }[word("is") ?? ""] ?? [...pullRequests, ...issues];
    return { issueCount: lists.filter(isInside).length };
  }
  node({ id }: { id: string }) {
    const found = findNode(this.#context, id);
    if (!found) throw unresolved(id);
    return found;
  }
  /** Unknown ids give null and one error each. */
  nodes({ ids }: { ids: readonly string[] }) {
    return ids.map((id) => findNode(this.#context, id) ?? unresolved(id));
  }
}

function updatedRange(text: string | undefined): readonly [number, number] {
  const [from = "*", to = "*"] = text?.startsWith(">=") ? [text.slice(2)] : (text?.split("..") ?? []);
  const at = (value: string, otherwise: number) => (value === "*" ? otherwise : Date.parse(value) / 1000);
  return [at(from, -Infinity), at(to, Infinity)];
}

const unresolved = (id: string) => typedError("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);

type Finder = (context: Context, repository: Repository, id: { id: number; key: string }) => View | null | undefined;

const byId = <T extends { id: number }>(history: History, name: string, list: (history: History) => Iterable<T>) =>
  indexed(history, `node:${name}`, (h) => [...list(h)].map((entry): [number, T] => [entry.id, entry]));

const onRequests = (history: History, name: "reviews" | "comments") =>
  byId(history, name, (h) =>
    h.pullRequests.flatMap((request) => request[name].map((entry) => ({ id: entry.id, entry, request }))),
  );

const FINDERS: Partial<Record<NodeType, Finder>> = {
  Repository: (context, repository) => context.views.repository(repository),
  PullRequest: (context, repository, { id }) =>
    map(byId<PullRequest>(repository.history(), "requests", (h) => h.pullRequests).get(id), (entry) =>
      context.views.request(repository, entry),
    ),
  Issue: (context, repository, { id }) =>
    map(byId(repository.history(), "issues", (h) => h.issues).get(id), (entry) => context.views.issue(repository, entry)),
  Commit: (context, repository, { key }) =>
    map(repository.history().commits.get(key), (entry) => context.views.commit(repository, entry)),
  Deployment: (context, repository, { id }) => context.views.deployment(repository, id),
  WorkflowRun: (context, repository, { id }) =>
    map(runById(repository.history(), id), (entry) => new WorkflowRunView(context, repository, entry)),
  Workflow: (context, repository, { id }) =>
    map(
      repository.history().workflows.find((entry) => entry.id === id),
      (entry) => workflowView(context, repository, entry),
    ),
  CheckSuite: (context, repository, { id }) => {
    const bySuite = indexed(repository.history(), "node:suites", (h) =>
      h.runs.map((entry): [number, typeof entry] => [entry.suiteId, entry]),
    );
    return map(bySuite.get(id), (entry) => context.views.checkSuite(repository, entry));
  },
  CheckRun: (context, repository, { id }) =>
    map(
      jobsById(repository.history()).get(id),
      ({ job, run }) => new CheckRunView(context, repository, { job, run, suite: context.views.checkSuite(repository, run) }),
    ),
  PullRequestReview: (context, repository, { id }) => {
    const found = onRequests(repository.history(), "reviews").get(id);
    return map(
      found,
      ({ entry, request }) =>
        new ReviewView(context, repository, {
          review: entry as PullRequest["reviews"][number],
          of: context.views.request(repository, request) as View & { number: number },
        }),
    );
  },
  IssueComment: (context, repository, { id }) => {
    const found = onRequests(repository.history(), "comments").get(id);
    return map(
      found,
      ({ entry, request }) =>
        new CommentView(context, repository, {
          comment: entry as PullRequest["comments"][number],
          request: context.views.request(repository, request),
        }),
    );
  },
};

const map = <T, R>(value: T | undefined, make: (value: T) => R): R | null => (value === undefined ? null : make(value));

function findNode(context: Context, id: string): View | null {
  const { state, views } = context;
  const recorded = state.recordedNodes.get(id);
  if (recorded?.kind === "repository") return views.repository(recorded.repository);
  if (recorded?.kind === "pullRequest") return views.request(recorded.repository, recorded.request);
  if (recorded?.kind === "issue") return views.issue(recorded.repository, recorded.issue);
  if (recorded?.kind === "checkSuite") return views.checkSuite(recorded.repository, recorded.run);
  if (recorded?.kind === "run") return new WorkflowRunView(context, recorded.repository, recorded.run);
  const parts = parseNodeId(id);
  if (!parts) return null;
  if (parts.type === "User" || parts.type === "Bot" || parts.type === "Organization")
    return views.actor([state.owner, ...state.people].find((entry) => entry.id === parts.id) ?? null);
  if (parts.type === "Team")
    return map(
      state.teams.find((entry) => entry.id === parts.id),
      (entry) => views.team(entry),
    );
  const repository = state.repositories.find((entry) => entry.id === parts.repository);
  return (repository && FINDERS[parts.type]?.(context, repository, parts)) ?? null;
}
