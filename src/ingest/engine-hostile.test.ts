import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Connector } from "./connector.ts";
import { createEngine, type Engine, type IngestIntegration, type TaskRow } from "./engine.ts";
import { silentLog } from "./log.ts";
import { fastClock } from "./testing/fast-clock.ts";
import { memoryArchive, memoryIndex, memorySink, type MemorySink } from "./testing/memory.ts";
import { sendJson, someThings, startProvider, type Provider } from "./testing/provider.ts";
import { thingConnector, type ThingConfig } from "./testing/thing-connector.ts";
import { replayArchive } from "./replay.ts";

const TOKEN = "very-secret-token";
const key = { integrationId: "acme", scopeId: "a", stream: "things" };

let provider: Provider;
let sink: MemorySink;
let archive: ReturnType<typeof memoryArchive>;
let engine: Engine;
let clock: ReturnType<typeof fastClock>;
let saved: TaskRow[];

const makeEngine = (timeoutMs = 300) =>
  createEngine({
    sink,
    archive,
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
    clock,
    timeoutMs,
    tasks: { save: (task) => void saved.push(task) },
  });

function integration(connector: Connector<ThingConfig> = thingConnector(), since: string | null = null): IngestIntegration {
  return {
    id: "acme",
    connector,
    config: { url: provider.url, token: TOKEN },
    scopes: [...provider.things.keys()].map((id) => ({ id, name: `acme/${id}`, kind: "repository" })),
    backfill: { since },
  };
}

const titles = () => Object.values(sink.table()).map((row) => (row as unknown as { name: string }).name);
const things = () => provider.things.get("a")!;
const change = (id: number, more: object) => {
  const index = things().findIndex((thing) => thing.id === id);
  things()[index] = { ...things()[index]!, ...more };
};
const listCalls = () => provider.calls.filter(({ url }) => url.pathname.endsWith("/things"));
const keyCalls = () => provider.calls.filter(({ url }) => url.pathname.includes("/things/"));

beforeEach(async () => {
  clock = fastClock();
  provider = await startProvider({ a: someThings(35, { now: "2026-06-01T00:00:00Z" }) });
  provider.now = clock.now;
  sink = memorySink();
  archive = memoryArchive();
  saved = [];
  engine = makeEngine();
});

afterEach(async () => {
  await engine.close();
  await provider.close();
});

describe("a provider that lies", () => {
  it("about its order loses nothing, and is told so with key and times", async () => {
    provider.order = "ascending";
    const pause = new AbortController();
    archive.put = async () => {
      if (archive.bodies.set(String(archive.bodies.size), new Uint8Array()).size === 3) pause.abort();
      return "0".repeat(64);
    };
    await engine.ingest({ integration: integration(), signal: pause.signal });
    expect(sink.progressOf(key)).toMatchObject({ cursorAt: null, coveredFrom: null });
    const { tasks } = await engine.ingest({ integration: integration() });
    expect(new Set(titles()).size).toBe(35);
    const fresh = tasks.find(({ errorCode }) => errorCode === "order_broken");
    expect(fresh).toMatchObject({ status: "succeeded" });
    expect(fresh!.errorMessage).toMatch(
      /Stream things is declared descending, but record \d+ of 2026-\S+ came after one of 2026-/,
    );
  });

  it("by leading its pages in a circle is stopped with the position named", async () => {
    provider.fault = ({ url }, response) => {
      if (!url.searchParams.has("after")) return false;
      sendJson(response, { things: things().slice(0, 2), next: "round-and-round" });
      return true;
    };
    const { tasks } = await engine.ingest({ integration: integration() });
    expect(tasks[0]).toMatchObject({ status: "failed", errorCode: "paging_loop" });
    expect(tasks[0]!.errorMessage).toContain("round-and-round");
    expect(sink.rows.size).toBeGreaterThanOrEqual(10);
  });

  it("by leading to a forbidden address ends the integration", async () => {
    provider.fault = (_, response) => {
      response.writeHead(302, { location: "http://169.254.169.254/" }).end();
      return true;
    };
    expect(await engine.ingest({ integration: integration() })).toMatchObject({
      outcome: "failed",
      fatal: { code: "address_refused" },
    });
  });
});

describe("a provider that fails half of the time", () => {
  it.each(["descending", "ascending", "unordered"] as const)(
    "ends with the same rows (%s), and is not called while it asks to wait",
    async (order) => {
      provider.order = order === "unordered" ? "shuffled" : order;
      provider.things.set("b", someThings(64, { firstId: 500, now: "2026-05-01T00:00:00Z" }));
      let blockedUntil = 0;
      let insideBlock = 0;
      let trouble = 0;
      provider.fault = ({ number }, response) => {
        if (clock.elapsed() < blockedUntil) insideBlock++;
        const kind = ["502", "drop", "cut", "429", "html", "200 and wait"][(number * 7) % 12];
        if (kind === undefined || kind === "200 and wait") return false;
        trouble++;
        if (kind === "drop") response.destroy();
        else if (kind === "cut")
          response.writeHead(200, { "content-length": "99" }).write('{"things":', () => response.destroy());
        else if (kind === "html") response.writeHead(200, { "content-type": "text/html" }).end("<html>busy</html>");
        else if (kind === "502") sendJson(response, {}, 502);
        else {
          blockedUntil = clock.elapsed() + 29_000;
          response.setHeader("retry-after", "30");
          sendJson(response, {}, 429);
        }
        return true;
      };
      const summary = await engine.ingest({ integration: integration(thingConnector(order)) });
      expect(summary).toMatchObject({ outcome: "succeeded", totals: { entities: 99 } });
      expect(trouble).toBeGreaterThan(3);
      expect(insideBlock).toBe(0);
      const sum = (of: (task: TaskRow) => number) => summary.tasks.reduce((total, task) => total + of(task), 0);
      expect(sum((task) => task.requests)).toBe(provider.calls.length);
      expect(sum((task) => task.retries)).toBe(trouble);
    },
  );
});

describe("things that change", () => {
  it("during the scan, again and again, arrive with the next one", async () => {
    let edits = 0;
    provider.fault = ({ url }) => {
      if (url.pathname.endsWith("/things")) change(3, { title: `Hot ${++edits}`, updatedAt: clock.now() });
      return false;
    };
    await engine.ingest({ integration: integration() });
    await engine.ingest({ integration: integration() });
    expect(titles()).toContain(`Hot ${edits}`);
    expect(sink.rows.size).toBe(35);
  });

  it("are seen although the clock of this machine jumps by a day, forth and back", async () => {
    // The provider filters by time, so that a wrong beginning would leave things out.
    provider.order = "ascending";
    provider.now = () => new Date().toISOString();
    const connector = thingConnector("ascending");
    for (const jump of [86_400_000, -172_800_000, 86_400_000]) {
      clock.jump(jump);
      await engine.ingest({ integration: integration(connector) });
      change(7, { title: `After ${jump}`, updatedAt: new Date().toISOString() });
      await engine.ingest({ integration: integration(connector) });
      expect(titles()).toContain(`After ${jump}`);
    }
  });

  it("are all seen, also when they are more than a page holds", async () => {
    await engine.ingest({ integration: integration() });
    for (let id = 1; id <= 25; id++) change(id, { title: `Changed ${id}`, updatedAt: clock.now() });
    await engine.ingest({ integration: integration() });
    expect(titles().filter((title) => title.startsWith("Changed"))).toHaveLength(25);
  });

  it("after a refresh was interrupted are seen by the run that ends it", async () => {
    await engine.ingest({ integration: integration() });
    for (let id = 1; id <= 25; id++) change(id, { title: `Changed ${id}`, updatedAt: clock.now() });
    const pause = new AbortController();
    const { put } = archive;
    archive.put = (body) => {
      pause.abort();
      return put(body);
    };
    expect(await engine.ingest({ integration: integration(), signal: pause.signal })).toMatchObject({ outcome: "paused" });
    expect(sink.progressOf(key)).toMatchObject({ cursor: { lanes: { refresh: { position: expect.any(String) } } } });
    change(30, { title: "Changed meanwhile", updatedAt: clock.now() });
    await engine.ingest({ integration: integration() });
    expect(titles().filter((title) => title.startsWith("Changed"))).toHaveLength(26);
  });

  it("without their list saying so are read again by key until they are finished", async () => {
    change(5, { isOpen: true });
    await engine.ingest({ integration: integration() });
    expect([...sink.unfinished.values()]).toMatchObject([{ nativeKey: "5", attempts: 0 }]);
    await engine.ingest({ integration: integration() });
    expect(keyCalls()).toHaveLength(0);

    await clock.sleep(70_000);
    await engine.ingest({ integration: integration() });
    expect(keyCalls()).toHaveLength(1);
    expect([...sink.unfinished.values()]).toMatchObject([{ nativeKey: "5", attempts: 1 }]);

    change(5, { isOpen: false, title: "Finished" });
    await clock.sleep(130_000);
    await engine.ingest({ integration: integration() });
    expect(titles()).toContain("Finished");
    expect(sink.unfinished.size).toBe(0);
  });

  it("and vanish are asked for a few times, and keep their rows", async () => {
    change(5, { isOpen: true });
    await engine.ingest({ integration: integration() });
    things().splice(
      things().findIndex(({ id }) => id === 5),
      1,
    );
    for (let day = 0; day < 8; day++) {
      await clock.sleep(86_400_000);
      await engine.ingest({ integration: integration() });
    }
    expect(keyCalls()).toHaveLength(5);
    expect(sink.unfinished.size).toBe(0);
    expect(sink.rows.size).toBe(35);
  });
});

describe("history and news", () => {
  it("have lanes of their own: news arrive while history is still going back", async () => {
    const pages = Promise.withResolvers<void>();
    provider.fault = ({ url }, response) => {
      if (url.searchParams.get("after") === null || url.searchParams.get("after")!.includes("#000036")) return false;
      void pages.promise.then(() => sendJson(response, { things: things().slice(0, 25).toReversed(), next: null }));
      return true;
    };
    await engine.close();
    engine = makeEngine(20_000);
    const history = engine.ingest({ integration: integration() });
    while (sink.rows.size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sink.rows.size).toBe(10);
    things().push({ id: 36, title: "News", updatedAt: clock.now() });
    expect(await engine.ingest({ integration: integration(), kind: "refresh" })).toMatchObject({ outcome: "succeeded" });
    expect(titles()).toContain("News");
    const progress = sink.progressOf(key)!;
    expect(progress).toMatchObject({ cursor: { lanes: { history: { until: null } } } });
    expect(progress.coveredFrom! > "2026-05-30").toBe(true);
    pages.resolve();
    expect(await history).toMatchObject({ outcome: "succeeded" });
    expect(sink.progressOf(key)).toMatchObject({ coveredFrom: "2008-04-10T00:00:00Z", cursorAt: progress.cursorAt });
    expect(sink.rows.size).toBe(36);
  });

  it("stop where history was to begin, and go on below when more is asked for", async () => {
    await engine.ingest({ integration: integration(thingConnector(), "2026-05-31T12:00:00Z") });
    expect(sink.progressOf(key)).toMatchObject({ coveredFrom: "2026-05-31T12:00:00Z" });
    const before = listCalls().length;
    expect(before).toBe(2);
    await engine.ingest({ integration: integration(thingConnector(), "2026-05-30T20:00:00Z") });
    expect(sink.progressOf(key)).toMatchObject({ coveredFrom: "2026-05-30T20:00:00Z" });
    expect(sink.rows.size).toBeGreaterThanOrEqual(28);
    await engine.ingest({ integration: integration() });
    expect(sink.rows.size).toBe(35);
  });

  it("read a past range again when asked, without losing their place", async () => {
    await engine.ingest({ integration: integration() });
    const { cursorAt, coveredFrom } = sink.progressOf(key)!;
    change(20, { title: "Quietly renamed" });
    await engine.ingest({ integration: integration(), since: "2026-05-31T00:00:00Z", until: "2026-05-31T23:00:00Z" });
    expect(titles()).toContain("Quietly renamed");
    expect(sink.progressOf(key)).toMatchObject({ cursorAt, coveredFrom, cursor: { lanes: {} } });
    change(1, { title: "Quietly renamed, long ago" });
    await engine.ingest({ integration: integration(), full: true });
    expect(titles()).toContain("Quietly renamed, long ago");
  });
});

describe("a probe", () => {
  const probing = thingConnector("descending", {
    async *probe({ api }) {
      const { body } = await api.get("/marks");
      for (const { scope, mark } of body as { scope: string; mark: string }[]) yield { scopeId: scope, stream: "things", mark };
    },
  });

  it("spares every call to streams that nothing happened to", async () => {
    provider.things.set("b", someThings(3, { firstId: 900 }));
    await engine.ingest({ integration: integration(probing) });
    const before = provider.calls.length;
    expect(await engine.ingest({ integration: integration(probing) })).toMatchObject({
      outcome: "succeeded",
      idle: 2,
      tasks: [],
    });
    expect(provider.calls.length - before).toBe(1);

    change(9, { title: "Changed", updatedAt: clock.now() });
    expect(await engine.ingest({ integration: integration(probing) })).toMatchObject({ idle: 1 });
    expect(titles()).toContain("Changed");
  });

  it("may be under way when the run is paused", async () => {
    const pause = new AbortController();
    provider.fault = ({ url }, response) => (url.pathname === "/marks" ? (pause.abort(), response.destroy(), true) : false);
    expect(await engine.ingest({ integration: integration(probing), signal: pause.signal })).toMatchObject({
      outcome: "paused",
      fatal: null,
      tasks: [],
    });
  });

  it("that fails only means that everything is read", async () => {
    await engine.ingest({ integration: integration(probing) });
    provider.fault = ({ url }, response) => (url.pathname === "/marks" ? (sendJson(response, {}, 404), true) : false);
    change(9, { title: "Changed", updatedAt: clock.now() });
    expect(await engine.ingest({ integration: integration(probing) })).toMatchObject({ outcome: "succeeded", idle: 0 });
    expect(titles()).toContain("Changed");
  });
});

describe("what is kept", () => {
  it("holds emoji and right-to-left text as they are, and U+FFFD where no engine can hold the character", async () => {
    things().push({ id: 40, title: "😀 مرحبا\u0000\ud800!", updatedAt: "2026-06-02T00:00:00Z" });
    await engine.ingest({ integration: integration() });
    expect(titles()).toContain("😀 مرحبا\uFFFD\uFFFD!");
    const bodies = [...archive.bodies.values()].map((body) => Buffer.from(body).toString());
    expect(bodies.some((body) => body.includes("\\u0000\\ud800!"))).toBe(true);
  });

  it("holds no secret: not in the archive, the ledger or the rows", async () => {
    things().push({ id: 41, title: `my ${TOKEN} and ghp_${"a1B2".repeat(9)}`, updatedAt: "2026-06-02T00:00:00Z" });
    await engine.ingest({ integration: integration() });
    const everything =
      [...archive.bodies.values()].map((body) => Buffer.from(body).toString()).join() +
      JSON.stringify([sink.table(), saved, [...sink.pages]]);
    expect(everything).not.toContain(TOKEN);
    expect(everything).not.toContain("ghp_a1B2");
    expect(titles()).toContain("my [secret] and [secret]");
  });

  it("comes out of the archive again as it is", async () => {
    things().push({ id: 40, title: "😀\u0000", updatedAt: "2026-06-02T00:00:00Z" });
    await engine.ingest({ integration: integration() });
    change(4, { title: "Second version", updatedAt: clock.now() });
    await engine.ingest({ integration: integration() });
    const again = memorySink();
    const { id, connector, config, scopes } = integration();
    const summary = await replayArchive({
      query: memoryIndex(sink),
      archive,
      connectors: [connector],
      integrations: [{ id, connector: connector.name, config, scopes }],
      sink: again,
    });
    expect(again.table()).toEqual(sink.table());
    expect(summary.quarantined).toBe(0);
  });

  it("is written later when the sink failed, with progress never ahead of rows", async () => {
    let writes = 0;
    sink.beforeWrite = ({ task }) => {
      if (!task && ++writes < 3) throw new Error("the disk is full of secrets");
    };
    expect(await engine.ingest({ integration: integration() })).toMatchObject({ outcome: "failed" });
    expect(sink.progressOf(key)).toBeNull();
    await engine.ingest({ integration: integration() });
    expect(await engine.ingest({ integration: integration() })).toMatchObject({ outcome: "succeeded" });
    expect(sink.rows.size).toBe(35);
  });
});

describe("bad requests", () => {
  it.each<[string, object]>([
    ["unknown_stream", { streams: ["thing"] }],
    ["unknown_scope", { scopes: ["acme/z"] }],
    ["bad_instant", { since: "yesterday" }],
    ["since_in_future", { since: "2199-01-01T00:00:00Z" }],
    ["since_before_provider", { since: "1999-01-01T00:00:00Z" }],
    ["range_empty", { since: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z" }],
  ])("%s is refused before any call", async (code, request) => {
    await expect(engine.ingest({ integration: integration(), ...request })).rejects.toMatchObject({
      code,
      rule: expect.any(String),
      next: expect.any(String),
    });
    expect(provider.calls).toHaveLength(0);
  });
});

describe("check, scopes and read", () => {
  it("answer without a database, in our words", async () => {
    expect(await engine.check(integration())).toMatchObject({ ok: true, sentence: "The token belongs to ada." });
    const records = [];
    for await (const record of engine.read(integration(), "things", "acme/a")) records.push(record);
    expect(records).toHaveLength(35);
    expect(sink.batches).toHaveLength(0);
    provider.fault = (_, response) => (sendJson(response, { message: TOKEN }, 401), true);
    await expect(engine.check(integration())).rejects.toMatchObject({ code: "credential_refused" });
  });

  it("say when an answer has another form than documented", async () => {
    provider.fault = (_, response) => (sendJson(response, { user: 1 }), true);
    await expect(engine.check(integration())).rejects.toMatchObject({ code: "answer_unexpected" });
  });
});
