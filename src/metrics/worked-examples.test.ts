import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { MetricEngines } from "./testing/metric-engines.ts";

/* `docs/design/metrics.md` §9, at the level of metrics: fact rows by hand, numbers worked out by hand. */

const engines = new MetricEngines();
beforeAll(() => engines.open());
afterAll(() => engines.close());
afterEach(() => engines.empty());

const may = (day: string, time = "00:00:00") => `2026-05-${day}T${time}Z`;
const week = { from: "2026-05-04", to: "2026-05-11" };

describe("worked examples", () => {
  it("1: quantiles over items, never over groups", async () => {
    const merged = (cycle: number, repository: string) => ({
      repository_id: repository,
      merged_at: may("04", "10:00:00"),
      cycle_seconds: cycle,
    });
    await engines.insert("fact_pull_request", [
      ...[2, 2, 3, 4, 4, 4].map((cycle) => merged(cycle, "six")),
      ...[10, 20, 30, 40].map((cycle) => merged(cycle, "four")),
    ]);
    const of = (statistic: string, repository?: string) =>
      engines.values({
        metrics: ["pull_request_cycle_time"],
        ...week,
        statistic,
        ...(repository ? { filters: [["is", "repository_id", [repository]]] } : {}),
      });
    expect(await of("median", "six")).toEqual([3.5]);
    expect(await of("p75", "four")).toEqual([32.5]);
    expect(await of("p85", "four")).toEqual([35.5]);
    expect(await of("p90", "four")).toEqual([37]);
    expect(await of("p95", "four")).toEqual([38.5]);
    expect(await of("mean", "four")).toEqual([25]);
    expect(await of("median", "four")).toEqual([25]);
    expect([await of("min"), await of("max"), await of("sum")]).toEqual([[2], [40], [119]]);
    expect(await of("median")).toEqual([4]);
  });

  it("2: boundaries and zone", async () => {
    await engines.insert(
      "fact_pull_request",
      ["2026-03-01T00:00:00Z", "2026-03-31T23:59:59.999999Z", "2026-04-01T00:00:00Z"].map((merged_at) => ({ merged_at })),
    );
    const query = { metrics: ["pull_requests_merged"], from: "2026-03-01", to: "2026-04-01" };
    expect(await engines.values({ ...query, timezone: "UTC" })).toEqual([2]);
    expect(await engines.values({ ...query, timezone: "America/New_York" })).toEqual([2]);
    const { rows } = await engines.ask({ ...query, timezone: "America/New_York", grain: "day" });
    expect(rows).toHaveLength(31);
    expect(rows.filter((row) => row["pull_requests_merged"] !== 0)).toMatchObject([
      { bucket: "2026-03-31", pull_requests_merged: 2 },
    ]);
  });

  it("3: the week of a clock change, and frequencies", async () => {
    await engines.insert(
      "fact_deployment",
      ["2026-03-22T22:30:00Z", "2026-03-22T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"].map((finished_at) => ({
        finished_at,
      })),
    );
    const range = { from: "2026-03-16", to: "2026-04-06", timezone: "Europe/Berlin" };
    const weeks = await engines.ask({ metrics: ["deployments", "deployment_frequency"], ...range, grain: "week" });
    expect(weeks.rows.map(({ bucket, deployments }) => [bucket, deployments])).toEqual([
      ["2026-03-16", 1],
      ["2026-03-23", 2],
      ["2026-03-30", 1],
    ]);
    expect(weeks.rows[1]!["deployment_frequency"]).toBe(2 / 7);
    const months = await engines.ask({ metrics: ["deployment_frequency"], ...range, grain: "month" });
    expect(months.rows.map((row) => row["deployment_frequency"])).toEqual([4 / 16, 0]);
    expect(months.rows.map((row) => row["partial"])).toEqual([true, true]);
    await engines.empty();
    await engines.insert(
      "fact_deployment",
      Array.from({ length: 960 }, (_, i) => ({ finished_at: new Date(Date.UTC(2026, 4, 4) + i * 1_200_000).toISOString() })),
    );
    const [perDay] = await engines.values({ metrics: ["deployment_frequency"], from: "2026-05-04", to: "2026-05-18" });
    expect(perDay).toBeCloseTo(68.57, 2);
  });

  it("4: null is not zero", async () => {
    const common = { opened_at: may("05", "09:00:00"), flags: "no_commits", cycle_seconds: null };
    await engines.insert("fact_pull_request", [
      { ...common, merged_at: may("05", "12:00:00"), pickup_seconds: 3600, is_reviewed: true, is_approved: true },
      { ...common, merged_at: may("05", "12:00:00"), pickup_seconds: 7200, is_reviewed: true, is_approved: true },
      { ...common, merged_at: may("05", "10:00:00"), unreviewed_seconds: 3600, flags: "no_commits,unreviewed" },
    ]);
    const metrics = [
      "pull_requests_merged",
      "pull_request_pickup_time",
      "review_coverage",
      "pull_request_unreviewed_time",
      "pull_request_cycle_time",
      "lines_changed",
    ];
    const { rows, meta } = await engines.ask({ metrics, from: "2026-05-04", to: "2026-05-18", grain: "week", statistic: "mean" });
    expect(rows).toMatchObject([
      {
        pull_requests_merged: 3,
        pull_request_pickup_time: 5400,
        pull_request_pickup_time_n: 2,
        review_coverage: 2 / 3,
        review_coverage_n: 3,
        pull_request_unreviewed_time: 3600,
        pull_request_cycle_time: null,
        pull_request_cycle_time_n: 0,
        lines_changed: null,
      },
      {
        pull_requests_merged: 0,
        pull_request_pickup_time: null,
        pull_request_pickup_time_n: 0,
        review_coverage: null,
        review_coverage_n: 0,
        lines_changed: 0,
      },
    ]);
    const missing = meta.warnings
      .filter(({ code }) => code === "no_values")
      .map(({ metric, flag, count }) => [metric, flag, count]);
    expect(missing).toEqual([
      ["pull_request_pickup_time", "unreviewed", 1],
      ["pull_request_cycle_time", "no_commits", 3],
    ]);
  });

  it("5: phases", async () => {
    const phases = { coding: 3600, drafting: 3600, pickup: 5400, review: 9000, merge_wait: 3600, unreviewed: null, deploy: 7200 };
    const stages = Object.fromEntries(Object.entries(phases).map(([name, value]) => [`${name}_seconds`, value]));
    const { deploy_seconds: _, ...ofChange } = stages;
    await engines.insert("fact_pull_request", [
      {
        merged_at: may("04", "15:00:00"),
        cycle_seconds: 25200,
        first_review_at: may("04", "11:30:00"),
        first_review_seconds: 9000,
        ...stages,
      },
    ]);
    await engines.insert("fact_change", [{ deployed_at: may("04", "17:00:00"), lead_seconds: 32400, ...ofChange }]);
    const { rows } = await engines.ask({
      metrics: [
        "pull_request_cycle_time",
        ...Object.keys(phases).map((name) => `pull_request_${name}_time`),
        "pull_request_first_review_to_merge_time",
      ],
      ...week,
    });
    expect(rows[0]).toMatchObject({
      ...Object.fromEntries(Object.entries(phases).map(([name, value]) => [`pull_request_${name}_time`, value])),
      pull_request_cycle_time: 25200,
      pull_request_first_review_to_merge_time: 12600,
    });
    expect(await engines.values({ metrics: ["lead_time_for_changes"], ...week })).toEqual([32400]);
    expect(await engines.values({ metrics: ["lead_time_stage_unreviewed"], ...week })).toEqual([null]);
    expect(await engines.values({ metrics: ["time_to_first_review"], ...week })).toEqual([9000]);
  });

  it("7: two requests in one deployment, and a redeployment", async () => {
    const change = (merged_at: string, deployed_at: string | null, lead_seconds: number | null) => ({
      merged_at,
      deployed_at,
      lead_seconds,
    });
    await engines.insert("fact_change", [
      change(may("04", "10:00:00"), may("04", "12:00:00"), 14400),
      change(may("04", "11:00:00"), may("04", "12:00:00"), 12600),
      change(may("05", "09:00:00"), may("05", "12:00:00"), 14400),
      change(may("06", "10:00:00"), null, null),
    ]);
    await engines.insert("fact_deployment", [
      { finished_at: may("04", "12:00:00"), gap_seconds: null, change_count: 2 },
      { finished_at: may("05", "12:00:00"), gap_seconds: 86400, change_count: 1 },
      { finished_at: may("05", "15:00:00"), gap_seconds: 10800, change_count: 0, is_redeploy: true },
    ]);
    const shipped = await engines.ask({
      metrics: ["deployments", "deployment_frequency", "deployment_gap", "deployment_days"],
      ...week,
    });
    expect(shipped.rows[0]).toMatchObject({
      deployments: 3,
      deployment_frequency: 3 / 7,
      deployment_gap: 48600,
      deployment_days: 2,
    });
    const lead = { metrics: ["lead_time_for_changes", "changes_deployed"], ...week };
    expect((await engines.ask(lead)).rows[0]).toMatchObject({ changes_deployed: 3, lead_time_for_changes: 14400 });
    expect((await engines.ask({ ...lead, statistic: "mean" })).rows[0]).toMatchObject({ lead_time_for_changes: 13800 });
    expect((await engines.ask({ metrics: ["change_deployment_coverage"], ...week })).rows[0]).toMatchObject({
      change_deployment_coverage: 0.75,
      change_deployment_coverage_n: 4,
    });
    expect(await engines.values({ metrics: ["changes_waiting"], ...week })).toEqual([1]);
    expect(await engines.values({ metrics: ["deployment_changes"], ...week, statistic: "sum" })).toEqual([3]);
  });

  it("8: one change, two applications", async () => {
    const change = { change_id: "c", merged_at: may("04", "09:00:00") };
    await engines.insert("fact_change", [
      { ...change, application_id: "A", is_first: true, deployed_at: may("04", "10:00:00"), lead_seconds: 7200 },
      { ...change, application_id: "B", is_first: false, deployed_at: may("04", "12:00:00"), lead_seconds: 14400 },
    ]);
    await engines.insert("fact_deployment", [
      { application_id: "A", finished_at: may("04", "10:00:00") },
      { application_id: "B", finished_at: may("04", "12:00:00") },
    ]);
    const metrics = ["lead_time_for_changes", "lead_time_for_changes_by_service", "changes_deployed"];
    expect((await engines.ask({ metrics, ...week })).rows[0]).toMatchObject({
      lead_time_for_changes: 7200,
      lead_time_for_changes_n: 1,
      lead_time_for_changes_by_service: 10800,
      lead_time_for_changes_by_service_n: 2,
      changes_deployed: 1,
    });
    const grouped = await engines.ask({ metrics: ["lead_time_for_changes_by_service"], ...week, dimensions: ["application_id"] });
    expect(grouped.rows.map((row) => [row["application_id"], row["lead_time_for_changes_by_service"]])).toEqual([
      ["A", 7200],
      ["B", 14400],
    ]);
    expect((await engines.ask({ metrics: ["deployments", "deployment_frequency_per_service"], ...week })).rows[0]).toMatchObject({
      deployments: 2,
      deployment_frequency_per_service: 2 / 14,
    });
  });

  it("9: attempts", async () => {
    await engines.insert("fact_deployment", [
      { status: "success", finished_at: may("04", "10:20:00"), attempt_count: 3, duration_seconds: 1500 },
      { status: "failure", finished_at: may("04", "11:00:00"), attempt_count: 1, is_success: false, is_counted: false },
      { status: "canceled", finished_at: may("04", "11:30:00"), attempt_count: 1, is_success: false, is_counted: false },
    ]);
    const metrics = [
      "deployments",
      "deployment_duration",
      "deployment_retries",
      "change_failure_rate",
      "deployment_pipeline_failure_rate",
    ];
    expect((await engines.ask({ metrics, ...week })).rows[0]).toMatchObject({
      deployments: 1,
      deployment_duration: 1500,
      deployment_retries: 2,
      change_failure_rate: 0,
      change_failure_rate_n: 1,
      deployment_pipeline_failure_rate: 0.5,
    });
  });

  it("10: hotfix and rollback", async () => {
    await engines.insert("fact_deployment", [
      { finished_at: may("04", "10:00:00"), is_failed: true, recovered_at: may("04", "12:00:00"), recovery_seconds: 7200 },
      { finished_at: may("04", "12:00:00"), is_hotfix: true, is_rework: true },
      { finished_at: may("06", "10:00:00"), is_failed: true, recovered_at: may("06", "10:30:00"), recovery_seconds: 1800 },
      { finished_at: may("06", "10:30:00"), is_rollback: true, is_rework: true },
      { finished_at: may("06", "14:00:00") },
    ]);
    const metrics = ["change_failure_rate", "deployment_rework_rate", "rollback_rate", "failed_deployments"];
    expect((await engines.ask({ metrics, ...week })).rows[0]).toMatchObject({
      change_failure_rate: 0.4,
      deployment_rework_rate: 0.4,
      rollback_rate: 0.2,
      failed_deployments: 2,
    });
    const daily = await engines.values({ metrics: ["change_failure_rate"], from: "2026-05-04", to: "2026-05-07", grain: "day" });
    expect(daily).toEqual([0.5, null, 1 / 3]);
    expect(await engines.values({ metrics: ["failed_deployment_recovery_time"], ...week })).toEqual([4500]);
    expect(
      await engines.values({ metrics: ["failed_deployments_open"], from: "2026-05-04", to: "2026-05-06T10:15:00Z" }),
    ).toEqual([1]);
  });

  it("11: incidents", async () => {
    await engines.insert("fact_deployment", [
      {
        finished_at: may("04", "10:00:00"),
        is_failed: true,
        incident_count: 2,
        recovered_at: may("04", "13:30:00"),
        recovery_seconds: 12600,
      },
      { finished_at: may("05", "10:00:00"), incident_count: 0 },
    ]);
    const incident = (started_at: string, resolved_at: string | null, restore_seconds: number | null) => ({
      started_at,
      resolved_at,
      restore_seconds,
    });
    await engines.insert("fact_incident", [
      { ...incident(may("04", "11:00:00"), may("04", "12:00:00"), 3600), deployment_id: "D1" },
      { ...incident(may("04", "13:00:00"), may("04", "13:30:00"), 1800), deployment_id: "D1" },
      incident(may("04", "08:00:00"), may("04", "11:00:00"), 10800),
      incident(may("05", "20:00:00"), null, null),
      { ...incident(may("05", "11:00:00"), null, null), deployment_id: "D2", is_counted: false },
    ]);
    const rates = await engines.ask({ metrics: ["change_failure_rate", "incidents_per_deployment"], ...week });
    expect(rates.rows[0]).toMatchObject({ change_failure_rate: 0.5, incidents_per_deployment: 1 });
    expect(await engines.values({ metrics: ["failed_deployment_recovery_time"], ...week })).toEqual([12600]);
    expect((await engines.ask({ metrics: ["incidents", "incident_link_rate"], ...week })).rows[0]).toMatchObject({
      incidents: 4,
      incident_link_rate: 0.5,
    });
    expect(await engines.values({ metrics: ["time_to_restore"], ...week, statistic: "mean" })).toEqual([5400]);
    expect(await engines.values({ metrics: ["time_to_restore"], ...week })).toEqual([3600]);
    const days = await engines.ask({
      metrics: ["incidents_open", "incident_age"],
      from: "2026-05-04",
      to: "2026-05-06",
      grain: "day",
    });
    expect(days.rows).toMatchObject([
      { bucket: "2026-05-04", incidents_open: 0, incident_age: null },
      { bucket: "2026-05-05", incidents_open: 1, incident_age: 14400 },
    ]);
  });

  it("16: two teams, one person", async () => {
    await engines.given({
      team: [{ id: "eng" }, { id: "pay", parentTeamId: "eng" }, { id: "core", parentTeamId: "eng" }],
      team_tree: [
        { ancestorTeamId: "eng", teamId: "eng" },
        { ancestorTeamId: "eng", teamId: "pay" },
        { ancestorTeamId: "eng", teamId: "core" },
        { ancestorTeamId: "pay", teamId: "pay" },
        { ancestorTeamId: "core", teamId: "core" },
      ],
    });
    await engines.insert("fact_pull_request", [
      { id: "ann-10", merged_at: "2026-02-10T12:00:00Z" },
      { id: "ann-15", merged_at: "2026-02-15T00:00:00Z" },
      { id: "bob-12", merged_at: "2026-02-12T12:00:00Z" },
      { id: "cem-11", merged_at: "2026-02-11T12:00:00Z" },
    ]);
    const direct = (basis: string, rows: Record<string, string[]>) =>
      Object.entries(rows).flatMap(([row, teams]) =>
        teams.map((team) => `('pull_request', 'default', '${row}', '${team}', '${basis}')`),
      );
    const bridge = [
      ...direct("then", { "ann-10": ["pay"], "ann-15": ["core"], "bob-12": ["pay", "core"] }),
      ...direct("now", { "ann-10": ["core"], "ann-15": ["core"], "bob-12": ["pay", "core"] }),
    ];
    await engines.each((warehouse) => warehouse.run([{ sql: `insert into fact_team values ${bridge.join(", ")}` }]));
    const query = { metrics: ["pull_requests_merged"], from: "2026-02-01", to: "2026-03-01" };
    const byTeam = async (more: object) => {
      const { rows } = await engines.ask({ ...query, dimensions: ["team"], ...more });
      return Object.fromEntries(rows.map((row) => [row["team"], row["pull_requests_merged"]]));
    };
    expect(await byTeam({})).toEqual({ pay: 2, core: 2, eng: 3 });
    expect(await byTeam({ membership: "now" })).toEqual({ pay: 1, core: 3, eng: 3 });
    expect(await byTeam({ filters: [["is", "team", ["eng"]]] })).toEqual({ pay: 2, core: 2 });
    expect(await byTeam({ filters: [["is", "team", ["pay"]]] })).toEqual({ pay: 2 });
    expect(await engines.values({ ...query, filters: [["is", "team", ["eng"]]] })).toEqual([3]);
    expect(await engines.values({ ...query, filters: [["is", "team", ["pay", "core"]]] })).toEqual([3]);
    expect(await engines.values({ ...query, filters: [["is_not", "team", ["pay"]]] })).toEqual([2]);
    expect(await engines.values({ ...query, filters: [["not", ["is", "team", ["eng"]]]] })).toEqual([1]);
    expect(await engines.values(query)).toEqual([4]);
  });

  it("19: open at an instant", async () => {
    const pull = (opened: string, closed: string | null) => ({ opened_at: opened, closed_at: closed });
    await engines.insert("fact_pull_request", [
      pull(may("04", "09:00:00"), may("13", "10:00:00")),
      pull(may("11"), may("12", "09:00:00")),
      pull(may("06", "09:00:00"), may("11")),
      pull(may("11"), may("20")),
      pull(may("07"), null),
    ]);
    const weeks = { from: "2026-05-04", to: "2026-05-18", grain: "week" };
    expect(await engines.values({ metrics: ["pull_requests_open"], ...weeks })).toEqual([3, 2]);
    expect(await engines.values({ metrics: ["pull_requests_opened"], ...weeks })).toEqual([3, 2]);
    const alone = (from: string, to: string) => engines.values({ metrics: ["pull_requests_open"], from, to });
    expect([await alone("2026-05-04", "2026-05-11"), await alone("2026-05-11", "2026-05-18")]).toEqual([[3], [2]]);
    const last = { filters: [["is", "id", ["fact_pull_request-4"]]] };
    expect(await engines.values({ metrics: ["pull_request_age"], ...weeks, ...last })).toEqual([345600, 950400]);
    const asked = await engines.ask({ metrics: ["pull_request_age"], ...weeks, ...last }, may("14"));
    expect(asked.rows.map((row) => [row["pull_request_age"], row["partial"]])).toEqual([
      [345600, undefined],
      [604800, true],
    ]);
  });

  it("20: sums before ratios", async () => {
    const at = { finished_at: may("04", "10:00:00") };
    await engines.insert("fact_pipeline_run", [
      { ...at, result: "success", tests_passed_count: 90, tests_failed_count: 10 },
      { ...at, result: "failure", is_final: false, tests_passed_count: 450, tests_failed_count: 450 },
      { ...at, result: "success", is_retry: true, is_recovered_retry: true },
      { ...at, result: "canceled" },
      { ...at, result: "partial" },
      { ...at, result: "skipped" },
      { finished_at: null, started_at: may("04", "10:00:00"), result: null, is_finished: false, is_final: true },
    ]);
    const metrics = ["pipeline_success_rate", "pipeline_failure_rate", "pipeline_runs", "pipeline_flaky_rate", "test_pass_rate"];
    expect((await engines.ask({ metrics, ...week })).rows[0]).toMatchObject({
      pipeline_success_rate: 0.5,
      pipeline_failure_rate: 0.25,
      pipeline_runs: 6,
      pipeline_flaky_rate: 0.2,
      test_pass_rate: 0.54,
    });
    expect(await engines.values({ metrics: ["pipeline_runs_running"], ...week })).toEqual([1]);
  });
});
