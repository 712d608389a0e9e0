import type { History } from "../../organisation/index.ts";
import { fullName, indexed, sorted } from "../state.ts";
import { commit, fullCommit, fullRepository, label, milestone } from "./render.ts";
import { deployment, deploymentStatus, release } from "./render-actions.ts";
import { instantOf, notFound, page, refusal, type RepositoryRequest, type RepositoryRoute, type RestAnswer } from "./request.ts";

/** Code, releases and deployments. https://docs.github.com/en/rest/repos, …/commits, …/releases, …/deployments */
export const codeRoutes: Record<string, RepositoryRoute> = {
  "": (call) => ({
    body: fullRepository(call, call.repository),
    headers: { "last-modified": new Date(call.repository.pushedAt * 1000).toUTCString() },
  }),
  commits: (call) => {
    const { query, history } = call;
    const since = instantOf(query, "since") ?? -Infinity;
    const until = instantOf(query, "until") ?? Infinity;
    const author = query.get("author");
    const list = commitsFrom(history, query.get("sha") ?? call.repository.defaultBranch ?? "main");
    if (!list) return notFound();
    const wanted = list.filter(
      (entry) =>
        entry.committer.at >= since &&
        entry.committer.at <= until &&
        (!author || entry.author.account?.login === author || entry.author.email === author),
    );
    return page(call, { list: wanted, render: (entry) => commit(call, call.repository, entry) });
  },
  "commits/:sha": (call) => {
    const entry = call.history.commits.get(shaOf(call.history, call.params.sha!));
    return entry
      ? { body: fullCommit(call, call.repository, entry) }
      : refusal(422, `No commit found for SHA: ${call.params.sha}`);
  },
  branches: (call) =>
    page(call, {
      list: call.history.branches,
      render: (entry) => ({
        name: entry.name,
        commit: { sha: entry.sha, url: `${call.api}/repos/${fullName(call.repository)}/commits/${entry.sha}` },
        protected: entry.isProtected,
      }),
    }),
  tags: (call) =>
    page(call, {
      list: call.history.tags.toReversed(),
      render: (entry) => ({
        name: entry.name,
        commit: { sha: entry.sha, url: `${call.api}/repos/${fullName(call.repository)}/commits/${entry.sha}` },
        zipball_url: "",
        tarball_url: "",
        node_id: entry.name,
      }),
    }),
  releases: (call) => page(call, { list: call.history.releases.toReversed(), render: (entry) => release(call, entry) }),
  labels: (call) => page(call, { list: call.history.labels, render: (entry) => label(call, call.repository, entry) }),
  milestones: (call) => {
    const state = call.query.get("state") ?? "open";
    const list = call.history.milestones.filter((entry) => state === "all" || (entry.closedAt === null) === (state === "open"));
    return page(call, { list, render: (entry) => milestone(call, call.repository, entry) });
  },
  deployments: (call) => {
    const wanted = ["sha", "ref", "task", "environment"] as const;
    const list = newestDeployments(call.history).filter((entry) =>
      wanted.every((name) => !call.query.get(name) || call.query.get(name) === entry[name]),
    );
    return page(call, { list, render: (entry) => deployment(call, entry) });
  },
  "deployments/:id": (call) => withDeployment(call, (entry) => ({ body: deployment(call, entry) })),
  "deployments/:id/statuses": (call) =>
    withDeployment(call, (entry) =>
      page(call, { list: entry.statuses.toReversed(), render: (each) => deploymentStatus(call, each, entry) }),
    ),
  environments: (call) => {
    const names = [...new Set(call.history.deployments.map((entry) => entry.environment))].sort();
    const render = (name: string) => ({
      id: call.repository.id * 10 + names.indexOf(name),
      name,
      url: `${call.api}/repos/${fullName(call.repository)}/environments/${name}`,
      html_url: "",
      protection_rules: [],
      deployment_branch_policy: null,
    });
    return page(call, { list: names, render, envelope: "environments" });
  },
  languages: (call) => ({ body: call.repository.language ? { [call.repository.language]: 10_000 } : {} }),
};

const newestDeployments = (history: History) => sorted(history, "deployments", () => [...history.deployments].reverse());

function withDeployment(call: RepositoryRequest, answer: (entry: History["deployments"][number]) => RestAnswer): RestAnswer {
  const entry = indexed(call.history, "deployments", (history) =>
    history.deployments.map((each): [number, typeof each] => [each.id, each]),
  ).get(Number(call.params.id));
  return entry ? answer(entry) : notFound();
}

/** The hash that a hash, branch or tag names. */
export function shaOf(history: History, name: string): string {
  const short = name.replace(/^refs\/(heads|tags)\//, "").replace(/^heads\//, "");
  return (
    history.branches.find((branch) => branch.name === short)?.sha ?? history.tags.find((tag) => tag.name === short)?.sha ?? name
  );
}

/** Commits reachable from a branch or hash, newest first by committer date; null when nothing has that name. */
export function commitsFrom(history: History, name: string): History["landed"] | null {
  const isDefault = history.branches[0]?.name === name.replace(/^refs\/heads\//, "");
  if (isDefault || (!history.branches.length && !history.commits.has(name)))
    return sorted(history, "landed:newest", () => [...history.landed].reverse()) as History["landed"];
  const start = shaOf(history, name);
  if (!history.commits.has(start)) return null;
  const seen = new Set<string>([start]);
  const list: History["landed"] = [];
  for (const sha of seen) {
    const entry = history.commits.get(sha);
    if (!entry) continue;
    list.push(entry);
    for (const parent of entry.parents) seen.add(parent);
  }
  const landing = indexed(history, "landing order", (h) => h.landed.map((entry, index): [string, number] => [entry.sha, index]));
  return list.sort((a, b) => b.committer.at - a.committer.at || (landing.get(b.sha) ?? 0) - (landing.get(a.sha) ?? 0));
}
