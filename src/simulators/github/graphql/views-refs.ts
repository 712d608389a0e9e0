import { signature, type Label, type Milestone, type Release, type Repository, type Tag } from "../../organisation/index.ts";
import { idOf, nodeId } from "../node-ids.ts";
import { fullName, iso, isoOrNull } from "../state.ts";
import { connect, type PageArguments } from "./connection.ts";
import type { Context, View } from "./context.ts";
import { gitActor } from "./views-people.ts";

/** A branch or tag. */
export class RefView implements View {
  readonly __typename = "Ref";
  readonly name: string;
  readonly prefix: string;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #target: () => View | null;

  constructor(context: Context, repository: Repository, ref: { name: string; prefix: string; target: () => View | null }) {
    this.#context = context;
    this.#repository = repository;
    this.#target = ref.target;
    this.name = ref.name;
    this.prefix = ref.prefix;
  }

  get id() {
    return nodeId("Ref", this.#repository.id, `${this.prefix}${this.name}`);
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get target() {
    return this.#target();
  }
  get branchProtectionRule() {
    return null;
  }
  get refUpdateRule() {
    const isProtected = this.#repository.history().branches.find((branch) => branch.name === this.name)?.isProtected;
    if (!isProtected) return null;
    return {
      pattern: this.name,
      requiredApprovingReviewCount: 1,
      allowsDeletions: false,
      allowsForcePushes: false,
      blocksCreations: false,
      requiredStatusCheckContexts: ["test"],
    };
  }
  associatedPullRequests(page: PageArguments) {
    const list = this.#repository.history().pullRequests.filter((entry) => entry.head.ref === this.name);
    return connect(page, list, (entry) => this.#context.views.request(this.#repository, entry));
  }
}

/** Every second tag is annotated: its target is a tag object, and the commit is behind it. */
export function tagView(context: Context, repository: Repository, tag: Tag): View {
  const commit = () => context.views.commitBySha(repository, tag.sha);
  const isAnnotated = parseInt(tag.sha.slice(-1), 16) % 2 === 0;
  const oid = [...tag.sha].reverse().join("");
  const annotated = () => ({
    __typename: "Tag",
    id: nodeId("Tag", repository.id, tag.name),
    oid,
    abbreviatedOid: oid.slice(0, 7),
    name: tag.name,
    message: tag.name,
    tagger: gitActor(context, signature(tag.tagger, tag.at)),
    repository: () => context.views.repository(repository),
    target: commit,
  });
  return new RefView(context, repository, { name: tag.name, prefix: "refs/tags/", target: isAnnotated ? annotated : commit });
}

export class ReleaseView implements View {
  readonly __typename = "Release";
  readonly databaseId: number;
  readonly name: string;
  readonly tagName: string;
  readonly isDraft: boolean;
  readonly isPrerelease: boolean;
  readonly description: string;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #release: Release;

  constructor(context: Context, repository: Repository, release: Release) {
    this.#context = context;
    this.#repository = repository;
    this.#release = release;
    this.databaseId = release.id;
    this.name = release.name;
    this.tagName = release.tag;
    this.isDraft = release.isDraft;
    this.isPrerelease = release.isPrerelease;
    this.description = release.body;
  }

  get id() {
    return idOf("Release", this.#repository.id, this.#release);
  }
  get isLatest() {
    return this.#repository.history().releases.at(-1) === this.#release;
  }
  get author() {
    return this.#context.views.actor(this.#release.author);
  }
  get createdAt() {
    return iso(this.#release.createdAt);
  }
  get publishedAt() {
    return isoOrNull(this.#release.publishedAt);
  }
  get updatedAt() {
    return iso(this.#release.publishedAt ?? this.#release.createdAt);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/releases/tag/${this.tagName}`;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
  get tagCommit() {
    return this.#context.views.commitBySha(this.#repository, this.#release.sha);
  }
  get tag() {
    const tag = this.#repository.history().tags.find((entry) => entry.name === this.tagName);
    return tag ? tagView(this.#context, this.#repository, tag) : null;
  }
}

export class LabelView implements View {
  readonly __typename = "Label";
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
  readonly isDefault: boolean;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #label: Label;

  constructor(context: Context, repository: Repository, label: Label) {
    this.#context = context;
    this.#repository = repository;
    this.#label = label;
    this.name = label.name;
    this.color = label.color;
    this.description = label.description;
    this.isDefault = label.name === "bug" || label.name === "enhancement";
  }

  get id() {
    return idOf("Label", this.#repository.id, this.#label);
  }
  get createdAt() {
    return this.#label.recorded ? null : iso(this.#repository.createdAt);
  }
  get updatedAt() {
    return this.#label.recorded ? null : iso(this.#repository.createdAt);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/labels/${encodeURIComponent(this.name)}`;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
}

export class MilestoneView implements View {
  readonly __typename = "Milestone";
  readonly number: number;
  readonly title: string;
  readonly description = null;
  readonly #context: Context;
  readonly #repository: Repository;
  readonly #milestone: Milestone;

  constructor(context: Context, repository: Repository, milestone: Milestone) {
    this.#context = context;
    this.#repository = repository;
    this.#milestone = milestone;
    this.number = milestone.number;
    this.title = milestone.title;
  }

  get id() {
    return idOf("Milestone", this.#repository.id, this.#milestone);
  }
  get state() {
    return this.#milestone.closedAt === null ? "OPEN" : "CLOSED";
  }
  get closed() {
    return this.#milestone.closedAt !== null;
  }
  get creator() {
    return this.#context.views.actor(this.#milestone.creator);
  }
  get createdAt() {
    return iso(this.#milestone.createdAt);
  }
  get updatedAt() {
    return iso(this.#milestone.closedAt ?? this.#milestone.createdAt);
  }
  get closedAt() {
    return isoOrNull(this.#milestone.closedAt);
  }
  get dueOn() {
    return isoOrNull(this.#milestone.dueAt);
  }
  get url() {
    return `${this.#context.web}/${fullName(this.#repository)}/milestone/${this.number}`;
  }
  get repository() {
    return this.#context.views.repository(this.#repository);
  }
}
