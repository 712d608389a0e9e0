import type { Commit, Label, Milestone, Person, Repository, Signature, Team } from "../../organisation/index.ts";
import { idOf, nodeId } from "../node-ids.ts";
import { fullName, iso, isoOrNull } from "../state.ts";
import type { RestRequest } from "./request.ts";

type Where = Pick<RestRequest, "api" | "web">;

export function user(where: Where, person: Person | null) {
  if (!person) return null;
  if (person.recorded) return person.recorded.json;
  const path = `${where.api}/users/${encodeURIComponent(person.login)}`;
  const isBot = person.kind === "Bot";
  return {
    login: person.login,
    id: person.id,
    node_id: idOf(person.kind, 0, person),
    avatar_url: `${where.web}/avatars/u/${person.id}`,
    gravatar_id: "",
    url: path,
    html_url: isBot ? `${where.web}/apps/${person.login.replace("[bot]", "")}` : `${where.web}/${person.login}`,
    followers_url: `${path}/followers`,
    organizations_url: `${path}/orgs`,
    repos_url: `${path}/repos`,
    events_url: `${path}/events{/privacy}`,
    type: person.kind,
    user_view_type: "public",
    site_admin: false,
  };
}

export const fullUser = (where: Where, person: Person) =>
  person.recorded?.json ?? {
    ...user(where, person),
    name: person.name,
    company: null,
    blog: "",
    location: null,
    email: person.email,
    bio: null,
    public_repos: 0,
    followers: 0,
    following: 0,
    created_at: iso(person.createdAt),
    updated_at: iso(person.createdAt),
  };

export function repository(where: Where, repo: Repository) {
  if (repo.recorded) return repo.recorded.json;
  const name = fullName(repo);
  const url = `${where.api}/repos/${name}`;
  const pushed = iso(repo.pushedAt);
  return {
    id: repo.id,
    node_id: nodeId("Repository", repo.id, repo.id),
    name: repo.name,
    full_name: name,
    private: repo.isPrivate,
    owner: user(where, repo.owner),
    html_url: `${where.web}/${name}`,
    description: repo.description,
    fork: repo.parent !== null,
    url,
    pulls_url: `${url}/pulls{/number}`,
    issues_url: `${url}/issues{/number}`,
    commits_url: `${url}/commits{/sha}`,
    deployments_url: `${url}/deployments`,
    created_at: iso(repo.createdAt),
    updated_at: pushed,
    pushed_at: pushed,
    git_url: `git://127.0.0.1/${name}.git`,
    ssh_url: `git@127.0.0.1:${name}.git`,
    clone_url: `${where.web}/${name}.git`,
    homepage: null,
    size: 1024,
    stargazers_count: 0,
    watchers_count: 0,
    language: repo.language,
    has_issues: repo.hasIssues,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repo.isArchived,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repo.isPrivate ? "private" : "public",
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: repo.defaultBranch ?? "main",
    permissions: { admin: false, maintain: false, push: false, triage: false, pull: true },
  };
}

/** What `GET /repos/{owner}/{repo}` says beyond the list. */
export function fullRepository(where: Where, repo: Repository) {
  if (repo.recorded) return repo.recorded.json;
  const [owner, name] = repo.parent?.split("/") ?? [];
  const parent = repo.parent && {
    id: repo.id + 900_000,
    name,
    full_name: repo.parent,
    fork: false,
    html_url: `${where.web}/${repo.parent}`,
    owner: { login: owner, type: "Organization" },
  };
  return {
    ...repository(where, repo),
    ...(parent && { parent, source: parent }),
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    organization: user(where, repo.owner),
  };
}

export const team = (where: Where, entry: Team, parent = true): Record<string, unknown> => ({
  id: entry.id,
  node_id: idOf("Team", 0, entry),
  name: entry.name,
  slug: entry.slug,
  description: null,
  privacy: "closed",
  notification_setting: "notifications_enabled",
  permission: "pull",
  url: `${where.api}/organizations/1000/team/${entry.id}`,
  html_url: `${where.web}/orgs/acme/teams/${entry.slug}`,
  members_url: `${where.api}/organizations/1000/team/${entry.id}/members{/member}`,
  repositories_url: `${where.api}/organizations/1000/team/${entry.id}/repos`,
  ...(parent && { parent: entry.parent && team(where, entry.parent, false) }),
});

export const label = (where: Where, repo: Repository, entry: Label) =>
  entry.recorded?.json ?? {
    id: entry.id,
    node_id: idOf("Label", repo.id, entry),
    url: `${where.api}/repos/${fullName(repo)}/labels/${encodeURIComponent(entry.name)}`,
    name: entry.name,
    color: entry.color,
    default: entry.name === "bug" || entry.name === "enhancement",
    description: entry.description,
  };

export const milestone = (where: Where, repo: Repository, entry: Milestone | null) =>
  entry &&
  (entry.recorded?.json ?? {
    url: `${where.api}/repos/${fullName(repo)}/milestones/${entry.number}`,
    html_url: `${where.web}/${fullName(repo)}/milestone/${entry.number}`,
    id: entry.id,
    node_id: idOf("Milestone", repo.id, entry),
    number: entry.number,
    title: entry.title,
    description: null,
    creator: user(where, entry.creator),
    open_issues: 0,
    closed_issues: 0,
    state: entry.closedAt === null ? "open" : "closed",
    created_at: iso(entry.createdAt),
    updated_at: iso(entry.closedAt ?? entry.createdAt),
    due_on: isoOrNull(entry.dueAt),
    closed_at: isoOrNull(entry.closedAt),
  });

const sign = (signature: Signature) => ({ name: signature.name, email: signature.email, date: iso(signature.at) });

export function commit(where: Where, repo: Repository, entry: Commit) {
  if (entry.recorded) return entry.recorded.json;
  const url = `${where.api}/repos/${fullName(repo)}`;
  return {
    sha: entry.sha,
    node_id: nodeId("Commit", repo.id, entry.sha),
    commit: {
      author: sign(entry.author),
      committer: sign(entry.committer),
      message: entry.message,
      tree: { sha: entry.sha.split("").reverse().join(""), url: `${url}/git/trees/${entry.sha}` },
      url: `${url}/git/commits/${entry.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    },
    url: `${url}/commits/${entry.sha}`,
    html_url: `${where.web}/${fullName(repo)}/commit/${entry.sha}`,
    comments_url: `${url}/commits/${entry.sha}/comments`,
    author: user(where, entry.author.account),
    committer: user(where, entry.committer.account),
    parents: entry.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${where.web}/${fullName(repo)}/commit/${sha}`,
    })),
  };
}

/** `GET …/commits/{sha}`: with line counts and files. */
export function fullCommit(where: Where, repo: Repository, entry: Commit) {
  if (entry.additions === null || entry.deletions === null) return commit(where, repo, entry);
  return {
    ...commit(where, repo, entry),
    stats: { total: entry.additions + entry.deletions, additions: entry.additions, deletions: entry.deletions },
    files: files(where, repo, [entry]),
  };
}

const FOLDERS = ["src/main", "src/api", "src/store", "src/model", "test", "docs", "config", "src/web"];

/** The files some commits changed: names follow from the hash, lines add up to the commits'. */
export function files(where: Where, repo: Repository, commits: readonly Commit[]) {
  return commits.flatMap((entry) => {
    const count = entry.filesCount ?? 0;
    return Array.from({ length: count }, (_, index) => {
      const share = (total: number) => Math.floor(total / count) + (index < total % count ? 1 : 0);
      const digit = parseInt(entry.sha.slice(index % 38, (index % 38) + 2), 16);
      const additions = share(entry.additions ?? 0);
      const deletions = share(entry.deletions ?? 0);
      const filename = `${FOLDERS[digit % 8]}/${entry.sha.slice(index % 30, (index % 30) + 4)}${index}.ts`;
      return {
        sha: entry.sha,
        filename,
        status: deletions === 0 ? "added" : "modified",
        additions,
        deletions,
        changes: additions + deletions,
        blob_url: `${where.web}/${fullName(repo)}/blob/${entry.sha}/${filename}`,
      };
    });
  });
}
