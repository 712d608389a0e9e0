import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startGithubSimulator, type GithubSimulator } from "./index.ts";
import { Client, type Json } from "./testing/client.ts";

const folder = resolve(import.meta.dirname, "../../../../shared/recordings/github-ants");
const missing = existsSync(folder) ? "" : " (recordings github-ants not present)";

interface Connection<Node> {
  readonly totalCount: number;
  readonly nodes: readonly Node[];
}
interface Request {
  readonly id: string;
  readonly number: number;
  readonly state: string;
  readonly createdAt: string;
  readonly mergedAt: string | null;
  readonly additions: number | null;
  readonly changedFiles: number | null;
  readonly mergeCommit: Json | null;
  readonly headRepository: { nameWithOwner: string } | null;
  readonly baseRefName: string;
  readonly author: { login: string; __typename: string };
  readonly commits: Connection<{
    commit: { oid: string; parents: Connection<Json>; author: { email: string; user: Json | null } };
  }>;
  readonly reviews: Connection<{ state: string; submittedAt: string; author: { login: string } }>;
  readonly reviewThreads: Connection<{
    comments: Connection<{ createdAt: string; author: { login: string }; replyTo: Json | null; pullRequestReview: Json | null }>;
  }>;
  readonly comments: Connection<{ createdAt: string; author: { login: string; __typename: string } }>;
}
interface Answer {
  readonly repository: {
    pullRequests: Connection<Request>;
    issues: Connection<Json & { comments: Connection<Json>; labels: Connection<{ name: string }> }>;
  };
}

const QUERY = `{ repository(owner: "panjf2000", name: "ants") {
  pullRequests(first: 60) { totalCount nodes { id number state createdAt mergedAt additions changedFiles mergeCommit { oid message } headRepository { nameWithOwner } baseRefName
    author { login __typename }
    commits(first: 60) { totalCount nodes { commit { oid parents(first: 3) { totalCount } author { email user { login } } } } }
    reviews(first: 50) { totalCount nodes { state submittedAt author { login } } }
    reviewThreads(first: 20) { totalCount nodes { comments(first: 20) { totalCount nodes { createdAt author { login } replyTo { id } pullRequestReview { id } } } } }
    comments(first: 50) { totalCount nodes { createdAt author { login __typename } } } } }
  issues(first: 50) { totalCount nodes { state stateReason createdAt closedAt labels(first: 10) { totalCount nodes { name } } comments(first: 50) { totalCount nodes { id } } } } } }`;

describe.skipIf(missing)(`a recorded repository${missing}`, () => {
  let simulator: GithubSimulator;
  let client: Client;
  let expected: Record<string, unknown>;
  let graph: Answer["repository"];
  const base = "/repos/panjf2000/ants";
  const rows = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Json[];
  const fact = (name: string) => expected[name];

  beforeAll(async () => {
    simulator = await startGithubSimulator({ recording: folder });
    client = new Client(simulator);
    const file = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as { facts: Record<string, { value: unknown }> };
    expected = Object.fromEntries(Object.entries(file.facts).map(([name, { value }]) => [name, value]));
    const { data, errors } = await client.graphql<Answer>(QUERY);
    expect(errors).toEqual([]);
    graph = data!.repository;
  });
  afterAll(() => simulator.stop());

  const count = (list: readonly unknown[]) =>
    Object.fromEntries([...Map.groupBy(list, String)].map(([key, values]) => [key, values.length]));
  const requests = () => graph.pullRequests.nodes;
  const inline = () =>
    requests().flatMap((entry) =>
      entry.reviewThreads.nodes.flatMap((thread) =>
        thread.comments.nodes.map((comment) => ({ ...comment, number: entry.number })),
      ),
    );

  test.each([
    "pulls?state=all",
    "pulls/comments",
    "issues?state=all",
    "issues/comments",
    "issues/events",
    "milestones?state=all",
  ])("REST %s gives every recorded row as it is, but for the host", async (path) => {
    const name = {
      "pulls?state=all": "pulls",
      "pulls/comments": "pull_comments",
      "issues?state=all": "issues",
      "issues/comments": "issue_comments",
      "issues/events": "issue_events",
      "milestones?state=all": "milestones",
    }[path]!;
    const served = await client.list(`${base}/${path}${path.includes("?") ? "&" : "?"}per_page=7`);
    const byId = (list: readonly Json[]) => list.toSorted((a, b) => Number(a.id) - Number(b.id));
    const text = JSON.stringify(rows(name)).replaceAll("https://api.github.com/", `${simulator.url}/api/v3/`);
    expect(byId(served)).toEqual(byId(JSON.parse(text) as Json[]));
  });

  test("REST per pull request: commits in their order, reviews, comments", async () => {
    const commits: unknown[] = [];
    const reviews: Json[] = [];
    for (const { number } of requests()) {
      commits.push(...(await client.list(`${base}/pulls/${number}/commits`)).map((row) => [number, row.sha]));
      reviews.push(...(await client.list(`${base}/pulls/${number}/reviews`)));
    }
    expect(new Set(commits.map(String))).toEqual(
      new Set(rows("pull_commits").map((row) => String([row.pull_number, (row.commit as Json).sha]))),
    );
    expect(reviews).toHaveLength(fact("pull_reviews.count") as number);
  });

  test("GraphQL: states, branches, sources, merge times", () => {
    expect(graph.pullRequests.totalCount).toBe(fact("pulls.count"));
    const states = count(requests().map((entry) => entry.state));
    expect({ open: states.OPEN, merged: states.MERGED, closed: states.CLOSED }).toEqual(fact("pulls.by_state"));
    expect(count(requests().map((entry) => entry.baseRefName))).toEqual(fact("pulls.by_base_ref"));
    expect(new Set(requests().map((entry) => entry.author.login)).size).toBe(fact("pulls.authors"));
    expect(requests().filter((entry) => entry.headRepository === null)).toHaveLength(
      (fact("pulls.head_repo") as { deleted: number }).deleted,
    );
    const merged = requests().filter((entry) => entry.mergedAt !== null);
    const sum = merged.reduce((total, entry) => total + (Date.parse(entry.mergedAt!) - Date.parse(entry.createdAt)) / 1000, 0);
    expect([merged.length, sum]).toEqual([26, (fact("pulls.time_to_merge_minutes") as { sum_seconds: number }).sum_seconds]);
    expect(requests().every((entry) => (entry.mergeCommit !== null) === (entry.mergedAt !== null))).toBe(true);
  });

  test("GraphQL: commits with parents and addresses, reviews, comments of both kinds", () => {
    const commits = requests().flatMap((entry) => entry.commits.nodes.map((node) => node.commit));
    expect(commits).toHaveLength(fact("pull_commits.count") as number);
    expect(commits.filter((commit) => commit.parents.totalCount > 1)).toHaveLength(fact("pull_commits.merge_commits") as number);
    expect(commits.filter((commit) => commit.author.user === null)).toHaveLength(fact("pull_commits.without_account") as number);
    expect(new Set(commits.map((commit) => commit.author.email)).size).toBe(fact("pull_commits.author_addresses"));
    const reviews = requests().flatMap((entry) => entry.reviews.nodes);
    expect(count(reviews.map((review) => review.state))).toEqual(fact("pull_reviews.by_state"));
    expect(count(reviews.map((review) => review.author.login))).toEqual(fact("pull_reviews.by_reviewer"));
    expect(count(inline().map((comment) => comment.number))).toEqual(fact("pull_comments.by_pull"));
    expect(inline().filter((comment) => comment.replyTo !== null)).toHaveLength(fact("pull_comments.replies") as number);
    expect(inline().every((comment) => comment.pullRequestReview === null)).toBe(true);
    expect(requests().flatMap((entry) => entry.comments.nodes)).toHaveLength(fact("issue_comments.on_pulls") as number);
  });

  test("GraphQL: first responses, worked out from what is served", () => {
    const bots = new Set(["golangcibot"]);
    const seconds = requests().flatMap((entry) => {
      const people = [
        ...entry.reviews.nodes.map((each) => ({ at: each.submittedAt, who: each.author.login })),
        ...inline()
          .filter((each) => each.number === entry.number)
          .map((each) => ({ at: each.createdAt, who: each.author.login })),
      ];
      const times = people.filter(({ who }) => who !== entry.author.login && !bots.has(who)).map(({ at }) => Date.parse(at));
      return times.length ? [(Math.min(...times) - Date.parse(entry.createdAt)) / 1000] : [];
    });
    expect({ count: seconds.length, sum_seconds: seconds.reduce((sum, value) => sum + value, 0) }).toMatchObject({
      count: 5,
      sum_seconds: (fact("first_review_or_inline_latency_minutes") as { sum_seconds: number }).sum_seconds,
    });
  });

  test("GraphQL: issues, their reasons, labels and comments", () => {
    expect(graph.issues.totalCount).toBe((fact("issues.rows") as { issues: number }).issues);
    expect(count(graph.issues.nodes.map((issue) => String(issue.stateReason).toLowerCase()))).toEqual(
      fact("issues.by_state_reason"),
    );
    expect(count(graph.issues.nodes.flatMap((issue) => issue.labels.nodes.map((label) => label.name)))).toEqual(
      fact("issues.labels"),
    );
    expect(graph.issues.nodes.reduce((sum, issue) => sum + issue.comments.totalCount, 0)).toBe(fact("issue_comments.on_issues"));
    const closing = graph.issues.nodes.reduce(
      (sum, issue) => sum + (Date.parse(String(issue.closedAt)) - Date.parse(String(issue.createdAt))) / 1000,
      0,
    );
    expect(closing).toBe((fact("issues.time_to_close_minutes") as { sum_seconds: number }).sum_seconds);
  });

  test("what was not recorded stays unknown: no line count is zero, no commit is made up", async () => {
    expect(requests().every((entry) => entry.additions === null && entry.changedFiles === null)).toBe(true);
    const detail = (await client.rest(`${base}/pulls/4`)).body;
    expect([detail.merged, detail.commits, "additions" in detail]).toEqual([true, 1, false]);
    expect(await client.list(`${base}/commits`)).toEqual([]);
    expect(requests().every((entry) => entry.mergeCommit === null || entry.mergeCommit.message === null)).toBe(true);
  });

  test("runs, their suites, and jobs that belong to no recorded run", async () => {
    const runs = await client.list(`${base}/actions/runs?per_page=7`, "workflow_runs");
    expect(count(runs.map((run) => run.conclusion))).toEqual(fact("workflow_runs.by_conclusion"));
    expect(count(runs.map((run) => run.run_attempt))).toEqual(fact("workflow_runs.by_run_attempt"));
    const ids = runs.map((run) => run.check_suite_node_id);
    const { data } = await client.graphql<{ nodes: { workflowRun: Json; checkRuns: Json }[] }>(
      "query($ids: [ID!]!) { nodes(ids: $ids) { ... on CheckSuite { workflowRun { databaseId } checkRuns(first: 5) { totalCount } } } }",
      { ids },
    );
    expect(data!.nodes.map((node) => node.workflowRun.databaseId)).toEqual(runs.map((run) => run.id));
    expect(data!.nodes.every((node) => node.checkRuns.totalCount === 0)).toBe(true);
    const jobs: Json[] = [];
    for (const id of new Set(rows("workflow_jobs").map((row) => row.run_id)))
      jobs.push(...(await client.list(`${base}/actions/runs/${String(id)}/jobs`, "jobs")));
    expect(count(jobs.map((job) => job.conclusion))).toEqual(fact("workflow_jobs.by_conclusion"));
    expect((await client.rest(`${base}/actions/runs/577324558`)).status).toBe(404);
  });
});
