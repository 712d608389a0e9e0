import { describe, expect, it } from "vitest";

import type { Connector, Scope } from "../../ingest/connector.ts";
import { createEngine, type Forecast, type IngestIntegration, type IngestRequest } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink } from "../../ingest/testing/memory.ts";
import { github } from "./connector.ts";

const connector = github as unknown as Connector<unknown>;

interface Compared {
  readonly forecast: Forecast;
  /** Calls that the simulator heard: for the forecast itself, and for the reading. */
  readonly announced: number;
  readonly made: number;
  readonly points: number;
  readonly byRoute: Readonly<Record<string, number>>;
}

async function compare(options: object, request: Partial<IngestRequest> = {}): Promise<Compared> {
  const { startGithubSimulator } = await import("../../simulators/index.ts");
  const simulator = await startGithubSimulator(options);
  const engine = createEngine({
    sink: memorySink(),
    archive: memoryArchive(),
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
  });
  try {
    const config = connector.config.parse({ url: simulator.url, token: simulator.token, owner: simulator.organisation });
    const found: IngestIntegration = { id: "acme-github", connector, config, scopes: [], backfill: { since: null } };
    const scopes: Scope[] = [];
    for await (const scope of engine.listScopes(found)) scopes.push(scope);
    const wanted: IngestRequest = { ...request, integration: { ...found, scopes } };
    simulator.clearCalls();
    const forecast = await engine.forecast(wanted);
    const counting = simulator.calls();
    simulator.clearCalls();
    expect(await engine.ingest(wanted)).toMatchObject({ fatal: null, totals: { failed: 0 } });
    const reading = simulator.calls();
    return {
      forecast,
      announced: counting.rest + counting.graphql,
      made: reading.rest + reading.graphql,
      points: reading.points,
      byRoute: reading.byRoute,
    };
  } finally {
    await engine.close();
    await simulator.stop();
  }
}

describe("x", () => {
  it.each([
    [1, { repositories: 3, pullRequestsPerRepository: 300 }],
    [2, { repositories: 1, pullRequestsPerRepository: 700 }],
    [3, { repositories: 8, pullRequestsPerRepository: 60 }],
    [5, { repositories: 5, pullRequestsPerRepository: 30 }],
    [4, { repositories: 30, pullRequestsPerRepository: 10 }],
  ] as const)("seed %i", async (seed, size) => {
    for (const request of [{ kind: "backfill" }, { kind: "backfill", since: new Date(Date.now() - 120 * 86400000).toISOString() }] as const) {
    const { forecast, announced, made, points, byRoute } = await compare({ seed, size }, request);
    const per: Record<string, number[]> = {};
    for (const s of forecast.streams) { const e = (per[s.stream] ??= [0, 0]); e[0]! += s.calls ?? NaN; e[1]! += s.records ?? NaN; }
    console.log(JSON.stringify({ seed, size, announced, made, points, forecast: { ...forecast, streams: undefined }, per, byRoute }, null, 1));
    }
  }, 120_000);
});
