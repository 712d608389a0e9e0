import { describe, expect, it, beforeAll, afterAll } from "vitest";

import type { Connector, Json, Scope } from "./connector.ts";
import { createEngine, type IngestIntegration } from "./engine.ts";
import { silentLog } from "./log.ts";
import { secretsOf } from "./redact.ts";
import { replayArchive } from "./replay.ts";
import type { Archive } from "./sink.ts";
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

export function describeLive(connector: Connector<unknown>, live: LiveFixture): void {
  describe("against its simulator", () => {
    let integration: IngestIntegration;
    let stop = async () => undefined as void;
    const whole = newPlace();
    const engineOn = ({ sink, archive }: Place) =>
      createEngine({ sink, archive, network: { allowedNetworks: [], allowLoopback: true }, log: silentLog });

    beforeAll(async () => {
      const simulator = await live.start();
      stop = simulator.stop;
      const config = connector.config.parse(simulator.config);
      integration = { id: INTEGRATION, connector, config, scopes: [], backfill: { since: null } };
      const engine = engineOn(whole);
      const scopes: Scope[] = [];
      for await (const scope of engine.listScopes(integration))
        if (!live.scopes || live.scopes.includes(scope.name)) scopes.push(scope);
      integration = { ...integration, scopes };
      const summary = await engine.ingest({ integration });
      expect(summary).toMatchObject({ fatal: null, totals: { failed: 0, quarantined: 0 } });
      await engine.close();
    }, 120_000);
    afterAll(() => stop());

    it("says who the credential is, and lists scopes", async () => {
      const engine = engineOn(newPlace());
      const answer = await engine.check(integration);
      expect(answer.ok).toBe(true);
      expect(answer.sentence).toMatch(/\S+ .*\S+/);
      expect(integration.scopes.length).toBeGreaterThan(0);
      await engine.close();
    });

    it("yields nothing that changed in the future", async () => {
      const engine = engineOn(newPlace());
      for (const stream of connector.streams) {
        if (stream.order === "unordered") continue;
        const scope = stream.level === "integration" ? "-" : integration.scopes[0]!.id;
        let records = 0;
        // Newest first may hold one page before it finds that everything is older.
        for await (const record of engine.read(integration, stream.name, scope, { since: "2199-01-01T00:00:00Z" }))
          if (stream.order === "ascending" && record) records++;
        expect(records, stream.name).toBe(0);
      }
      await engine.close();
    });

    it("loses nothing when it is stopped after any page and goes on later", async () => {
      const pages = whole.sink.pages.size;
      const stops = Math.min(pages - 1, live.stops ?? 8);
      for (let index = 1; index <= stops; index++) {
        const place = newPlace();
        await readWithStop(place, Math.ceil((index * pages) / (stops + 1)));
        expect(place.sink.table(), `stopped after page ${Math.ceil((index * pages) / (stops + 1))} of ${pages}`).toEqual(
          whole.sink.table(),
        );
      }
    }, 120_000);

    const readWithStop = async (place: Place, after: number) => {
      const pause = new AbortController();
      const { put } = place.archive;
      let seen = 0;
      place.archive.put = async (body) => {
        const hash = await put(body);
        if (++seen === after) pause.abort();
        return hash;
      };
      const engine = engineOn(place);
      await engine.ingest({ integration, signal: pause.signal });
      const rest = await engine.ingest({ integration });
      expect(rest).toMatchObject({ outcome: "succeeded" });
      await engine.close();
    };

    it("comes out of the archive as it came from the provider", async () => {
      const again = newPlace();
      const { id, config, scopes } = integration;
      await replayArchive({
        query: memoryIndex(whole.sink),
        archive: whole.archive,
        connectors: [connector],
        integrations: [{ id, connector: connector.name, config, scopes }],
        sink: again.sink,
      });
      expect(again.sink.table()).toEqual(whole.sink.table());
    });

    it("keeps its secrets out of archive, index and ledger", () => {
      const bodies = [...whole.archive.bodies.values()].map((body) => Buffer.from(body).toString());
      const ledger = JSON.stringify([...whole.sink.pages.values(), ...whole.sink.tasks.values()]);
      for (const secret of secretsOf(connector.config, integration.config)) {
        expect(ledger.includes(secret)).toBe(false);
        expect(bodies.some((body) => body.includes(secret))).toBe(false);
      }
    });
  });
}
