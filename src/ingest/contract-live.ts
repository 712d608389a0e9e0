import { describe, expect, it, beforeAll, afterAll } from "vitest";

import type { Connector, Json, Scope } from "./connector.ts";
import { createEngine, type Engine, type IngestIntegration } from "./engine.ts";
import { isBefore } from "./instants.ts";
import { silentLog } from "./log.ts";
import { secretsOf } from "./redact.ts";
import { replayArchive } from "./replay.ts";
import type { Archive, StreamKey } from "./sink.ts";
import { memoryArchive, memoryIndex, memorySink, type MemorySink } from "./testing/memory.ts";

/** A simulator of the provider, started for the tests on this machine. */
export interface LiveFixture {
  /** Starts it with a state that does not change while it runs. */
  readonly start: () => Promise<{
    /** Configuration that reaches the simulator, with a made-up credential that it accepts. */
    readonly config: { readonly [name: string]: Json };
    readonly stop: () => Promise<void>;
  }>;
  /** Names of scopes to read; all that the credential sees unless given. Few and small ones keep the suite quick. */
  readonly scopes?: readonly string[];
  /** How many stops are tried, spread over the whole read; default 8. */
  readonly stops?: number;
}

const INTEGRATION = "acme-live";

interface Place {
  readonly sink: MemorySink;
  readonly archive: Archive & { readonly bodies: Map<string, Uint8Array> };
}

const newPlace = (): Place => ({ sink: memorySink(), archive: memoryArchive() });

const engineOn = ({ sink, archive }: Place): Engine =>
  createEngine({ sink, archive, network: { allowedNetworks: [], allowLoopback: true }, log: silentLog });

/** Works with an engine on a place, and closes it. */
async function withEngine<Result>(place: Place, work: (engine: Engine) => Promise<Result>): Promise<Result> {
  const engine = engineOn(place);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** One undisturbed read of the simulator, to which every other one is compared. */
interface Whole extends Place {
  readonly integration: IngestIntegration;
}

export function describeLive(connector: Connector<unknown>, live: LiveFixture): void {
  describe("against its simulator", () => {
    let whole: Whole;
    let stop = async () => undefined as void;
    beforeAll(async () => {
      const simulator = await live.start();
      stop = simulator.stop;
      whole = await readWhole(connector, live, simulator.config);
    }, 120_000);
    afterAll(() => stop());

    it("says who the credential is, and lists scopes", () => expectCheck(whole));
    it("yields nothing that changed in the future", () => expectNoFuture(whole));
    it("loses nothing when it is stopped after any page and goes on later", () => expectResume(whole, live.stops ?? 8), 120_000);
    it("comes out of the archive as it came from the provider", () => expectReplay(whole));
    it("keeps its secrets out of archive, index and ledger", () => expectNoSecrets(whole));
  });
}

async function readWhole(
  connector: Connector<unknown>,
  live: LiveFixture,
  config: { readonly [name: string]: Json },
): Promise<Whole> {
  const place = newPlace();
  const open: IngestIntegration = {
    id: INTEGRATION,
    connector,
    config: connector.config.parse(config),
    scopes: [],
    backfill: { since: null },
  };
  return withEngine(place, async (engine) => {
    const scopes: Scope[] = [];
    for await (const scope of engine.listScopes(open)) if (!live.scopes || live.scopes.includes(scope.name)) scopes.push(scope);
    const integration = { ...open, scopes };
    const summary = await engine.ingest({ integration });
    expect(summary).toMatchObject({ fatal: null, totals: { failed: 0, quarantined: 0 } });
    return { ...place, integration };
  });
}

async function expectCheck({ integration }: Whole): Promise<void> {
  const answer = await withEngine(newPlace(), (engine) => engine.check(integration));
  expect(answer.ok).toBe(true);
  expect(answer.sentence).toMatch(/\S+ .*\S+/);
  expect(integration.scopes.length).toBeGreaterThan(0);
}

/** Only where the provider filters by time; newest first a page may come before it shows that everything is older. */
async function expectNoFuture({ integration }: Whole): Promise<void> {
  await withEngine(newPlace(), async (engine) => {
    for (const stream of integration.connector.streams.filter(({ order }) => order === "ascending")) {
      const scope = stream.level === "integration" ? "-" : integration.scopes[0]!.id;
      const records: unknown[] = [];
      for await (const record of engine.read(integration, stream.name, scope, { since: "2199-01-01T00:00:00Z" }))
        records.push(record);
      expect(records, stream.name).toEqual([]);
    }
  });
}

async function expectResume({ sink, integration }: Whole, wanted: number): Promise<void> {
  const pages = sink.pages.size;
  const stops = Math.min(pages - 1, wanted);
  for (let index = 1; index <= stops; index++) {
    const after = Math.ceil((index * pages) / (stops + 1));
    const place = newPlace();
    const pause = new AbortController();
    const { put } = place.archive;
    let seen = 0;
    place.archive.put = async (body) => {
      if (++seen === after) pause.abort();
      return put(body);
    };
    await withEngine(place, async (engine) => {
      await engine.ingest({ integration, signal: pause.signal });
      expect(
        overclaimed(sink, place.sink, integration),
        `claimed after page ${after} of ${pages} without having been read`,
      ).toEqual([]);
      expect(await engine.ingest({ integration })).toMatchObject({ outcome: "succeeded" });
    });
    expect(place.sink.table(), `stopped after page ${after} of ${pages}`).toEqual(sink.table());
  }
}

/** Records that progress says have been read, and that are not there. */
function overclaimed(whole: MemorySink, part: MemorySink, { connector }: IngestIntegration): string[] {
  const missing: string[] = [];
  for (const { key, records } of whole.batches) {
    const { coveredFrom, cursorAt } = part.progressOf(key) ?? {};
    const isByChange = connector.streams.some(({ name, orderedBy }) => name === key.stream && !orderedBy);
    if (!coveredFrom || !cursorAt || !isByChange) continue;
    const there = new Set(
      part.batches
        .filter((batch) => sameStream(batch.key, key))
        .flatMap((batch) => batch.records.map(({ nativeKey }) => nativeKey)),
    );
    for (const { nativeKey, changedAt } of records) {
      const isCovered = changedAt !== null && !isBefore(changedAt, coveredFrom) && isBefore(changedAt, cursorAt);
      if (isCovered && !there.has(nativeKey)) missing.push(`${key.stream} ${nativeKey}`);
    }
  }
  return missing;
}

const sameStream = (a: StreamKey, b: StreamKey): boolean =>
  a.integrationId === b.integrationId && a.scopeId === b.scopeId && a.stream === b.stream;

async function expectReplay({ sink, archive, integration }: Whole): Promise<void> {
  const again = memorySink();
  const { id, connector, config, scopes } = integration;
  await replayArchive({
    query: memoryIndex(sink),
    archive,
    connectors: [connector],
    integrations: [{ id, connector: connector.name, config, scopes }],
    sink: again,
  });
  expect(again.table()).toEqual(sink.table());
}

function expectNoSecrets({ sink, archive, integration }: Whole): void {
  const bodies = [...archive.bodies.values()].map((body) => Buffer.from(body).toString());
  const ledger = JSON.stringify([...sink.pages.values(), ...sink.tasks.values()]);
  for (const secret of secretsOf(integration.connector.config, integration.config)) {
    expect(ledger.includes(secret)).toBe(false);
    expect(bodies.some((body) => body.includes(secret))).toBe(false);
  }
}
