import type { Commit, PullRequest, Repository } from "../../organisation/index.ts";
import { nodeId } from "../node-ids.ts";
import { commitsFrom } from "../rest/routes-code.ts";
import { fullName, indexed, iso } from "../state.ts";
import { anchorOf, connect, Connection, type PageArguments } from "./connection.ts";
import type { Context, LiteralView, View } from "./context.ts";
import { gitActor } from "./views-people.ts";

/** https://docs.github.com/en/graphql/reference/objects#commit */
export class CommitView implements View {
  readonly __typename = "Commit";
  readonly oid: string;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #commit: Commit;
  readonly signature = null;
  readonly status = null;
  readonly statusCheckRollup = null;
  readonly committedViaWeb = false;
  readonly pushedDate = null;

  constructor(context: Context, repository: Repository, commit: Commit) {
    this.#context = context;
    this.#repository = repository;
    this.#commit = commit;
    this.oid = commit.sha;
  }

  get id() {
    return this.#commit.recorded?.nodeId ?? nodeId("Commit", this.#repository.id, this.oid);
  }
  get abbreviatedOid() {
    return this.oid.slice(0, 7);
  }
  get message() {
    return this.#commit.message;
  }
  get messageHeadline() {
    return this.#commit.message.split("\n")[0]!;
  }
  get messageBody() {
    return this.#commit.message.split("\n").slice(1).join("\n").trim();
  }
  get authoredDate() {
    return iso(this.#commit.author.at);
  }
  get committedDate() {
    return iso(this.#commit.committer.at);
  }
  get author() {
    return gitActor(this.#context, this.#commit.author);
  }
  get committer() {
    return gitActor(this.#context, this.#commit.committer);
  }
  get authoredByCommitter() {
    return this.#commit.author.email === this.#commit.committer.email;
  }
  get additions() {
    return this.#commit.additions;
  }
  get deletions() {
    return this.#commit.deletions;
  }
  get changedFiles() {
    return this.#commit.filesCount;
  }
  get changedFilesIfAvailable() {
    return this.#commit.filesCount;
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/commit/${this.oid}`;
  }
  get commitUrl() {
    return this.url;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get tree() {
    const oid = [...this.oid].reverse().join("");
    return { __typename: "Tree", oid, abbreviatedOid: oid.slice(0, 7), id: nodeId("Commit", this.#repository.id, oid) };
  }
  parents(page: PageArguments) {
    return connect(page, this.#commit.parents, (sha) => this.#context.views.commitBySha(this.#repository, sha));
  }
  authors(page: PageArguments) {
    return connect(page, [this.#commit.author], (entry) => gitActor(this.#context, entry));
  }
  history(page: PageArguments & { since?: string | null; until?: string | null }) {
    const since = page.since ? Date.parse(page.since) / 1000 : -Infinity;
    const until = page.until ? Date.parse(page.until) / 1000 : Infinity;
    const history = this.#repository.history();
    const head = anchorOf(page.after) ?? this.oid;
    const isTip = history.branches[0]?.sha === head;
    const all = commitsFrom(history, isTip ? history.branches[0]!.name : head) ?? [];
    const list =
      page.since || page.until ? all.filter((entry) => entry.committer.at >= since && entry.committer.at <= until) : all;
    return new Connection({ list, view: (entry) => new CommitView(this.#context, this.#repository, entry), anchor: head }, page);
  }
  associatedPullRequests(page: PageArguments) {
    const list = requestsBySha(this.#repository).get(this.oid) ?? [];
    return connect(page, list, (entry) => this.#context.views.request(this.#repository, entry));
  }
  deployments(page: PageArguments) {
    const list = this.#repository.history().deployments.filter((entry) => entry.sha === this.oid);
    return connect(page, list, (entry) => this.#context.views.deployment(this.#repository, entry.id));
  }
  checkSuites(page: PageArguments) {
    const list = runsBySha(this.#repository).get(this.oid) ?? [];
    return connect(page, list, (entry) => this.#context.views.checkSuite(this.#repository, entry));
  }
}

const runsBySha = (repository: Repository) =>
  indexed(repository.history(), "runs by commit", (history) => Map.groupBy(history.runs, (run) => run.sha));

const requestsBySha = (repository: Repository) =>
  indexed(repository.history(), "requests by commit", (history) => {
    const found = new Map<string, PullRequest[]>();
    const add = (sha: string | null, request: PullRequest) =>
      sha && found.set(sha, [...new Set([...(found.get(sha) ?? []), request])]);
    for (const request of history.pullRequests) {
      for (const commit of request.commits) add(commit.sha, request);
      if (request.mergedAt !== null) add(request.mergeSha, request);
    }
    return found;
  });

/** A commit a recording only names: everything but its hash is unknown, which the recording's schema allows to be null. */
export const bareCommit = (context: Context, repository: Repository, sha: string): LiteralView => ({
  __typename: "Commit",
  oid: sha,
  abbreviatedOid: sha.slice(0, 7),
  id: nodeId("Commit", repository.id, sha),
  url: `${context.web}/${fullName(repository)}/commit/${sha}`,
  message: null,
  messageHeadline: null,
  messageBody: null,
  authoredDate: null,
  committedDate: null,
  author: null,
  committer: null,
  additions: null,
  deletions: null,
  changedFiles: null,
  changedFilesIfAvailable: null,
  signature: null,
  statusCheckRollup: null,
  parents: null,
  authors: null,
});
