import type { Change, Step } from "./change.ts";
import type { Mainline } from "./mainline.ts";
import type { Issue, Label, Person, PullRequest, Review, ReviewComment, Seconds, TimelineEvent } from "./model.ts";
import { bodyOf } from "./text.ts";
import type { World } from "./world.ts";

const REMARKS = [
  "Could this fail when the list is empty?",
  "A name that says what it returns would help.",
  "Nice.",
  "This repeats what the loop above does.",
  "Please add a test.",
];
const FILES = ["src/main", "src/api/routes", "src/store", "src/model", "test/main", "docs/guide"];

/** Turns a planned change into the pull request as it stands now. */
export function realiseRequest(
  world: World,
  change: Change,
  parts: { mainline: Mainline; labels: ReadonlyMap<string, Label> },
): PullRequest {
  const { plan, staff } = world;
  const isFork = change.kind === "outside";
  const request: PullRequest = {
    id: world.nextId(),
    number: change.number,
    title: change.title,
    body: bodyOf(plan, change),
    author: change.author,
    state: "open",
    isDraft: change.isDraft,
    createdAt: change.openedAt,
    updatedAt: change.openedAt,
    closedAt: null,
    mergedAt: null,
    mergedBy: null,
    head: {
      ref: change.branch,
      sha: "",
      owner: isFork ? change.author : staff.organisation,
      repository: isFork ? forkName(world, change) : `acme/${plan.name}`,
    },
    base: { ref: "main", sha: change.baseSha },
    mergeSha: null,
    commits: [],
    labels: labelsOf(change, parts.labels),
    assignees: change.author.kind === "User" && !isFork && world.random.chance(0.4) ? [change.author] : [],
    requestedReviewers: [],
    requestedTeams: [],
    milestone: null,
    reviews: [],
    threads: [],
    comments: [],
    events: [],
    closes: [] as Issue[],
  };
  const player = new Player(world, change, request);
  for (const label of request.labels) player.add({ kind: "labeled", at: change.openedAt + 1, actor: change.author, label });
  player.play();
  const lastHead = change.commits.findLast(
    (commit) => commit.addedAt <= player.endAt && (commit.removedAt === null || commit.removedAt > player.endAt),
  );
  request.head = { ...request.head, sha: lastHead!.sha };
  request.commits = change.commits
    .filter((commit) => commit.addedAt <= player.endAt && (commit.removedAt === null || commit.removedAt > player.endAt))
    .map((commit) => parts.mainline.commits.get(commit.sha)!);
  return request;
}

/** Half of the forks outsiders worked in are gone by now. */
const forkName = (world: World, change: Change) =>
  world.random.chance(0.5) ? `${change.author.login}/${world.plan.name}` : null;

function labelsOf(change: Change, labels: ReadonlyMap<string, Label>): Label[] {
  const name = { hotfix: "hotfix", dependency: "dependencies", bug: "bug", feature: "enhancement" }[change.kind as string];
  const label = name ? labels.get(name) : undefined;
  return label ? [label] : [];
}

/** Lets the planned steps happen to the request, in order, until they end or time is up. */
class Player {
  endAt: Seconds;
  readonly #world: World;
  readonly #change: Change;
  readonly #request: PullRequest;

  constructor(world: World, change: Change, request: PullRequest) {
    this.#world = world;
    this.#change = change;
    this.#request = request;
    this.endAt = world.now;
  }

  play() {
    const steps = this.#change.steps.filter((step) => step.at <= this.#world.now).sort((a, b) => a.at - b.at);
    for (const step of steps) {
      this.#touch(step.at);
      this.#step(step);
      if (step.kind === "land") break;
    }
  }

  add(event: Omit<TimelineEvent, "id">) {
    this.#request.events.push({ id: this.#world.nextId(), ...event });
  }

  #touch(at: Seconds) {
    this.#request.updatedAt = Math.max(this.#request.updatedAt, at);
  }

  #step(step: Step) {
    const { actor, at } = step;
    if (step.kind === "land") return this.#land(at, actor);
    if (step.kind === "review") return this.#review(step);
    if (step.kind === "comment")
      return void this.#request.comments.push({
        id: this.#world.nextId(),
        author: actor,
        body: step.body,
        createdAt: at,
        updatedAt: at,
      });
    if (step.kind === "dismiss") return this.#dismiss(at, actor, step.reviewer);
    if (step.kind === "force_push") return this.#forcePush(at, actor);
    if (step.kind === "close" || step.kind === "reopen") return this.#close(step);
    if (step.kind === "ready" || step.kind === "to_draft") {
      this.#request.isDraft = step.kind === "to_draft";
      return this.add({ kind: step.kind === "ready" ? "ready_for_review" : "convert_to_draft", at, actor });
    }
    if (step.kind === "request" || step.kind === "unrequest") this.#requestReview(step);
  }

  #requestReview(step: Extract<Step, { kind: "request" | "unrequest" }>) {
    const kind = step.kind === "request" ? "review_requested" : "review_request_removed";
    this.add({ kind, at: step.at, actor: step.actor, subject: step.subject, team: step.team });
    if (step.subject) this.#request.requestedReviewers.push(step.subject);
    if (step.team && !this.#request.requestedTeams.includes(step.team)) this.#request.requestedTeams.push(step.team);
  }

  #review(step: Extract<Step, { kind: "review" }>) {
    const { random } = this.#world;
    const sha = this.#headAt(step.at);
    const review: Review = {
      id: this.#world.nextId(),
      author: step.actor,
      state: step.state,
      verdict: step.state,
      body: step.state === "APPROVED" ? random.pick(["", "", "Looks good."]) : random.pick(["", "A few remarks."]),
      submittedAt: step.at,
      sha,
      comments: [],
    };
    this.#request.reviews.push(review);
    const waiting = this.#request.requestedReviewers.indexOf(step.actor);
    if (waiting >= 0) this.#request.requestedReviewers.splice(waiting, 1);
    for (let i = 0; i < step.remarks; i++) this.#thread(review, step.at);
  }

  #thread(review: Review, at: Seconds) {
    const { random } = this.#world;
    const path = `${random.pick(FILES)}.${random.pick(["ts", "go", "md"])}`;
    const line = random.int(1, 240);
    const make = (author: Person | null, when: Seconds, replyTo: ReviewComment | null): ReviewComment => ({
      id: this.#world.nextId(),
      author,
      body: replyTo ? "Changed." : random.pick(REMARKS),
      createdAt: when,
      updatedAt: when,
      path,
      line,
      sha: review.sha,
      review: replyTo ? null : review,
      replyTo,
    });
    const first = make(review.author, at, null);
    review.comments.push(first);
    const comments = [first];
    const repliedAt = at + random.int(600, 9000);
    if (random.chance(0.5) && repliedAt < Math.min(this.#world.now, this.#change.landAt ?? Infinity)) {
      const answer: Review = {
        id: this.#world.nextId(),
        author: this.#request.author,
        state: "COMMENTED",
        verdict: "COMMENTED",
        body: "",
        submittedAt: repliedAt,
        sha: review.sha,
        comments: [],
      };
      const reply = { ...make(this.#request.author, repliedAt, first), review: answer };
      answer.comments.push(reply);
      this.#request.reviews.push(answer);
      comments.push(reply);
      this.#touch(repliedAt);
    }
    const isResolved = random.chance(0.7);
    this.#request.threads.push({
      id: this.#world.nextId(),
      path,
      line,
      isResolved,
      resolvedBy: isResolved ? this.#request.author : null,
      comments,
    });
  }

  #dismiss(at: Seconds, actor: Person, reviewer: Person) {
    const review = this.#request.reviews.findLast((entry) => entry.author === reviewer && entry.state === "APPROVED");
    if (!review) return;
    review.state = "DISMISSED";
    this.add({ kind: "review_dismissed", at, actor, review });
  }

  #forcePush(at: Seconds, actor: Person) {
    const after = this.#change.commits.findLast((commit) => commit.addedAt === at);
    if (after) this.add({ kind: "head_ref_force_pushed", at, actor, before: this.#headAt(at - 1), after: after.sha });
  }

  #close(step: Extract<Step, { kind: "close" | "reopen" }>) {
    const isClose = step.kind === "close";
    this.add({ kind: isClose ? "closed" : "reopened", at: step.at, actor: step.actor });
    this.#request.state = isClose ? "closed" : "open";
    this.#request.closedAt = isClose ? step.at : null;
  }

  #land(at: Seconds, actor: Person) {
    const sha = this.#change.landedSha!;
    this.endAt = at;
    this.add({ kind: "merged", at, actor, sha });
    this.add({ kind: "closed", at, actor });
    if (this.#request.head.owner === this.#world.staff.organisation)
      this.add({ kind: "head_ref_deleted", at: at + 3, actor, before: this.#request.head.ref });
    Object.assign(this.#request, {
      state: "merged",
      isDraft: false,
      mergedAt: at,
      closedAt: at,
      mergedBy: actor,
      mergeSha: sha,
      requestedReviewers: [],
      updatedAt: Math.max(this.#request.updatedAt, at + 3),
    });
  }

  #headAt(at: Seconds): string {
    const commits = this.#change.commits;
    return (
      commits.findLast((commit) => commit.addedAt <= at && (commit.removedAt === null || commit.removedAt > at)) ?? commits[0]!
    ).sha;
  }
}
