import { describe, expect, it } from "vitest";

import type { Connector, Scope } from "../../ingest/connector.ts";
import { createEngine, type Forecast, type IngestIntegration, type IngestRequest } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink } from "../../ingest/testing/memory.ts";
import { github } from "./connector.ts";

const connector = github as unknown as Connector<unknown>;

const network = { allowedNetworks: [], allowLoopback: true };

interface Compared {
  readonly forecast: Forecast;
  /** Calls that the simulator heard: for the forecast itself, and for the reading. */
  readonly announced: number;
  readonly made: number;
  readonly points: number;
}

async function compare(options: object, request: Partial<IngestRequest> = {}): Promise<Compared> {
  const { startGithubSimulator } = await import("../../simulators/index.ts");
  const simulator = await startGithubSimulator(options);
  const engine = createEngine({
    sink: memorySink(),
    archive: memoryArchive(),
    network,
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
    };
  } finally {
    await engine.close();
    await simulator.stop();
  }
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

describe("a forecast", { timeout: 120_000 }, () => {
  it.each([
    ["everything of a few repositories", { seed: 5, size: { repositories: 5, pullRequestsPerRepository: 30 } }, {}],
    ["four months of a few", { seed: 3, size: { repositories: 4, pullRequestsPerRepository: 40 } }, { since: daysAgo(120) }],
    ["one large repository", { seed: 2, size: { repositories: 1, pullRequestsPerRepository: 200 } }, {}],
    ["everything of many", { seed: 4, size: { repositories: 30, pullRequestsPerRepository: 8 } }, {}],
    ["a year of many", { seed: 7, size: { repositories: 24, pullRequestsPerRepository: 8 } }, { since: daysAgo(365) }],
  ] as const)("of %s is within a tenth of the calls made, and costs a handful", async (_, options, range) => {
    const { forecast, announced, made, points } = await compare(options, { kind: "backfill", ...range });
    expect(forecast.basis).toMatch(/counted|learned/);
    expect(Math.abs(forecast.calls! - made) / made).toBeLessThanOrEqual(0.1);
    expect(announced).toBeLessThanOrEqual(23);
    const graphql = forecast.classes.find(({ class: name }) => name === "graphql")!;
    expect(Math.abs(graphql.points! - points) / points).toBeLessThanOrEqual(0.25);
    expect(graphql.shareOfQuota).toBeCloseTo(graphql.points! / 5000, 2);
    expect(forecast.secondsLow!).toBeLessThan(forecast.seconds!);
    expect(forecast.secondsHigh!).toBeGreaterThan(forecast.seconds!);
  });

  it("of what has been read already asks for nothing", async () => {
    const { startGithubSimulator } = await import("../../simulators/index.ts");
    const simulator = await startGithubSimulator({ size: "tiny" });
    const sink = memorySink();
    const engine = createEngine({ sink, archive: memoryArchive(), network, log: silentLog });
    const config = connector.config.parse({ url: simulator.url, token: simulator.token, owner: simulator.organisation });
    const found: IngestIntegration = { id: "acme-github", connector, config, scopes: [], backfill: { since: daysAgo(400) } };
    const scopes: Scope[] = [];
    for await (const scope of engine.listScopes(found)) scopes.push(scope);
    await engine.ingest({ integration: { ...found, scopes } });
    const again = await engine.forecast({ integration: { ...found, scopes }, kind: "backfill" });
    expect(again).toMatchObject({ calls: 0, records: 0, seconds: 0, streams: [] });
    await engine.close();
    await simulator.stop();
  });
});
