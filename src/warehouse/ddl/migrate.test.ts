import { readFileSync } from "node:fs";

import { afterEach, describe, expect, it } from "vitest";

import { DuckEngine } from "../duckdb/engine.ts";
import { type Engine, columnsOf } from "../engine.ts";
import { schemaTables } from "../internal-tables.ts";
import { warehouseFile } from "../open.ts";
import { PostgresEngine } from "../postgres/engine.ts";
import { type TestWarehouse, createTestWarehouse, engines } from "../testing/engines.ts";
import { type Migration, migrate, readMigrations } from "./migrate.ts";
import { schemaSql } from "./schema.ts";

/** What `information_schema.columns` calls the column types. */
const catalogueTypes = {
  duckdb: {
    text: "VARCHAR",
    "text[]": "VARCHAR[]",
    bigint: "BIGINT",
    double: "DOUBLE",
    boolean: "BOOLEAN",
    date: "DATE",
    timestamptz: "TIMESTAMP WITH TIME ZONE",
    json: "JSON",
  },
  postgres: {
    text: "text",
    "text[]": "ARRAY",
    bigint: "bigint",
    double: "double precision",
    boolean: "boolean",
    date: "date",
    timestamptz: "timestamp with time zone",
    json: "jsonb",
  },
} as const;

for (const engine of engines) {
  const { name } = engine;
  describe.skipIf(engine.missing)(`schema of ${name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    let test: TestWarehouse;
    const opened: Engine[] = [];
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
      await test.drop();
    });

    async function openEngine(): Promise<Engine> {
      const { home, databaseUrl } = test.address;
      const options = { temporary: `${home}/tmp`, memoryMb: 100 };
      const opening = databaseUrl ? PostgresEngine.open(databaseUrl) : DuckEngine.open(warehouseFile(home), options);
      opened.push(await opening);
      return opened.at(-1)!;
    }

    it("after all migrations is what the table definitions say", async () => {
      test = await createTestWarehouse(name);
      const { rows } = await test.warehouse.query(
        `select table_name, column_name, data_type, is_nullable from information_schema.columns
         where table_schema = current_schema() order by table_name, ordinal_position`,
      );
      const expected = schemaTables
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap((table) =>
          columnsOf(table).map((column) => ({
            table_name: table.name,
            column_name: column.sql.slice(1, -1),
            data_type: catalogueTypes[name][column.type],
            is_nullable: column.required ? "NO" : "YES",
          })),
        );
      expect(rows).toEqual(expected);
    });

    it("is written down in schema.sql (`node src/warehouse/ddl/dump.ts`)", async () => {
      test = await createTestWarehouse(name);
      expect(readFileSync(new URL(`${name}/schema.sql`, import.meta.url), "utf8")).toBe(schemaSql(name));
    });

    it("is migrated once, however often and by however many it is opened", async () => {
      test = await createTestWarehouse(name);
      const sql = "select number, name, checksum from schema_migration order by number";
      const before = (await test.warehouse.query(sql)).rows;
      expect(before).toEqual(readMigrations(name).map(({ number, name: file, checksum }) => ({ number, name: file, checksum })));
      await test.reopen();
      expect((await test.warehouse.query(sql)).rows).toEqual(before);
    });

    it("takes a further migration, and none of it when a statement fails", async () => {
      test = await createTestWarehouse(name);
      await test.warehouse.close();
      const engineOfTest = await openEngine();
      const all = readMigrations(name);
      const extra = (sql: string): Migration => ({ number: all.length + 1, name: "extra.sql", sql, checksum: "extra" });
      const create = "create table extra (a text);\n";
      await expect(migrate(engineOfTest, [...all, extra(`${create}insert into nowhere values (1);\n`)])).rejects.toMatchObject({
        code: "write_failed",
      });
      await migrate(engineOfTest, [...all, extra(create)]);
      expect((await engineOfTest.query("select count(*) as n from extra", [], {})).rows).toEqual([{ n: 0 }]);
      await expect(migrate(engineOfTest, all)).rejects.toMatchObject({ code: "warehouse_newer" });
    });

    it("is refused when a migration has changed since it was applied", async () => {
      test = await createTestWarehouse(name);
      await test.warehouse.run([{ sql: "update schema_migration set checksum = 'other'" }]);
      await expect(test.reopen()).rejects.toMatchObject({
        code: "migration_changed",
        message: expect.stringContaining("0001-domain-tables.sql") as string,
      });
    });
  });
}

it.skipIf(engines[1]!.missing)("two processes that open an empty PostgreSQL database at once both find the schema", async () => {
  const test = await createTestWarehouse("postgres");
  await test.warehouse.run([{ sql: "drop schema warehouse cascade" }]);
  const both = await Promise.all([1, 2, 3].map(() => PostgresEngine.open(test.address.databaseUrl!)));
  await Promise.all(both.map((engine) => migrate(engine)));
  expect((await both[0]!.query("select count(*) as n from schema_migration", [], {})).rows).toEqual([
    { n: readMigrations("postgres").length },
  ]);
  await Promise.all(both.map((engine) => engine.close()));
  await test.drop();
});
