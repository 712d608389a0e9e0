import { describe, expect, it } from "vitest";

import type { Connector, MappedRow, Scope } from "../../ingest/connector.ts";
import { createEngine, type IngestIntegration } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink, type MemorySink } from "../../ingest/testing/memory.ts";
import { azure } from "./connector.ts";

const connector = azure as unknown as Connector<unknown>;
/** Loaded when a test runs: connectors never know the simulators. */
const start = async (options: object) => {
  const { startAzureSimulator } = await import("../../simulators/index.ts");
  return startAzureSimulator(options);
};
type Simulator = Awaited<ReturnType<typeof start>>;

interface Reading {
  readonly sink: MemorySink;
  readonly simulator: Simulator;
  /** Reads again, as a refresh does. */
  again(): Promise<void>;
}

interface Wish {
  readonly options?: object;
  readonly config?: object;
  readonly streams?: readonly string[];
}

/** Reads everything (or these streams) from a simulator into memory, then does what `then` says. */
async function reading({ options, config, streams }: Wish, then: (read: Reading) => unknown): Promise<void> {
  const simulator = await start({ size: "tiny", now: "2026-03-31T12:00:00Z", ...options });
  const sink = memorySink();
  const engine = createEngine({
    sink,
    archive: memoryArchive(),
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
  });
  try {
    const integration: IngestIntegration = {
      id: "acme-azure",
      connector: { ...connector, streams: connector.streams.filter(({ name }) => streams?.includes(name) ?? true) },
      config: connector.config.parse({ url: simulator.url, token: simulator.token, ...config }),
      scopes: [],
      backfill: { since: null },
    };
    const scopes: Scope[] = [];
    for await (const scope of engine.listScopes(integration)) scopes.push(scope);
    simulator.clearCalls();
    const again = async () => {
      const summary = await engine.ingest({ integration: { ...integration, scopes } });
      expect(summary).toMatchObject({ fatal: null, totals: { failed: 0, quarantined: 0 } });
    };
    await again();
    await then({ sink, simulator, again });
  } finally {
    await engine.close();
    await simulator.stop();
  }
}

const rowsOf = (sink: MemorySink, entity: string) =>
  Object.values(sink.table()).filter((row) => row.entity === entity) as unknown as (MappedRow & Record<string, unknown>)[];

describe("smoke", () => {
  it("reads", async () => {
    await reading({}, ({ sink, simulator }) => {
      const counts: Record<string, number> = {};
      for (const row of Object.values(sink.table())) counts[row.entity] = (counts[row.entity] ?? 0) + 1;
      console.log(counts, simulator.calls());
      expect(rowsOf(sink, "issue").length).toBeGreaterThan(0);
    });
  });
});
