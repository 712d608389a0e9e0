import type { Deployment, History, Issue, PullRequest, Repository } from "../../organisation/index.ts";
import { idOf, nodeId } from "../node-ids.ts";
import { shaOf } from "../rest/routes-code.ts";
import { fullName, iso, issueByNumber, requestByNumber, sorted } from "../state.ts";
import { connect, connectOrdered, type Order, type PageArguments } from "./connection.ts";
import type { Context, View } from "./context.ts";
import { DeploymentView, EnvironmentView } from "./views-deployments.ts";
import { LabelView, MilestoneView, ReleaseView, tagView } from "./views-refs.ts";

interface Ordering {
  field: string;
  direction: "ASC" | "DESC";
}

interface ListArguments extends PageArguments {
  orderBy?: Ordering | null;
  states?: readonly string[] | null;
  labels?: readonly string[] | null;
  baseRefName?: string | null;
  headRefName?: string | null;
  filterBy?: { since?: string | null; states?: readonly string[] | null; labels?: readonly string[] | null } | null;
}

type Listed = Issue | PullRequest;

/** https://docs.github.com/en/graphql/reference/objects#repository */
export class RepositoryView implements View {
  readonly __typename = "Repository";
  readonly #context: Context;
  readonly #repository: Repository;
  readonly databaseId: number;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
  readonly isFork: boolean;
  readonly isDisabled = false;
  readonly isLocked = false;
  readonly isMirror = false;
  readonly isTemplate = false;
  readonly isInOrganization = true;
  readonly forkCount = 0;
  readonly stargazerCount = 0;
  readonly hasProjectsEnabled = true;
  readonly viewerPermission = "READ";
  readonly mergeCommitAllowed = true;
  readonly squashMergeAllowed = true;
  readonly rebaseMergeAllowed = true;
  readonly diskUsage = 1024;
  readonly archivedAt = null;
  readonly homepageUrl = null;

  constructor(context: Context, repository: Repository) {
    this.#context = context;
    this.#repository = repository;
    this.databaseId = repository.id;
    this.name = repository.name;
    this.isPrivate = repository.isPrivate;
    this.isArchived = repository.isArchived;
    this.isFork = repository.parent !== null;
  }

  get #history(): History {
    return this.#repository.history();
  }
  get id() {
    return idOf("Repository", this.#repository.id, this.#repository);
  }
  get nameWithOwner() {
    return fullName(this.#repository);
  }
  get owner() {
    return this.#context.views.actor(this.#repository.owner);
  }
  get url() {
    if (this.#repository.recorded) return String(this.#repository.recorded.json.html_url);
    return `${this.#context.web}/${fullName(this.#repository)}`;
  }
  get sshUrl() {
    return `git@127.0.0.1:${fullName(this.#repository)}.git`;
  }
  get description() {
    return this.#repository.description;
  }
  get visibility() {
    return this.isPrivate ? "PRIVATE" : "PUBLIC";
  }
  get isEmpty() {
    return this.#repository.defaultBranch === null;
  }
  get hasIssuesEnabled() {
    return this.#repository.hasIssues;
  }
  get createdAt() {
    return iso(this.#repository.createdAt);
  }
  get pushedAt() {
    return iso(this.#repository.pushedAt);
  }
  get updatedAt() {
    return iso(this.#repository.pushedAt);
  }
  get primaryLanguage() {
    const { language } = this.#repository;
    return language && { __typename: "Language", id: nodeId("Language", 0, language), name: language, color: "#3178c6" };
  }
  get parent() {
    const { parent, id } = this.#repository;
    if (!parent) return null;
    const [owner = "", name] = parent.split("/");
    const url = `${this.#context.web}/${parent}`;
    return {
      __typename: "Repository",
      id: nodeId("Repository", id, parent),
      databaseId: id + 900_000,
      name,
      nameWithOwner: parent,
      isFork: false,
      isPrivate: false,
      isArchived: false,
      url,
      owner: {
        __typename: "Organization",
        login: owner,
        id: nodeId("Organization", 0, owner),
        url: `${this.#context.web}/${owner}`,
      },
    };
  }
  get defaultBranchRef() {
    const { defaultBranch } = this.#repository;
    if (defaultBranch === null) return null;
    return this.#context.views.branch(
      this.#repository,
      defaultBranch,
      this.#history.branches.find((branch) => branch.name === defaultBranch)?.sha ?? null,
    );
  }

  pullRequests(page: ListArguments) {
    const list = this.#listed("pulls", this.#history.pullRequests, page.orderBy);
    const isWanted = (entry: PullRequest) =>
      (!page.states || page.states.includes(entry.state.toUpperCase())) &&
      (!page.baseRefName || entry.base.ref === page.baseRefName) &&
      (!page.headRefName || entry.head.ref === page.headRefName) &&
      hasLabels(entry, page.labels);
    const isFiltered = page.states ?? page.baseRefName ?? page.headRefName ?? page.labels;
    const rows = { list: isFiltered ? list.filter(isWanted) : list, ...orderOf<PullRequest>(page.orderBy) };
    return connectOrdered(page, rows, (entry) => this.#context.views.request(this.#repository, entry));
  }

  issues(page: ListArguments) {
    const list = this.#listed("issues", this.#history.issues, page.orderBy);
    const { since, states = page.states, labels = page.labels } = page.filterBy ?? {};
    const from = since ? Date.parse(since) / 1000 : -Infinity;
    const isWanted = (entry: Issue) =>
      entry.updatedAt >= from && (!states || states.includes(entry.state.toUpperCase())) && hasLabels(entry, labels);
    const rows = { list: since || states || labels ? list.filter(isWanted) : list, ...orderOf<Issue>(page.orderBy) };
    return connectOrdered(page, rows, (entry) => this.#context.views.issue(this.#repository, entry));
  }

  #listed<T extends Listed>(name: string, list: readonly T[], ordering: Ordering | null | undefined): readonly T[] {
    const { key, sign } = orderOf<T>(ordering);
    return sorted(this.#history, `graphql:${name}:${ordering?.field ?? "CREATED_AT"}:${sign}`, () =>
      [...list].sort((a, b) => {
        const [left, leftId] = key(a);
        const [right, rightId] = key(b);
        return sign * (left - right || leftId - rightId);
      }),
    );
  }

  pullRequest({ number }: { number: number }) {
    const entry = requestByNumber(this.#history, number);
    return entry ? this.#context.views.request(this.#repository, entry) : null;
  }
  issue({ number }: { number: number }) {
    const entry = issueByNumber(this.#history, number);
    return entry ? this.#context.views.issue(this.#repository, entry) : null;
  }
  issueOrPullRequest(by: { number: number }) {
    return this.issue(by) ?? this.pullRequest(by);
  }
  object({ expression, oid }: { expression?: string | null; oid?: string | null }) {
    const known = this.#history.commits.get(shaOf(this.#history, oid ?? expression ?? ""));
    return known ? this.#context.views.commit(this.#repository, known) : null;
  }
  ref({ qualifiedName }: { qualifiedName: string }) {
    const short = qualifiedName.replace(/^refs\/(heads|tags)\//, "");
    const branch = qualifiedName.startsWith("refs/tags/")
      ? undefined
      : this.#history.branches.find((entry) => entry.name === short);
    if (branch) return this.#context.views.branch(this.#repository, branch.name, branch.sha);
    const tag = this.#history.tags.find((entry) => entry.name === short);
    return tag ? tagView(this.#context, this.#repository, tag) : null;
  }
  refs(page: PageArguments & { refPrefix: string; orderBy?: Ordering | null; direction?: "ASC" | "DESC" | null }) {
    const isTags = page.refPrefix === "refs/tags/";
    const direction = page.orderBy?.direction ?? page.direction ?? "ASC";
    const byDate = page.orderBy?.field === "TAG_COMMIT_DATE";
    const all = isTags
      ? this.#history.tags.map((entry) => ({
          name: entry.name,
          at: entry.at,
          view: () => tagView(this.#context, this.#repository, entry),
        }))
      : this.#history.branches.map((entry) => ({
          name: entry.name,
          at: 0,
          view: () => this.#context.views.branch(this.#repository, entry.name, entry.sha),
        }));
    all.sort((a, b) => (direction === "ASC" ? 1 : -1) * ((byDate ? a.at - b.at : 0) || (a.name < b.name ? -1 : 1)));
    return connect(page, page.refPrefix.startsWith("refs/") ? all : [], (entry) => entry.view());
  }
  releases(page: PageArguments & { orderBy?: Ordering | null }) {
    const list = page.orderBy?.direction === "ASC" ? this.#history.releases : this.#history.releases.toReversed();
    return connect(page, list, (entry) => new ReleaseView(this.#context, this.#repository, entry));
  }
  get latestRelease() {
    const last = this.#history.releases.findLast((entry) => !entry.isDraft && !entry.isPrerelease);
    return last ? new ReleaseView(this.#context, this.#repository, last) : null;
  }
  deployments(page: PageArguments & { orderBy?: Ordering | null; environments?: readonly string[] | null }) {
    const sign = page.orderBy?.direction === "DESC" ? -1 : 1;
    const all = sorted(this.#history, `graphql:deployments:${sign}`, (history) =>
      sign === 1 ? [...history.deployments] : history.deployments.toReversed(),
    );
    const list = page.environments ? all.filter((entry) => page.environments!.includes(entry.environment)) : all;
    const key = (entry: Deployment): [number, number] => [entry.createdAt, entry.id];
    return connectOrdered(page, { list, key, sign }, (entry) => new DeploymentView(this.#context, this.#repository, entry));
  }
  environments(page: PageArguments) {
    const names = [...new Set(this.#history.deployments.map((entry) => entry.environment))].sort();
    return connect(page, names, (name) => new EnvironmentView(this.#context, this.#repository, name));
  }
  labels(page: PageArguments) {
    return connect(page, this.#history.labels, (entry) => new LabelView(this.#context, this.#repository, entry));
  }
  milestones(page: PageArguments) {
    return connect(page, this.#history.milestones, (entry) => new MilestoneView(this.#context, this.#repository, entry));
  }
  languages(page: PageArguments) {
    return connect(page, this.primaryLanguage ? [this.primaryLanguage] : [], (entry) => entry);
  }
}

function orderOf<T extends Listed>(ordering: Ordering | null | undefined): Order<T> {
  const field = ordering?.field ?? "CREATED_AT";
  const key = (entry: T): [number, number] => [
    field === "UPDATED_AT" ? entry.updatedAt : field === "COMMENTS" ? entry.comments.length : entry.createdAt,
    entry.id,
  ];
  return { key, sign: ordering?.direction === "DESC" ? -1 : 1 };
}

const hasLabels = (entry: Listed, labels: readonly string[] | null | undefined) =>
  !labels || labels.some((name) => entry.labels.some((label) => label.name === name));
