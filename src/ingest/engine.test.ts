import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createEngine, type Engine, type IngestIntegration } from "./engine.ts";
import { silentLog } from "./log.ts";
import type { Archive } from "./sink.ts";
import { fastClock } from "./testing/fast-clock.ts";
import { memoryArchive, memorySink, type MemorySink } from "./testing/memory.ts";
import { sendJson, someThings, startProvider, type Provider } from "./testing/provider.ts";
import { thingConnector } from "./testing/thing-connector.ts";

let provider: Provider;
let sink: MemorySink;
let engine: Engine;
let clock: ReturnType<typeof fastClock>;

const key = { integrationId: "acme", scopeId: "a", stream: "things" };

function integration(connector = thingConnector(), more: Partial<IngestIntegration> = {}): IngestIntegration {
  return {
    id: "acme",
    connector,
    config: { url: provider.url, token: "very-secret-token" },
    scopes: [...provider.things.keys()].map((id) => ({ id, name: `acme/${id}`, kind: "repository" })),
    backfill: { since: null },
    ...more,
  };
}

const makeEngine = (archive: Archive = memoryArchive()) =>
  createEngine({ sink, archive, network: { allowedNetworks: [], allowLoopback: true }, log: silentLog, clock });

beforeEach(async () => {
  provider = await startProvider({ a: someThings(35), b: someThings(12, { firstId: 101 }) });
  sink = memorySink();
  clock = fastClock();
  provider.now = clock.now;
  engine = makeEngine();
});

afterEach(async () => {
  await engine.close();
  await provider.close();
});

describe.each(["descending", "ascending", "unordered"] as const)("a stream in %s order", (order) => {
  beforeEach(() => {
    provider.order = order === "unordered" ? "shuffled" : order;
  });

  it("is read whole, and then only what changed", async () => {
    const summary = await engine.ingest({ integration: integration(thingConnector(order)) });
    expect(summary).toMatchObject({ outcome: "succeeded", fatal: null, totals: { records: 47, entities: 47, failed: 0 } });
    expect(sink.rows.size).toBe(47);
    expect(sink.progressOf(key)).toMatchObject({ coveredFrom: "2008-04-10T00:00:00Z", cursor: { lanes: {} } });

    const before = provider.calls.length;
    provider.things.get("a")!.push({ id: 36, title: "New", updatedAt: clock.now() });
    const again = await engine.ingest({ integration: integration(thingConnector(order)) });
    expect(again).toMatchObject({ outcome: "succeeded" });
    expect(sink.rows.size).toBe(48);
    expect(provider.calls.length - before).toBe(2);
  });

  it("is read whole in more scopes than may be open at once", async () => {
    provider.things.clear();
    for (let n = 0; n < 300; n++) provider.things.set(`s${n}`, someThings(25, { firstId: n * 100 }));
    const summary = await engine.ingest({ integration: integration(thingConnector(order)) });
    expect(summary).toMatchObject({ outcome: "succeeded", totals: { entities: 7500, failed: 0 } });
    expect(sink.rows.size).toBe(7500);
    // One more call for each that was put away in its refresh: what changed since it began.
    expect(provider.calls.length).toBeLessThanOrEqual(order === "descending" ? 900 : 960);
    expect(await engine.ingest({ integration: integration(thingConnector(order)) })).toMatchObject({ totals: { entities: 0 } });
  });

  it("loses nothing when it is stopped after any page, and goes on there", async () => {
    await engine.ingest({ integration: integration(thingConnector(order)) });
    const whole = sink.table();
    const pages = provider.calls.length;
    expect(pages).toBe(6);
    for (let stopAt = 1; stopAt < pages; stopAt++) {
      const before = provider.calls.length;
      sink = memorySink();
      const first = await stoppedAfter(stopAt, order);
      const rest = await makeEngine().ingest({ integration: integration(thingConnector(order)) });
      expect([first.outcome, rest.outcome]).toEqual(["paused", "succeeded"]);
      expect(sink.table()).toEqual(whole);
      // What was under way is asked for again, and what changed since a pass that was interrupted.
      expect(provider.calls.length - before).toBeLessThanOrEqual(pages + 5);
    }
  });
});

describe.each(["descending", "ascending", "unordered"] as const)("a backfill in %s order", (order) => {
  it.each(["newest-first", "oldest-first"] as const)("beside refreshes ends with every row: %s", async (direction) => {
    provider.order = order === "unordered" ? "shuffled" : order;
    for (const things of provider.things.values())
      for (const [index, thing] of things.entries())
        things[index] = {
          ...thing,
          updatedAt: new Date(Date.parse(clock.now()) - (things.length - index) * 10 * 86_400_000).toISOString(),
        };
    const since = "2024-01-01T00:00:00Z";
    const given = integration(thingConnector(order), { backfill: { since } });
    await engine.ingest({ integration: given, kind: "refresh" });
    const opened = provider.calls.length;
    expect(opened).toBe(order === "unordered" ? 6 : 2);
    provider.things.get("a")!.push({ id: 36, title: "News", updatedAt: clock.now() });
    await engine.ingest({ integration: given, kind: "refresh" });
    expect([...sink.rows.values()].map(({ row }) => row)).toContainEqual(expect.objectContaining({ name: "News" }));
    const seen: string[] = [];
    await engine.ingest({
      integration: given,
      kind: "backfill",
      order: direction,
      onTask: ({ stream }) => void seen.push(stream!),
    });
    expect(sink.rows.size).toBe(48);
    expect(sink.progressOf(key)).toMatchObject({ coveredFrom: since, cursor: { lanes: {} } });
    expect(seen.length > 0).toBe(order !== "unordered");
    const done = provider.calls.length;
    expect(await engine.ingest({ integration: given, kind: "backfill", order: direction })).toMatchObject({ idle: 2 });
    expect(provider.calls.length).toBe(done);
  });
});

function stoppedAfter(pages: number, order: "descending" | "ascending" | "unordered") {
  const pause = new AbortController();
  const archive = memoryArchive();
  const { put } = archive;
  let seen = 0;
  archive.put = (body) => {
    if (++seen === pages) pause.abort();
    return put(body);
  };
  return makeEngine(archive).ingest({ integration: integration(thingConnector(order)), signal: pause.signal });
}

describe("the first pages", () => {
  it("come from every scope before any goes deep, and are written at once with how far they reach", async () => {
    await engine.ingest({ integration: integration() });
    const scopes = provider.calls.map(({ url }) => url.pathname.split("/")[2]);
    expect(scopes.slice(0, 2).sort()).toEqual(["a", "b"]);
  });
});

describe("trouble", () => {
  it("of one scope stops no other, and says what happened", async () => {
    provider.fault = ({ url }, response) => {
      if (!url.pathname.startsWith("/scopes/b")) return false;
      sendJson(response, { message: "Resource not accessible by very-secret-token" }, 403);
      return true;
    };
    const summary = await engine.ingest({ integration: integration() });
    expect(summary.outcome).toBe("partly");
    const failed = summary.tasks.find(({ scopeId }) => scopeId === "b")!;
    expect(failed).toMatchObject({ status: "failed", errorCode: "not_permitted" });
    expect(failed.errorMessage).toContain("Resource not accessible by [secret]");
    expect(sink.rows.size).toBe(35);
    expect(sink.tasks.get(failed.id)).toMatchObject({ status: "failed" });
  });

  it("with the credential stops the integration", async () => {
    provider.fault = ({ number }, response) => {
      if (number < 3) return false;
      sendJson(response, { message: "Bad credentials" }, 401);
      return true;
    };
    const summary = await engine.ingest({ integration: integration() });
    expect(summary).toMatchObject({ outcome: "failed", fatal: { code: "credential_refused" } });
    provider.fault = () => false;
    expect(await engine.ingest({ integration: integration() })).toMatchObject({ outcome: "succeeded" });
    expect(sink.rows.size).toBe(47);
  });

  it("with single records puts them aside", async () => {
    provider.things.get("a")!.push({ id: 99, title: 5 as never, updatedAt: "2026-01-01T00:00:00Z" });
    const summary = await engine.ingest({ integration: integration() });
    expect(summary).toMatchObject({ outcome: "succeeded", totals: { records: 48, quarantined: 1 } });
    expect([...sink.quarantined.values()]).toMatchObject([{ nativeKey: "99", errorPath: "title", stream: "things" }]);
    expect(sink.rows.size).toBe(47);
  });
});
