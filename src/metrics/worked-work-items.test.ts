import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { drillDown } from "./drill-down.ts";
import { explain } from "./explain.ts";
import { MetricEngines } from "./testing/metric-engines.ts";

/* `docs/design/metrics.md` §9 about work items and sprints, at the level of metrics: fact rows by hand, numbers worked out by hand. */

const engines = new MetricEngines();
beforeAll(() => engines.open());
afterAll(() => engines.close());
afterEach(() => engines.empty());

const may = (day: string, time = "00:00:00") => `2026-05-${day}T${time}Z`;
const range = { from: "2026-05-04", to: "2026-05-11" };
const year = { from: "2026-01-01", to: "2027-01-01" };
const one = async (metric: string, more: object = range) => (await engines.values({ metrics: [metric], ...more }))[0];

describe("worked examples of work items", () => {
  it("12: a reopened issue counts once, where it was done for good", async () => {
    await engines.insert("fact_issue", [
      {
        created_at: may("04", "09:00:00"),
        completed_at: may("07", "10:00:00"),
        ended_at: may("07", "10:00:00"),
        lead_seconds: 262_800,
        cycle_seconds: 259_200,
        active_seconds: 108_000,
        waiting_seconds: 64_800,
        is_reopened: true,
      },
    ]);
    const days = { ...range, grain: "day" };
    expect(await engines.values({ metrics: ["issues_completed"], ...days })).toEqual([0, 0, 0, 1, 0, 0, 0]);
    expect(await engines.values({ metrics: ["issues_open"], ...days })).toEqual([1, 1, 1, 0, 0, 0, 0]);
    expect(await one("issue_lead_time")).toBe(262_800);
    expect(await one("issue_cycle_time")).toBe(259_200);
    expect(await one("issue_reopen_rate")).toBe(1);
    expect(await one("flow_efficiency")).toBe(0.625);
  });

  it("13: stages of unlinked work are left out, not zero", async () => {
    const common = {
      created_at: may("04", "09:50:00"),
      completed_at: may("04", "10:20:00"),
      lead_seconds: 1800,
      stage_planning_seconds: 600,
    };
    await engines.insert("fact_issue", [
      {
        ...common,
        deployed_at: may("04", "11:00:00"),
        first_deployed_at: may("04", "10:17:00"),
        stage_coding_seconds: 300,
        stage_review_seconds: 2400,
        stage_deploy_seconds: 900,
        lead_to_deploy_seconds: 4200,
        lead_to_first_deploy_seconds: 1620,
        has_pull_request: true,
      },
      { ...common, flags: "no_change" },
    ]);
    const metrics = ["coding", "review", "build", "deploy"].map((stage) => `issue_stage_${stage}_completed`);
    const { rows, meta } = await engines.ask({
      metrics: [...metrics, "issue_lead_time", "issue_pull_request_rate"],
      statistic: "mean",
      ...range,
    });
    expect(rows[0]).toMatchObject({
      issue_stage_coding_completed: 300,
      issue_stage_coding_completed_n: 1,
      issue_stage_review_completed: 2400,
      issue_stage_build_completed: null,
      issue_stage_deploy_completed: 900,
      issue_lead_time: 1800,
      issue_lead_time_n: 2,
      issue_pull_request_rate: 0.5,
    });
    expect(meta.warnings).toContainEqual(
      expect.objectContaining({ code: "no_values", metric: "issue_stage_coding_completed", flag: "no_change", count: 1 }),
    );
    expect(await one("issue_lead_time_to_deploy")).toBe(4200);
    expect(await one("issue_lead_time_to_first_deploy")).toBe(1620);
  });

  it("17: investment by items, points and people", async () => {
    const done = (assignee_id: string, investment_category: string, times: number) =>
      Array.from({ length: times }, () => ({
        assignee_id,
        investment_category,
        completed_at: may("05"),
        points: 2,
        in_progress_seconds: 3600,
      }));
    await engines.insert("fact_issue", [
      ...done("x", "A", 3),
      ...done("x", "B", 2),
      ...done("y", "A", 2),
      ...done("y", "B", 2),
      ...done("z", "A", 1),
      ...done("z", "B", 1),
    ]);
    const metrics = [
      "investment_items",
      "investment_items_share",
      "investment_points_share",
      "investment_time_share",
      "investment_fte_items",
    ];
    const { rows } = await engines.ask({ metrics, dimensions: ["investment_category"], ...range });
    expect(rows.map((row) => [row["investment_category"], row["investment_items"]])).toEqual([
      ["A", 6],
      ["B", 5],
    ]);
    for (const share of metrics.slice(1, 4))
      expect(rows.map((row) => Number(row[share]).toFixed(4))).toEqual(["0.5455", "0.4545"]);
    expect(rows.map((row) => row["investment_fte_items"])).toEqual([1.6, 1.4]);
    expect(await one("investment_fte_items")).toBe(3);
    // points are split by points, so nobody without any weighs anything
    expect(await one("investment_fte_points")).toBe(3);
    const cell = { metrics: ["investment_items_share"], filters: [["is", "investment_category", ["B"]]], ...range };
    const explained = await engines.same((warehouse) => explain(warehouse, cell, { now: may("28") }));
    expect(explained.value).toBeCloseTo(5 / 11, 12);
    expect(explained).toMatchObject({ n: 5, counted: 5 });
    const held = { is_completed: true, completed_at: may("07") };
    await engines.insert("fact_issue_assignment", [
      { ...held, assignee_id: "ann", portion: 0.3 },
      { ...held, assignee_id: "bob", portion: 0.7 },
    ]);
    expect(await one("issue_credit")).toBe(1);
    const credit = await engines.ask({ metrics: ["issue_credit"], dimensions: ["assignee_id"], ...range });
    expect(credit.rows.map((row) => row["issue_credit"])).toEqual([0.3, 0.7]);
  });

  it("20: hygiene is known of now only, and filtered by check and custom field", async () => {
    const open = (share: number | null, misses: string[], tier: string) => ({
      created_at: may("01"),
      hygiene_miss_share: share,
      hygiene_misses: misses,
      custom_fields: JSON.stringify({ customfield_7: tier }),
    });
    await engines.insert("fact_issue", [
      open(0, [], "gold"),
      open(0.25, ["due"], "gold"),
      open(0.5, ["due", "points"], "tin"),
      open(null, [], "tin"),
    ]);
    expect(await one("hygiene_score")).toBe(0.75);
    expect(await one("hygiene_issues")).toBe(2);
    expect(await one("hygiene_issues", { ...range, filters: [["has", "hygiene_misses", ["points"]]] })).toBe(1);
    expect(await one("hygiene_score", { ...range, filters: [["is", "custom_fields.customfield_7", ["gold"]]] })).toBe(0.875);
    const rows = await engines.same((warehouse) =>
      drillDown(warehouse, { metrics: ["hygiene_score"], ...range }, { now: may("28") }),
    );
    expect(rows.rows.map((row) => [row["included"], row["value"]])).toEqual([
      [true, 1],
      [true, 0.75],
      [true, 0.5],
      [false, null],
    ]);
    for (const shape of [{ grain: "week" }, { compare: "previous" }])
      await expect(engines.ask({ metrics: ["hygiene_score"], ...range, ...shape })).rejects.toMatchObject({ code: "only_now" });
    await expect(
      engines.ask({ metrics: ["hygiene_score"], ...range, filters: [["is", "status.name", ["x"]]] }),
    ).rejects.toMatchObject({ code: "unknown_column" });
  });

  it("effort falls on days as they are, and people are working days", async () => {
    await engines.given({
      calendar_day: ["04", "05", "06", "07", "08"].map((day) => ({
        id: day,
        calendarId: "leadline:calendar:leadline:default/UTC",
        day: `2026-05-${day}`,
        isWorking: true,
      })),
    });
    const worked = (day: string, person_id: string, category: string, effort_days: number) => ({
      day: `2026-05-${day}`,
      person_id,
      investment_category: category,
      effort_days,
    });
    await engines.insert("fact_effort", [
      worked("03", "ann", "A", 1),
      worked("04", "ann", "A", 0.5),
      worked("04", "ann", "B", 0.5),
      worked("05", "ann", "A", 1),
      worked("08", "bob", "B", 1),
      worked("11", "bob", "B", 1),
    ]);
    for (const timezone of ["UTC", "America/Los_Angeles", "Pacific/Auckland"]) {
      expect(await engines.values({ metrics: ["effort_days"], ...range, timezone })).toEqual([3]);
      expect(await engines.values({ metrics: ["effort_days"], ...range, grain: "day", timezone })).toEqual([1, 1, 0, 0, 1, 0, 0]);
    }
    expect(await one("effort_fte")).toBe(0.6);
    const shares = await engines.ask({ metrics: ["effort_share"], dimensions: ["investment_category"], ...range });
    expect(shares.rows.map((row) => row["effort_share"])).toEqual([0.5, 0.5]);
  });
});

describe("worked examples of sprints", () => {
  const ended = (day: string, row: object) => ({ is_closed: true, ended_at: may(day), ...row });

  it("14: the ratios of one sprint", async () => {
    await engines.insert("fact_sprint", [
      ended("05", {
        committed_points: 26,
        committed_items: 8,
        added_points: 3,
        added_items: 1,
        removed_points: 5,
        raised_points: 2,
        delivered_points: 17,
        delivered_items: 7,
        delivered_committed_points: 12,
        delivered_added_points: 3,
        carried_items: 1,
        unknown_items: 2,
      }),
      // an active one plays no part
      { is_closed: false, ended_at: may("05"), committed_points: 100, added_points: 0, delivered_points: 0 },
    ]);
    const rounded = async (metric: string) => Number(Number(await one(metric)).toFixed(4));
    expect(await one("sprint_commit_points")).toBe(26);
    expect(await one("sprint_creep_points")).toBe(3);
    expect(await one("sprint_size_points")).toBe(29);
    expect(await one("sprint_delivered_points")).toBe(17);
    expect(await one("sprint_missed_commit_points")).toBe(14);
    expect(await rounded("sprint_delivered_to_commit_points")).toBe(0.6538);
    expect(await rounded("sprint_delivery_rate_points")).toBe(0.5862);
    expect(await rounded("sprint_commit_delivery_rate_points")).toBe(0.4615);
    expect(await rounded("sprint_creep_rate_points")).toBe(0.1154);
    expect(await rounded("sprint_churn_rate_points")).toBe(0.3077);
    expect(await rounded("sprint_churn_rate_resized_points")).toBe(0.3846);
    expect(await rounded("sprint_carry_over_rate")).toBe(0.1111);
    expect(await one("sprint_removed_points")).toBe(5);
    expect(await one("sprint_carried_items")).toBe(1);
    expect(await one("sprint_unknown_items")).toBe(2);
    expect(await one("sprint_predictability_points")).toBeNull();
    expect(await one("sprints")).toBe(1);
  });

  it("15: sprints together", async () => {
    const sprint = (committed: number, delivered: number, more: object = {}) =>
      ended("05", {
        committed_points: committed,
        delivered_points: delivered,
        added_points: 0,
        delivered_added_points: 0,
        delivered_committed_points: delivered,
        ...more,
      });
    await engines.insert("fact_sprint", [sprint(100, 60), sprint(100, 75), sprint(100, 90)]);
    expect(await one("sprint_velocity_points")).toBe(75);
    expect(await one("sprint_predictability_points")).toBe(15);
    expect(await one("sprint_predictability_rate_points")).toBe(0.15);
    expect(await one("sprint_variation_points")).toBe(0.2);
    const { rows } = await engines.ask({ metrics: ["sprint_variation_points"], ...range });
    expect(rows[0]!["sprint_variation_points_n"]).toBe(3);
    await engines.empty();
    await engines.insert("fact_sprint", [sprint(10, 10), sprint(100, 50)]);
    expect(Number(await one("sprint_delivered_to_commit_points")).toFixed(4)).toBe("0.5455");
    await engines.empty();
    await engines.insert("fact_sprint", [
      sprint(100, 75, { added_points: 25, delivered_committed_points: 60, delivered_added_points: 15 }),
    ]);
    const of = async (name: string) => one(`sprint_${name}_points`);
    expect([await of("size"), await of("velocity"), await of("missed_commit"), await of("missed_creep")]).toEqual([
      125, 75, 40, 10,
    ]);
    expect([await of("delivered_to_commit"), await of("delivery_rate")]).toEqual([0.75, 0.6]);
  });

  it("a sprint whose membership is unknown is no sprint that delivered nothing", async () => {
    const sprint = (committed_points: number | null, added_points: number | null, delivered_points: number | null) =>
      ended("05", { committed_points, added_points, delivered_points });
    await engines.insert("fact_sprint", [sprint(80, 20, 60), sprint(100, 40, 90), sprint(null, null, null)]);
    expect(await one("sprints")).toBe(3);
    expect(await one("sprint_velocity_points")).toBe(75);
    expect(await one("sprint_average_size_points")).toBe(120);
    await engines.empty();
    await engines.insert("fact_sprint", [sprint(null, null, null)]);
    expect(await one("sprint_velocity_points")).toBeNull();
  });

  it("draws the scope and the work done of a sprint at any instant", async () => {
    const change = (at: string, kind: string, scope_points: number, done_points: number) => ({
      sprint_id: "s",
      occurred_at: at,
      kind,
      scope_points,
      scope_items: 0,
      done_points,
      done_items: 0,
    });
    await engines.insert("fact_sprint_event", [
      change(may("04", "09:00:00"), "committed", 26, 0),
      change(may("05", "12:00:00"), "added", 3, 0),
      change(may("06", "12:00:00"), "done", 0, 8),
      change(may("07", "12:00:00"), "removed", -5, 0),
      change(may("08", "12:00:00"), "reopened", 0, -2),
      { ...change(may("04", "09:00:00"), "committed", 50, 0), sprint_id: "other" },
    ]);
    const sprint = { filters: [["is", "sprint_id", ["s"]]], from: "2026-05-03", to: "2026-05-10" };
    const days = (metric: string) => engines.values({ metrics: [metric], ...sprint, grain: "day" });
    expect(await days("sprint_scope_points")).toEqual([0, 26, 29, 29, 24, 24, 24]);
    expect(await days("sprint_done_points")).toEqual([0, 0, 0, 8, 8, 6, 6]);
    expect(await days("sprint_scope_change_points")).toEqual([0, 0, 3, 0, -5, 0, 0]);
    expect(await one("sprint_scope_points", { ...sprint, to: may("05", "12:00:00.000001") })).toBe(29);
    const kinds = await engines.ask({ metrics: ["sprint_scope_points"], dimensions: ["kind"], ...sprint });
    expect(Object.fromEntries(kinds.rows.map((row) => [row["kind"], row["sprint_scope_points"]]))).toMatchObject({
      committed: 26,
      added: 3,
      removed: -5,
    });
    const { rows } = await engines.same((warehouse) =>
      drillDown(warehouse, { metrics: ["sprint_scope_points"], ...sprint }, { now: may("28") }),
    );
    expect(rows.map((row) => row["value"])).toEqual([26, 3, 0, -5, 0]);
    expect(await one("sprint_scope_points", { ...year, filters: sprint.filters })).toBe(24);
  });
});
