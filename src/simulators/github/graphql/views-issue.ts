import type { Issue, Repository } from "../../organisation/index.ts";
import { idOf } from "../node-ids.ts";
import { fullName, iso, isoOrNull } from "../state.ts";
import { connect, type PageArguments } from "./connection.ts";
import { requireScope, type Context, type View } from "./context.ts";
import { LabelView, MilestoneView } from "./views-refs.ts";
import { CommentView } from "./views-request.ts";
import { timeline, type TimelineArguments } from "./views-timeline.ts";

/** https://docs.github.com/en/graphql/reference/objects#issue */
export class IssueView implements View {
  readonly __typename = "Issue";
  readonly number: number;
  readonly locked = false;
  readonly activeLockReason = null;
  readonly isPinned = false;
  readonly parent = null;
  readonly lastEditedAt = null;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #issue: Issue;

  constructor(context: Context, repository: Repository, issue: Issue) {
    this.#context = context;
    this.#repository = repository;
    this.#issue = issue;
    this.number = issue.number;
  }

  get id() {
    return idOf("Issue", this.#repository.id, this.#issue);
  }
  get databaseId() {
    return this.#issue.id;
  }
  get fullDatabaseId() {
    return String(this.#issue.id);
  }
  get title() {
    return this.#issue.title;
  }
  get body() {
    return this.#issue.body;
  }
  get bodyText() {
    return this.#issue.body;
  }
  get state() {
    return this.#issue.state.toUpperCase();
  }
  /** Duplicates are told apart only when asked for. */
  stateReason({ enableDuplicate }: { enableDuplicate?: boolean }) {
    const reason = this.#issue.stateReason;
    return reason === "duplicate" && !enableDuplicate ? "NOT_PLANNED" : (reason?.toUpperCase() ?? null);
  }
  get closed() {
    return this.#issue.state === "closed";
  }
  get createdAt() {
    return iso(this.#issue.createdAt);
  }
  get publishedAt() {
    return iso(this.#issue.createdAt);
  }
  get updatedAt() {
    return iso(this.#issue.updatedAt);
  }
  get closedAt() {
    return isoOrNull(this.#issue.closedAt);
  }
  get author() {
    return this.#context.views.actor(this.#issue.author);
  }
  get authorAssociation() {
    return this.#issue.recorded ? String(this.#issue.recorded.json.author_association) : "MEMBER";
  }
  get url() {
    return this.#issue.recorded
      ? String(this.#issue.recorded.json.html_url)
      : `${this.#context.web}/${fullName(this.#repository)}/issues/${this.number}`;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get milestone() {
    const { milestone } = this.#issue;
    return milestone && new MilestoneView(this.#context, this.#repository, milestone);
  }
  labels(page: PageArguments) {
    return connect(page, this.#issue.labels, (entry) => new LabelView(this.#context, this.#repository, entry));
  }
  assignees(page: PageArguments) {
    return connect(page, this.#issue.assignees, (entry) => this.#context.views.actor(entry));
  }
  comments(page: PageArguments) {
    return connect(
      page,
      this.#issue.comments,
      (entry) => new CommentView(this.#context, this.#repository, { comment: entry, issue: this }),
    );
  }
  timelineItems(page: TimelineArguments) {
    const { views } = this.#context;
    return timeline(page, [
      ...this.#issue.events.map((entry) => ({ at: entry.at, view: views.event(this.#repository, entry, this) })),
      ...this.#issue.comments.map((entry) => ({
        at: entry.createdAt,
        view: new CommentView(this.#context, this.#repository, { comment: entry, issue: this }),
      })),
    ]);
  }
  closedByPullRequestsReferences(page: PageArguments & { includeClosedPrs?: boolean }) {
    const list = this.#issue.closedByPullRequests.filter((entry) => page.includeClosedPrs === true || entry.state !== "closed");
    return connect(page, list, (entry) => this.#context.views.request(this.#repository, entry));
  }
  projectItems(page: PageArguments) {
    requireScope(this.#context, "read:project", "projectItems");
    return connect(page, this.#context.views.projectItems(this.#repository, this.#issue), (entry) => entry);
  }
  subIssues(page: PageArguments) {
    return connect(page, [], (entry) => entry);
  }
  trackedInIssues(page: PageArguments) {
    return connect(page, [], (entry) => entry);
  }
  get subIssuesSummary() {
    return { total: 0, completed: 0, percentCompleted: 0 };
  }
}
