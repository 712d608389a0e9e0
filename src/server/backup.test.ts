import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { restoreBackup } from "./backup.ts";
import { openTestHouse, type TestHouse } from "./testing/house.ts";

let house: TestHouse;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leadline-backup-"));
  house = await openTestHouse();
});
afterEach(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

const everything = "select id, name, source_updated_at, ingested_at, raw_hash from account_group order by id";

it("brings everything back into an empty folder: settings, rows, archive and credentials", async () => {
  const id = await house.connect();
  await house.ingest(id);
  await house.ask("POST", "/api/v1/projects", { name: "Pay", integrations: [id] });
  const file = join(folder, "backup.tar");
  const made = await house.ask("POST", "/api/v1/backup", { file });
  expect(made.body).toEqual({ file, bytes: expect.any(Number) });
  expect((await house.ask("POST", "/api/v1/backup", { file })).body).toMatchObject({ code: "file_exists", status: 409 });
  expect(execFileSync("tar", ["tf", file], { encoding: "utf8" }).split("\n").slice(0, 4)).toEqual([
    "manifest.json",
    "workspace.json",
    "secret.key",
    "warehouse",
  ]);
  expect(await readdir(folder)).toEqual(["backup.tar"]);

  const home = join(folder, "home");
  expect(await restoreBackup({ home, databaseUrl: undefined, secretKey: undefined }, file)).toMatchObject({
    format: 1,
    engine: "duckdb",
    hasKey: true,
  });
  const again = await openTestHouse({ home });
  const rows = async (from: TestHouse) => (await from.ask("POST", "/api/v1/sql", { sql: everything })).body.rows;
  expect(await rows(again)).toEqual(await rows(house));
  expect((await rows(again)).length).toBe(37);
  expect((await again.ask("GET", "/api/v1/projects/pay")).body.integrations).toEqual([id]);
  const [{ raw_hash: hash }] = await rows(again);
  expect((await again.ask("GET", `/api/v1/archive/${hash}`)).body).toMatchObject({
    kind: "record",
    body: { title: expect.stringContaining("Thing") },
  });
  // The credential can be used: the provider is asked with it.
  house.provider.things.get("a")!.push({ id: 77, title: "Later", updatedAt: new Date().toISOString() });
  expect(await again.ingest(id)).toMatchObject({ state: "succeeded", progress: { entities: 1 } });
  await again.close();
  await expect(restoreBackup({ home, databaseUrl: undefined, secretKey: undefined }, file)).rejects.toMatchObject({
    code: "home_not_empty",
  });
}, 60_000);

it("leaves the key out when asked, and says what is then missing", async () => {
  const id = await house.connect();
  const file = join(folder, "without.tar");
  await house.ask("POST", "/api/v1/backup", { file, isWithKey: false });
  const home = join(folder, "home");
  expect(await restoreBackup({ home, databaseUrl: undefined, secretKey: undefined }, file)).toMatchObject({ hasKey: false });
  const again = await openTestHouse({ home });
  expect((await again.ask("POST", `/api/v1/integrations/${id}/check`, {})).body).toMatchObject({ code: "secret_unreadable" });
  await again.close();
});

it("restores nothing from a file that is damaged, cut off or something else", async () => {
  await house.ingest(await house.connect());
  const file = join(folder, "backup.tar");
  await house.ask("POST", "/api/v1/backup", { file });
  const whole = await readFile(file);
  const home = join(folder, "home");
  const restore = () => restoreBackup({ home, databaseUrl: undefined, secretKey: undefined }, file);
  await truncate(file, whole.length - 3000);
  await expect(restore()).rejects.toMatchObject({ code: "bad_backup", what: expect.stringContaining("cut off") });
  await writeFile(file, Buffer.concat([whole.subarray(0, 100), Buffer.from("x"), whole.subarray(101)]));
  await expect(restore()).rejects.toMatchObject({ code: "bad_backup", what: expect.stringContaining("damaged") });
  await writeFile(file, "hello");
  await expect(restore()).rejects.toMatchObject({ code: "bad_backup" });
  await expect(restoreBackup({ home, databaseUrl: undefined, secretKey: undefined }, join(folder, "none"))).rejects.toMatchObject(
    { code: "no_such_file" },
  );
  expect((await readdir(home)).filter((name) => !name.startsWith("."))).toEqual([]);
});

it("rebuilds every entity from the archive and compares", async () => {
  const id = await house.connect();
  await house.ingest(id);
  const verified = await house.ask("POST", "/api/v1/rebuild", { isVerified: true });
  expect(verified.body).toMatchObject({ isEqual: true });
  expect(verified.body.tables.filter((one: { rows: number }) => one.rows > 0)).toEqual([
    { table: "account_group", rows: 37, rebuiltRows: 37, isEqual: true },
  ]);

  await house.house.context.warehouse.run([{ sql: "update account_group set name = 'forged' where native_id = 'a/3'" }]);
  const forged = await house.ask("POST", "/api/v1/rebuild", { isVerified: true });
  expect(forged.body).toMatchObject({ isEqual: false });
  const mended = await house.ask("POST", "/api/v1/rebuild", {});
  expect(mended.body.tables.find((one: { table: string }) => one.table === "account_group")).toMatchObject({
    rows: 37,
    rebuiltRows: 37,
    isEqual: false,
  });
  expect((await house.ask("POST", "/api/v1/rebuild", { isVerified: true })).body.isEqual).toBe(true);
  expect(
    (await house.ask("POST", "/api/v1/sql", { sql: "select count(*) as n from account_group where name = 'forged'" })).body.rows,
  ).toEqual([{ n: 0 }]);
}, 60_000);
