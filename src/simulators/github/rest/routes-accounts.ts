import type { Person, Repository, Team } from "../../organisation/index.ts";
import { fullUser, repository, team, user } from "./render.ts";
import { notFound, page, type RestAnswer, type RestRequest, type Route } from "./request.ts";

/** Accounts, organisations and teams. https://docs.github.com/en/rest/users, …/orgs, …/teams */
export const accountRoutes: Record<string, Route> = {
  "users/:login": (call) => withAccount(call, (person) => ({ body: fullUser(call, person) })),
  "users/:login/repos": (call) => withAccount(call, (person) => repositories(call, (entry) => entry.owner === person)),
  "user/:id": (call) => {
    const person = call.state.people.find((entry) => String(entry.id) === call.params.id);
    return person ? { body: fullUser(call, person) } : notFound();
  },
  user: (call) => ({ body: { ...fullUser(call, call.state.viewer), two_factor_authentication: true, plan: { name: "free" } } }),
  "user/orgs": (call) => page(call, { list: organisations(call), render: (entry) => organisation(call, entry) }),
  "user/repos": (call) => repositories(call, () => true),
  "installation/repositories": (call) =>
    page(call, { list: call.state.repositories, render: (entry) => repository(call, entry), envelope: "repositories" }),
  "orgs/:org": (call) =>
    withOrganisation(call, (entry) => ({
      body: {
        ...organisation(call, entry),
        name: entry.name,
        type: "Organization",
        has_organization_projects: true,
        html_url: `${call.web}/${entry.login}`,
        plan: { name: "enterprise" },
      },
    })),
  "orgs/:org/repos": (call) => withOrganisation(call, (entry) => repositories(call, (each) => each.owner === entry)),
  "orgs/:org/members": (call) =>
    withOrganisation(call, () => page(call, { list: members(call), render: (entry) => user(call, entry) })),
  "orgs/:org/teams": (call) =>
    withOrganisation(call, () => page(call, { list: call.state.teams, render: (entry) => team(call, entry) })),
  "orgs/:org/teams/:slug": (call) =>
    withTeam(call, (entry) => ({ body: { ...team(call, entry), members_count: entry.members.length } })),
  "orgs/:org/teams/:slug/members": (call) => withTeam(call, (entry) => teamMembers(call, entry)),
  "orgs/:org/teams/:slug/repos": (call) => withTeam(call, (entry) => repositories(call, (each) => each.team === entry)),
  "organizations/:org/team/:id/members": (call) => {
    const entry = call.state.teams.find((each) => String(each.id) === call.params.id);
    return entry ? teamMembers(call, entry) : notFound();
  },
};

const organisations = (call: RestRequest) => (call.state.owner.kind === "Organization" ? [call.state.owner] : []);

const organisation = (call: RestRequest, entry: Person) => ({
  login: entry.login,
  id: entry.id,
  node_id: user(call, entry)!.node_id,
  url: `${call.api}/orgs/${entry.login}`,
  repos_url: `${call.api}/orgs/${entry.login}/repos`,
  members_url: `${call.api}/orgs/${entry.login}/members{/member}`,
  avatar_url: "",
  description: "",
});

export const members = ({ state }: Pick<RestRequest, "state">) =>
  state.people.filter((person) => person.role === "engineer" || person.role === "lead");

function teamMembers(call: RestRequest, entry: Team): RestAnswer {
  const role = call.query.get("role") ?? "all";
  return page(call, {
    list: everyMember(call, entry).filter((each) => role === "all" || each.role === role),
    render: (each) => user(call, each.person),
  });
}

/** The list of a parent team holds the members of its children too. */
const everyMember = (call: RestRequest, entry: Team): Team["members"] => {
  const all = [entry, ...call.state.teams.filter((each) => each.parent === entry)].flatMap((each) => each.members);
  return [...new Map(all.map((each) => [each.person, each])).values()];
};

function withAccount(call: RestRequest, answer: (person: Person) => RestAnswer): RestAnswer {
  const login = call.params.login!.toLowerCase();
  const person = [...call.state.people, call.state.owner].find((entry) => entry.login.toLowerCase() === login);
  return person ? answer(person) : notFound();
}

const withOrganisation = (call: RestRequest, answer: (entry: Person) => RestAnswer) => {
  const entry = organisations(call).find((each) => each.login.toLowerCase() === call.params.org!.toLowerCase());
  return entry ? answer(entry) : notFound();
};

const withTeam = (call: RestRequest, answer: (entry: Team) => RestAnswer) =>
  withOrganisation(call, () => {
    const entry = call.state.teams.find((each) => each.slug === call.params.slug);
    return entry ? answer(entry) : notFound();
  });

const ORDERS: Record<string, (entry: Repository) => number | string> = {
  created: (entry) => entry.createdAt,
  updated: (entry) => entry.pushedAt,
  pushed: (entry) => entry.pushedAt,
  full_name: (entry) => entry.name,
};

function repositories(call: RestRequest, isWanted: (entry: Repository) => boolean): RestAnswer {
  const sort = call.query.get("sort") ?? (call.linkPath.startsWith("/orgs/") ? "created" : "full_name");
  const key = ORDERS[sort] ?? ORDERS.full_name!;
  const sign = (call.query.get("direction") ?? (sort === "full_name" ? "asc" : "desc")) === "asc" ? 1 : -1;
  const list = call.state.repositories.filter(isWanted).map((entry) => ({ entry, key: key(entry) }));
  list.sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : a.entry.id - b.entry.id));
  return page(call, { list: list.map((each) => each.entry), render: (entry) => repository(call, entry) });
}
