import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { digestTables, entityTables } from "./digest.ts";
import { openWarehouse } from "./open.ts";
import { restoreWarehouse } from "./restore.ts";
import { emptyBatch, id, minute, record } from "./testing/batches.ts";
import { type TestWarehouse, createTestWarehouse, engines } from "./testing/engines.ts";

const batch = (n: number) => ({
  ...emptyBatch(),
  records: Array.from({ length: 20 }, (_, index) =>
    record({
      hash: `h${n}-${index}`,
      nativeKey: `${n}-${index}`,
      rows: [
        {
          entity: "pull_request" as const,
          id: id("pull_request", `${n}/${index}`),
          repositoryId: "r",
          number: index,
          title: `tab\tnew\nline "quote" \\ ${n} é\u{1F680}`,
          stateCategory: "open" as const,
          openedAt: "2026-01-01T00:00:00.123456Z",
          labels: ["a,b", '"'],
        },
      ],
    }),
  ),
  progress: { cursor: { n }, cursorAt: minute(n), coveredFrom: null },
});

for (const engine of engines) {
  describe.skipIf(engine.missing)(`backup on ${engine.name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    let from: TestWarehouse;
    let to: TestWarehouse;
    beforeEach(async () => {
      [from, to] = await Promise.all([createTestWarehouse(engine.name), createTestWarehouse(engine.name)]);
    });
    afterEach(async () => {
      await Promise.all([from.drop(), to.drop()]);
    });
    const digests = (test: TestWarehouse) => digestTables(test.warehouse, [...entityTables, "raw_record", "progress", "team"]);
    const restore = async (file: string) => {
      await to.warehouse.close();
      try {
        await restoreWarehouse({ ...to.address, file });
      } finally {
        await to.reopen();
      }
    };

    it("brings every row to another warehouse, tables that no migration makes too", async () => {
      await from.warehouse.write(batch(1));
      await from.warehouse.run([
        { sql: "create table custom_cost (day date, cost double precision, tags text[])" },
        { sql: "insert into custom_cost values (cast('2026-01-01' as date), 1.5, array['a', 'b'])" },
      ]);
      const file = join(from.address.home, "a.backup");
      await from.warehouse.backup(file);
      await to.warehouse.write(batch(2));
      await restore(file);
      expect(await digests(to)).toEqual(await digests(from));
      expect((await to.warehouse.query("select * from custom_cost")).rows).toEqual([
        { day: "2026-01-01", cost: 1.5, tags: ["a", "b"] },
      ]);
      expect((await to.warehouse.write(batch(1))).unchanged).toBe(20);
      expect((await to.warehouse.write(batch(3))).entities).toBe(20);
    });

    it("is consistent while batches are written: rows and their progress agree", async () => {
      let isDone = false;
      const writing = (async () => {
        for (let n = 1; !isDone; n++) await from.warehouse.write(batch(n));
      })();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const file = join(from.address.home, "b.backup");
      await from.warehouse.backup(file);
      isDone = true;
      await writing;
      await restore(file);
      const { rows } = await to.warehouse.query(
        "select count(*) as n, (select max(cursor ->> 'n') from progress) as last from pull_request",
      );
      expect(Number(rows[0]!["last"])).toBeGreaterThan(0);
      expect(rows[0]!["n"]).toBe(Number(rows[0]!["last"]) * 20);
    });

    it("leaves what is there when a backup cannot be read", async () => {
      await from.warehouse.write(batch(1));
      await to.warehouse.write(batch(2));
      const before = await digests(to);
      const file = join(from.address.home, "c.backup");
      await from.warehouse.backup(file);
      const { length } = await readFile(file);
      await truncate(file, Math.floor(length / 2));
      await expect(restore(file)).rejects.toMatchObject({ code: "backup_unreadable" });
      await writeFile(file, "something else");
      await expect(restore(file)).rejects.toMatchObject({ code: "backup_unreadable" });
      await expect(restore(`${file}.missing`)).rejects.toMatchObject({ code: "backup_unreadable" });
      expect(await digests(to)).toEqual(before);
    });

    it("says so when the file cannot be written", async () => {
      await expect(from.warehouse.backup(join(from.address.home, "no", "such", "folder"))).rejects.toMatchObject({
        code: "home_not_writable",
      });
      expect((await from.warehouse.write(batch(1))).entities).toBe(20);
    });
  });
}

it.skipIf(engines[1]!.missing)("a backup of the other engine is refused", async () => {
  const [duck, postgres] = await Promise.all([createTestWarehouse("duckdb"), createTestWarehouse("postgres")]);
  const file = join(duck.address.home, "duck.backup");
  await duck.warehouse.backup(file);
  await expect(restoreWarehouse({ ...postgres.address, file })).rejects.toMatchObject({ code: "backup_unreadable" });
  await Promise.all([duck.drop(), postgres.drop()]);
});

it("a data folder that another process owns is not restored into", async () => {
  const test = await createTestWarehouse("duckdb");
  const file = join(test.address.home, "own.backup");
  await test.warehouse.backup(file);
  await test.warehouse.close();
  const started = (await readFile("/proc/1/stat", "utf8")).split(") ")[1]!.split(" ")[19];
  await writeFile(join(test.address.home, "leadline.lock"), JSON.stringify({ pid: 1, started, role: "server", address: null }));
  await expect(restoreWarehouse({ ...test.address, file })).rejects.toMatchObject({ code: "home_in_use" });
  expect(await openWarehouse(test.address).then((warehouse) => warehouse.close())).toBeUndefined();
  await test.drop();
});
