import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startGithubSimulator, type GithubSimulator } from "./index.ts";
import { Client, type Json } from "./testing/client.ts";

const now = "2026-06-15T12:00:00Z";
let simulator: GithubSimulator;
let client: Client;

beforeAll(async () => {
  simulator = await startGithubSimulator({ size: "tiny", now });
  client = new Client(simulator);
});
afterAll(() => simulator.stop());

const numbers = (rows: readonly Json[]) => rows.map((row) => row.number as number);
const pay = () => simulator.truth.repository("acme/pay");

describe("lists", () => {
  test("pages are at most 100 long, linked by repository id, and hold everything once", async () => {
    const first = await client.rest<Json[]>("/repos/acme/pay/pulls?state=all&per_page=7");
    expect(first.body).toHaveLength(7);
    expect(first.headers.get("link")).toMatch(
      /^<http:\/\/127\.0\.0\.1:\d+\/api\/v3\/repositories\/100001\/pulls\?state=all&per_page=7&page=2>; rel="next", <.*page=\d>; rel="last"$/,
    );
    const pages = Math.ceil(pay().pullRequests.length / 7);
    expect(first.headers.get("link")).toContain(`&page=${pages}>; rel="last"`);
    const last = await client.rest<Json[]>(`/repos/acme/pay/pulls?state=all&per_page=7&page=${pages}`);
    expect(last.headers.get("link")).toMatch(/rel="prev", <.*page=1>; rel="first"$/);
    const all = await client.list("/repos/acme/pay/pulls?state=all&per_page=7");
    expect(numbers(all).toSorted((a, b) => a - b)).toEqual(pay().pullRequests.map((entry) => entry.number));
    expect((await client.rest<Json[]>("/repos/acme/pay/pulls?state=all&per_page=500")).body.length).toBeLessThanOrEqual(100);
  });

  test("pulls: open by default, newest first; sorted by update ascending unless said", async () => {
    const { open, merged, closed } = pay().counts.pullRequests;
    expect(await client.list("/repos/acme/pay/pulls")).toHaveLength(open);
    expect(await client.list("/repos/acme/pay/pulls?state=closed")).toHaveLength(merged + closed);
    const created = (await client.list("/repos/acme/pay/pulls?state=all")).map((row) => String(row.created_at));
    expect(created).toEqual(created.toSorted().reverse());
    const updated = (await client.list("/repos/acme/pay/pulls?state=all&sort=updated")).map((row) => String(row.updated_at));
    expect(updated).toEqual(updated.toSorted());
  });

  test("issues hold pull requests too, and `since` is inclusive", async () => {
    const all = await client.list("/repos/acme/pay/issues?state=all&sort=updated&direction=asc");
    const { issues } = pay().counts;
    expect(all.filter((row) => !("pull_request" in row))).toHaveLength(issues.open + issues.closed);
    expect(all.filter((row) => "pull_request" in row)).toHaveLength(pay().pullRequests.length);
    const middle = String(all[10]!.updated_at);
    const since = await client.list(`/repos/acme/pay/issues?state=all&since=${middle}`);
    expect(since).toHaveLength(all.filter((row) => String(row.updated_at) >= middle).length);
  });

  test("repository-wide comments equal the comments of every request", async () => {
    const wide = await client.list("/repos/acme/pay/pulls/comments?per_page=100");
    expect(wide).toHaveLength(pay().counts.inlineComments);
    const single: Json[] = [];
    for (const { number } of pay().pullRequests)
      single.push(...(await client.list(`/repos/acme/pay/pulls/${number}/comments?per_page=100`)));
    expect(wide.map((row) => row.id).toSorted()).toEqual(single.map((row) => row.id).toSorted());
    expect(await client.list("/repos/acme/pay/issues/comments?per_page=100")).toHaveLength(pay().counts.conversationComments);
  });

  test("commits of the default branch, with parents that are on it", async () => {
    const commits = await client.list("/repos/acme/pay/commits?per_page=100");
    expect(commits).toHaveLength(pay().counts.commitsOnDefault);
    const shas = new Set(commits.map((row) => row.sha));
    for (const row of commits) for (const parent of row.parents as Json[]) expect(shas.has(parent.sha)).toBe(true);
  });
});

describe("single things", () => {
  test("a pull request says in detail what its parts add up to", async () => {
    const merged = pay().pullRequests.find((entry) => entry.state === "merged" && entry.firstReviewAt !== null)!;
    const { body } = await client.rest(`/repos/acme/pay/pulls/${merged.number}`);
    const commits = await client.list(`/repos/acme/pay/pulls/${merged.number}/commits`);
    const files = await client.list(`/repos/acme/pay/pulls/${merged.number}/files?per_page=100`);
    expect(body).toMatchObject({ state: "closed", merged: true, commits: commits.length, changed_files: files.length });
    expect(files.reduce((sum, file) => sum + Number(file.additions), 0)).toBe(body.additions);
    expect(Date.parse(String(body.merged_at)) / 1000).toBe(merged.mergedAt);
    const reviews = await client.list(`/repos/acme/pay/pulls/${merged.number}/reviews`);
    expect(reviews.map((row) => Date.parse(String(row.submitted_at)) / 1000)).toContain(merged.lastApprovalAt);
  });

  test("deployments and their statuses tell the planted finish", async () => {
    const planted = pay().deployments.find((entry) => entry.isSuccess)!;
    const statuses = await client.list(`/repos/acme/pay/deployments/${planted.id}/statuses`);
    const success = statuses.find((row) => row.state === "success")!;
    expect(Date.parse(String(success.created_at)) / 1000).toBe(planted.finishedAt);
  });

  test("runs keep their attempts, and jobs name theirs", async () => {
    const runs = await client.list("/repos/acme/pay/actions/runs?per_page=100", "workflow_runs");
    expect(runs).toHaveLength(pay().counts.runs);
    const again = runs.find((row) => row.run_attempt === 2)!;
    const all = await client.list(`/repos/acme/pay/actions/runs/${String(again.id)}/jobs?filter=all`, "jobs");
    expect(new Set(all.map((row) => row.run_attempt))).toEqual(new Set([1, 2]));
    const latest = await client.list(`/repos/acme/pay/actions/runs/${String(again.id)}/jobs`, "jobs");
    expect(new Set(latest.map((row) => row.run_attempt))).toEqual(new Set([2]));
    const first = await client.rest(`/repos/acme/pay/actions/runs/${String(again.id)}/attempts/1`);
    expect(first.body).toMatchObject({ id: again.id, run_attempt: 1, conclusion: "failure" });
  });

  test("a user, a team and its members", async () => {
    expect((await client.rest("/user")).body).toMatchObject({ login: "leadline-reader", type: "User" });
    expect((await client.rest("/users/dependabot%5Bbot%5D")).body).toMatchObject({ login: "dependabot[bot]", type: "Bot" });
    expect((await client.list("/orgs/acme/teams")).map((row) => row.slug)).toContain("payments");
    expect((await client.list("/orgs/acme/teams/payments/members?per_page=100")).length).toBe(9);
  });
});

describe("runs filtered by creation", () => {
  test("a filtered list ends at 1,000 results though it says how many there are", async () => {
    const large = await startGithubSimulator({ size: { repositories: 1, pullRequestsPerRepository: 900 }, now });
    const asked = new Client(large);
    const whole = await asked.list("/repos/acme/service-0001/actions/runs?per_page=100", "workflow_runs");
    const filtered = await asked.list(
      "/repos/acme/service-0001/actions/runs?per_page=100&created=2020-01-01..2026-06-15",
      "workflow_runs",
    );
    const { body } = await asked.rest("/repos/acme/service-0001/actions/runs?per_page=1&created=2020-01-01..2026-06-15");
    await large.stop();
    expect(whole.length).toBeGreaterThan(1000);
    expect(body.total_count).toBe(whole.length);
    expect(filtered).toHaveLength(1000);
  });

  test.each(["A..B", ">=A", "<=B", "A..*", "*..B", "DAY"])("created=%s", async (form) => {
    const runs = await client.list("/repos/acme/pay/actions/runs?per_page=100", "workflow_runs");
    const times = runs.map((row) => String(row.created_at)).sort();
    const [a, b] = [times[5]!, times[times.length - 5]!];
    const text = form === "DAY" ? a.slice(0, 10) : form.replace("A", a).replace("B", b);
    const wanted = times.filter((time) =>
      form === "DAY" ? time.startsWith(a.slice(0, 10)) : (!form.includes("A") || time >= a) && (!form.includes("B") || time <= b),
    );
    const { body } = await client.rest(`/repos/acme/pay/actions/runs?created=${encodeURIComponent(text)}`);
    expect(body.total_count).toBe(wanted.length);
  });
});

describe("headers and refusals", () => {
  test("limits, scopes and the vendor's clock are in every answer; 304 is free", async () => {
    const first = await client.rest("/repos/acme/pay/pulls");
    expect(first.headers.get("x-ratelimit-limit")).toBe("5000");
    expect(first.headers.get("x-ratelimit-resource")).toBe("core");
    expect(first.headers.get("x-oauth-scopes")).toContain("read:org");
    expect(Date.parse(first.headers.get("date")!)).toBeGreaterThanOrEqual(Date.parse(now));
    const same = await client.rest("/repos/acme/pay/pulls", { "if-none-match": first.headers.get("etag")! });
    expect(same.status).toBe(304);
    expect(same.text).toBe("");
    expect(same.headers.get("x-ratelimit-remaining")).toBe(first.headers.get("x-ratelimit-remaining"));
    const detail = await client.rest("/repos/acme/pay/pulls/1");
    const since = await client.rest("/repos/acme/pay", { "if-modified-since": new Date(Date.parse(now) + 1000).toUTCString() });
    expect([detail.headers.has("last-modified") || detail.status === 404, since.status]).toEqual([true, 304]);
  });

  test("who may not, hears why", async () => {
    expect((await new Client(simulator, "ghp_wrong").rest("/user")).body).toMatchObject({
      message: "Bad credentials",
      status: "401",
    });
    expect((await client.rest("/user", { "user-agent": "" })).status).toBe(403);
    expect((await client.rest("/repos/acme/secret")).body).toMatchObject({ message: "Not Found" });
    expect((await client.rest("/repos/acme/pay/pulls/9999")).status).toBe(404);
    expect((await client.rest("/repos/acme/pay", {}, "DELETE")).status).toBe(404);
  });

  test("issues that are switched off are gone", async () => {
    const demo = await startGithubSimulator({ size: "demo", now });
    const answer = await new Client(demo).rest("/repos/acme/kafka-client/issues");
    await demo.stop();
    expect([answer.status, answer.body.message]).toEqual([410, "Issues are disabled for this repo"]);
  });

  test("the paths of github.com are served too, and their links stay in that style", async () => {
    const answer = await client.rest<Json[]>(`${simulator.url}/repos/acme/pay/pulls?state=all&per_page=5`);
    expect(answer.headers.get("link")).toContain(`<${simulator.url}/repositories/100001/pulls?`);
    expect(answer.headers.get("x-github-enterprise-version")).toBeNull();
    expect((await client.rest("/meta")).body.installed_version).toBe("3.17.0");
  });
});

test("calls are counted by route", async () => {
  simulator.clearCalls();
  const pages = Math.ceil(pay().pullRequests.length / 10);
  await client.list("/repos/acme/pay/pulls?state=all&per_page=10");
  await client.graphql("query Who { viewer { login } }");
  expect(simulator.calls()).toEqual({
    rest: pages,
    graphql: 1,
    points: 1,
    insideBlock: 0,
    notModified: 0,
    byRoute: { "GET /repos/{o}/{r}/pulls": pages, "graphql Who": 1 },
  });
});
