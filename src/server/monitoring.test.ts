import { afterEach, describe, expect, it } from "vitest";

import type { TaskRow } from "../ingest/engine.ts";
import { sendJson, someThings, startProvider, type Provider } from "../ingest/testing/provider.ts";
import type { Integration } from "../workspace/integrations.ts";
import { standing } from "./standing.ts";
import { createStuckWatch } from "./stuck-watch.ts";
import { openTestHouse, type TestHouse, type TestHouseOptions } from "./testing/house.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
async function open(options: TestHouseOptions = {}): Promise<TestHouse> {
  const house = await openTestHouse(options);
  closing.push(() => house.close());
  return house;
}
const soon = { timeout: 40_000 };

describe("health", { timeout: 120_000 }, () => {
  it("of twenty-nine scopes of thirty that fail is not lost in the one that works", async () => {
    const scopes = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`s${n}`, someThings(1, { firstId: n * 10 + 1 })]));
    const provider = await startProvider(scopes);
    closing.push(() => provider.close());
    const house = await open({ provider });
    const id = await house.connect();
    const isGood = (path: string) => path === "/scopes/s7/things";
    const fail = (from: Provider) => {
      from.fault = ({ url }, response) => {
        if (!url.pathname.endsWith("/things") || isGood(url.pathname)) return false;
        sendJson(response, { message: "hidden" }, 403);
        return true;
      };
    };
    fail(provider);
    await house.ingest(id);
    const { body: health } = await house.ask("GET", `/api/v1/integrations/${id}/health?days=7`);
    expect(health).toMatchObject({
      status: "FAILED",
      statusReason: expect.stringContaining("29 of 30 tasks failed"),
      scopes: { total: 30, healthy: 1, unknown: 0, failed: 29 },
      staleAfterSeconds: 3600,
      stuck: [],
    });
    expect(health.timeline.at(-1)).toMatchObject({ state: "failed", tasks: 30, failed: 29 });
    const of = async (query: string) => (await house.ask("GET", `/api/v1/integrations/${id}/health/scopes?${query}`)).body;
    expect(await of("status=HEALTHY")).toMatchObject({
      total: 1,
      items: [
        {
          scope: "acme/s7",
          status: "HEALTHY",
          lastSuccessAt: expect.any(String),
          lagSeconds: expect.any(Number),
          nextStep: null,
        },
      ],
    });
    expect(await of("limit=1")).toMatchObject({
      total: 30,
      nextCursor: "1",
      items: [
        {
          status: "FAILED",
          reason: expect.stringContaining("hidden"),
          lastSuccessAt: null,
          streams: [{ error: { code: "not_permitted" } }],
        },
      ],
    });
    const { body: streams } = await house.ask("GET", `/api/v1/integrations/${id}/streams`);
    expect(streams.items).toMatchObject([
      { status: "FAILED", scopesFailed: 29, scopesHealthy: 1, lastSuccessAt: null, lastDay: { requests: expect.any(Number) } },
    ]);

    provider.fault = () => false;
    await house.ingest(id);
    expect(await of("status=FAILED,UNKNOWN")).toMatchObject({ total: 0 });
    provider.things.delete("s9");
    await house.house.context.workspace.db.updateTable("integration").set({ scopesDiscoveredAt: null }).execute();
    await house.ingest(id);
    expect(await of("status=UNKNOWN")).toMatchObject({
      items: [{ scope: "acme/s9", reason: expect.stringContaining("no longer sees") }],
    });
  });

  it("is only believed while it is recent", async () => {
    const saved = {
      status: "HEALTHY",
      lifecycle: "active",
      everySeconds: 300,
      lastSuccessAt: "2026-03-01T00:00:00.000Z",
    } as Integration;
    expect(standing(saved, "2026-03-01T01:00:00Z")).toMatchObject({ status: "HEALTHY", isStale: false });
    expect(standing(saved, "2026-03-01T01:00:01Z")).toMatchObject({
      status: "UNKNOWN",
      isStale: true,
      statusSince: "2026-03-01T01:00:00.000Z",
      nextStep: expect.stringContaining("Read now"),
    });
    expect(standing({ ...saved, everySeconds: 7200 }, "2026-03-01T06:00:00Z")).toMatchObject({ status: "HEALTHY" });
    expect(standing({ ...saved, lifecycle: "paused" }, "2027-01-01T00:00:00Z")).toMatchObject({ status: "HEALTHY" });

    const house = await open();
    const id = await house.connect();
    await house.ingest(id);
    const { workspace } = house.house.context;
    const long = new Date(Date.now() - 5 * 3_600_000).toISOString();
    await workspace.db.updateTable("integration").set({ lastSuccessAt: long }).execute();
    expect((await house.ask("GET", `/api/v1/integrations/${id}`)).body).toMatchObject({
      status: "UNKNOWN",
      statusReason: expect.stringContaining("No reading has succeeded for 5 hours"),
    });
    expect((await house.ask("GET", "/api/v1/integrations?status=UNKNOWN")).body.total).toBe(1);
    expect((await house.ask("GET", "/api/v1/overview")).body.integrations).toMatchObject({ healthy: 0, unknown: 1 });
    expect((await house.ask("GET", "/metrics")).text).toContain(
      'leadline_integration_status{integration="things",status="UNKNOWN"} 1',
    );
  });

  it("comes back with a new credential and other scopes, and nothing that was read is lost", async () => {
    const house = await open();
    const id = await house.connect();
    await house.ingest(id);
    const count = async () =>
      (await house.ask("POST", "/api/v1/sql", { sql: "select count(*) as n, min(ingested_at) as first from account_group" })).body
        .rows[0];
    const before = await count();
    house.provider.fault = ({ headers }, response) => {
      if (headers.authorization === "Bearer fresh") return false;
      sendJson(response, {}, 401);
      return true;
    };
    await house.ingest(id, { full: true });
    const failed = await house.ask("GET", `/api/v1/integrations/${id}/health`);
    expect(failed.body).toMatchObject({ status: "FAILED", nextStep: expect.stringContaining("new credential") });
    const wrong = await house.ask("PATCH", `/api/v1/integrations/${id}`, { config: { token: "also-wrong" } });
    expect(wrong.body).toMatchObject({ code: "credential_refused", status: 422 });
    expect((await house.ask("PATCH", `/api/v1/integrations/${id}`, { config: { token: "fresh" } })).status).toBe(200);
    await house.house.start();
    await expect.poll(async () => (await house.ask("GET", `/api/v1/integrations/${id}`)).body.status, soon).toBe("HEALTHY");
    expect(await count()).toEqual(before);
    await house.ask("PUT", `/api/v1/integrations/${id}/scopes`, { include: ["acme/a"] });
    await house.ingest(id);
    expect(await count()).toEqual(before);
  });
});

describe("a task that stands still", { timeout: 120_000 }, () => {
  it("is named, interrupted and resumed; one that waits for a quota is left alone", () => {
    let elapsed = 0;
    const told: string[] = [];
    const task = { id: "t", integrationId: "i", status: "running", requests: 0, nextAttemptAt: null } as unknown as TaskRow;
    const watch = createStuckWatch({
      elapsed: () => elapsed,
      now: () => elapsed,
      stuckAfterMs: 600_000,
      interruptAfterMs: 1_800_000,
      onStuck: ({ stillSeconds }) => told.push(`stuck ${stillSeconds}`),
      onHopeless: ({ stillSeconds }) => told.push(`hopeless ${stillSeconds}`),
    });
    const pass = (minutes: number, change: Partial<TaskRow> = {}) => {
      Object.assign(task, change);
      elapsed += minutes * 60_000;
      watch.check();
      return told.splice(0).join();
    };
    watch.turn("t", () => ({ ...task }));
    expect([pass(9), pass(0, { requests: 1 }), pass(9), pass(1)]).toEqual(["", "", "", "stuck 600"]);
    expect(watch.stuck("i")).toHaveLength(1);
    expect(watch.stuck("another")).toHaveLength(0);
    expect([pass(5), pass(15), pass(5)]).toEqual(["", "hopeless 1800", ""]);
    expect([pass(0, { requests: 2 }), watch.stuck().length]).toEqual(["", 0]);
    const until = new Date(elapsed + 7_200_000).toISOString();
    expect([pass(60, { nextAttemptAt: until }), pass(59), pass(1), pass(10)]).toEqual(["", "", "", "stuck 660"]);
    watch.turn("t", null);
    expect([pass(100), watch.stuck().length]).toEqual(["", 0]);
  });

  it("shows in the log, the health and the metrics, and heals by itself", async () => {
    let minutes = 0;
    const house = await open({ isStarted: true, watching: { everyMs: 100, elapsed: () => minutes * 60_000 } });
    let isDeaf = true;
    house.provider.fault = ({ url }) => isDeaf && url.pathname === "/scopes/b/things";
    const id = await house.connect();
    const b = async (query: string) => (await house.ask("GET", `/api/v1/integrations/${id}/tasks?scope=b&${query}`)).body;
    const calls = () => house.provider.calls.filter(({ url }) => url.pathname === "/scopes/b/things").length;
    await expect.poll(calls, soon).toBe(1);
    const stuck = async () => (await house.ask("GET", `/api/v1/integrations/${id}/health`)).body.stuck;
    expect(await stuck()).toEqual([]);
    // The others have ended before the clock moves, so that only this one stands still.
    await expect
      .poll(async () => (await house.ask("GET", `/api/v1/integrations/${id}/tasks?status=running`)).body.total, soon)
      .toBe(1);
    minutes = 11;
    await expect.poll(stuck, soon).toMatchObject([{ stream: "things", scopeId: "b", stillSeconds: 660 }]);
    expect((await b("status=running")).items).toMatchObject([{ scope: "acme/b", isStuck: true }]);
    expect((await house.ask("GET", "/metrics")).text).toContain('leadline_stuck_tasks{integration="things"} 1');
    isDeaf = false;
    minutes = 31;
    await expect.poll(async () => (await house.ask("GET", `/api/v1/integrations/${id}`)).body.status, soon).toBe("HEALTHY");
    expect(await stuck()).toEqual([]);
    expect(await b("status=cancelled")).toMatchObject({ total: 1 });
  });
});

describe("a record's journey", { timeout: 120_000 }, () => {
  it("tells when it was read, by which tasks, from which payloads, and what came of it", async () => {
    const house = await open();
    const id = await house.connect();
    await house.ingest(id);
    const things = house.provider.things.get("a")!;
    const index = things.findIndex((thing) => thing.id === 20);
    things[index] = { ...things[index]!, title: "Renamed", updatedAt: new Date().toISOString() };
    things.push({ id: 77, title: 5 as unknown as string, updatedAt: new Date().toISOString() });
    await house.ingest(id);

    const ask = async (query: string) => (await house.ask("GET", `/api/v1/integrations/${id}/journey?${query}`)).body;
    const { journey, sentence } = await ask("key=20");
    expect(sentence).toBe("Read in 2 versions, 1 rows came of it, no fact uses it.");
    expect(journey).toMatchObject({
      scope: "acme/a",
      stream: "things",
      nativeKey: "20",
      lastTask: { kind: "refresh", status: "succeeded" },
      versions: [
        {
          isLatest: true,
          task: { kind: "refresh" },
          page: { request: expect.stringContaining("/scopes/a/things"), status: 200 },
        },
        { isLatest: false, task: { kind: "backfill", scope: "acme/a" } },
      ],
      rows: [{ table: "account_group", version: expect.any(String), deletedAt: null }],
      quarantined: [],
      unfinished: null,
    });
    expect(journey.rows[0].version).toBe(journey.versions[0].hash);
    const payload = await house.ask("GET", `/api/v1/archive/${journey.versions[1].hash}`);
    expect(payload.body).toMatchObject({ kind: "record", body: { id: 20, title: "Thing 20" } });
    const { task } = journey.versions[0];
    const detail = await house.ask("GET", `/api/v1/integrations/${id}/tasks/${task.id}`);
    expect(detail.body).toMatchObject({
      task: { id: task.id, quarantined: 1 },
      pages: [{ records: expect.any(Number), via: "poll", hash: journey.versions[0].page.hash }],
      quarantined: [{ path: "title" }],
    });
    expect((await house.ask("GET", `/api/v1/integrations/${id}/tasks/none`)).body).toMatchObject({
      code: "unknown_task",
      status: 404,
    });

    const bad = await ask("key=77");
    expect(bad.journey).toMatchObject({ versions: [], rows: [], quarantined: [{ path: "title", resolvedAt: null }] });
    expect(bad.sentence).toContain("in quarantine");
  });

  it("asks which one is meant, and says why there may be none", async () => {
    const provider = await startProvider({ a: someThings(3), b: someThings(3) });
    closing.push(() => provider.close());
    const house = await open({ provider });
    const id = await house.connect();
    await house.ingest(id);
    const ask = async (query: string) => (await house.ask("GET", `/api/v1/integrations/${id}/journey?${query}`)).body;
    const several = await ask("key=2");
    expect(several).toMatchObject({ journey: null, candidates: [{ scope: "acme/a" }, { scope: "acme/b" }] });
    expect((await ask("key=2&stream=things&scope=b&nativeKey=2")).journey).toMatchObject({ scopeId: "b", nativeKey: "2" });
    expect((await ask(`key=${encodeURIComponent("acme/b#2")}`)).journey).toMatchObject({ scopeId: "b" });
    expect((await ask(`key=${encodeURIComponent("acme/b#2000")}`)).sentence).toContain("was ever read");
    expect((await ask("key=%25")).candidates).toEqual([]);
    expect((await ask("key=")).code).toBe("invalid_request");
    expect((await house.ask("GET", "/api/v1/integrations/none/journey?key=1")).body).toMatchObject({
      code: "unknown_integration",
    });
  });
});

describe("a deletion", { timeout: 120_000 }, () => {
  it("can be called off until its first row is gone, and then proves that nothing is left", async () => {
    const house = await open({ isStarted: true });
    const id = await house.connect();
    await house.ingest(id);
    await house.ask("POST", "/api/v1/projects", { name: "Pay", integrations: [id] });
    const rows = async () =>
      (await house.ask("POST", "/api/v1/sql", { sql: "select count(*) as n from raw_record" })).body.rows[0].n;
    const path = `/api/v1/integrations/${id}`;
    await expect.poll(rows, soon).toBe(37);
    expect((await house.ask("GET", `${path}/deletion`)).body).toMatchObject({ code: "unknown_deletion", status: 404 });
    expect((await house.ask("POST", `${path}/deletion/cancel`)).body).toMatchObject({ code: "not_being_deleted", status: 409 });
    expect((await house.ask("DELETE", `${path}?confirm=${id}&graceSeconds=-1`)).body).toMatchObject({ code: "invalid_request" });

    const deleting = await house.ask("DELETE", `${path}?confirm=${id}&graceSeconds=3600`);
    expect(deleting.body).toMatchObject({
      lifecycle: "deleting",
      deletion: { step: "waiting", isCancellable: true, proof: null },
    });
    expect((await house.ask("PATCH", path, { name: "x" })).body).toMatchObject({ code: "integration_is_being_deleted" });
    const kept = await house.ask("POST", `${path}/deletion/cancel`);
    expect(kept.body).toMatchObject({ lifecycle: "active", deletion: null, projects: [{ key: "pay" }] });
    expect(await rows()).toBe(37);
    const again = await house.ingest(id);
    expect(again).toMatchObject({ state: "succeeded" });

    await house.ask("DELETE", `${path}?confirm=${id}&graceSeconds=0`);
    await expect.poll(async () => (await house.ask("GET", path)).status, soon).toBe(404);
    const { body: over } = await house.ask("GET", `${path}/deletion`);
    expect(over).toMatchObject({
      step: "done",
      share: 1,
      isCancellable: false,
      requestedBy: "Command line",
      proof: { left: [], tables: expect.any(Number), rowsRemoved: expect.any(Number), files: 0 },
    });
    expect(over.proof.rowsRemoved).toBeGreaterThan(70);
    expect(over.proof.tables).toBeGreaterThan(60);
    expect((await house.ask("POST", `${path}/deletion/cancel`)).body).toMatchObject({ code: "not_being_deleted" });
    const { body: audit } = await house.ask("GET", `/api/v1/audit?subject=integration&subjectId=${id}`);
    expect(audit.items.map((item: { action: string }) => item.action)).toEqual(
      ["deleted", "delete", "undelete", "delete", "create"].map((action) => `integration.${action}`),
    );
    expect((await house.ask("GET", "/api/v1/projects/pay")).body.integrations).toEqual([]);
  });
});
