import { afterAll, beforeAll, expect, test } from "vitest";

import { startGithubSimulator, type GithubSimulator } from "./index.ts";
import { Client } from "./testing/client.ts";

let simulator: GithubSimulator;
beforeAll(async () => {
  simulator = await startGithubSimulator({ size: "tiny", enterprise: "3.12.4" });
});
afterAll(() => simulator.stop());

const post = async (path: string, query: string) => {
  const headers = { authorization: `Bearer ${simulator.token}`, "user-agent": "test", "content-type": "application/json" };
  return fetch(`${simulator.url}${path}`, { method: "POST", headers, body: JSON.stringify({ query }) });
};

test("answers below /api only, and says which version it is", async () => {
  const client = new Client(simulator);
  const { body, headers } = await client.rest("/meta");
  expect(body).toMatchObject({ installed_version: "3.12.4" });
  expect(headers.get("x-github-enterprise-version")).toBe("enterprise-server@3.12.4");
  expect((await post("/api/graphql", "{ viewer { login } }")).status).toBe(200);
  const elsewhere = await post("/graphql", "{ viewer { login } }");
  expect([elsewhere.status, elsewhere.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
});

test("has no limits unless its administrator sets some", async () => {
  const client = new Client(simulator);
  const { headers, status } = await client.rest("/repos/acme/pay");
  expect([status, headers.get("x-ratelimit-limit")]).toEqual([200, null]);
  expect(await client.rest("/rate_limit")).toMatchObject({ status: 404, body: { message: "Rate limiting is not enabled." } });
  const rate = await (await post("/api/graphql", "{ rateLimit { remaining } viewer { login } }")).json();
  expect(rate).toMatchObject({ data: { rateLimit: null } });
  const limited = await startGithubSimulator({ size: "tiny", enterprise: "3.12.4", limits: { core: 20 } });
  expect((await new Client(limited).rest("/repos/acme/pay")).headers.get("x-ratelimit-limit")).toBe("20");
  await limited.stop();
});

test("does not know what is newer than it is", async () => {
  const offered = await post(
    "/api/graphql",
    `{ issue: __type(name: "Issue") { fields { name } } event: __type(name: "ProjectV2ItemStatusChangedEvent") { name } }`,
  );
  const { data } = (await offered.json()) as { data: { issue: { fields: { name: string }[] }; event: unknown } };
  const names = new Set(data.issue.fields.map(({ name }) => name));
  expect([names.has("title"), names.has("issueType"), names.has("parent"), data.event]).toEqual([true, false, false, null]);
  const refused = await post(
    "/api/graphql",
    `{ repository(owner: "acme", name: "pay") { issues(first: 1) { nodes { issueType { name } } } } }`,
  );
  expect(JSON.stringify(await refused.json())).toContain("doesn't exist on type 'Issue'");
});
