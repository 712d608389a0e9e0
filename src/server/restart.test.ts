import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { createTestDatabase, postgresUrl } from "../../test/postgres.ts";
import { someThings, startProvider } from "../ingest/testing/provider.ts";
import { openTestHouse, type TestHouse } from "./testing/house.ts";

const engines = postgresUrl ? (["embedded", "postgres"] as const) : (["embedded"] as const);

describe.each(engines)("a house on %s", (engine) => {
  it("reads, builds facts, answers, and goes on after a restart where it was interrupted", async () => {
    const home = await mkdtemp(join(tmpdir(), "leadline-restart-"));
    const database = engine === "postgres" ? await createTestDatabase() : null;
    const provider = await startProvider({ a: someThings(25), b: someThings(12, { firstId: 101 }) });
    const options = { home, provider, ...(database ? { databaseUrl: database.url } : {}) };
    const rows = async (of: TestHouse) =>
      (await of.ask("POST", "/api/v1/sql", { sql: "select count(*) as n from account_group" })).body.rows[0].n;

    const first = await openTestHouse({ ...options, isStarted: true });
    let calls = 0;
    provider.fault = ({ url }) => {
      if (url.pathname.endsWith("/things") && ++calls === 3) void first.house.context.scheduler.stop();
    };
    const id = await first.connect();
    const historyOf = async (of: TestHouse) => (await of.ask("GET", `/api/v1/integrations/${id}/backfills`)).body.items[0];
    await expect
      .poll(async () => (await first.ask("GET", `/api/v1/integrations/${id}/ingest`)).body.state, { timeout: 20_000 })
      .toBe("cancelled");
    expect(await historyOf(first)).toMatchObject({ status: "scheduled", isAutomatic: true });
    await first.close();

    const second = await openTestHouse({ ...options });
    provider.fault = () => false;
    expect(await rows(second)).toBeLessThan(37);
    expect((await second.ask("GET", `/api/v1/integrations/${id}`)).body).toMatchObject({ status: "UNKNOWN" });
    await second.house.start();
    await expect
      .poll(async () => (await second.ask("GET", `/api/v1/integrations/${id}`)).body.status, { timeout: 20_000 })
      .toBe("HEALTHY");
    expect(await historyOf(second)).toMatchObject({ status: "succeeded", share: 1, actual: { records: expect.any(Number) } });
    expect(await rows(second)).toBe(37);
    await second.ask("POST", "/api/v1/projects", { name: "Pay", integrations: [id] });
    expect((await second.ask("POST", "/api/v1/facts/refresh")).body).toEqual({ seconds: expect.any(Number) });
    const query = { metrics: ["pull_requests_merged"], from: "2026-01-01", to: "2026-02-01", grain: "week", project: "pay" };
    const answer = await second.ask("POST", "/api/v1/query", query);
    expect(answer.body).toMatchObject({
      columns: [{ name: "bucket" }, { name: "pull_requests_merged" }, {}],
      meta: { profile: "default", profile_version: 1 },
    });
    expect(answer.body.rows).toHaveLength(5);
    const several = await second.ask("POST", "/api/v1/queries", { queries: [query, { ...query, metrics: ["merged"] }] });
    expect(several.body.answers).toMatchObject([
      { problem: null },
      { answer: null, problem: { code: "unknown_metric", status: 400 } },
    ]);
    const csv = await second.ask("GET", `/api/v1/query.csv?name=a/b&query=${encodeURIComponent(JSON.stringify(query))}`);
    expect(csv.text.split("\r\n").slice(0, 2)).toEqual(
      ["bucket,pull_requests_merged,pull_requests_merged_n,partial", "2025-12-29,0,0,true"].map((line) =>
        line.replace(/,partial|,true/, ""),
      ),
    );
    expect(csv.headers["content-disposition"]).toBe('attachment; filename="a-b.csv"');
    expect((await second.ask("POST", "/api/v1/query/rows", query)).body).toMatchObject({ rows: [], nextCursor: null });
    expect((await second.ask("POST", "/api/v1/explain", { query })).body).toMatchObject({
      counted: 0,
      value: 0,
      sql: expect.stringContaining("fact_pull_request"),
    });
    expect((await second.ask("GET", "/api/v1/overview")).body).toMatchObject({
      engine: engine === "postgres" ? "postgres" : "duckdb",
      facts: { state: "fresh" },
      integrations: { healthy: 1 },
      setup: [{ isDone: true }, { isDone: true }, { isDone: true }, { isDone: true }, { isDone: false }],
    });
    await second.close();
    await provider.close();
    await database?.drop();
    await rm(home, { recursive: true, force: true });
  }, 120_000);
});
