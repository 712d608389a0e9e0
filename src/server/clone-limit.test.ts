import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { expect, it } from "vitest";

import { azure } from "../connectors/azure/connector.ts";
import type { Connector } from "../ingest/connector.ts";
import type { ThingConfig } from "../ingest/testing/thing-connector.ts";
import { openTestHouse } from "./testing/house.ts";

it("gives up a clone that grows beyond LEADLINE_CLONE_MB, says so, and leaves nothing on disk", async () => {
  const { startAzureSimulator } = await import("../simulators/index.ts");
  const simulator = await startAzureSimulator({ size: "tiny", seed: 4, now: "2026-03-31T12:00:00Z", git: true });
  const connector = azure as unknown as Connector<ThingConfig>;
  const read = async (cloneMb: number | undefined) => {
    const house = await openTestHouse({ connector, environment: { cloneMb } });
    const config = { url: simulator.url, token: simulator.token, git: true, boards: false, pipelines: false };
    const id = await house.connect({ config });
    const run = JSON.stringify(await house.ingest(id, { streams: ["commits"] }));
    const files = await readdir(join(house.home, "clones"), { recursive: true }).catch((): string[] => []);
    await house.close();
    return { run, packs: files.filter((name) => name.endsWith(".pack")) };
  };
  const small = await read(0.001);
  expect(small.run).toContain("grew beyond 0.001 MB and was removed");
  expect(small.run).toContain("LEADLINE_CLONE_MB");
  expect(small.packs).toEqual([]);
  const standard = await read(undefined);
  expect(standard.run).not.toContain("grew beyond");
  expect(standard.packs.length).toBeGreaterThan(0);
  await simulator.stop();
}, 120_000);
