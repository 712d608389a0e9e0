import type { Commit, Person, PullRequest, Repository, Review, Seconds } from "../organisation/index.ts";
import type { Asked, Json, SimulatedAnswer } from "./wire.ts";
import { guid, identity, instantIn, iso, limited, listOf, refusal, tokenPage } from "./wire.ts";
import { findProject, repositoryId, requestKey, requestNumber, type Project, type World } from "./model.ts";
import type { Route } from "./routes-boards.ts";

interface Place {
  readonly world: World;
  readonly project: Project;
  readonly repository: Repository;
}

const unknownRepository = (name: string) =>
  refusal(
    404,
    `TF401019: The Git repository with name or identifier ${name} does not exist or you do not have permissions for the operation you are attempting.`,
    "GitRepositoryNotFoundException",
  );
const unknownRequest = (number: string) =>
  refusal(404, `TF401180: The requested pull request was not found: ${number}.`, "GitPullRequestNotFoundException");

export function gitRoutes(world: World): readonly Route[] {
  const at =
    (answer: (asked: Asked, place: Place, ...parts: string[]) => SimulatedAnswer) =>
    (asked: Asked, projectName = "", name = "", ...parts: string[]) => {
      const project = findProject(world, decodeURIComponent(projectName));
      const repository = project?.repositories.find((one) => repositoryId(one) === name.toLowerCase() || one.name === name);
      return project && repository ? answer(asked, { world, project, repository }, ...parts) : unknownRepository(name);
    };
  const ofRequest = (answer: (asked: Asked, place: Place, request: PullRequest) => SimulatedAnswer) =>
    at((asked, place, number = "") => {
      const request = place.repository
        .history()
        .pullRequests.find((one) => String(requestNumber(place.project, place.repository, one)) === number);
      return request ? answer(asked, place, request) : unknownRequest(number);
    });
  const git = "^\\/([^/]+)\\/_apis\\/git\\/repositories";
  const route = (path: string) => new RegExp(`${git}${path}$`, "i");
  return [
    [route(""), "repositories", (_, name = "") => repositories(world, decodeURIComponent(name))],
    [route("\\/([^/]+)"), "repository", at((_, place) => ({ body: repositoryOf(place) }))],
    [route("\\/([^/]+)\\/pullrequests"), "pull requests", at(({ query }, place) => pullRequests([place], query))],
    [
      /^\/([^/]+)\/_apis\/git\/pullrequests$/i,
      "pull requests of a project",
      ({ query }, name = "") => {
        const project = findProject(world, decodeURIComponent(name));
        return project
          ? pullRequests(
              project.repositories.map((repository) => ({ world, project, repository })),
              query,
            )
          : unknownRepository(name);
      },
    ],
    [
      route("\\/([^/]+)\\/pullrequests\\/(\\d+)"),
      "pull request",
      ofRequest((_, place, request) => ({ body: requestOf(place, request) })),
    ],
    [
      route("\\/([^/]+)\\/pullrequests\\/(\\d+)\\/threads"),
      "pull request threads",
      ofRequest((_, place, request) => ({ body: listOf(threadsOf(place, request)) })),
    ],
    [
      route("\\/([^/]+)\\/pullrequests\\/(\\d+)\\/commits"),
      "pull request commits",
      ofRequest(({ query }, _, request) =>
        tokenPage(request.commits.toReversed(), query, {
          size: limited(query, "$top", { usual: 100, most: Math.min(500, world.batch) }),
          render: commitOf,
        }),
      ),
    ],
    [route("\\/([^/]+)\\/commits"), "commits", at(({ query }, place) => commits(place, query))],
    [
      route("\\/([^/]+)\\/refs"),
      "refs",
      at(({ query }, { repository }) =>
        tokenPage(refsOf(repository, query.get("filter") ?? ""), query, {
          size: limited(query, "$top", { usual: 100, most: Math.min(1_000, world.batch) }),
          render: (ref) => ref,
        }),
      ),
    ],
    [/^\/([^/]+)\/_apis\/policy\/configurations$/i, "policies", (_, name = "") => policies(world, decodeURIComponent(name))],
    [/^\/([^/]+)\/_apis\/wit\/artifacturiquery$/i, "artifact uri query", ({ body }) => linkedItems(world, body)],
  ];
}

function repositories(world: World, name: string): SimulatedAnswer {
  const project = findProject(world, name);
  return project
    ? { body: listOf(project.repositories.map((repository) => repositoryOf({ world, project, repository }))) }
    : unknownRepository(name);
}

const repositoryOf = ({ project, repository }: Place): Json => ({
  id: repositoryId(repository),
  name: repository.name,
  url: `https://dev.azure.com/acme/_apis/git/repositories/${repositoryId(repository)}`,
  project: { id: project.id, name: project.name, state: "wellFormed", visibility: "private" },
  defaultBranch: repository.defaultBranch === null ? undefined : `refs/heads/${repository.defaultBranch}`,
  size: 1_048_576,
  remoteUrl: `https://dev.azure.com/acme/${project.name}/_git/${repository.name}`,
  webUrl: `https://dev.azure.com/acme/${project.name}/_git/${repository.name}`,
  isDisabled: repository.isArchived,
  ...(repository.parent !== null && { isFork: true }),
});

/* ── Pull requests ───────────────────────────────────────────────────────────────────────────────────────────── */

const statusOf = ({ state }: PullRequest): string => ({ open: "active", closed: "abandoned", merged: "completed" })[state];

/** Those whose names begin so after `refs/`. https://learn.microsoft.com/en-us/rest/api/azure/devops/git/refs/list */
function refsOf(repository: Repository, filter: string): Json[] {
  const { branches, tags } = repository.history();
  const heads = branches.map(({ name, sha }) => ({ name: `refs/heads/${name}`, objectId: sha }));
  const own = tags.map(({ name, sha }) => ({
    name: `refs/tags/${name}`,
    objectId: guid(name).replaceAll("-", "").padEnd(40, "0"),
    peeledObjectId: sha,
  }));
  return [...heads, ...own].filter(({ name }) => name.startsWith(`refs/${filter}`));
}

/** Newest first, without a total, descriptions cut. https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-requests/get-pull-requests */
function pullRequests(places: readonly Place[], query: URLSearchParams): SimulatedAnswer {
  const status = query.get("searchCriteria.status") ?? "active";
  const range = query.get("searchCriteria.queryTimeRangeType") ?? "created";
  const [from, to] = [instantIn(query, "searchCriteria.minTime"), instantIn(query, "searchCriteria.maxTime")];
  const timeOf = (request: PullRequest): Seconds | null => (range === "closed" ? request.closedAt : request.createdAt);
  const found = places
    .flatMap((place) => place.repository.history().pullRequests.map((request) => ({ place, request })))
    .filter(({ request }) => {
      const time = timeOf(request);
      const fits = status === "all" || statusOf(request) === status;
      return fits && (from === null || (time !== null && time >= from)) && (to === null || (time !== null && time <= to));
    })
    .toSorted((a, b) => b.request.createdAt - a.request.createdAt || b.request.number - a.request.number);
  const skip = Number(query.get("$skip") ?? 0);
  const most = Math.max(101, Math.min(1_000, places[0]?.world.batch ?? 1_000));
  const page = found.slice(skip, skip + limited(query, "$top", { usual: 101, most }));
  return {
    body: listOf(page.map(({ place, request }) => ({ ...requestOf(place, request), description: request.body.slice(0, 400) }))),
  };
}

function requestOf({ world, project, repository }: Place, request: PullRequest): Json {
  const who = (person: Person | null) => identity(person, world.leavers);
  const head = request.commits.at(-1)?.sha;
  return {
    repository: { id: repositoryId(repository), name: repository.name, project: { id: project.id, name: project.name } },
    pullRequestId: requestNumber(project, repository, request),
    codeReviewId: requestNumber(project, repository, request),
    status: statusOf(request),
    createdBy: who(request.author),
    creationDate: iso(request.createdAt),
    ...(request.closedAt !== null && { closedDate: iso(request.closedAt), closedBy: who(request.mergedBy ?? request.author) }),
    title: request.title,
    description: request.body,
    sourceRefName: `refs/heads/${request.head.ref}`,
    targetRefName: `refs/heads/${request.base.ref}`,
    mergeStatus: "succeeded",
    isDraft: request.isDraft,
    mergeId: guid(`merge:${repository.name}:${request.number}`),
    lastMergeSourceCommit: head && { commitId: head },
    lastMergeTargetCommit: { commitId: request.base.sha },
    ...(request.mergeSha !== null && { lastMergeCommit: { commitId: request.mergeSha } }),
    reviewers: votes(request).map(([person, vote]) => ({ ...who(person), vote, isRequired: false, hasDeclined: false })),
    ...(request.labels.length > 0 && {
      labels: request.labels.map(({ name }) => ({ id: guid(`label:${name}`), name, active: true })),
    }),
    ...(request.state === "merged" && {
      completionOptions: { mergeStrategy: strategyOf(repository, request), deleteSourceBranch: true },
    }),
    supportsIterations: true,
  };
}

/** By the parents of what landed. */
function strategyOf(repository: Repository, request: PullRequest): string {
  const landed = request.mergeSha === null ? undefined : repository.history().commits.get(request.mergeSha);
  if ((landed?.parents.length ?? 1) > 1) return "noFastForward";
  return request.commits.at(-1)?.sha === request.mergeSha ? "rebase" : "squash";
}

const voteOf: Readonly<Record<string, number>> = { APPROVED: 10, CHANGES_REQUESTED: -5, DISMISSED: 0 };
const voting = ({ reviews }: PullRequest): Review[] => reviews.filter(({ verdict }) => verdict in voteOf);

function votes(request: PullRequest): [Person, number][] {
  const last = new Map<Person, number>();
  for (const { author, state } of voting(request)) if (author) last.set(author, voteOf[state] ?? 0);
  return [...last];
}

/* ── Threads ─────────────────────────────────────────────────────────────────────────────────────────────────── */

interface Note {
  /** Number of its thread, the same for ever. */
  readonly id: number;
  readonly at: Seconds;
  readonly by: Person | null;
  readonly text: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const named = (properties: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, { $type: "System.String", $value: value }]));

/** What Azure itself writes below a request. */
function notes(request: PullRequest): Note[] {
  const found: Note[] = voting(request).map(({ id, author, verdict, submittedAt }) => ({
    id,
    at: submittedAt,
    by: author,
    text: `${author?.name ?? ""} voted ${voteOf[verdict]}`,
    properties: {
      CodeReviewThreadType: "VoteUpdate",
      CodeReviewVoteResult: String(voteOf[verdict]),
      CodeReviewVotedByIdentity: "1",
    },
  }));
  for (const commit of request.commits.slice(1))
    if (commit.committer.at > request.createdAt)
      found.push(pushNote(commit.sha, { at: commit.committer.at, by: commit.committer.account ?? request.author }));
  for (const event of request.events) {
    if (event.kind === "head_ref_force_pushed" && event.before && event.after === undefined)
      found.push(pushNote(event.before, { at: event.at, by: event.actor }));
    const draft =
      event.kind === "ready_for_review"
        ? "published the pull request"
        : event.kind === "convert_to_draft"
          ? "marked the pull request as a draft"
          : null;
    if (draft)
      found.push({
        id: event.id,
        at: event.at,
        by: event.actor,
        text: `${event.actor?.name ?? ""} ${draft}`,
        properties: { CodeReviewThreadType: "IsDraftUpdate" },
      });
    const status = { closed: "Abandoned", reopened: "Active", merged: "Completed" }[event.kind as string];
    // Whoever completes a request closes it in the same moment, which Azure does not tell.
    const isCompletion = request.events.some(({ kind, at }) => kind === "merged" && at === event.at);
    if (status && !(status === "Abandoned" && isCompletion))
      found.push({
        id: event.id,
        at: event.at,
        by: event.actor,
        text: `Status changed to ${status}`,
        properties: { CodeReviewThreadType: "StatusUpdate", CodeReviewStatus: status, CodeReviewStatusUpdatedByIdentity: "1" },
      });
    if (event.kind === "review_requested" && event.subject)
      found.push({
        id: event.id,
        at: event.at,
        by: event.actor,
        text: "Added a reviewer",
        properties: {
          CodeReviewThreadType: "ReviewersUpdate",
          CodeReviewReviewersUpdatedByIdentity: "1",
          CodeReviewReviewersUpdatedAddedIdentity: identity(event.subject)?.id,
        },
      });
  }
  return found.toSorted((a, b) => a.at - b.at);
}

/** What was pushed and replaced later keeps its note: edits say so by an event without `after`. */
const pushNote = (sha: string, { at, by }: Pick<Note, "at" | "by">): Note => ({
  id: noteNumber(sha),
  at,
  by,
  text: "The reference refs/heads was updated.",
  properties: {
    CodeReviewThreadType: "RefUpdate",
    CodeReviewRefNewHeadCommit: sha,
    CodeReviewRefNewCommits: sha,
    CodeReviewRefUpdatedByIdentity: "1",
  },
});
const noteNumber = (sha: string): number => Number.parseInt(sha.slice(0, 7), 16);

function threadsOf({ world }: Place, request: PullRequest): Json[] {
  const who = (person: Person | null) => identity(person, world.leavers);
  const system = notes(request).map(({ id, at, by, text, properties }) => ({
    id,
    publishedDate: iso(at),
    lastUpdatedDate: iso(at),
    comments: [{ id: 1, parentCommentId: 0, author: who(by), content: text, publishedDate: iso(at), commentType: "system" }],
    properties: named(properties),
    identities: { "1": who(by), ...subjects(request, properties) },
    isDeleted: false,
  }));
  const remarks = [
    ...request.comments.map((comment) => ({ key: comment.id, path: null, state: "active", comments: [comment] })),
    ...request.threads.map((thread) => ({
      key: thread.id,
      path: thread.path,
      state: thread.isResolved ? "fixed" : "active",
      comments: thread.comments,
    })),
  ].map(({ key, path, state, comments }) => ({
    id: key,
    publishedDate: iso(comments[0]!.createdAt),
    lastUpdatedDate: iso(comments.at(-1)!.createdAt),
    status: state,
    ...(path !== null && { threadContext: { filePath: `/${path}`, rightFileStart: { line: 1, offset: 1 } } }),
    comments: comments.map((comment, index) => ({
      id: index + 1,
      parentCommentId: index === 0 ? 0 : 1,
      author: who(comment.author),
      content: comment.body,
      publishedDate: iso(comment.createdAt),
      lastUpdatedDate: iso(comment.updatedAt),
      commentType: "text",
    })),
    properties: {},
    isDeleted: false,
  }));
  return [...system, ...remarks];
}

/** Identities that properties name beside who acted. */
function subjects(request: PullRequest, properties: Readonly<Record<string, unknown>>): Json {
  const id = properties.CodeReviewReviewersUpdatedAddedIdentity;
  const subject = request.events.map((event) => event.subject).find((person) => person && identity(person)?.id === id);
  return typeof id === "string" && subject ? { [id]: identity(subject) } : {};
}

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/artifact-uri-query/query */
function linkedItems(world: World, body: unknown): SimulatedAnswer {
  const { artifactUris = [] } = body as { artifactUris?: string[] };
  const result: Record<string, Json[]> = {};
  const byUri = new Map(
    world.projects.flatMap((project) => project.repositories.flatMap((repository) => uris(world, project, repository))),
  );
  for (const uri of artifactUris) {
    const ids = byUri.get(uri) ?? [];
    if (ids.length) result[uri] = ids.map((id) => ({ id, url: `https://dev.azure.com/acme/_apis/wit/workItems/${id}` }));
  }
  return { body: { artifactUrisQueryResult: result } };
}

const uris = (world: World, project: Project, repository: Repository): [string, number[]][] =>
  repository.history().pullRequests.flatMap((request): [string, number[]][] => {
    const ids = world.linked.get(requestKey(repository, request));
    const number = requestNumber(project, repository, request);
    return ids ? [[`vstfs:///Git/PullRequestId/${project.id}%2F${repositoryId(repository)}%2F${number}`, ids]] : [];
  });

function policies(world: World, name: string): SimulatedAnswer {
  const project = findProject(world, name);
  const rules = (project?.repositories ?? []).map((repository, index) => ({
    id: index + 1,
    isEnabled: true,
    isBlocking: true,
    isDeleted: false,
    type: { id: "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd", displayName: "Minimum number of reviewers" },
    settings: {
      minimumApproverCount: 1,
      creatorVoteCounts: false,
      scope: [{ repositoryId: repositoryId(repository), refName: "refs/heads/main", matchKind: "Exact" }],
    },
  }));
  return { body: listOf(rules) };
}

/* ── Commits ─────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Counts files, never lines. https://learn.microsoft.com/en-us/rest/api/azure/devops/git/commits/get-commits */
const commitOf = (commit: Commit): Json => ({
  commitId: commit.sha,
  author: { name: commit.author.name, email: commit.author.email, date: iso(commit.author.at) },
  committer: { name: commit.committer.name, email: commit.committer.email, date: iso(commit.committer.at) },
  comment: commit.message,
  changeCounts: { Add: 0, Edit: commit.filesCount ?? 0, Delete: 0 },
  url: `https://dev.azure.com/acme/_apis/git/commits/${commit.sha}`,
  remoteUrl: `https://dev.azure.com/acme/_git/commit/${commit.sha}`,
});

function commits({ repository }: Place, query: URLSearchParams): SimulatedAnswer {
  const of = (name: string) => `searchCriteria.${name}`;
  const [from, to] = [instantIn(query, of("fromDate")), instantIn(query, of("toDate"))];
  const found = repository
    .history()
    .landed.filter(({ committer: { at } }) => (from === null || at >= from) && (to === null || at <= to))
    .toReversed();
  const skip = Number(query.get(of("$skip")) ?? 0);
  const page = found.slice(skip, skip + limited(query, of("$top"), { usual: 100, most: 1_000 }));
  return { body: listOf(page.map(commitOf)) };
}
