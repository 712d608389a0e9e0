import type { Person, Repository, Signature, Team } from "../../organisation/index.ts";
import { idOf, nodeId } from "../node-ids.ts";
import { members } from "../rest/routes-accounts.ts";
import { iso } from "../state.ts";
import { connect, connectOrdered, type PageArguments } from "./connection.ts";
import { requireScope, typedError, type Context, type View } from "./context.ts";

/** GraphQL names bots without `[bot]`; REST writes it. */
const graphqlLogin = (person: Person) => person.login.replace(/\[bot\]$/, "");

/** Fields that every actor has. */
class ActorView implements View {
  readonly __typename: string;
  readonly databaseId: number;
  readonly login: string;
  protected readonly context: Context;
  protected readonly person: Person;

  constructor(context: Context, person: Person) {
    this.context = context;
    this.person = person;
    this.__typename = person.kind;
    this.databaseId = person.id;
    this.login = graphqlLogin(person);
  }

  get id() {
    return idOf(this.person.kind, 0, this.person);
  }
  projectsV2(page: PageArguments & { orderBy?: { field: string; direction: "ASC" | "DESC" } | null }) {
    requireScope(this.context, "read:project", "projectsV2");
    const list = [...this.context.views.projects(this.person)];
    const { field = "NUMBER", direction = "DESC" } = page.orderBy ?? {};
    if (direction === "DESC" && field === "NUMBER") list.reverse();
    return connect(page, list, (entry) => entry);
  }
  projectV2({ number }: { number: number }) {
    requireScope(this.context, "read:project", "projectV2");
    return this.context.views.projects(this.person).find((entry) => entry.number === number) ?? null;
  }
  get url() {
    return this.person.kind === "Bot" ? `${this.context.web}/apps/${this.login}` : `${this.context.web}/${this.login}`;
  }
  get avatarUrl() {
    return `${this.context.web}/avatars/u/${this.person.id}`;
  }
  /** Null where a recording does not say. */
  get createdAt() {
    return this.person.createdAt === 0 ? null : iso(this.person.createdAt);
  }
  get updatedAt() {
    return this.createdAt;
  }
}

interface RepositoryArguments extends PageArguments {
  orderBy?: { field: string; direction: "ASC" | "DESC" } | null;
  isArchived?: boolean | null;
  isFork?: boolean | null;
  privacy?: "PRIVATE" | "PUBLIC" | null;
}

/** The repositories somebody owns or may see, in the order asked for. */
function repositories(context: Context, page: RepositoryArguments, isWanted: (entry: Repository) => boolean) {
  const { field, direction } = page.orderBy ?? { field: "CREATED_AT", direction: "ASC" };
  const sign = direction === "DESC" ? -1 : 1;
  const at = (entry: Repository) => (field === "CREATED_AT" ? entry.createdAt : field === "NAME" ? 0 : entry.pushedAt);
  const list = context.state.repositories
    .filter(
      (entry) =>
        isWanted(entry) &&
        (page.isArchived ?? entry.isArchived) === entry.isArchived &&
        (page.isFork ?? entry.parent !== null) === (entry.parent !== null),
    )
    .filter((entry) => !page.privacy || entry.isPrivate === (page.privacy === "PRIVATE"))
    .map((entry) => ({ entry, at: at(entry) }))
    .sort(
      (a, b) => sign * (a.at - b.at || (field === "NAME" ? (a.entry.name < b.entry.name ? -1 : 1) : a.entry.id - b.entry.id)),
    );
  const view = (item: (typeof list)[number]) => context.views.repository(item.entry);
  if (field === "NAME") return connect(page, list, view);
  return connectOrdered(page, { list, key: (item) => [item.at, item.entry.id], sign }, view);
}

export class UserView extends ActorView {
  get name() {
    return this.person.name;
  }
  get email() {
    return this.person.email ?? "";
  }
  get company() {
    return null;
  }
  get isViewer() {
    return this.person === this.context.state.viewer;
  }
  repositories(page: RepositoryArguments) {
    const isReader = this.person === this.context.state.viewer;
    return repositories(this.context, page, (entry) => isReader || entry.owner === this.person);
  }
  organizations(page: PageArguments) {
    const { owner } = this.context.state;
    return connect(page, owner.kind === "Organization" ? [owner] : [], (entry) => this.context.views.actor(entry));
  }
  repository({ name }: { name: string }) {
    return findOwned(this.context, this.person, name);
  }
}

const findOwned = (context: Context, owner: Person, name: string) => {
  const found = context.state.repositories.find((entry) => entry.owner === owner && entry.name === name);
  return found ? context.views.repository(found) : null;
};

export class OrganizationView extends ActorView {
  get name() {
    return this.person.name;
  }
  get description() {
    return null;
  }
  get email() {
    return this.person.email;
  }
  repositories(page: RepositoryArguments) {
    return repositories(this.context, page, (entry) => entry.owner === this.person);
  }
  repository({ name }: { name: string }) {
    return findOwned(this.context, this.person, name);
  }
  membersWithRole(page: PageArguments) {
    requireScope(this.context, "read:org", "membersWithRole");
    const list = members(this.context);
    const made = connect(page, list, (entry) => this.context.views.actor(entry));
    const edges = () =>
      made.edges.map((edge, index) => ({
        ...edge,
        role: list[index]!.role === "lead" ? "ADMIN" : "MEMBER",
        hasTwoFactorEnabled: null,
      }));
    return { totalCount: made.totalCount, pageInfo: made.pageInfo, nodes: made.nodes, edges };
  }
  teams(page: PageArguments & { rootTeamsOnly?: boolean }) {
    requireScope(this.context, "read:org", "teams");
    const list = this.context.state.teams.filter((entry) => !page.rootTeamsOnly || entry.parent === null);
    return connect(page, list, (entry) => this.context.views.team(entry));
  }
  team({ slug }: { slug: string }) {
    requireScope(this.context, "read:org", "team");
    const found = this.context.state.teams.find((entry) => entry.slug === slug);
    return found ? this.context.views.team(found) : null;
  }
  get samlIdentityProvider() {
    throw typedError("FORBIDDEN", "You do not have permission to view this organization's SAML identity provider.");
  }
}

export class TeamView implements View {
  readonly __typename = "Team";
  readonly databaseId: number;
  readonly name: string;
  readonly slug: string;
  readonly privacy = "VISIBLE";
  readonly description = null;
  readonly #context: Context;
  readonly #team: Team;

  constructor(context: Context, team: Team) {
    this.#context = context;
    this.#team = team;
    this.databaseId = team.id;
    this.name = team.name;
    this.slug = team.slug;
  }

  get id() {
    return idOf("Team", 0, this.#team);
  }
  get combinedSlug() {
    return `${this.#context.state.owner.login}/${this.slug}`;
  }
  get url() {
    return `${this.#context.web}/orgs/${this.#context.state.owner.login}/teams/${this.slug}`;
  }
  get createdAt() {
    return iso(this.#team.createdAt);
  }
  get updatedAt() {
    return iso(this.#team.createdAt);
  }
  get organization() {
    return this.#context.views.actor(this.#context.state.owner);
  }
  get parentTeam() {
    return this.#team.parent && this.#context.views.team(this.#team.parent);
  }
  childTeams(page: PageArguments) {
    const list = this.#context.state.teams.filter((entry) => entry.parent === this.#team);
    return connect(page, list, (entry) => this.#context.views.team(entry));
  }
  members(
    page: PageArguments & { membership?: "IMMEDIATE" | "CHILD_TEAM" | "ALL" | null; role?: "MAINTAINER" | "MEMBER" | null },
  ) {
    const { membership = "ALL" } = page;
    const children = this.#context.state.teams.filter((entry) => entry.parent === this.#team).flatMap((entry) => entry.members);
    const all = [...(membership === "CHILD_TEAM" ? [] : this.#team.members), ...(membership === "IMMEDIATE" ? [] : children)];
    const list = [...new Map(all.map((entry) => [entry.person, entry])).values()].filter(
      (entry) => !page.role || entry.role.toUpperCase() === page.role,
    );
    const made = connect(page, list, (entry) => entry);
    return {
      totalCount: made.totalCount,
      pageInfo: made.pageInfo,
      nodes: () => made.nodes.map((entry) => this.#context.views.actor((entry as (typeof list)[number]).person)),
      edges: () =>
        made.edges.map(({ cursor, node }) => {
          const entry = node as (typeof list)[number];
          return {
            cursor,
            node: this.#context.views.actor(entry.person),
            role: entry.role.toUpperCase(),
            memberAccessUrl: this.url,
          };
        }),
    };
  }
  repositories(page: PageArguments) {
    const list = this.#context.state.repositories.filter((entry) => entry.team === this.#team);
    return connect(page, list, (entry) => this.#context.views.repository(entry));
  }
}

/** Author or committer as written in a commit; `user` is null for bots and unknown addresses. */
export function gitActor(context: Context, signature: Signature) {
  const { account } = signature;
  return {
    __typename: "GitActor",
    name: signature.name,
    email: signature.email,
    date: iso(signature.at),
    avatarUrl: `${context.web}/avatars/${signature.email}`,
    user: account?.kind === "User" ? context.views.actor(account) : null,
  };
}

/** A repository that is only named: the source of a request from a fork. */
export function forkStub(context: Context, name: string, of: Repository) {
  const [owner = "", short = ""] = name.split("/");
  const login = context.state.people.find((person) => person.login === owner);
  return {
    __typename: "Repository",
    id: nodeId("Repository", of.id, name),
    databaseId: of.id + 500_000,
    name: short,
    nameWithOwner: name,
    isFork: true,
    isPrivate: false,
    url: `${context.web}/${name}`,
    owner: login ? context.views.actor(login) : null,
    parent: () => context.views.repository(of),
    isInOrganization: false,
  };
}
