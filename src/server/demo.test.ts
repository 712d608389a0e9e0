import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";

import { readEnvironment } from "./environment.ts";
import { createLog } from "./log.ts";
import { serve, type Server } from "./serve.ts";

it("the demo opens without a key, fills while one watches, and is the same after a restart", async () => {
  const home = await mkdtemp(join(tmpdir(), "leadline-demo-"));
  const environment = readEnvironment({ LEADLINE_HOME: home, LEADLINE_PORT: "0" });
  const start = () => serve({ environment, isDemo: true, log: createLog("error") });
  // oxlint-disable-next-line typescript/no-explicit-any -- the test looks into answers of many shapes
  const get = async (server: Server, path: string): Promise<any> => (await fetch(server.url + path)).json();

  const first = await start();
  expect(first.link).toBe(first.url);
  expect(await get(first, "/api/v1/session")).toMatchObject({ isDemo: true, user: { role: "owner" } });
  const before = await get(first, "/api/v1/integrations");
  expect(before).toMatchObject({ total: 1, items: [{ id: "acme-github", projects: [{ key: "acme" }] }] });
  await expect.poll(async () => (await get(first, "/api/v1/overview")).entities, { timeout: 60_000 }).toBeGreaterThan(0);
  await first.stop();

  const second = await start();
  const after = await get(second, "/api/v1/integrations");
  expect(
    after.items.map(({ id, config, createdAt }: { id: string; config: object; createdAt: string }) => ({
      id,
      config,
      createdAt,
    })),
  ).toEqual([{ id: "acme-github", config: before.items[0].config, createdAt: before.items[0].createdAt }]);
  expect((await get(second, "/api/v1/projects")).items).toHaveLength(1);
  // What was interrupted goes on at once.
  await expect
    .poll(async () => (await get(second, "/api/v1/integrations/acme-github/ingest")).state, { timeout: 20_000 })
    .toBe("running");
  await second.stop();
  await rm(home, { recursive: true, force: true });
}, 180_000);
