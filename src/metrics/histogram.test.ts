import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { drillDown } from "./drill-down.ts";
import { histogram } from "./histogram.ts";
import { MetricEngines } from "./testing/metric-engines.ts";

const engines = new MetricEngines();
beforeAll(() => engines.open());
afterAll(() => engines.close());
afterEach(() => engines.empty());

const HOUR = 3600;
const now = "2026-05-28T00:00:00Z";
const cell = { metrics: ["issue_cycle_time"], from: "2026-05-04", to: "2026-05-11" };
const spread = (query: object = cell) => engines.same((warehouse) => histogram(warehouse, query, { now }));
const done = (hours: number | null, more: object = {}) => ({
  completed_at: "2026-05-05T12:00:00Z",
  ended_at: "2026-05-05T12:00:00Z",
  created_at: "2026-05-04T00:00:00Z",
  cycle_seconds: hours === null ? null : hours * HOUR,
  ...more,
});

describe("a histogram", () => {
  it("has bins of a width that people read, an open one at the end, and the levels of all items", async () => {
    // 95 of 100: 5 h + 0.8 × (40 h − 5 h) = 33 h; a twentieth of it is 1.65 h, and the next width 2 h.
    await engines.insert(
      "fact_issue",
      [1, 2, 2.5, 5, 40, null].map((hours) => done(hours)),
    );
    const { n, levels, bins, unit } = await spread();
    expect({ n, unit, levels }).toEqual({
      n: 5,
      unit: "seconds",
      levels: { median: 2.5 * HOUR, p85: 19 * HOUR, p95: 33 * HOUR },
    });
    expect(bins).toHaveLength(18);
    expect(bins.filter(({ items }) => items > 0)).toEqual([
      { from: 0, to: 2 * HOUR, items: 1 },
      { from: 2 * HOUR, to: 4 * HOUR, items: 2 },
      { from: 4 * HOUR, to: 6 * HOUR, items: 1 },
      { from: 34 * HOUR, to: null, items: 1 },
    ]);
  });

  it("leaves the open bin out where nothing lies there, and has none without items", async () => {
    expect(await spread()).toMatchObject({ n: 0, bins: [], levels: { median: null, p85: null, p95: null } });
    await engines.insert(
      "fact_issue",
      [0, 0, 0].map((hours) => done(hours)),
    );
    expect(await spread()).toMatchObject({ n: 3, bins: [{ from: 0, to: 1, items: 3 }] });
  });

  it("opens each bar to its rows", async () => {
    await engines.insert(
      "fact_issue",
      [1, 2, 2.5, 5, 40, null].map((hours) => done(hours)),
    );
    for (const { from, to, items } of (await spread()).bins) {
      const filters = [["gte", "value", [from]], ...(to === null ? [] : [["lt", "value", [to]]])];
      const { rows } = await engines.same((warehouse) => drillDown(warehouse, { ...cell, filters }, { now }));
      expect(rows).toHaveLength(items);
    }
  });

  it("takes the filters of its query", async () => {
    await engines.insert("fact_issue", [done(1, { issue_type: "Bug" }), done(3, { issue_type: "Story" })]);
    expect(await spread({ ...cell, filters: [["is", "issue_type", ["Bug"]]] })).toMatchObject({ n: 1, levels: { median: HOUR } });
  });

  it("is refused for a number that has no value per item", async () => {
    await expect(spread({ ...cell, metrics: ["issues_completed"] })).rejects.toMatchObject({ code: "not_spread" });
  });
});
