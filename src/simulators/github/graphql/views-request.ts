import type { Comment, Person, PullRequest, Repository, Review, Team, Thread } from "../../organisation/index.ts";
import { idOf, nodeId } from "../node-ids.ts";
import { files } from "../rest/render.ts";
import { fullName, iso, isoOrNull, sizeOf } from "../state.ts";
import { connect, type PageArguments } from "./connection.ts";
import type { Context, View } from "./context.ts";
import { forkStub } from "./views-people.ts";
import { LabelView, MilestoneView } from "./views-refs.ts";
import { ReviewView, ThreadView } from "./views-review.ts";
import { timeline, type TimelineArguments } from "./views-timeline.ts";

/** https://docs.github.com/en/graphql/reference/objects#pullrequest */
export class RequestView implements View {
  readonly __typename = "PullRequest";
  readonly number: number;
  readonly locked = false;
  readonly activeLockReason = null;
  readonly autoMergeRequest = null;
  readonly mergeStateStatus = "UNKNOWN";
  readonly mergeable = "UNKNOWN";
  readonly maintainerCanModify = false;
  readonly isInMergeQueue = false;
  readonly isMergeQueueEnabled = false;
  readonly statusCheckRollup = null;
  readonly mergeQueueEntry = null;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #request: PullRequest;

  constructor(context: Context, repository: Repository, request: PullRequest) {
    this.#context = context;
    this.#repository = repository;
    this.#request = request;
    this.number = request.number;
  }

  get id() {
    return idOf("PullRequest", this.#repository.id, this.#request);
  }
  get fullDatabaseId() {
    return String(this.#request.id);
  }
  get databaseId() {
    return this.#request.id;
  }
  get title() {
    return this.#request.title;
  }
  get body() {
    return this.#request.body;
  }
  get bodyText() {
    return this.#request.body;
  }
  get state() {
    return this.#request.state.toUpperCase();
  }
  get closed() {
    return this.#request.state !== "open";
  }
  get merged() {
    return this.#request.mergedAt !== null;
  }
  get isDraft() {
    return this.#request.isDraft;
  }
  get createdAt() {
    return iso(this.#request.createdAt);
  }
  get publishedAt() {
    return iso(this.#request.createdAt);
  }
  get updatedAt() {
    return iso(this.#request.updatedAt);
  }
  get closedAt() {
    return isoOrNull(this.#request.closedAt);
  }
  get mergedAt() {
    return isoOrNull(this.#request.mergedAt);
  }
  get lastEditedAt() {
    return null;
  }
  get url() {
    return this.#request.recorded
      ? String(this.#request.recorded.json.html_url)
      : `${this.#context.web}/${fullName(this.#repository)}/pull/${this.number}`;
  }
  get permalink() {
    return this.url;
  }
  get additions() {
    return sizeOf(this.#request)?.additions ?? null;
  }
  get deletions() {
    return sizeOf(this.#request)?.deletions ?? null;
  }
  get changedFiles() {
    return sizeOf(this.#request)?.files ?? null;
  }
  get author() {
    return this.#context.views.actor(this.#request.author);
  }
  get authorAssociation() {
    return this.#request.recorded ? String(this.#request.recorded.json.author_association) : "MEMBER";
  }
  get mergedBy() {
    return this.#context.views.actor(this.#request.mergedBy);
  }
  get editor() {
    return null;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get baseRepository() {
    return this.repository;
  }
  get baseRefName() {
    return this.#request.base.ref;
  }
  get baseRefOid() {
    return this.#request.base.sha;
  }
  get baseRef() {
    return this.#ref(this.baseRefName);
  }
  get headRefName() {
    return this.#request.head.ref;
  }
  get headRefOid() {
    return this.#request.head.sha;
  }
  get headRef() {
    return this.isCrossRepository ? null : this.#ref(this.headRefName);
  }
  get isCrossRepository() {
    return this.#request.head.repository !== fullName(this.#repository);
  }
  get headRepository() {
    const { repository } = this.#request.head;
    if (repository === null) return null;
    return this.isCrossRepository ? forkStub(this.#context, repository, this.#repository) : this.repository;
  }
  get headRepositoryOwner() {
    return this.#context.views.actor(this.#request.head.owner);
  }
  get mergeCommit() {
    return this.merged ? this.#context.views.commitBySha(this.#repository, this.#request.mergeSha) : null;
  }
  get potentialMergeCommit() {
    return this.merged ? null : this.#context.views.commitBySha(this.#repository, this.#request.mergeSha);
  }
  get milestone() {
    const { milestone } = this.#request;
    return milestone && new MilestoneView(this.#context, this.#repository, milestone);
  }
  get totalCommentsCount() {
    return this.#request.comments.length + this.#request.threads.reduce((sum, thread) => sum + thread.comments.length, 0);
  }
  get reviewDecision() {
    const last = new Map(
      this.#request.reviews
        .filter((entry) => entry.state === "APPROVED" || entry.state === "CHANGES_REQUESTED")
        .map((entry) => [entry.author, entry.state]),
    );
    const states = [...last.values()];
    return states.includes("CHANGES_REQUESTED")
      ? "CHANGES_REQUESTED"
      : states.length
        ? "APPROVED"
        : this.#request.requestedReviewers.length
          ? "REVIEW_REQUIRED"
          : null;
  }

  #ref(name: string) {
    const branch = this.#repository.history().branches.find((entry) => entry.name === name);
    return branch ? this.#context.views.branch(this.#repository, branch.name, branch.sha) : null;
  }

  commits(page: PageArguments) {
    return connect(page, this.#request.commits, (commit) => ({
      __typename: "PullRequestCommit",
      id: () => nodeId("PullRequestCommit", this.#repository.id, `${this.number}:${commit.sha}`),
      commit: () => this.#context.views.commit(this.#repository, commit),
      pullRequest: this,
      url: () => `${this.url}/commits/${commit.sha}`,
    }));
  }
  reviews(page: PageArguments & { states?: readonly string[] | null; author?: string | null }) {
    const list = this.#request.reviews.filter(
      (entry) => (!page.states || page.states.includes(entry.state)) && (!page.author || entry.author?.login === page.author),
    );
    return connect(page, list, (entry) => this.#review(entry));
  }
  latestReviews(page: PageArguments) {
    return connect(page, [...new Map(this.#request.reviews.map((entry) => [entry.author, entry])).values()], (entry) =>
      this.#review(entry),
    );
  }
  latestOpinionatedReviews(page: PageArguments) {
    const list = this.#request.reviews.filter((entry) => entry.state !== "COMMENTED");
    return connect(page, [...new Map(list.map((entry) => [entry.author, entry])).values()], (entry) => this.#review(entry));
  }
  #review(entry: Review) {
    return new ReviewView(this.#context, this.#repository, { review: entry, of: this });
  }
  reviewThreads(page: PageArguments) {
    return connect(
      page,
      this.#request.threads,
      (entry: Thread) => new ThreadView(this.#context, this.#repository, { thread: entry, of: this }),
    );
  }
  comments(page: PageArguments) {
    return connect(
      page,
      this.#request.comments,
      (entry) => new CommentView(this.#context, this.#repository, { comment: entry, request: this }),
    );
  }
  timelineItems(page: TimelineArguments) {
    const { request, context, repository } = { request: this.#request, context: this.#context, repository: this.#repository };
    return timeline(page, [
      ...request.events.map((entry) => ({ at: entry.at, view: context.views.event(repository, entry, this) })),
      ...request.comments.map((entry) => ({
        at: entry.createdAt,
        view: new CommentView(context, repository, { comment: entry, request: this }),
      })),
      ...request.reviews.map((entry) => ({ at: entry.submittedAt, view: this.#review(entry) })),
      ...request.commits.map((entry) => ({
        at: entry.committer.at,
        view: {
          __typename: "PullRequestCommit",
          id: nodeId("PullRequestCommit", repository.id, `${this.number}:${entry.sha}`),
          commit: context.views.commit(repository, entry),
          pullRequest: this,
          url: `${this.url}/commits/${entry.sha}`,
        },
      })),
    ]);
  }
  labels(page: PageArguments) {
    return connect(page, this.#request.labels, (entry) => new LabelView(this.#context, this.#repository, entry));
  }
  assignees(page: PageArguments) {
    return connect(page, this.#request.assignees, (entry) => this.#context.views.actor(entry));
  }
  participants(page: PageArguments) {
    const people = [
      this.#request.author,
      ...this.#request.reviews.map((entry) => entry.author),
      ...this.#request.comments.map((entry) => entry.author),
    ];
    return connect(
      page,
      [...new Set(people)].filter((person): person is Person => person?.kind === "User"),
      (entry) => this.#context.views.actor(entry),
    );
  }
  reviewRequests(page: PageArguments) {
    const list: (Person | Team)[] = [...this.#request.requestedReviewers, ...this.#request.requestedTeams];
    return connect(page, list, (entry) => ({
      __typename: "ReviewRequest",
      id: nodeId("ReviewRequest", this.#repository.id, `${this.number}:${entry.id}`),
      databaseId: entry.id,
      asCodeOwner: false,
      pullRequest: this,
      requestedReviewer: "slug" in entry ? this.#context.views.team(entry) : this.#context.views.actor(entry),
    }));
  }
  closingIssuesReferences(page: PageArguments) {
    return connect(page, this.#request.closes, (entry) => this.#context.views.issue(this.#repository, entry));
  }
  files(page: PageArguments) {
    const where = { api: this.#context.api, web: this.#context.web };
    const list = files(where, this.#repository, this.#request.commits);
    return connect(page, list, (file) => ({
      path: file.filename,
      additions: file.additions,
      deletions: file.deletions,
      changeType: file.status === "added" ? "ADDED" : "MODIFIED",
      viewerViewedState: "UNVIEWED",
    }));
  }
  projectItems(page: PageArguments) {
    return connect(page, [], (entry) => entry);
  }
}

/** A comment in a conversation. */
export class CommentView implements View {
  readonly __typename = "IssueComment";
  readonly body: string;
  readonly isMinimized = false;
  readonly minimizedReason = null;
  readonly lastEditedAt = null;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #comment: Comment;
  readonly #request: View | null;
  readonly #issue: View | null;

  constructor(context: Context, repository: Repository, of: { comment: Comment; request?: View; issue?: View }) {
    this.#context = context;
    this.#repository = repository;
    this.#comment = of.comment;
    this.#request = of.request ?? null;
    this.#issue = of.issue ?? null;
    this.body = of.comment.body;
  }

  get id() {
    return idOf("IssueComment", this.#repository.id, this.#comment);
  }
  get databaseId() {
    return this.#comment.id;
  }
  get fullDatabaseId() {
    return String(this.#comment.id);
  }
  get bodyText() {
    return this.body;
  }
  get author() {
    return this.#context.views.actor(this.#comment.author);
  }
  get authorAssociation() {
    return "MEMBER";
  }
  get createdAt() {
    return iso(this.#comment.createdAt);
  }
  get publishedAt() {
    return iso(this.#comment.createdAt);
  }
  get updatedAt() {
    return iso(this.#comment.updatedAt);
  }
  get pullRequest() {
    return this.#request;
  }
  get issue() {
    return this.#issue;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/issues#issuecomment-${this.#comment.id}`;
  }
}
