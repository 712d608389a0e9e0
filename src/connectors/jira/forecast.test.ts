import { afterEach, describe, expect, it } from "vitest";

import type { Scope } from "../../ingest/connector.ts";
import { createEngine, type IngestIntegration, type IngestRequest } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink } from "../../ingest/testing/memory.ts";
import { accessTo, connector, startJira } from "./testing/reading.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

describe("a forecast of Jira", { timeout: 120_000 }, () => {
  it.each([
    ["everything on Cloud", { flavour: "cloud", size: { projects: 2, issuesPerProject: 150, days: 200 } }, null],
    ["three months on Cloud", { flavour: "cloud", size: { projects: 2, issuesPerProject: 100, days: 150 } }, 90],
    ["everything on Data Center", { flavour: "server", size: { projects: 2, issuesPerProject: 100, days: 150 } }, null],
  ] as const)("of %s is within a tenth of the calls made, and costs a handful", async (_, options, days) => {
    const simulator = await startJira({ seed: 3, ...options });
    const network = { allowedNetworks: [], allowLoopback: true };
    const engine = createEngine({ sink: memorySink(), archive: memoryArchive(), network, log: silentLog });
    undo.push(
      () => simulator.stop(),
      () => engine.close(),
    );
    const since = days === null ? null : new Date(Date.now() - days * 86_400_000).toISOString();
    const config = connector.config.parse(accessTo(simulator));
    const found: IngestIntegration = { id: "acme-jira", connector, config, scopes: [], backfill: { since } };
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
