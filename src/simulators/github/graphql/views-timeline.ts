import type { EventKind, Repository, Seconds, TimelineEvent } from "../../organisation/index.ts";
import { idOf } from "../node-ids.ts";
import { fullName, iso } from "../state.ts";
import { Connection, type PageArguments } from "./connection.ts";
import type { Context, View } from "./context.ts";
import { LabelView } from "./views-refs.ts";
import { ReviewView, type Owner } from "./views-review.ts";

export interface TimelineArguments extends PageArguments {
  itemTypes?: readonly string[] | null;
  since?: string | null;
  skip?: number | null;
}

const TYPES: Record<EventKind, string> = {
  ready_for_review: "ReadyForReviewEvent",
  convert_to_draft: "ConvertToDraftEvent",
  review_requested: "ReviewRequestedEvent",
  review_request_removed: "ReviewRequestRemovedEvent",
  head_ref_force_pushed: "HeadRefForcePushedEvent",
  head_ref_deleted: "HeadRefDeletedEvent",
  review_dismissed: "ReviewDismissedEvent",
  base_ref_changed: "BaseRefChangedEvent",
  labeled: "LabeledEvent",
  unlabeled: "UnlabeledEvent",
  assigned: "AssignedEvent",
  unassigned: "UnassignedEvent",
  milestoned: "MilestonedEvent",
  demilestoned: "DemilestonedEvent",
  renamed: "RenamedTitleEvent",
  closed: "ClosedEvent",
  reopened: "ReopenedEvent",
  merged: "MergedEvent",
  "cross-referenced": "CrossReferencedEvent",
  mentioned: "MentionedEvent",
  subscribed: "SubscribedEvent",
};

const itemType = (typename: string) => typename.replaceAll(/(?<!^)([A-Z])/g, "_$1").toUpperCase();
const itemTypes = new Map<string, string>();

interface Item {
  readonly at: Seconds;
  readonly view: View;
}

/** The timeline of an issue or request: everything, or the kinds asked for, in order of time. */
export function timeline(page: TimelineArguments, items: readonly Item[]) {
  const since = page.since ? Date.parse(page.since) / 1000 : -Infinity;
  const list = items
    .filter(({ at, view }) => at >= since && (!page.itemTypes || page.itemTypes.includes(typeOf(view))))
    .sort((a, b) => a.at - b.at);
  const made = new Connection({ list, view: (item) => item.view }, page);
  const updatedAt = iso(Math.max(0, ...items.map((item) => item.at)));
  const { totalCount, nodes } = made;
  return {
    totalCount,
    filteredCount: totalCount,
    pageCount: nodes.length,
    updatedAt,
    nodes,
    pageInfo: made.pageInfo,
    edges: () => made.edges,
  };
}

function typeOf(view: View): string {
  let type = itemTypes.get(view.__typename);
  if (!type) itemTypes.set(view.__typename, (type = itemType(view.__typename)));
  return type;
}

/** One event. https://docs.github.com/en/graphql/reference/unions#pullrequesttimelineitems */
export class EventView implements View {
  readonly __typename: string;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #event: TimelineEvent;
  readonly #on: View;

  constructor(context: Context, repository: Repository, { event, on }: { event: TimelineEvent; on: View }) {
    this.#context = context;
    this.#repository = repository;
    this.#event = event;
    this.#on = on;
    this.__typename = TYPES[event.kind];
  }

  get id() {
    return idOf("Event", this.#repository.id, this.#event);
  }
  get databaseId() {
    return this.#event.id;
  }
  get createdAt() {
    return iso(this.#event.at);
  }
  get actor() {
    return this.#context.views.actor(this.#event.actor);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}#event-${this.#event.id}`;
  }
  get pullRequest() {
    return this.#on;
  }
  get closable() {
    return this.#on;
  }
  get labelable() {
    return this.#on;
  }
  get assignable() {
    return this.#on;
  }
  get subject() {
    return this.#on;
  }
  get label() {
    return this.#event.label && new LabelView(this.#context, this.#repository, this.#event.label);
  }
  get requestedReviewer() {
    const { subject, team } = this.#event;
    return team ? this.#context.views.team(team) : this.#context.views.actor(subject ?? null);
  }
  get assignee() {
    return this.#context.views.actor(this.#event.subject ?? null);
  }
  get user() {
    const { subject } = this.#event;
    return subject?.kind === "User" ? this.#context.views.actor(subject) : null;
  }
  get beforeCommit() {
    return this.#context.views.commitBySha(this.#repository, this.#event.before);
  }
  get afterCommit() {
    return this.#context.views.commitBySha(this.#repository, this.#event.after);
  }
  get commit() {
    return this.#context.views.commitBySha(this.#repository, this.#event.sha);
  }
  get ref() {
    return null;
  }
  get headRef() {
    return null;
  }
  get headRefName() {
    return this.#event.before ?? "";
  }
  get mergeRef() {
    return null;
  }
  get mergeRefName() {
    return this.#repository.defaultBranch ?? "main";
  }
  get milestoneTitle() {
    return this.#event.milestone ?? "";
  }
  get previousTitle() {
    return this.#event.before ?? "";
  }
  get currentTitle() {
    return this.#event.after ?? "";
  }
  get previousRefName() {
    return this.#event.before ?? "";
  }
  get currentRefName() {
    return this.#event.after ?? "";
  }
  get stateReason() {
    return this.#event.stateReason?.toUpperCase() ?? null;
  }
  get closer() {
    const { source } = this.#event;
    return source ? this.#context.views.request(this.#repository, source) : null;
  }
  get source() {
    return this.closer;
  }
  get target() {
    return this.#on;
  }
  get isCrossRepository() {
    return false;
  }
  get willCloseTarget() {
    return false;
  }
  get referencedAt() {
    return this.createdAt;
  }
  get review() {
    const { review } = this.#event;
    return review && new ReviewView(this.#context, this.#repository, { review, of: this.#on as Owner });
  }
  get previousReviewState() {
    return this.#event.review?.verdict ?? "APPROVED";
  }
  get dismissalMessage() {
    return null;
  }
  get pullRequestCommit() {
    return null;
  }
}
