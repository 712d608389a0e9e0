import { afterEach, describe, expect, it } from "vitest";

import type { Connector, Scope } from "../../ingest/connector.ts";
import { createEngine, type IngestIntegration, type IngestRequest } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink } from "../../ingest/testing/memory.ts";
import { azure } from "./connector.ts";

const connector = azure as unknown as Connector<unknown>;
const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

describe("a forecast of Azure DevOps", { timeout: 120_000 }, () => {
  it.each([
    ["everything", null],
    ["four months", "2025-12-01T00:00:00Z"],
  ] as const)("of %s is within a tenth of the calls made, and costs a handful", async (_, since) => {
    const { startAzureSimulator } = await import("../../simulators/index.ts");
    const simulator = await startAzureSimulator({
      seed: 3,
      size: { repositories: 3, pullRequestsPerRepository: 25 },
      now: "2026-03-31T12:00:00Z",
    });
    const network = { allowedNetworks: [], allowLoopback: true };
    const engine = createEngine({ sink: memorySink(), archive: memoryArchive(), network, log: silentLog });
    undo.push(
      () => simulator.stop(),
      () => engine.close(),
    );
    const config = connector.config.parse({ url: simulator.url, token: simulator.token });
    const found: IngestIntegration = { id: "acme-azure", connector, config, scopes: [], backfill: { since } };
    const scopes: Scope[] = [];
    for await (const scope of engine.listScopes(found)) scopes.push(scope);
    const wanted: IngestRequest = { kind: "backfill", integration: { ...found, scopes } };
    simulator.clearCalls();
    const forecast = await engine.forecast(wanted);
    expect(simulator.calls().total).toBeLessThanOrEqual(23);
    simulator.clearCalls();
    expect(await engine.ingest(wanted)).toMatchObject({ fatal: null, totals: { failed: 0 } });
    const made = simulator.calls().total;
    expect(Math.abs(forecast.calls! - made) / made).toBeLessThanOrEqual(0.1);
  });
});
