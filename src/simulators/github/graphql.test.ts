import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startGithubSimulator, type GithubSimulator } from "./index.ts";
import { Client, type Json } from "./testing/client.ts";

let simulator: GithubSimulator;
let client: Client;

beforeAll(async () => {
  simulator = await startGithubSimulator({ size: "tiny", now: "2026-06-15T12:00:00Z" });
  client = new Client(simulator);
});
afterAll(() => simulator.stop());

interface Page<Node> {
  readonly totalCount: number;
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
interface Requests<Node> {
  readonly repository: { readonly pullRequests: Page<Node> };
}

const LIST = `query List($after: String, $size: Int!) { repository(owner: "acme", name: "pay") {
  pullRequests(first: $size, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id number updatedAt } } } }`;

const page = async (after: string | null, size = 5) =>
  (await client.graphql<Requests<{ id: string; number: number; updatedAt: string }>>(LIST, { after, size })).data!.repository
    .pullRequests;

describe("reading", () => {
  test("GraphQL and REST tell the same of every pull request", async () => {
    const query = `{ repository(owner: "acme", name: "pay") { pullRequests(first: 100) { nodes {
      id number state isDraft title createdAt updatedAt closedAt mergedAt headRefOid baseRefOid additions deletions changedFiles mergeCommit { oid }
      author { login __typename } commits(first: 100) { totalCount nodes { commit { oid message authoredDate } } } reviews(first: 100) { totalCount } } } } }`;
    const { data, errors } = await client.graphql<Requests<Json & { number: number; commits: Page<{ commit: Json }> }>>(query);
    expect(errors).toEqual([]);
    for (const node of data!.repository.pullRequests.nodes) {
      const { body } = await client.rest(`/repos/acme/pay/pulls/${node.number}`);
      const commits = await client.list(`/repos/acme/pay/pulls/${node.number}/commits?per_page=100`);
      expect(node).toMatchObject({
        id: body.node_id,
        state: body.merged ? "MERGED" : String(body.state).toUpperCase(),
        isDraft: body.draft,
        title: body.title,
        createdAt: body.created_at,
        updatedAt: body.updated_at,
        closedAt: body.closed_at,
        mergedAt: body.merged_at,
        headRefOid: (body.head as Json).sha,
        additions: body.additions,
        changedFiles: body.changed_files,
        mergeCommit: body.merge_commit_sha ? { oid: body.merge_commit_sha } : null,
      });
      expect(node.commits.nodes.map((entry) => entry.commit.oid)).toEqual(commits.map((row) => row.sha));
    }
  });

  test("bots lose their suffix in GraphQL and have no user behind their commits", async () => {
    const demo = await startGithubSimulator({ size: "demo", now: "2026-06-15T12:00:00Z" });
    const query = `{ repository(owner: "acme", name: "web") { pullRequests(first: 100) { nodes { author { __typename login } commits(first: 1) { nodes { commit { author { user { login } } } } } } } } }`;
    const { data } = await new Client(demo).graphql<Requests<{ author: Json; commits: Page<{ commit: { author: Json } }> }>>(
      query,
    );
    await demo.stop();
    const bot = data!.repository.pullRequests.nodes.find((node) => node.author.login === "dependabot")!;
    expect(bot.author.__typename).toBe("Bot");
    expect(bot.commits.nodes[0]!.commit.author.user).toBeNull();
  });

  test("attempts are separate with checkType ALL, and the newest alone otherwise", async () => {
    const runs = await client.list("/repos/acme/pay/actions/runs?per_page=100", "workflow_runs");
    const again = runs.find((row) => row.run_attempt === 2)!;
    const query = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on CheckSuite { workflowRun { databaseId } latest: checkRuns(first: 50) { totalCount } all: checkRuns(first: 50, filterBy: {checkType: ALL}) { totalCount } } } }`;
    const { data } = await client.graphql<{ nodes: { workflowRun: Json; latest: Json; all: Json }[] }>(query, {
      ids: [again.check_suite_node_id],
    });
    const [suite] = data!.nodes;
    expect(suite!.workflowRun.databaseId).toBe(again.id);
    expect(suite!.all.totalCount).toBe(2 * Number(suite!.latest.totalCount));
  });
});

describe("cursors", () => {
  test("walk every row once, in order", async () => {
    const numbers: number[] = [];
    const times: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { nodes, pageInfo } = await page(after);
      numbers.push(...nodes.map((node) => node.number));
      times.push(...nodes.map((node) => node.updatedAt));
      [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
    }
    expect(times).toEqual(times.toSorted().reverse());
    expect(new Set(numbers).size).toBe(simulator.truth.repository("acme/pay").pullRequests.length);
    expect(numbers).toHaveLength(new Set(numbers).size);
  });

  test("stay at their place while rows move to the front", async () => {
    const first = await page(null);
    const rest = await page(first.pageInfo.endCursor, 100);
    simulator.edit.updatePullRequest("acme/pay", rest.nodes[3]!.number, { title: "Moved" });
    const after = await page(first.pageInfo.endCursor, 100);
    expect(after.nodes.map((node) => node.number)).toEqual(
      rest.nodes.map((node) => node.number).filter((_, index) => index !== 3),
    );
    expect((await page(null)).nodes[0]!.number).toBe(rest.nodes[3]!.number);
  });

  test("of a branch's history count from the head they were made at", async () => {
    const query = `query($after: String) { repository(owner: "acme", name: "web") { defaultBranchRef { target { ... on Commit { history(first: 10, after: $after) { totalCount pageInfo { endCursor } nodes { oid } } } } } } }`;
    type Answer = { repository: { defaultBranchRef: { target: { history: Page<{ oid: string }> } } } };
    const read = async (after: string | null) =>
      (await client.graphql<Answer>(query, { after })).data!.repository.defaultBranchRef.target.history;
    const first = await read(null);
    const second = await read(first.pageInfo.endCursor);
    simulator.edit.push("acme/web", {});
    expect((await read(null)).nodes[1]!.oid).toBe(first.nodes[0]!.oid);
    expect((await read(first.pageInfo.endCursor)).nodes).toEqual(second.nodes);
  });

  test("that are none are refused", async () => {
    const { errors } = await client.graphql(LIST, { after: "bm9uc2Vuc2U=", size: 5 });
    expect(errors[0]).toMatchObject({ type: "INVALID_CURSOR_ARGUMENTS" });
  });
});

describe("refusals", () => {
  test("a field that does not exist, in GitHub's words", async () => {
    const { status, data, errors } = await client.graphql('{ repository(owner: "acme", name: "pay") { nonsense } }');
    expect([status, data]).toEqual([200, null]);
    expect(errors[0]).toMatchObject({
      message: "Field 'nonsense' doesn't exist on type 'Repository'",
      extensions: { code: "undefinedField" },
    });
  });

  test("what is not there is null with an error", async () => {
    const { data, errors } = await client.graphql(
      '{ repository(owner: "acme", name: "nothing") { id } node(id: "PR_nonsense") { id } }',
    );
    expect(data).toEqual({ repository: null, node: null });
    expect(errors.map((error) => error.type)).toEqual(["NOT_FOUND", "NOT_FOUND"]);
  });

  test("a field the simulator has no view of is refused, not served as null", async () => {
    const { errors } = await client.graphql('{ repository(owner: "acme", name: "pay") { stargazers(first: 1) { totalCount } } }');
    expect(errors[0]).toMatchObject({ type: "NOT_SIMULATED", message: "The simulator does not serve Repository.stargazers." });
  });

  test("scopes a classic token lacks", async () => {
    simulator.credentials.issue({
      kind: "classic",
      token: "ghp_narrow",
      scopes: ["repo"],
      expiresAt: null,
      mayReadActions: true,
    });
    const { errors } = await new Client(simulator, "ghp_narrow").graphql(
      '{ organization(login: "acme") { teams(first: 5) { totalCount } } }',
    );
    expect(errors[0]).toMatchObject({ type: "INSUFFICIENT_SCOPES" });
    expect(errors[0]!.message).toContain("['read:org']");
  });

  test("points are charged by the price and end with RATE_LIMITED on a 200", async () => {
    const small = await startGithubSimulator({ size: "tiny", limits: { graphql: 3 } });
    const asked = new Client(small);
    const query = `{ rateLimit { cost remaining used nodeCount } repository(owner: "acme", name: "pay") { pullRequests(first: 100) { nodes { labels(first: 1) { totalCount nodes { name } } reviews(first: 1) { nodes { id } } } } } }`;
    const first = await asked.graphql<{ rateLimit: Json }>(query);
    expect(first.data!.rateLimit).toEqual({ cost: 2, remaining: 1, used: 2, nodeCount: 300 });
    expect(first.headers.get("x-ratelimit-remaining")).toBe("1");
    await asked.graphql(query);
    const third = await asked.graphql(query);
    await small.stop();
    expect([third.status, third.data, third.headers.get("x-ratelimit-remaining")]).toEqual([200, null, "0"]);
    expect(third.errors[0]).toMatchObject({ type: "RATE_LIMITED" });
  });
});
