import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startGithubSimulator, type GithubSimulator } from "./index.ts";
import { Client, type Json } from "./testing/client.ts";

const PULLS = "/repos/acme/pay/pulls?state=all&per_page=5";
const QUERY = `query($after: String) { repository(owner: "acme", name: "pay") { pullRequests(first: 5, after: $after) { pageInfo { hasNextPage endCursor } nodes { id number title createdAt } } } }`;
type Page = { repository: { pullRequests: { pageInfo: { hasNextPage: boolean; endCursor: string }; nodes: (Json | null)[] } } };

let simulator: GithubSimulator;
let client: Client;

beforeAll(async () => {
  simulator = await startGithubSimulator({ size: "tiny", now: "2026-06-15T12:00:00Z" });
  client = new Client(simulator);
});
beforeEach(() => simulator.faults.clear());
afterAll(() => simulator.stop());

const read = async (after: string | null = null) => (await client.graphql<Page>(QUERY, { after })).data!.repository.pullRequests;

describe("gateways", () => {
  test.each([
    ["bad_gateway", 502, "text/html"],
    ["timeout", 504, "text/html"],
    ["html", 200, "text/html"],
  ])("%s", async (name, status, type) => {
    simulator.faults.set(name, { times: 1 });
    const answer = await client.rest(PULLS);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, expect.stringContaining(type)]);
    expect((await client.rest(PULLS)).status).toBe(200);
  });

  test("reset drops the connection", async () => {
    simulator.faults.set("reset", { times: 1 });
    await expect(client.rest(PULLS)).rejects.toThrow();
  });

  test("truncated is an honest 200 with a JSON that ends in the middle", async () => {
    simulator.faults.set("truncated", { times: 1 });
    const answer = await client.rest(PULLS);
    expect([answer.status, answer.body]).toEqual([200, null]);
    expect(answer.text.startsWith("[{")).toBe(true);
  });
});

describe("limits", () => {
  test("secondary: 403 with Retry-After and points left", async () => {
    simulator.faults.set("secondary_limit", { times: 1 });
    const answer = await client.rest(PULLS);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([403, "1"]);
    expect(answer.body.message).toContain("secondary rate limit");
  });

  test("primary: nothing left until the reset; REST 403, GraphQL 200 with RATE_LIMITED", async () => {
    const spent = await startGithubSimulator({ size: "tiny" });
    const asked = new Client(spent);
    spent.faults.set("primary_limit", { match: /pulls/, seconds: 3600 });
    const refused = await asked.rest(PULLS);
    spent.faults.set("primary_limit", { match: /graphql/, seconds: 3600 });
    const query = await asked.graphql(QUERY);
    const free = await asked.rest<{ resources: { core: Json } }>("/rate_limit");
    await spent.stop();
    expect([refused.status, refused.headers.get("x-ratelimit-remaining")]).toEqual([403, "0"]);
    expect([query.status, query.errors[0]!.type, query.headers.get("x-ratelimit-remaining")]).toEqual([200, "RATE_LIMITED", "0"]);
    expect(free.body.resources.core.remaining).toBe(0);
  });

  test("primary: the reset comes, and everything is there again", async () => {
    simulator.faults.set("primary_limit", { seconds: 1 });
    let answer = await client.rest(PULLS);
    for (let i = 0; answer.status === 403 && i < 100; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await client.rest(PULLS);
    }
    expect(answer.status).toBe(200);
  });
});

describe("credentials", () => {
  test("expired and revoked in the middle", async () => {
    simulator.faults.set("expired_token");
    expect((await client.rest(PULLS)).body.message).toBe("Bad credentials");
    simulator.faults.clear();
    simulator.faults.set("revoked_after", { after: 2 });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await client.rest(PULLS)).status);
    expect(statuses).toEqual([200, 200, 401, 401]);
  });

  test("underscoped: Actions are refused by name, the rest is readable", async () => {
    simulator.faults.set("underscoped");
    const runs = await client.rest("/repos/acme/pay/actions/runs");
    expect([runs.status, runs.body.message, runs.headers.get("x-accepted-github-permissions")]).toEqual([
      403,
      "Resource not accessible by personal access token",
      "actions=read",
    ]);
    expect(runs.headers.get("x-oauth-scopes")).toBeNull();
    expect((await client.rest(PULLS)).status).toBe(200);
    const { errors } = await client.graphql(
      '{ repository(owner: "acme", name: "pay") { defaultBranchRef { target { ... on Commit { checkSuites(first: 1) { nodes { id } } } } } } }',
    );
    expect(errors[0]).toMatchObject({ type: "FORBIDDEN" });
  });
});

describe("bodies", () => {
  test("partial: some rows are null, and an error says so", async () => {
    simulator.faults.set("partial", { times: 1 });
    const { data, errors } = await client.graphql<Page>(QUERY);
    expect(data!.repository.pullRequests.nodes.filter((node) => node === null)).toHaveLength(1);
    expect(errors[0]!.type).toBe("RESOURCE_LIMITS_EXCEEDED");
  });

  test("missing_field and wrong_type spoil one field of one record, and never the state itself", async () => {
    const whole = (await client.rest<Json[]>(PULLS)).body;
    simulator.faults.set("missing_field", { times: 1 });
    const missing = (await client.rest<Json[]>(PULLS)).body;
    const fields = (rows: readonly Json[]) => rows.reduce((sum, row) => sum + Object.keys(row).length, 0);
    expect(fields(missing)).toBe(fields(whole) - 1);
    simulator.faults.set("wrong_type", { times: 1 });
    const wrong = (await client.rest<Json[]>(PULLS)).body;
    const changed = wrong.flatMap((row, index) =>
      Object.keys(row).filter(
        (key) => typeof row[key] !== typeof whole[index]![key] || JSON.stringify(row[key]) !== JSON.stringify(whole[index]![key]),
      ),
    );
    expect(changed).toHaveLength(1);
    expect((await client.rest<Json[]>(PULLS)).body).toEqual(whole);
  });

  test("weird_text reaches titles with NUL, emoji and right-to-left marks", async () => {
    simulator.faults.set("weird_text");
    const { nodes } = await read();
    expect(nodes[0]!.title).toContain("🦊 \u0000 \u202E");
    expect((await client.rest<Json[]>(PULLS)).body[0]!.title).toContain("שלום");
  });

  test("duplicate_page: the page before comes again, once", async () => {
    const first = await read();
    simulator.faults.set("duplicate_page", { times: 1 });
    expect((await read(first.pageInfo.endCursor)).nodes).toEqual(first.nodes);
    expect((await read(first.pageInfo.endCursor)).nodes).not.toEqual(first.nodes);
  });

  test("loop_page: the next page is this page, for ever", async () => {
    simulator.faults.set("loop_page");
    const { pageInfo } = await read();
    expect((await read(pageInfo.endCursor)).pageInfo).toEqual({ hasNextPage: true, endCursor: pageInfo.endCursor });
    const rest = await client.rest(`${PULLS}&page=2`);
    expect(rest.headers.get("link")).toMatch(/page=2>; rel="next"$/);
  });
});

describe("omissions", () => {
  test("every list lacks the same records, and whoever asks for one of them by number gets it", async () => {
    const all = (await read()).nodes.map((node) => node!.number);
    simulator.faults.set("omits", { rate: 0.5 });
    const listed = (await read()).nodes.map((node) => node!.number);
    expect(listed.length).toBeLessThan(all.length);
    expect((await read()).nodes.map((node) => node!.number)).toEqual(listed);
    const missing = all.find((number) => !listed.includes(number));
    const asked = `{ repository(owner: "acme", name: "pay") { g0: pullRequest(number: ${String(missing)}) { number labels(first: 5) { pageInfo { hasNextPage } nodes { id } } } } }`;
    expect((await client.graphql<{ repository: { g0: Json } }>(asked)).data!.repository.g0.number).toBe(missing);
    const rest = (await client.rest(PULLS)).body as unknown as Json[];
    simulator.faults.clear("omits");
    expect(rest.length).toBeLessThan(((await client.rest(PULLS)).body as unknown as Json[]).length);
  });
});

describe("switching", () => {
  test("a rate strikes that share of requests, the same ones for the same seed", async () => {
    const struck = async () => {
      const other = await startGithubSimulator({ size: "tiny", faults: ["bad_gateway:0.3"], seed: 5 });
      const asked = new Client(other);
      const statuses: number[] = [];
      for (let i = 0; i < 40; i++) statuses.push((await asked.rest("/meta")).status);
      await other.stop();
      return statuses;
    };
    const first = await struck();
    expect(first.filter((status) => status === 502).length).toBeGreaterThan(4);
    expect(first.filter((status) => status === 200).length).toBeGreaterThan(15);
    expect(await struck()).toEqual(first);
  });

  test("an unknown name is refused with the known ones", () => {
    expect(() => simulator.faults.set("earthquake")).toThrow(/there is no fault "earthquake"; there are bad_gateway, timeout/);
  });

  test("spoiled calls are counted", async () => {
    simulator.clearCalls();
    simulator.faults.set("bad_gateway");
    await client.rest(PULLS);
    await client.graphql(QUERY);
    expect(simulator.calls()).toMatchObject({ rest: 1, graphql: 1, points: 0 });
  });
});
