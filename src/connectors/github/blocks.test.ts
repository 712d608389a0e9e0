import { expect, it } from "vitest";

import type { Connector, Scope } from "../../ingest/connector.ts";
import { createEngine, type IngestIntegration } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink } from "../../ingest/testing/memory.ts";
import { github } from "./connector.ts";

const connector = github as unknown as Connector<unknown>;

it("nothing is called inside a block, however many streams press", { timeout: 120_000 }, async () => {
  const { startGithubSimulator } = await import("../../simulators/index.ts");
  const simulator = await startGithubSimulator({ seed: 11, size: { repositories: 8, pullRequestsPerRepository: 6 } });
  const sink = memorySink();
  const network = { allowedNetworks: [], allowLoopback: true };
  const engine = createEngine({ sink, archive: memoryArchive(), network, log: silentLog });
  const config = connector.config.parse({ url: simulator.url, token: simulator.token, owner: simulator.organisation });
  const found: IngestIntegration = { id: "acme-github", connector, config, scopes: [], backfill: { since: null } };
  const scopes: Scope[] = [];
  for await (const scope of engine.listScopes(found)) scopes.push(scope);
  simulator.clearCalls();
  simulator.faults.set("secondary_limit", { after: 20, rate: 0.2, times: 1, seconds: 6 });
  simulator.faults.set("primary_limit", { after: 50, rate: 0.2, times: 1, seconds: 6 });
  const summary = await engine.ingest({ integration: { ...found, scopes } });
  expect(summary).toMatchObject({ fatal: null, outcome: "succeeded" });
  const { insideBlock, byRoute } = simulator.calls();
  expect((byRoute.fault ?? 0) + (byRoute["graphql fault"] ?? 0)).toBe(1);
  expect(summary.tasks.reduce((sum, task) => sum + task.waitedSeconds, 0)).toBeGreaterThan(6);
  expect(insideBlock).toBe(0);
  await engine.close();
  await simulator.stop();
});
