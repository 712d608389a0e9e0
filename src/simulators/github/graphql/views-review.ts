import type { Repository, Review, ReviewComment, Thread } from "../../organisation/index.ts";
import { idOf } from "../node-ids.ts";
import { fullName, iso } from "../state.ts";
import { connect, type PageArguments } from "./connection.ts";
import type { Context, View } from "./context.ts";

/** The pull request something belongs to. */
export type Owner = View & { readonly number: number };

export class ReviewView implements View {
  readonly __typename = "PullRequestReview";
  readonly body: string;
  readonly state: string;
  readonly pullRequest: Owner;
  readonly isMinimized = false;
  readonly lastEditedAt = null;
  readonly authorCanPushToRepository = true;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #review: Review;

  constructor(context: Context, repository: Repository, { review, of }: { review: Review; of: Owner }) {
    this.#context = context;
    this.#repository = repository;
    this.#review = review;
    this.pullRequest = of;
    this.body = review.body;
    this.state = review.state;
  }

  get id() {
    return idOf("PullRequestReview", this.#repository.id, this.#review);
  }
  get databaseId() {
    return this.#review.id;
  }
  get fullDatabaseId() {
    return String(this.#review.id);
  }
  get bodyText() {
    return this.body;
  }
  get author() {
    return this.#context.views.actor(this.#review.author);
  }
  get authorAssociation() {
    return "MEMBER";
  }
  get commit() {
    return this.#context.views.commitBySha(this.#repository, this.#review.sha);
  }
  get createdAt() {
    return iso(this.#review.submittedAt);
  }
  get submittedAt() {
    return this.state === "PENDING" ? null : iso(this.#review.submittedAt);
  }
  get publishedAt() {
    return this.submittedAt;
  }
  get updatedAt() {
    return iso(this.#review.submittedAt);
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/pull/${this.pullRequest.number}#pullrequestreview-${this.#review.id}`;
  }
  comments(page: PageArguments) {
    return connect(
      page,
      this.#review.comments,
      (entry) => new ReviewCommentView(this.#context, this.#repository, { comment: entry, of: this.pullRequest }),
    );
  }
}

export class ThreadView implements View {
  readonly __typename = "PullRequestReviewThread";
  readonly path: string;
  readonly line: number;
  readonly originalLine: number;
  readonly startLine = null;
  readonly isResolved: boolean;
  readonly isOutdated = false;
  readonly isCollapsed: boolean;
  readonly diffSide = "RIGHT";
  readonly subjectType = "LINE";
  readonly pullRequest: Owner;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #thread: Thread;

  constructor(context: Context, repository: Repository, { thread, of }: { thread: Thread; of: Owner }) {
    this.#context = context;
    this.#repository = repository;
    this.#thread = thread;
    this.pullRequest = of;
    this.path = thread.path;
    this.line = thread.line;
    this.originalLine = thread.line;
    this.isResolved = thread.isResolved;
    this.isCollapsed = thread.isResolved;
  }

  get id() {
    return idOf("PullRequestReviewThread", this.#repository.id, this.#thread);
  }
  get resolvedBy() {
    return this.#thread.resolvedBy?.kind === "User" ? this.#context.views.actor(this.#thread.resolvedBy) : null;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  comments(page: PageArguments) {
    return connect(
      page,
      this.#thread.comments,
      (entry) => new ReviewCommentView(this.#context, this.#repository, { comment: entry, of: this.pullRequest }),
    );
  }
}

class ReviewCommentView implements View {
  readonly __typename = "PullRequestReviewComment";
  readonly body: string;
  readonly path: string;
  readonly line: number;
  readonly originalLine: number;
  readonly originalPosition: number;
  readonly position: number;
  readonly startLine = null;
  readonly diffHunk = "@@ -1,4 +1,6 @@";
  readonly outdated = false;
  readonly isMinimized = false;
  readonly lastEditedAt = null;
  readonly state = "SUBMITTED";
  readonly subjectType = "LINE";
  readonly pullRequest: Owner;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #comment: ReviewComment;

  constructor(context: Context, repository: Repository, { comment, of }: { comment: ReviewComment; of: Owner }) {
    this.#context = context;
    this.#repository = repository;
    this.#comment = comment;
    this.pullRequest = of;
    this.body = comment.body;
    this.path = comment.path;
    this.line = comment.line;
    this.originalLine = comment.line;
    this.originalPosition = comment.line;
    this.position = comment.line;
  }

  get id() {
    return idOf("PullRequestReviewComment", this.#repository.id, this.#comment);
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
  get draftedAt() {
    return iso(this.#comment.createdAt);
  }
  get publishedAt() {
    return iso(this.#comment.createdAt);
  }
  get updatedAt() {
    return iso(this.#comment.updatedAt);
  }
  get commit() {
    return this.#context.views.commitBySha(this.#repository, this.#comment.sha);
  }
  get originalCommit() {
    return this.commit;
  }
  /** Null when a recording does not hold the review. */
  get pullRequestReview() {
    const { review } = this.#comment;
    return review && new ReviewView(this.#context, this.#repository, { review, of: this.pullRequest });
  }
  get replyTo() {
    const { replyTo } = this.#comment;
    return replyTo && new ReviewCommentView(this.#context, this.#repository, { comment: replyTo, of: this.pullRequest });
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/pull/${this.pullRequest.number}#discussion_r${this.#comment.id}`;
  }
}
