import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Connector, Page, ReadRequest, Stream, Way } from "./connector.ts";
import { createEngine, type Engine, type History, type IngestIntegration, type IngestRequest } from "./engine.ts";
import { silentLog } from "./log.ts";
import { fastClock } from "./testing/fast-clock.ts";
import { memoryArchive, memorySink, type MemorySink } from "./testing/memory.ts";
import { sendJson, someThings, startProvider, type Provider } from "./testing/provider.ts";
import { thingConnector, type ThingConfig } from "./testing/thing-connector.ts";

let provider: Provider;
let sink: MemorySink;
let clock: ReturnType<typeof fastClock>;
let engine: Engine;
let counts: number;

const key = { integrationId: "acme", scopeId: "a", stream: "things" };
const makeEngine = (history?: History) =>
  createEngine({
    sink,
    archive: memoryArchive(),
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
    clock,
    ...(history ? { history } : {}),
  });

beforeEach(async () => {
  provider = await startProvider({ a: someThings(95), b: someThings(5, { firstId: 901 }) });
  clock = fastClock();
  provider.now = clock.now;
  sink = memorySink();
  counts = 0;
  engine = makeEngine();
});
afterEach(async () => {
  await engine.close();
  await provider.close();
});

async function* readInBulk({ api, scope, position }: ReadRequest<ThingConfig>): AsyncGenerator<Page> {
  const from = (position as { bulk: string } | null)?.bulk;
  const answer = await api.get(`/scopes/${scope.id}/things`, { size: 60, bulk: true, ...(from ? { after: from } : {}) });
  const { things, next } = answer.body as { things: { updatedAt: string }[]; next: string | null };
  yield { records: things, answers: [answer], position: next && { bulk: next }, reached: next ? things.at(-1)!.updatedAt : null };
  if (next) yield* readInBulk({ api, scope, position: { bulk: next } } as unknown as ReadRequest<ThingConfig>);
}

/** A way that costs a fixed ten points and reads sixty at once. */
const bulk: Way<ThingConfig> = {
  name: "bulk",
  label: "Sixty at once, from the export.",
  cost: { recordsPerCall: 60, pointsPerCall: 10 },
  isUsable: ({ scope }) => scope.id !== "closed",
  read: readInBulk,
};

function connectorWith(
  changes: Partial<Stream<ThingConfig>>,
  more: Partial<Connector<ThingConfig>> = {},
): Connector<ThingConfig> {
  const cost = {
    recordsPerCall: 10,
    count: async ({ scope }: { scope: { id: string } }) => (counts++, provider.things.get(scope.id)?.length ?? 0),
  };
  const streams = thingConnector().streams.map((stream): Stream<ThingConfig> => ({ ...stream, cost, ...changes }));
  return thingConnector("descending", {
    streams,
    client: ({ url, token }) => ({
      baseUrl: url,
      headers: { authorization: `Bearer ${token}` },
      credentialKey: token,
      classes: { core: { concurrency: 2, perHour: 1000 } },
    }),
    ...more,
  });
}

const integration = (connector: Connector<ThingConfig>, more: Partial<IngestIntegration> = {}): IngestIntegration => ({
  id: "acme",
  connector,
  config: { url: provider.url, token: "very-secret-token" },
  scopes: [...provider.things.keys()].map((id) => ({ id, name: `acme/${id}`, kind: "repository" })),
  backfill: { since: null },
  ...more,
});

const listed = () =>
  provider.calls.map(({ url }) => `${url.pathname.split("/")[2]} ${url.searchParams.get("bulk") ? "bulk" : "list"}`);
/** The second page is never answered. */
function stopAtSecond(number: number, pause: AbortController): boolean {
  if (number === 2) pause.abort();
  return number >= 2;
}
const waysOf = async (request: IngestRequest) =>
  Object.fromEntries((await engine.forecast(request)).streams.map(({ scopeId, way }) => [scopeId, way]));

describe("a forecast", () => {
  it("counts, prices and plays the reading without reading anything", async () => {
    const forecast = await engine.forecast({ integration: integration(connectorWith({})) });
    expect(provider.calls).toHaveLength(0);
    expect(counts).toBe(2);
    expect(forecast).toMatchObject({
      calls: 11,
      records: 100,
      basis: "counted",
      classes: [{ class: "core", calls: 11, points: 11, shareOfQuota: 0.011 }],
      streams: [
        { stream: "things", scopeId: "a", calls: 10, records: 95, way: "list" },
        { stream: "things", scopeId: "b", calls: 1, records: 5, way: "list" },
      ],
      // Nothing was heard of the provider yet: a second a call is assumed, and the longer of two chains decides.
      seconds: 10,
    });
    expect(forecast.secondsLow!).toBeLessThan(10);
    expect(forecast.secondsHigh!).toBeGreaterThan(10);
  });

  it("knows unknown from zero", async () => {
    const { cost: _, ...undeclared } = connectorWith({}).streams[0]!;
    const connector = connectorWith({}, { streams: [undeclared] });
    expect(await engine.forecast({ integration: integration(connector) })).toMatchObject({
      basis: "unknown",
      calls: null,
      records: null,
      seconds: null,
      secondsHigh: null,
      streams: [{ calls: null, records: null }, { calls: null }],
    });
  });

  it("learns from earlier tasks where nobody counts: records a day, and calls beyond those declared", async () => {
    const history: History = {
      progress: async () => [],
      tasks: async () => [
        {
          stream: "things",
          scopeId: "a",
          requests: 60,
          records: 400,
          firstChangeAt: "2026-01-01T00:00:00Z",
          lastChangeAt: "2026-02-10T00:00:00Z",
        },
      ],
    };
    engine = makeEngine(history);
    const connector = connectorWith({ cost: { recordsPerCall: 10 } });
    const since = new Date(Date.parse(clock.now()) - 20 * 86_400_000).toISOString();
    // Ten a day for twenty days, in each scope; 60 calls were made where 40 had been declared.
    const forecast = await engine.forecast({ integration: integration(connector), kind: "backfill", since });
    expect(forecast).toMatchObject({ basis: "learned", records: 400 });
    expect(forecast.streams[0]).toMatchObject({ records: 200, calls: 32 });
  });

  it("counts only what is not there yet", async () => {
    const connector = connectorWith({});
    await engine.ingest({ integration: integration(connector) });
    expect(await engine.forecast({ integration: integration(connector), kind: "backfill" })).toMatchObject({
      calls: 0,
      streams: [],
    });
  });

  it("asks for the sizes of twenty scopes at most, and works the others out from these", async () => {
    for (let scope = 0; scope < 58; scope++) provider.things.set(`s${scope}`, someThings(20, { firstId: 1000 + 100 * scope }));
    const { records, basis } = await engine.forecast({ integration: integration(connectorWith({})) });
    expect(counts).toBe(20);
    expect(basis).toBe("learned");
    // The sizes of the others are those of a sample of scopes of twenty and of one of five.
    expect(records).toBeGreaterThan(1000);
    expect(records).toBeLessThanOrEqual(1260);
  });
});

describe("ways of reading", () => {
  it("are chosen by time and points, each scope for itself", async () => {
    const cheap = connectorWith({ ways: [{ ...bulk, cost: { recordsPerCall: 60 } }] });
    expect(await waysOf({ integration: integration(cheap) })).toEqual({ a: "bulk", b: "list" });
    const dear = connectorWith({ ways: [{ ...bulk, cost: { recordsPerCall: 60, pointsPerCall: 400 } }] });
    expect(await waysOf({ integration: integration(dear) })).toEqual({ a: "list", b: "list" });
    await engine.ingest({ integration: integration(cheap) });
    expect(listed().sort()).toEqual(["a bulk", "a bulk", "b list"]);
    expect(sink.rows.size).toBe(100);
    expect(Object.fromEntries([...sink.tasks.values()].map(({ scopeId, way }) => [scopeId, way]))).toEqual({
      a: "bulk",
      b: "list",
    });
  });

  it("may be chosen by people: for the integration, or for one request", async () => {
    const connector = connectorWith({ ways: [bulk] });
    const settled = integration(connector, { ways: { things: "bulk" } });
    expect(await waysOf({ integration: settled })).toEqual({ a: "bulk", b: "bulk" });
    expect(await waysOf({ integration: settled, ways: { things: "list" } })).toEqual({ a: "list", b: "list" });
    await expect(engine.forecast({ integration: settled, ways: { things: "blk" } })).rejects.toMatchObject({
      code: "unknown_way",
    });
  });

  it("that cannot be used in a scope are not", async () => {
    provider.things.set("closed", someThings(30, { firstId: 500 }));
    const connector = connectorWith({ ways: [bulk] });
    expect(await waysOf({ integration: integration(connector), ways: { things: "bulk" } })).toMatchObject({
      closed: "list",
      a: "bulk",
    });
  });

  it("are kept by a pass that was interrupted, whatever is cheaper by now", async () => {
    const pause = new AbortController();
    provider.fault = ({ number }) => stopAtSecond(number, pause);
    const connector = connectorWith({ ways: [bulk] });
    const only = { integration: integration(connector), scopes: ["a"] };
    await engine.ingest({ ...only, ways: { things: "bulk" }, signal: pause.signal });
    expect(sink.progressOf(key)).toMatchObject({
      cursor: { lanes: { history: { way: "bulk", position: { bulk: expect.any(String) } } } },
    });
    provider.fault = () => false;
    provider.calls.length = 0;
    expect((await engine.forecast({ ...only, kind: "backfill", ways: { things: "list" } })).streams).toMatchObject([
      { way: "bulk" },
    ]);
    await engine.ingest({ ...only, kind: "backfill", ways: { things: "list" } });
    expect(listed()[0]).toBe("a bulk");
    expect(sink.rows.size).toBe(95);
  });

  it("that are no more give way to the list, from its beginning", async () => {
    const pause = new AbortController();
    provider.fault = ({ number }) => stopAtSecond(number, pause);
    const only = { scopes: ["a"], ways: { things: "bulk" } };
    await engine.ingest({ integration: integration(connectorWith({ ways: [bulk] })), ...only, signal: pause.signal });
    provider.fault = () => false;
    provider.calls.length = 0;
    await engine.ingest({ integration: integration(connectorWith({})), scopes: ["a"] });
    expect(new Set(listed())).toEqual(new Set(["a list"]));
    expect(sink.rows.size).toBe(95);
  });
});

describe("several credentials", () => {
  const tokens = ["first-token-1111", "second-token-2222", "third-token-3333"];
  const several = (): Connector<ThingConfig> =>
    connectorWith(
      {},
      {
        client: ({ url }) => ({
          baseUrl: url,
          headers: { authorization: `Bearer ${tokens[0]}` },
          credentialKey: tokens[0]!,
          more: tokens.slice(1).map((token, index) => ({
            label: `further token ${index + 1}`,
            credentialKey: token,
            headers: { authorization: `Bearer ${token}` },
          })),
          classes: { core: { concurrency: 2, perHour: 12 } },
        }),
      },
    );
  const callsBy = (token: string) => provider.calls.filter(({ headers }) => headers.authorization === `Bearer ${token}`).length;

  it("share the calls: each is spent down to its reserve before anything waits", async () => {
    await engine.ingest({ integration: integration(several()) });
    expect(provider.calls).toHaveLength(11);
    for (const token of tokens) expect(callsBy(token)).toBeGreaterThanOrEqual(3);
    expect(clock.slept).toEqual([]);
    expect(engine.budgets("acme")).toMatchObject([{ class: "core", credentials: 3, limit: 36, remaining: 25 }]);
  });

  it("go on without one that is refused, and say so without naming its secret", async () => {
    provider.fault = ({ headers }, response) => {
      if (headers.authorization !== `Bearer ${tokens[1]}`) return false;
      sendJson(response, { message: `Bad credentials ${tokens[1]}` }, 401);
      return true;
    };
    const summary = await engine.ingest({ integration: integration(several()) });
    expect(summary).toMatchObject({ outcome: "succeeded", fatal: null, remarks: [{ code: "credential_left_out" }] });
    expect(summary.remarks[0]!.message).toContain("further token 1");
    expect(JSON.stringify(summary)).not.toContain(tokens[1]);
    expect(sink.rows.size).toBe(100);
    expect(callsBy(tokens[1]!)).toBeLessThanOrEqual(2);
  });

  it("go on while one is blocked", async () => {
    provider.fault = ({ headers, number }, response) => {
      if (headers.authorization !== `Bearer ${tokens[0]}` || number > 5) return false;
      response.setHeader("retry-after", "600");
      sendJson(response, {}, 429);
      return true;
    };
    const summary = await engine.ingest({ integration: integration(several()) });
    expect(summary).toMatchObject({ outcome: "succeeded", remarks: [] });
    expect(clock.slept).toEqual([]);
    expect(engine.budgets("acme")[0]).toMatchObject({ blockedUntil: null });
  });

  it("end in the error when the last one is refused", async () => {
    provider.fault = (_, response) => (sendJson(response, {}, 401), true);
    expect(await engine.ingest({ integration: integration(several()) })).toMatchObject({
      outcome: "failed",
      fatal: { code: "credential_refused" },
    });
  });
});
