import { fork, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createTestDatabase, postgresMissing, postgresUrl } from "../../test/postgres.ts";
import { someThings, startProvider, type Provider } from "../ingest/testing/provider.ts";
import { thingConnector } from "../ingest/testing/thing-connector.ts";
import { saveWatch } from "../workspace/notifications.ts";
import { openTestHouse, type TestHouse } from "./testing/house.ts";

const THINGS = 200;
const LEASE_MS = 4000;
const patient = { timeout: 60_000, interval: 50 };
const at = "/api/v1/integrations/things";

describe.skipIf(!postgresUrl)(`two servers on one database${postgresMissing ? `: ${postgresMissing}` : ""}`, () => {
  const secretKey = randomBytes(32).toString("base64");
  const undo: (() => unknown)[] = [];
  let url: string;
  let provider: Provider;
  /** How long the provider takes for a page. */
  let slowMs = 0;

  beforeEach(async () => {
    const database = await createTestDatabase();
    ({ url } = database);
    undo.push(database.drop);
    provider = await startProvider({ a: someThings(THINGS) });
    const answer = provider.fault;
    provider.fault = (call, response) => {
      if (slowMs === 0 || !call.url.pathname.startsWith("/scopes/")) return answer(call, response);
      const end = response.end.bind(response);
      response.end = ((...given: Parameters<typeof end>) => setTimeout(() => end(...given), slowMs)) as never;
      return false;
    };
    undo.push(() => provider.close());
  });
  afterEach(async () => {
    slowMs = 0;
    for (const step of undo.splice(0).reverse()) await step();
  });

  async function open(): Promise<TestHouse> {
    const house = await openTestHouse({
      databaseUrl: url,
      secretKey,
      provider,
      leaseMs: LEASE_MS,
      connector: thingConnector(),
      isStarted: true,
      watching: { everyMs: 100 },
    });
    undo.push(() => house.close());
    return house;
  }

  async function openOther(): Promise<ChildProcess> {
    const home = await mkdtemp(join(tmpdir(), "leadline-other-"));
    const child = fork(join(import.meta.dirname, "testing/house-child.ts"), [home, url, secretKey, String(LEASE_MS)]);
    undo.push(async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      await rm(home, { recursive: true, force: true });
    });
    await once(child, "message");
    return child;
  }

  const backfill = async (house: TestHouse) => (await house.ask("GET", `${at}/backfills`)).body.items[0];
  const stored = async ({ house }: TestHouse) =>
    Number((await house.context.warehouse.query<{ n: number }>("select count(*) as n from account_group")).rows[0]!.n);
  const leaseLine = async (house: TestHouse) =>
    (await house.ask("GET", "/api/v1/checks")).body.items.find(({ check }: { check: string }) => check === "lease")
      .what as string;
  /** Until the provider has not been called for a second. */
  const calm = async () => {
    for (let before = -1; before !== provider.calls.length; await after(1000)) before = provider.calls.length;
  };

  it("one works and one stands by, until the first is killed", async () => {
    const sent: unknown[] = [];
    const receiver = http.createServer((request, response) => {
      request.on("data", () => {});
      request.on("end", () => response.end(String(sent.push(request.headers["idempotency-key"]))));
    });
    await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
    undo.push(() => new Promise((done) => receiver.close(done)));
    const first = await openOther();
    const second = await open();
    expect(await leaseLine(second)).toMatch(
      new RegExp(`^process ${first.pid} on .* at http://first.example.com does the work of this workspace since `),
    );
    slowMs = 250;
    const channel = { kind: "webhook", name: "Tell", url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` };
    const { body: made } = await second.ask("POST", "/api/v1/notification-channels", channel);
    const { workspace } = second.house.context;
    const tell = (incident: string) => {
      const message = { event: "failed", title: incident, text: "", nextStep: null, integration: null, at: workspace.now() };
      return saveWatch(workspace, null, [{ incident, message, channels: [made.id as string] }]);
    };
    for (const incident of ["one", "two", "three"]) {
      await tell(incident);
      await expect.poll(() => sent.length, patient).toBeGreaterThanOrEqual(["one", "two", "three"].indexOf(incident) + 1);
    }
    await second.connect();
    // Asked here, done there.
    await expect.poll(async () => (await backfill(second)).status, patient).toBe("running");
    await expect.poll(() => stored(second), patient).toBeGreaterThan(0);
    expect(second.house.context.scheduler.running("things")).toEqual([]);
    await second.ask("POST", `${at}/pause`);
    await calm();
    expect((await backfill(second)).status).toBe("scheduled");
    expect(await stored(second)).toBeLessThan(THINGS);
    await second.ask("POST", `${at}/resume`);
    await expect.poll(async () => (await backfill(second)).status, patient).toBe("running");
    expect((await second.ask("POST", `${at}/ingest`)).body).toMatchObject({ state: "queued" });
    expect((await second.ask("POST", "/api/v1/facts/refresh")).body).toMatchObject({ code: "facts_failed" });

    first.kill("SIGKILL");
    await once(first, "exit");
    await expect.poll(() => leaseLine(second), patient).toContain("This server");
    slowMs = 0;
    await expect.poll(async () => (await backfill(second)).status, patient).toBe("succeeded");
    await expect.poll(() => stored(second), patient).toBe(THINGS);
    await tell("four");
    await expect.poll(() => sent.length, patient).toBe(4);
    expect(new Set(sent).size).toBe(4);
  }, 180_000);

  it("one that has lost its lease stops and writes nothing more, and goes on when it has it again", async () => {
    const house = await open();
    const { db } = house.house.context.workspace;
    slowMs = 250;
    await house.connect();
    await expect.poll(() => stored(house), patient).toBeGreaterThan(0);
    const claim = { owner: "other", place: "process 1 on elsewhere", until: "2999-01-01T00:00:00.000Z" };
    await db.updateTable("lease").set(claim).execute();
    await expect.poll(() => house.house.context.scheduler.running("things"), patient).toEqual([]);
    await calm();
    const kept = await stored(house);
    expect(kept).toBeLessThan(THINGS);
    expect(await leaseLine(house)).toContain("process 1 on elsewhere");
    await db.deleteFrom("lease").execute();
    slowMs = 0;
    await expect.poll(() => stored(house), patient).toBe(THINGS);
    await expect.poll(async () => (await backfill(house)).status, patient).toBe("succeeded");
  }, 120_000);
});
