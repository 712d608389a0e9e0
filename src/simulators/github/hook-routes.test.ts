import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { startGithubSimulator, type GithubSimulator } from "./index.ts";
import { Client, type Json } from "./testing/client.ts";

let simulator: GithubSimulator;
let receiver: Server;
let got: string[];
let status: number;
const token = "ghp_mayListWebhooks000000000000000000000";
beforeEach(async () => {
  simulator = await startGithubSimulator({ size: "tiny", now: "2026-06-15T12:00:00Z" });
  simulator.credentials.issue({ kind: "classic", token, scopes: ["admin:org_hook"], expiresAt: null, mayReadActions: true });
  [got, status] = [[], 202];
  receiver = createServer((request, response) => {
    got.push(String(request.headers["x-github-delivery"]));
    request.resume().on("end", () => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  simulator.webhooks.subscribe(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`, "secret");
});
afterEach(async () => {
  await simulator.stop();
  receiver.close();
});

describe("the list of deliveries", () => {
  test("is newest first, pages by cursor, and holds every try with the id that stays the same", async () => {
    const client = new Client(simulator, token);
    const [hook] = await client.list("/orgs/acme/hooks");
    expect(hook).toMatchObject({ id: 1, config: { url: expect.stringContaining("/hooks") } });
    status = 500;
    simulator.edit.openIssue("acme/pay");
    await simulator.webhooks.settled();
    status = 202;
    for (let issue = 0; issue < 3; issue++) simulator.edit.openIssue("acme/pay");
    await simulator.webhooks.settled();
    const all = await client.list("/orgs/acme/hooks/1/deliveries?per_page=2");
    expect(all.map((each) => each.status_code)).toEqual([202, 202, 202, 500]);
    const failed = all[3]!;
    expect(failed).toMatchObject({ event: "issues", action: "opened", redelivery: false, repository_id: 100_001 });
    const { body } = await client.rest<{ request: { payload: Json } }>(`/orgs/acme/hooks/1/deliveries/${String(failed.id)}`);
    expect(body.request.payload).toMatchObject({ action: "opened" });
    expect((await client.rest(`/orgs/acme/hooks/1/deliveries/${String(failed.id)}/attempts`, {}, "POST")).status).toBe(202);
    await expect.poll(() => got.filter((id) => id === failed.guid).length).toBe(2);
    await expect
      .poll(async () => (await client.list("/orgs/acme/hooks/1/deliveries"))[0])
      .toMatchObject({ guid: failed.guid, redelivery: true, status_code: 202 });
  });

  test("is hidden without the permission, and an App sees its own", async () => {
    expect((await new Client(simulator).rest("/orgs/acme/hooks")).status).toBe(404);
    expect((await new Client(simulator, token).rest("/repos/acme/pay/hooks")).status).toBe(404);
    expect((await new Client(simulator, token).rest("/app/hook/deliveries")).status).toBe(401);
  });
});

describe("what goes wrong on the way", () => {
  test("deliveries are dropped, doubled, held and reordered", async () => {
    const edit = () => simulator.edit.openIssue("acme/pay");
    simulator.webhooks.drop(1);
    edit();
    simulator.webhooks.drop(1, { isListed: false });
    await simulator.webhooks.settled();
    edit();
    await simulator.webhooks.settled();
    expect(got).toEqual([]);
    expect(simulator.webhooks.deliveries.map((delivery) => delivery.status)).toEqual([0]);
    simulator.webhooks.drop(0);
    simulator.webhooks.duplicate(3);
    edit();
    await simulator.webhooks.settled();
    expect(got).toHaveLength(3);
    expect(new Set(got).size).toBe(1);
    simulator.webhooks.duplicate(1);
    simulator.webhooks.hold();
    edit();
    edit();
    await simulator.webhooks.settled();
    expect(got).toHaveLength(3);
    await simulator.webhooks.release("reversed");
    expect(got).toHaveLength(5);
    expect(simulator.webhooks.deliveries.slice(-2).map(({ payload }) => (payload.issue as { number: number }).number)).toEqual(
      simulator.state.repositories
        .find(({ name }) => name === "pay")!
        .history()
        .issues.slice(-2)
        .map(({ number }) => number)
        .toReversed(),
    );
  });
});
