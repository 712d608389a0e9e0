import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Warehouse } from "./warehouse.ts";
import { type TestWarehouse, createTestWarehouse, engines } from "./testing/engines.ts";

/* What every engine does for its readers: one form of values, read-only queries, limits, transactions. */

for (const engine of engines) {
  describe.skipIf(engine.missing)(`reading on ${engine.name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    let test: TestWarehouse;
    let warehouse: Warehouse;
    const one = async (expression: string, values: Parameters<Warehouse["query"]>[1] = []) =>
      (await warehouse.query(`select ${expression} as x`, values)).rows[0]!["x"];
    const refusal = (sql: string, options = {}) =>
      warehouse.query(sql, [], options).then(
        () => "answered",
        (error: { code: string }) => error.code,
      );

    beforeAll(async () => {
      test = await createTestWarehouse(engine.name);
      warehouse = test.warehouse;
    });
    afterAll(() => test.drop());

    it("gives every type in one form", async () => {
      expect(await one("cast('2026-03-31 23:59:59.999999+00' as timestamptz)")).toBe("2026-03-31T23:59:59.999999Z");
      expect(await one("cast('2026-03-31 23:59:59+08' as timestamptz)")).toBe("2026-03-31T15:59:59Z");
      expect(await one("cast('1969-12-31 23:59:59.999999+00' as timestamptz)")).toBe("1969-12-31T23:59:59.999999Z");
      expect(await one("cast('2026-03-31 10:00:00' as timestamp)")).toBe("2026-03-31T10:00:00");
      expect(await one("date_trunc('week', cast('2026-04-01 10:00:00+00' as timestamptz) at time zone 'UTC')")).toBe(
        "2026-03-30T00:00:00",
      );
      expect(await one("cast('2024-02-29' as date)")).toBe("2024-02-29");
      expect(await one("cast(-9007199254740991 as bigint)")).toBe(-9007199254740991);
      expect(await one("cast(7 as integer)")).toBe(7);
      expect(await one("cast(-123.456 as decimal(18, 3))")).toBe(-123.456);
      expect(await one("cast(0.1 as double precision)")).toBe(0.1);
      expect(await one("count(*)")).toBe(1);
      expect(await one("(select sum(n) from (values (cast(9000000000 as bigint)), (cast(2 as bigint))) as v(n))")).toBe(
        9000000002,
      );
      expect(await one("1 < 2")).toBe(true);
      expect(await one("'ünï \u{1F680} \u{202E}rtl'")).toBe("ünï \u{1F680} \u{202E}rtl");
      expect(await one("array['a', null, 'b,\"c']")).toEqual(["a", null, 'b,"c']);
      expect(
        await one("(select array_agg(n order by n) from (values (cast(2 as bigint)), (cast(1 as bigint))) as v(n))"),
      ).toEqual([1, 2]);
      expect(await one('cast(\'{"b": [1, null, {"c": "d"}], "a": 1.5}\' as json)')).toEqual({ b: [1, null, { c: "d" }], a: 1.5 });
      expect(await one("cast(null as timestamptz)")).toBeNull();
      expect(await one("interval '1 day 2 hours 3.5 seconds'")).toBe("P1DT2H3.5S");
    });

    it("names columns and types alike", async () => {
      const sql = `select cast('x' as text) as "Name", cast(1 as bigint) as n, cast(1 as double precision) as d, true as b,
        cast('2026-01-01' as date) as day, cast('2026-01-01 00:00:00+00' as timestamptz) as t, array['a'] as l, cast('1' as json) as j`;
      expect((await warehouse.query(sql)).columns).toEqual([
        { name: "Name", type: "text" },
        { name: "n", type: "bigint" },
        { name: "d", type: "double" },
        { name: "b", type: "boolean" },
        { name: "day", type: "date" },
        { name: "t", type: "timestamptz" },
        { name: "l", type: "text[]" },
        { name: "j", type: "json" },
      ]);
    });

    it("binds parameters of every kind", async () => {
      expect(
        await one("cast($1 as timestamptz) < cast($2 as timestamptz)", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001Z"]),
      ).toBe(true);
      expect(await one("cast($1 as bigint) + 1", [41])).toBe(42);
      expect(await one("cast($1 as double precision) * 2", [1.25])).toBe(2.5);
      expect(await one("'b' = any(cast($1 as text[]))", [["a", "b"]])).toBe(true);
      expect(await one("'b' = any(cast($1 as text[]))", [[]])).toBe(false);
      expect(await one("cast($1 as text[])", [['quote " \\ and {brace}', "NULL", ""]])).toEqual([
        'quote " \\ and {brace}',
        "NULL",
        "",
      ]);
      expect(await one("coalesce(cast($1 as text), 'none')", [null])).toBe("none");
      expect(await one("not cast($1 as boolean)", [false])).toBe(true);
      expect(
        (
          await warehouse.query("select id from account where created_at > $1 and id = $2 limit $3", [
            "2026-01-01T00:00:00Z",
            "x",
            5,
          ])
        ).rows,
      ).toEqual([]);
    });

    it("refuses whatever is not one reading statement", async () => {
      for (const sql of [
        "insert into account (id) values ('x')",
        "update account set name = 'x'",
        "delete from account",
        "drop table account",
        "create table stolen as select 1 as a",
        "with gone as (delete from account returning id) select * from gone",
        "copy account to '/tmp/leadline-stolen.csv'",
        "set timezone = 'Asia/Tokyo'",
        "begin",
        "commit",
        "select 1; delete from account",
        "-- nothing here",
        " ; ",
        "",
      ]) {
        expect(await refusal(sql), sql).toMatch(/^query_(?:not_read_only|failed)$/);
      }
      expect(await refusal("delete from account")).toBe("query_not_read_only");
      expect(await refusal("select 1; select 2")).toBe("query_not_read_only");
      expect(await refusal("select * from no_such_table")).toBe("query_failed");
      expect(await one("cast($1 as text)", ["; delete from account"])).toBe("; delete from account");
    });

    it("cannot read the machine's files", async () => {
      const attempts =
        engine.name === "duckdb"
          ? [
              "select * from read_csv('/etc/passwd')",
              "select * from '/etc/passwd'",
              "select * from read_text('/etc/passwd')",
              "select * from glob('/etc/*')",
              "attach '/tmp/leadline-other.duckdb'",
              "install httpfs",
              "load httpfs",
              "pragma enable_external_access",
            ]
          : ["select pg_read_file('/etc/passwd')", "copy (select 1) to program 'true'", "select pg_ls_dir('/etc')"];
      for (const sql of attempts) expect(await refusal(sql), sql).toMatch(/^query_(?:not_read_only|failed)$/);
    });

    it("stops a query at its time limit or when the caller goes away, and answers the next", async () => {
      const endless = "select count(*) as n from generate_series(1, 100000000000) as a, generate_series(1, 100000000000) as b";
      expect(await refusal(endless, { timeoutMs: 200 })).toBe("query_timed_out");
      const caller = new AbortController();
      const cancelled = refusal(endless, { signal: caller.signal });
      setTimeout(() => caller.abort(), 100);
      expect(await cancelled).toBe("query_cancelled");
      const together = Array.from({ length: 12 }, () => refusal(endless, { timeoutMs: 300 }));
      expect(new Set(await Promise.all(together))).toEqual(new Set(["query_timed_out"]));
      expect(await one("1")).toBe(1);
    });

    it("reads in UTC whatever the machine's time zone", async () => {
      expect(await one("current_setting('TimeZone')")).toBe("UTC");
      const all = await Promise.all(
        Array.from({ length: 8 }, () => one("cast(cast('2026-01-01 00:30:00+01' as timestamptz) as date)")),
      );
      expect(new Set(all)).toEqual(new Set(["2025-12-31"]));
    });

    it("runs statements in one transaction: all of them or none", async () => {
      const insert = `insert into missing_record (entity, entity_id, missing_since, sweeps, last_missed_at, integration_id, scope_id, stream, native_key)
          values ($1, $2, cast($3 as timestamptz), $4, cast($3 as timestamptz), 'acme', '1', 'issues', '1')`;
      await warehouse.run([{ sql: insert, values: ["a", "1", "2026-01-01T00:00:00Z", 1] }]);
      const failing = warehouse.run([
        { sql: insert, values: ["b", "2", "2026-01-01T00:00:00Z", 1] },
        { sql: "insert into nowhere values (1)" },
      ]);
      await expect(failing).rejects.toMatchObject({ code: "write_failed" });
      expect((await warehouse.query("select entity, missing_since, sweeps from missing_record")).rows).toEqual([
        { entity: "a", missing_since: "2026-01-01T00:00:00Z", sweeps: 1 },
      ]);
    });

    it("replaces the rows of a table, all of them or those that match", async () => {
      const team = (n: number, tree: string) => ({
        id: `leadline:team:leadline:${n}`,
        integrationId: "leadline",
        nativeId: String(n),
        ingestedAt: "2026-01-01T00:00:00Z",
        name: `Team ${n}`,
        kindCategory: "org" as const,
        orgTreeId: tree,
      });
      const names = async () =>
        (await warehouse.query("select native_id as n from team order by native_id")).rows.map((row) => row["n"]);
      await warehouse.replaceRows("team", [team(1, "a"), team(2, "a"), team(3, "b")]);
      await warehouse.replaceRows("team", [team(4, "a")], { column: "orgTreeId", equals: "a" });
      expect(await names()).toEqual(["3", "4"]);
      await warehouse.replaceRows("team", [team(5, "b")], { column: "org_tree_id", equals: "b" });
      expect(await names()).toEqual(["4", "5"]);
      await expect(warehouse.replaceRows("team", [team(6, "a"), team(6, "a")])).rejects.toMatchObject({ code: "duplicate_id" });
      await expect(warehouse.replaceRows("team", [{ ...team(7, "a"), name: null as never }])).rejects.toMatchObject({
        code: "row_invalid",
      });
      expect(await names()).toEqual(["4", "5"]);
      await warehouse.replaceRows("team", []);
      expect(await names()).toEqual([]);
    });

    it("refuses to work once closed", async () => {
      await warehouse.close();
      expect(await refusal("select 1")).toBe("warehouse_closed");
      warehouse = await test.reopen();
      expect(await one("1")).toBe(1);
    });
  });
}
