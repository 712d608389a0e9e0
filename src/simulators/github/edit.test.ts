import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { startGithubSimulator, type GithubSimulator } from "./index.ts";
import { Client, type Json } from "./testing/client.ts";

let simulator: GithubSimulator;
let client: Client;
beforeEach(async () => {
  simulator = await startGithubSimulator({ size: "tiny", now: "2026-06-15T12:00:00Z" });
  client = new Client(simulator);
});
afterEach(() => simulator.stop());

const newest = async () =>
  (await client.rest<Json[]>("/repos/acme/pay/pulls?state=all&sort=updated&direction=desc&per_page=1")).body[0]!;
const openNumber = () => simulator.truth.repository("acme/pay").pullRequests.find((entry) => entry.state === "open")!.number;

describe("pull requests", () => {
  test("every edit moves the request to the front of the updated ones", async () => {
    const number = openNumber();
    const edits = [
      () => simulator.edit.updatePullRequest("acme/pay", number, { title: "Another title" }),
      () => simulator.edit.addReview("acme/pay", number, { state: "CHANGES_REQUESTED" }),
      () => simulator.edit.addComment("acme/pay", number),
      () => simulator.edit.push("acme/pay", { number, force: true }),
      () => simulator.edit.close("acme/pay", number),
      () => simulator.edit.reopen("acme/pay", number),
      () => simulator.edit.merge("acme/pay", number),
    ];
    let before = String((await newest()).updated_at);
    for (const edit of edits) {
      edit();
      const after = await newest();
      expect(after.number).toBe(number);
      expect(String(after.updated_at) > before).toBe(true);
      before = String(after.updated_at);
    }
    const { body } = await client.rest(`/repos/acme/pay/pulls/${number}`);
    expect(body).toMatchObject({ merged: true, title: "Another title" });
    const [head] = await client.list("/repos/acme/pay/commits?per_page=1");
    expect(head!.sha).toBe(body.merge_commit_sha);
  });

  test("a forced push replaces the last commit and leaves an event with both hashes", async () => {
    const number = openNumber();
    const before = await client.list(`/repos/acme/pay/pulls/${number}/commits`);
    simulator.edit.push("acme/pay", { number, force: true });
    const after = await client.list(`/repos/acme/pay/pulls/${number}/commits`);
    expect(after).toHaveLength(before.length);
    expect(after.at(-1)!.sha).not.toBe(before.at(-1)!.sha);
    const query = `{ repository(owner: "acme", name: "pay") { pullRequest(number: ${number}) { timelineItems(last: 1, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT]) { nodes { ... on HeadRefForcePushedEvent { beforeCommit { oid } afterCommit { oid } } } } } } }`;
    const { data } = await client.graphql<{ repository: { pullRequest: { timelineItems: { nodes: Json[] } } } }>(query);
    expect(data!.repository.pullRequest.timelineItems.nodes[0]).toEqual({
      beforeCommit: { oid: before.at(-1)!.sha },
      afterCommit: { oid: after.at(-1)!.sha },
    });
  });

  test("a new one gets the next number", async () => {
    simulator.edit.openPullRequest("acme/pay", { title: "Brand new" });
    const all = await client.list("/repos/acme/pay/issues?state=all&per_page=100");
    const row = await newest();
    expect([row.title, row.number]).toEqual(["Brand new", Math.max(...all.map((entry) => Number(entry.number)))]);
  });
});

describe("everything else", () => {
  test("a renamed repository leads on from its old name, by 301 in REST and silently in GraphQL", async () => {
    simulator.edit.renameRepository("acme/pay", "payments");
    const moved = await client.rest("/repos/acme/pay/pulls?state=all");
    expect([moved.status, moved.headers.get("location")]).toEqual([
      301,
      `${simulator.url}/api/v3/repositories/100001/pulls?state=all`,
    ]);
    expect((await client.rest(moved.headers.get("location")!)).status).toBe(200);
    const { data } = await client.graphql<{ repository: Json }>(
      '{ repository(owner: "acme", name: "pay") { nameWithOwner databaseId } }',
    );
    expect(data!.repository).toEqual({ nameWithOwner: "acme/payments", databaseId: 100_001 });
  });

  test("a deleted repository and a deleted issue are not found", async () => {
    const [issue] = await client.list("/repos/acme/pay/issues?state=all&sort=created&direction=asc");
    const number = Number(
      (await client.list("/repos/acme/pay/issues?state=all&per_page=100")).find((row) => !("pull_request" in row))!.number,
    );
    simulator.edit.deleteIssue("acme/pay", number);
    expect((await client.rest(`/repos/acme/pay/issues/${number}`)).status).toBe(404);
    simulator.edit.deleteRepository("acme/web");
    expect((await client.rest("/repos/acme/web")).status).toBe(404);
    expect(issue).toBeDefined();
  });

  test("a rerun is a new attempt of the same run, and changes it", async () => {
    const [run] = await client.list("/repos/acme/pay/actions/runs?per_page=1", "workflow_runs");
    simulator.edit.rerun("acme/pay", Number(run!.id), { conclusion: "failure" });
    const { body } = await client.rest(`/repos/acme/pay/actions/runs/${String(run!.id)}`);
    expect(body).toMatchObject({ run_attempt: Number(run!.run_attempt) + 1, conclusion: "failure", created_at: run!.created_at });
    expect(String(body.updated_at) > String(run!.updated_at)).toBe(true);
  });
});

describe("webhooks", () => {
  let receiver: Server;
  const received: { headers: Record<string, unknown>; body: string }[] = [];
  beforeEach(async () => {
    received.length = 0;
    receiver = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        received.push({ headers: request.headers, body });
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => receiver.close());
  const address = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;

  test("an edit is delivered to subscribers, signed over the bytes sent", async () => {
    simulator.webhooks.subscribe(address(), "secret");
    const number = openNumber();
    simulator.edit.addReview("acme/pay", number);
    await simulator.webhooks.settled();
    const [delivery] = received;
    expect(delivery!.headers).toMatchObject({
      "x-github-event": "pull_request_review",
      "x-hub-signature-256": `sha256=${createHmac("sha256", "secret").update(delivery!.body).digest("hex")}`,
    });
    expect(delivery!.headers["x-github-delivery"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(delivery!.body)).toMatchObject({
      action: "submitted",
      pull_request: { number },
      repository: { full_name: "acme/pay" },
    });
  });

  test("one event can be delivered by hand; a deaf receiver is noted and not asked again", async () => {
    const event = simulator.edit.openIssue("acme/pay", { title: "Broken" });
    expect(await simulator.webhooks.deliver(address(), "secret", event)).toMatchObject({ event: "issues", status: 202 });
    expect((await simulator.webhooks.deliver("http://127.0.0.1:1/", "secret", event)).status).toBe(0);
    expect(received).toHaveLength(1);
  });
});
