import { fork } from "node:child_process";
import { once } from "node:events";

import { describe, expect, it } from "vitest";

import { digestTables, entityTables } from "./digest.ts";
import { type WarehouseAddress, openWarehouse } from "./open.ts";
import { createTestWarehouse, engines } from "./testing/engines.ts";
import { countsAfter, countsSql, numberedBatch } from "./testing/numbered-batches.ts";

const KILLS = 16;

/** Lets a writer process run and kills it at a random moment, now and then while it still starts. Answers what it said it had written. */
async function runAndKill({ home, databaseUrl }: WarehouseAddress, turn: number): Promise<number> {
  const child = fork(new URL("testing/kill-child.ts", import.meta.url), [home, databaseUrl ?? ""], {
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let acknowledged = 0;
  child.on("message", (n: number) => (acknowledged = Math.max(acknowledged, n)));
  const exit = once(child, "exit");
  if (turn % 5 !== 0) await Promise.race([once(child, "message"), exit]);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
  child.kill("SIGKILL");
  const [code] = (await exit) as [number | null];
  expect(code, "the writer ended by itself").toBeNull();
  return acknowledged;
}

for (const engine of engines) {
  describe.skipIf(engine.missing)(`SIGKILL on ${engine.name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    it("loses nothing, doubles nothing, and never leaves progress ahead of rows", { timeout: 240_000 }, async () => {
      const test = await createTestWarehouse(engine.name);
      await test.warehouse.close();
      let acknowledged = 0;
      let last = 0;
      for (let turn = 0; turn < KILLS; turn++) {
        acknowledged = Math.max(acknowledged, await runAndKill(test.address, turn));
        const warehouse = await openWarehouse(test.address);
        const { progress, ...counts } = (await warehouse.query<{ progress: number | null }>(countsSql)).rows[0]!;
        await warehouse.close();
        last = progress ?? 0;
        expect(last).toBeGreaterThanOrEqual(acknowledged);
        expect(counts).toEqual(countsAfter(last));
      }
      expect(last).toBeGreaterThan(0);
      const undisturbed = await createTestWarehouse(engine.name);
      for (let n = 1; n <= last; n++) await undisturbed.warehouse.write(numberedBatch(n));
      const tables = [...entityTables, "raw_record", "raw_page", "progress"] as const;
      expect(await digestTables(await test.reopen(), tables)).toEqual(await digestTables(undisturbed.warehouse, tables));
      await test.drop();
      await undisturbed.drop();
    });
  });
}
