import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { cellQuery } from "./cell.ts";
import { drillDown } from "./drill-down.ts";
import { explain } from "./explain.ts";
import { MetricEngines } from "./testing/metric-engines.ts";

const engines = new MetricEngines();
beforeAll(() => engines.open());
afterAll(() => engines.close());
afterEach(() => engines.empty());

const now = "2026-12-01T00:00:00Z";
const may = (day: string, time = "10:00:00") => `2026-05-${day}T${time}Z`;
const range = { from: "2026-05-01", to: "2026-06-01" };
const rowsOf = (input: object) => engines.same((warehouse) => drillDown(warehouse, input, { now }));

describe("drill-down", () => {
  it("lists what counted and what did not, with the part that failed or the flag", async () => {
    await engines.insert("fact_change", [
      { id: "a", deployed_at: may("04"), lead_seconds: 100 },
      { id: "b", deployed_at: may("05"), lead_seconds: 200, is_first: false },
      { id: "c", deployed_at: may("06"), lead_seconds: 300, is_eligible: false, is_first: false },
      { id: "d", deployed_at: may("07"), lead_seconds: null, flags: "reopened,no_commits" },
      { id: "e", deployed_at: may("08"), lead_seconds: null, flags: null },
      { id: "f", deployed_at: null, lead_seconds: null },
    ]);
    const query = { metrics: ["lead_time_for_changes"], ...range };
    const { rows, columns } = await rowsOf(query);
    expect(rows.map((row) => [row["id"], row["included"], row["reason"], row["value"]])).toEqual([
      ["a", true, null, 100],
      ["b", false, "is_first", null],
      ["c", false, "is_eligible", null],
      ["d", false, "no_commits", null],
      ["e", false, "lead_seconds is null", null],
    ]);
    expect(columns.slice(0, 5).map(({ name }) => name)).toEqual(["id", "deployed_at", "included", "reason", "value"]);
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(["lead_seconds", "repository_id_label", "merged_at"]));
    expect(columns.map(({ name }) => name)).not.toContain("review_seconds");
    const ids = async (filter: unknown[]) => (await rowsOf({ ...query, filters: [filter] })).rows.map((row) => row["id"]);
    expect(await ids(["is", "included", [false]])).toEqual(["b", "c", "d", "e"]);
    expect(await ids(["is", "reason", ["no_commits"]])).toEqual(["d"]);
    expect(await ids(["or", ["is", "included", [true]], ["is", "flags", ["reopened,no_commits"]]])).toEqual(["a", "d"]);
  });

  it("of a ratio: the denominator's rows, and in `value` those of the numerator", async () => {
    await engines.insert("fact_pull_request", [
      { id: "a", merged_at: may("04"), is_reviewed: true },
      { id: "b", merged_at: may("04"), is_reviewed: false },
      { id: "c", merged_at: may("04"), is_reviewed: true, is_eligible: false },
    ]);
    const { rows } = await rowsOf({ metrics: ["review_coverage"], ...range });
    expect(rows.map((row) => [row["id"], row["included"], row["reason"], row["value"]])).toEqual([
      ["a", true, null, 1],
      ["b", true, null, 0],
      ["c", false, "is_eligible", 0],
    ]);
  });

  it("pages through rows of one instant without losing or repeating one", async () => {
    const ids = Array.from({ length: 7 }, (_, i) => `row-${i}`);
    await engines.insert(
      "fact_pull_request",
      ids.map((id, i) => ({ id, merged_at: i < 5 ? "2026-05-04T10:00:00.000001Z" : "2026-05-04T10:00:00.000002Z" })),
    );
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof rowsOf>> = await rowsOf({
        metrics: ["pull_requests_merged"],
        ...range,
        limit: 3,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...page.rows.map((row) => row["id"]));
      cursor = page.nextCursor;
      expect(page.meta.truncated).toBe(cursor !== null);
    } while (cursor);
    expect(seen).toEqual(ids);
    await expect(rowsOf({ metrics: ["pull_requests_merged"], ...range, cursor: "nonsense" })).rejects.toMatchObject({
      code: "bad_cursor",
    });
  });

  it("of a state: the rows open when the bucket closes, with their age then", async () => {
    await engines.insert("fact_pull_request", [
      { id: "a", opened_at: may("04"), closed_at: null },
      { id: "b", opened_at: may("05"), closed_at: may("06") },
    ]);
    const answer = await engines.ask({ metrics: ["pull_request_age"], from: "2026-05-04", to: "2026-05-08", grain: "day" });
    const second = answer.rows[1]!;
    expect(second).toMatchObject({ bucket: "2026-05-05", pull_request_age_n: 2 });
    const { rows } = await rowsOf(cellQuery(answer, second, "pull_request_age"));
    expect(rows.map((row) => [row["id"], row["value"]])).toEqual([
      ["a", 38 * 3600],
      ["b", 14 * 3600],
    ]);
  });

  it("every cell of an answer opens into the rows that make it", async () => {
    await engines.insert(
      "fact_pull_request",
      Array.from({ length: 40 }, (_, i) => ({
        merged_at: new Date(Date.UTC(2026, 3, 28) + i * 20 * 3_600_000).toISOString(),
        repository_id: i % 3 ? `r${i % 3}` : null,
        is_eligible: i % 4 > 0,
      })),
    );
    const answer = await engines.ask({
      metrics: ["pull_requests_merged"],
      from: "2026-04-30",
      to: "2026-05-25",
      grain: "week",
      dimensions: ["repository_id"],
      timezone: "America/New_York",
    });
    for (const row of answer.rows) {
      const cell = cellQuery(answer, row, "pull_requests_merged");
      const { rows } = await rowsOf(cell);
      expect(rows.filter(({ included }) => included)).toHaveLength(row["pull_requests_merged"] as number);
      expect(await engines.values({ ...cell })).toEqual([row["pull_requests_merged"]]);
    }
  });
});

describe("explain", () => {
  it("leads from a number to its rule, rows, entities and payloads", async () => {
    await engines.given({
      fact_build: [
        {
          fact: "fact_review",
          profileId: "default",
          profileVersion: 0,
          ruleVersion: 1,
          rowCount: 2,
          builtAt: may("09"),
          dataThrough: may("08"),
          seconds: 1,
        },
      ],
      pull_request: [{ id: "pr", repositoryId: "pay", rawHash: "h-pr", url: "https://git.example.com/pr" }],
      pull_request_review: [
        { id: "v1", pullRequestId: "pr", reviewerAccountId: "ben", rawHash: "h-v1" },
        { id: "v2", pullRequestId: "pr", reviewerAccountId: "cem", rawHash: "h-v2" },
        { id: "v3", pullRequestId: "pr", reviewerAccountId: "ben", rawHash: "h-v3", deletedAt: may("06") },
      ],
      account_person: [{ id: "ben", accountId: "ben", personId: "person-ben", confidence: 1 }],
      raw_page: [
        {
          id: "page-1",
          integrationId: "acme-git",
          scopeId: "pay",
          stream: "pull_requests",
          request: "POST https://git.example.com/graphql",
          fetchedAt: may("05"),
          bodyHash: "body-1",
          recordCount: 2,
          status: 200,
        },
      ],
      raw_record: ["h-pr", "h-v1", "h-v2"].map((hash, position) => ({
        hash,
        integrationId: "acme-git",
        scopeId: "pay",
        stream: "pull_requests",
        nativeKey: `pay/${position}`,
        pageId: "page-1",
        position,
        firstSeenAt: may("05"),
        lastSeenAt: may("05"),
        isLatest: true,
        mappedVersion: 1,
      })),
    });
    const review = { pull_request_id: "pr", responded_at: may("05"), response_seconds: 60 };
    await engines.insert("fact_review", [
      { ...review, id: "pr/person-ben", reviewer_id: "person-ben" },
      { ...review, id: "pr/cem", is_eligible: false },
    ]);
    const query = {
      metrics: ["review_response_time"],
      ...range,
      statistic: "p90",
      grain: "week",
      dimensions: ["reviewer_id"],
      compare: "previous",
    };
    const run = (rowId?: string) => engines.same((warehouse) => explain(warehouse, query, { now, rowId }));

    const cell = await run();
    expect(cell).toMatchObject({
      metric: { name: "review_response_time", value: "response_seconds", where: "is_eligible", version: 1 },
      value: 60,
      n: 1,
      profile: {
        id: "default",
        version: 0,
        settings: { "people.excluded_kinds": ["bot", "service"], "attribution.review": "person" },
      },
      fact: { name: "fact_review", rule_version: 1, built_at: may("09"), data_through: may("08") },
      counted: 1,
      leftOut: [{ reason: "is_eligible", rows: 1 }],
      entities: [],
      payloads: [],
    });
    expect(cell.rows.map((row) => [row["id"], row["included"]])).toEqual([
      ["pr/cem", false],
      ["pr/person-ben", true],
    ]);
    const again = await engines.same((warehouse) => warehouse.query(cell.sql, cell.values));
    expect(again.rows).toMatchObject([{ review_response_time: 60, review_response_time_n: 1 }]);

    const row = await run("pr/person-ben");
    expect(row).toMatchObject({ value: 60, counted: 1 });
    expect(row.rows.map(({ id }) => id)).toEqual(["pr/person-ben"]);
    expect(row.entities).toEqual([
      { entity: "pull_request", id: "pr", url: "https://git.example.com/pr", rawHash: "h-pr" },
      { entity: "pull_request_review", id: "v1", url: null, rawHash: "h-v1" },
    ]);
    expect(row.payloads).toMatchObject([
      {
        hash: "h-pr",
        pageId: "page-1",
        position: 0,
        request: "POST https://git.example.com/graphql",
        fetchedAt: may("05"),
        bodyHash: "body-1",
      },
      { hash: "h-v1", nativeKey: "pay/1", integrationId: "acme-git" },
    ]);
    expect((await run("pr/cem")).entities.map(({ id }) => id)).toEqual(["pr", "v2"]);
    await expect(run("nobody")).rejects.toMatchObject({ code: "unknown_row", status: 404 });
  });
});
