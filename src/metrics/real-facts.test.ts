import { afterAll, describe, expect, it } from "vitest";

import { emptyWarehouse, factTester, people } from "../../test/facts.ts";
import { catalogue } from "./catalogue.ts";
import { drillDown } from "./drill-down.ts";
import { explain } from "./explain.ts";
import { runQuery } from "./run.ts";

const tester = factTester();
afterAll(tester.close);

const at = (day: string, time: string) => `2026-05-${day}T${time}Z`;
const now = "2026-06-01T00:00:00Z";
const week = { from: "2026-05-04", to: "2026-05-11" };

/** Two merged requests, one of them deployed; `docs/design/metrics.md` §9 example 7 in small. */
const entities = {
  ...people("ann", "ben"),
  repository: [{ id: "pay" }],
  pull_request: [
    {
      id: "A",
      repositoryId: "pay",
      authorAccountId: "ann",
      openedAt: at("04", "09:00:00"),
      mergedAt: at("04", "10:00:00"),
      mergeSha: "a",
    },
    {
      id: "B",
      repositoryId: "pay",
      authorAccountId: "ann",
      openedAt: at("05", "08:00:00"),
      mergedAt: at("05", "09:00:00"),
      mergeSha: "b",
    },
  ],
  pull_request_review: [
    {
      id: "v",
      pullRequestId: "A",
      reviewerAccountId: "ben",
      verdictCategory: "approved" as const,
      submittedAt: at("04", "09:30:00"),
    },
  ],
  pull_request_commit: [{ pullRequestId: "A", repositoryId: "pay", sha: "a", authoredAt: at("04", "08:00:00") }],
  commit: ["a", "b"].map((sha) => ({
    id: `c-${sha}`,
    repositoryId: "pay",
    sha,
    authoredAt: at("04", "08:00:00"),
    isOnDefault: true,
  })),
  deployment: [{ id: "D1", repositoryId: "pay", headSha: "a", finishedAt: at("04", "12:00:00") }],
  deployment_lineage: [
    {
      id: "D1/pay",
      deploymentId: "D1",
      applicationId: "pay",
      repositoryId: "pay",
      headSha: "a",
      relationCategory: "forward" as const,
    },
  ],
  deployment_commit: [
    {
      id: "D1/pay/a",
      deploymentId: "D1",
      repositoryId: "pay",
      sha: "a",
      isHead: true,
      isNew: true,
      evidenceCategory: "graph" as const,
      confidence: 1,
    },
  ],
};

describe.each(tester.engines)("metrics over the facts as built, on %s", (engine) => {
  it("answer for every metric, without a row to count", async () => {
    const warehouse = await tester.build(engine, {}, { steps: "calendar" });
    for (const metric of catalogue.values()) {
      const isNow = metric.when === "now";
      const { kind, over } = metric.expression;
      const shape = { ...(isNow ? {} : { grain: "day" }), ...(kind === "share" ? { dimensions: [over] } : {}) };
      const answer = await runQuery(warehouse, { metrics: [metric.name], ...week, ...shape }, { now });
      const empty = Array(kind === "share" ? 0 : isNow ? 1 : 7).fill(metric.empty === "zero" ? 0 : null);
      expect(answer.rows.map((row) => row[metric.name])).toEqual(empty);
      expect(answer.meta.rule_versions).toEqual({ [metric.fact]: 1 });
    }
  });

  it("know nothing before the first build", async () => {
    const { warehouse, close } = await emptyWarehouse(engine);
    try {
      const query = { metrics: ["pull_requests_merged"], ...week, compare: "previous" };
      const { rows, meta } = await runQuery(warehouse, query, { now });
      expect(rows).toEqual([
        {
          pull_requests_merged: null,
          pull_requests_merged_n: 0,
          pull_requests_merged_before: null,
          pull_requests_merged_change: null,
        },
      ]);
      expect(meta.warnings.map(({ code }) => code)).toEqual(["not_built"]);
      expect(await drillDown(warehouse, query, { now })).toMatchObject({ rows: [], nextCursor: null });
      expect(await explain(warehouse, query, { now })).toMatchObject({ value: null, counted: 0, leftOut: [] });
    } finally {
      await close();
    }
  });

  it("answer, open and lead back to the entities", async () => {
    const warehouse = await tester.build(engine, entities, { steps: "calendar" });
    const one = async (metric: string) => (await runQuery(warehouse, { metrics: [metric], ...week }, { now })).rows[0]![metric];
    expect(await one("pull_requests_merged")).toBe(2);
    expect(await one("pull_request_cycle_time")).toBe(7200);
    expect(await one("review_coverage")).toBe(0.5);
    expect(await one("reviews_given")).toBe(1);
    expect(await one("deployments")).toBe(1);
    expect(await one("lead_time_for_changes")).toBe(14400);
    const query = { metrics: ["lead_time_for_changes"], ...week };
    const { rows } = await drillDown(warehouse, query, { now });
    expect(rows.map((row) => [row["change_id"], row["included"], row["value"]])).toEqual([["A", true, 14400]]);
    const { entities: sources, rows: shown } = await explain(warehouse, query, { now, rowId: rows[0]!["id"] as string });
    expect(shown).toHaveLength(1);
    expect(sources.map(({ entity, id }) => [entity, id])).toEqual(
      expect.arrayContaining([
        ["pull_request", "A"],
        ["pull_request_commit", "A/a"],
        ["commit", "c-a"],
        ["deployment", "D1"],
        ["deployment_commit", "D1/pay/a"],
      ]),
    );
  });
});
