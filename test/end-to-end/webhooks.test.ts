import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { connectors } from "../../src/connectors/index.ts";
import { buildApp, type App } from "../../src/server/app.ts";
import { openHouse, type House } from "../../src/server/compose.ts";
import { createLog } from "../../src/server/log.ts";
import type { DeliveryBody } from "../../src/server/shapes/webhooks.ts";
import { systemActor } from "../../src/server/session-service.ts";
import { type GithubSimulator, startGithubSimulator } from "../../src/simulators/index.ts";

/* An edit at the vendor, its delivery, and what becomes of it, through every part that a real one would pass. */

const LIMIT = { timeout: 60_000, interval: 50 };
const ID = "acme-code";

let home: string;
let simulator: GithubSimulator;
let house: House;
let app: App;
let address: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "leadline-hooks-"));
  simulator = await startGithubSimulator({ size: "tiny", seed: 11 });
  let url = "";
  house = await openHouse({
    environment: { home, databaseUrl: undefined, secretKey: undefined, allowedNetworks: ["127.0.0.0/8"] },
    isDemo: false,
    log: createLog("silent"),
    localToken: null,
    connectors,
    address: () => url,
  });
  app = await buildApp(house.services, { webRoot: null, hosts: [], isSecure: false });
  await app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const { integrations, projects, webhooks } = house.services;
  await integrations.create(systemActor, {
    connector: "github",
    name: ID,
    config: { url: simulator.url, token: simulator.token },
    everySeconds: 86_400,
    isChecked: false,
  });
  await projects.create(systemActor, { key: "pay", name: "Pay", integrations: [ID] });
  await house.start();
  const { run } = await house.context.scheduler.trigger(ID, {});
  await run.finished;
  const { secret } = await webhooks.makeSecret(systemActor, ID, { overlapHours: 24 });
  ({ address } = await webhooks.get(ID));
  simulator.webhooks.subscribe(address, secret);
}, 120_000);
afterAll(async () => {
  await app?.close();
  await house?.close();
  await simulator?.stop();
  await rm(home, { recursive: true, force: true });
});
beforeEach(() => {
  simulator.webhooks.drop(0);
  simulator.webhooks.duplicate(1);
});

const sql = async <Row>(text: string, values: string[] = []): Promise<readonly Row[]> =>
  (await house.context.warehouse.query<Row>(text, values)).rows;

const titleOf = async (number: number) =>
  (await sql<{ title: string }>(`select title from pull_request where number = ${number} and id like '%:100001/%'`))[0]?.title;

const openRequests = () =>
  simulator.truth
    .repository("acme/pay")
    .pullRequests.filter(({ state }) => state === "open")
    .map(({ number }) => number);

const deliveries = async (): Promise<DeliveryBody[]> => (await house.services.webhooks.deliveries(ID, { limit: 200 })).items;

const quiet = () =>
  expect
    .poll(async () => (await deliveries()).filter(({ status }) => status === "received" || status === "processing"), LIMIT)
    .toEqual([]);

describe("webhooks of a vendor", () => {
  it("bring an edit into the answer of a metric within seconds", async () => {
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    const merged = async () => {
      const query = { metrics: ["pull_requests_merged"], from: day(-1), to: day(2), project: "pay" };
      const { rows } = await house.services.metrics.query(query);
      return Number(rows[0]?.["pull_requests_merged"] ?? 0);
    };
    await house.services.maintenance.refreshFacts();
    const before = await merged();
    const began = performance.now();
    simulator.edit.merge("acme/pay", openRequests()[0]!);
    await expect.poll(merged, LIMIT).toBe(before + 1);
    process.stdout.write(`edit to metric: ${Math.round(performance.now() - began)} ms\n`);
    await quiet();
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({ event: "pull_request", status: "done", outcome: "Read again: pull_requests of acme/pay." });
    const tasks = await house.services.monitoring.tasks({ integration: ID, kind: ["webhook"], limit: 10 });
    expect(tasks.items.map(({ id }) => id)).toEqual(delivery!.tasks);
    expect(tasks.items[0]).toMatchObject({ kind: "webhook", stream: "pull_requests", scope: "acme/pay", status: "succeeded" });
  }, 120_000);

  it("that come late, twice, in another order and all at once leave what a quiet world would", async () => {
    const numbers = openRequests().slice(0, 3);
    simulator.webhooks.hold();
    simulator.webhooks.duplicate(3);
    for (const number of numbers)
      for (const title of ["First", "Second", "Last"])
        simulator.edit.updatePullRequest("acme/pay", number, { title: `${title} ${number}` });
    const calls = simulator.calls().graphql;
    await simulator.webhooks.release("reversed", { isBurst: true });
    await quiet();
    for (const number of numbers) expect(await titleOf(number)).toBe(`Last ${number}`);
    expect(simulator.calls().graphql - calls).toBeLessThan(10);
    expect(await house.services.webhooks.get(ID)).toMatchObject({ duplicates: numbers.length * 3 * 2, dead: 0, refused: 0 });
  }, 120_000);

  it("say that an issue is gone: believed when it cannot be read back", async () => {
    const issues = await sql<{ number: number }>(
      "select number from issue where project_id like '%:100001' and deleted_at is null order by number limit 2",
    );
    const [gone, alive] = issues.map(({ number }) => number) as [number, number];
    const event = simulator.edit.deleteIssue("acme/pay", gone);
    const replayed = structuredClone(event) as { payload: { issue: { number: number } } } & typeof event;
    replayed.payload.issue.number = alive;
    simulator.webhooks.publish(replayed);
    await simulator.webhooks.settled();
    await quiet();
    const living = async (number: number) =>
      (
        await sql<{ n: number }>(
          `select count(*) as n from issue where project_id like '%:100001' and deleted_at is null and number = ${number}`,
        )
      )[0]!.n;
    expect(await living(gone)).toBe(0);
    expect(await living(alive)).toBe(1);
  }, 120_000);

  it("that GitHub could not deliver are asked for, and what nobody lists is found by the next reading", async () => {
    const [listed] = openRequests() as [number];
    simulator.webhooks.drop(1);
    simulator.edit.updatePullRequest("acme/pay", listed, { title: "Listed as failed" });
    simulator.webhooks.drop(1, { isListed: false });
    simulator.edit.updatePullRequest("acme/web", simulator.truth.repository("acme/web").pullRequests[0]!.number, {
      title: "Lost for ever",
    });
    await simulator.webhooks.settled();
    const { upkeep } = house.webhooks;
    expect(await upkeep.askMissed(ID)).toBe(0);
    expect((await house.services.webhooks.get(ID)).missed.problem).toContain("admin:org_hook");
    const token = "ghp_mayListWebhooks000000000000000000000";
    const scopes = ["repo", "read:org", "read:user", "user:email", "read:project", "admin:org_hook"];
    simulator.credentials.issue({ kind: "classic", token, scopes, expiresAt: null, mayReadActions: true });
    await house.services.integrations.change(systemActor, ID, { config: { token }, isChecked: false });
    await expect.poll(() => house.context.scheduler.isRunning(ID), LIMIT).toBe(false);
    expect(await upkeep.askMissed(ID)).toBeGreaterThan(0);
    await quiet();
    expect((await house.services.webhooks.get(ID)).missed.problem).toBeNull();
    expect(await titleOf(listed)).toBe("Listed as failed");
    const { run } = await house.context.scheduler.trigger(ID, {});
    await run.finished;
    expect(await sql("select title from pull_request where title = 'Lost for ever'")).toHaveLength(1);
  }, 120_000);

  it("about repositories lead to their new names", async () => {
    simulator.edit.renameRepository("acme/web", "website");
    await simulator.webhooks.settled();
    await quiet();
    const { items } = await house.services.scopes.list(ID, { limit: 100, selected: undefined, refresh: undefined });
    expect(items.map(({ name }) => name)).toContain("acme/website");
    expect(items.map(({ name }) => name)).not.toContain("acme/web");
  }, 120_000);
});
