import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { n, r, s, sd, share, split } from "./expression.ts";
import { metricsOf } from "./metric.ts";
import { runQuery } from "./run.ts";
import { MetricEngines } from "./testing/metric-engines.ts";

const engines = new MetricEngines();
beforeAll(() => engines.open());
afterAll(() => engines.close());
afterEach(() => engines.empty());

const day = (date: string) => `2026-${date}T12:00:00Z`;
const merged = (date: string, repository: string | null, more: object = {}) => ({
  merged_at: day(date),
  repository_id: repository,
  ...more,
});

describe("comparison", () => {
  const changes = async (query: object) => {
    const { rows } = await engines.ask({ metrics: ["pull_requests_merged"], ...query });
    return rows.map((row) => [
      row["pull_requests_merged"],
      row["pull_requests_merged_before"],
      row["pull_requests_merged_change"],
    ]);
  };

  it("previous: as many days, or months where both ends start one", async () => {
    await engines.insert(
      "fact_pull_request",
      ["02-10", "02-20", "03-01", "03-05", "03-20"].map((date) => merged(date, "pay")),
    );
    expect(await changes({ from: "2026-03-01", to: "2026-04-01", compare: "previous" })).toEqual([[3, 2, 0.5]]);
    expect(await changes({ from: "2026-03-02", to: "2026-03-12", compare: "previous" })).toEqual([[1, 2, -0.5]]);
    expect(await changes({ from: "2026-03-01T06:00:00Z", to: "2026-03-02T06:00:00Z", compare: "previous" })).toEqual([
      [1, 0, null],
    ]);
    expect(await changes({ from: "2026-03-01", to: "2026-04-01", compare: { from: "2026-02-01", to: "2026-02-15" } })).toEqual([
      [3, 1, 2],
    ]);
    expect(await changes({ from: "2026-02-16", to: "2026-03-02", grain: "week", compare: "previous" })).toEqual([
      [1, 0, null],
      [1, 1, 0],
    ]);
  });

  it("previous_year: the same local days a year before", async () => {
    await engines.insert("fact_pull_request", [merged("03-05", "pay"), { merged_at: "2025-03-31T22:30:00Z" }]);
    const query = { from: "2026-03-01", to: "2026-04-01", compare: "previous_year" };
    expect(await changes(query)).toEqual([[1, 1, 0]]);
    expect(await changes({ ...query, timezone: "Europe/Berlin" })).toEqual([[1, 0, null]]);
  });

  it("a change from zero or unknown is unknown, and a group that vanished is there", async () => {
    await engines.insert("fact_pull_request", [
      merged("02-10", "old", { cycle_seconds: 10 }),
      merged("03-10", "new", { cycle_seconds: 20 }),
      merged("02-11", "both", { cycle_seconds: 0 }),
      merged("03-11", "both", { cycle_seconds: 30 }),
    ]);
    const { rows } = await engines.ask({
      metrics: ["pull_request_cycle_time", "pull_requests_merged"],
      from: "2026-03-01",
      to: "2026-04-01",
      dimensions: ["repository_id"],
      compare: "previous",
      order: [["pull_requests_merged_change", "desc"]],
    });
    expect(
      rows.map((row) => [
        row["repository_id"],
        row["pull_request_cycle_time_change"],
        row["pull_requests_merged_before"],
        row["pull_requests_merged_change"],
      ]),
    ).toEqual([
      ["both", null, 1, 0],
      ["old", null, 1, -1],
      ["new", null, 0, null],
    ]);
  });
});

describe("the shape of an answer", () => {
  it("fills buckets and groups, with labels, and marks what is not over", async () => {
    await engines.given({ repository: [{ id: "pay", fullName: "acme/pay" }] });
    await engines.insert("fact_pull_request", [merged("05-05", "pay"), merged("05-19", "web"), merged("05-19", null)]);
    const { rows, columns } = await engines.ask(
      {
        metrics: ["pull_requests_merged", "review_coverage"],
        from: "2026-05-04",
        to: "2026-05-25",
        grain: "week",
        dimensions: ["repository_id"],
      },
      "2026-05-20T00:00:00Z",
    );
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["bucket", "bucket"],
      ["repository_id", "dimension"],
      ["repository_id_label", "label"],
      ["pull_requests_merged", "metric"],
      ["pull_requests_merged_n", "n"],
      ["review_coverage", "metric"],
      ["review_coverage_n", "n"],
    ]);
    expect(
      rows.map((row) => [
        row["bucket"],
        row["repository_id"],
        row["repository_id_label"],
        row["pull_requests_merged"],
        row["partial"],
      ]),
    ).toEqual([
      ["2026-05-04", "pay", "acme/pay", 1, undefined],
      ["2026-05-04", "web", null, 0, undefined],
      ["2026-05-04", null, null, 0, undefined],
      ["2026-05-11", "pay", "acme/pay", 0, undefined],
      ["2026-05-11", "web", null, 0, undefined],
      ["2026-05-11", null, null, 0, undefined],
      ["2026-05-18", "pay", "acme/pay", 0, true],
      ["2026-05-18", "web", null, 1, true],
      ["2026-05-18", null, null, 1, true],
    ]);
    expect(rows[1]!["review_coverage"]).toBeNull();
  });

  it("cuts at the limit by the order asked for, and says so", async () => {
    await engines.insert(
      "fact_pull_request",
      ["a", "b", "b", "c", "c", "c"].map((repository) => merged("05-05", repository)),
    );
    const query = { metrics: ["pull_requests_merged"], from: "2026-05-01", to: "2026-06-01", dimensions: ["repository_id"] };
    const top = await engines.ask({ ...query, order: [["pull_requests_merged", "desc"]], limit: 2 });
    expect(top.rows.map((row) => row["repository_id"])).toEqual(["c", "b"]);
    expect(top.meta.truncated).toBe(true);
    const all = await engines.ask({ ...query, limit: 3 });
    expect(all.rows.map((row) => row["repository_id"])).toEqual(["a", "b", "c"]);
    expect(all.meta.truncated).toBe(false);
  });

  it("a label of an application is that of whatever is deployed", async () => {
    await engines.given({
      service: [{ id: "s", name: "Checkout" }],
      repository: [{ id: "r", fullName: "acme/web" }],
      pipeline: [{ id: "p", fullName: "release train" }],
    });
    await engines.insert(
      "fact_deployment",
      ["s", "r", "p", "x"].map((application_id) => ({ application_id, finished_at: day("05-05") })),
    );
    const { rows } = await engines.ask({
      metrics: ["deployments"],
      from: "2026-05-01",
      to: "2026-06-01",
      dimensions: ["application_id"],
      order: [["application_id_label", "asc"]],
    });
    expect(rows.map((row) => row["application_id_label"])).toEqual(["Checkout", "acme/web", "release train", null]);
  });

  it("says what it was made with, and warns of few items", async () => {
    await engines.given({
      profile: [
        { version: 1, settings: { timezone: "UTC" } },
        { version: 2, settings: { timezone: "Asia/Kolkata", bands: "dora_2021" } },
      ],
      fact_build: [
        {
          fact: "fact_deployment",
          profileId: "default",
          profileVersion: 2,
          ruleVersion: 3,
          rowCount: 1,
          builtAt: day("05-21"),
          dataThrough: day("05-20"),
          seconds: 1,
        },
      ],
    });
    await engines.insert("fact_deployment", [{ finished_at: day("05-05"), is_failed: true }]);
    const { meta, rows } = await engines.ask(
      { metrics: ["change_failure_rate"], from: "2026-05-01", to: "2026-05-12" },
      "2026-05-12T00:00:00Z",
    );
    expect(meta).toMatchObject({
      profile: "default",
      profile_version: 2,
      rule_versions: { fact_deployment: 3 },
      data_through: day("05-20"),
      timezone: "Asia/Kolkata",
      bands: "dora_2021",
      truncated: false,
    });
    expect(meta.warnings.map(({ code, metric, count }) => [code, metric, count])).toEqual([["low_n", "change_failure_rate", 1]]);
    expect(rows[0]).toMatchObject({ change_failure_rate: 1, immature: true });
    const later = await engines.ask(
      { metrics: ["change_failure_rate"], from: "2026-05-01", to: "2026-05-12" },
      "2026-05-25T00:00:00Z",
    );
    expect(later.rows[0]).not.toHaveProperty("immature");
    const other = await engines.ask({ metrics: ["deployments"], from: "2026-05-01", to: "2026-05-12" }, "2026-05-12T00:00:00Z");
    expect(other.rows[0]).not.toHaveProperty("immature");
  });
});

describe("what a query is about", () => {
  it("a project sees its integrations and rows of none", async () => {
    await engines.given({ integration_mapping: [{ id: "m1", projectKey: "payments", mappedIntegrationId: "acme-git" }] });
    await engines.insert("fact_pull_request", [
      merged("05-05", "a", { integration_id: "acme-git" }),
      merged("05-05", "b", { integration_id: "other-git" }),
      merged("05-05", "c", { integration_id: null }),
    ]);
    const query = { metrics: ["pull_requests_merged"], from: "2026-05-01", to: "2026-06-01" };
    expect(await engines.values(query)).toEqual([3]);
    expect(await engines.values({ ...query, project: "payments" })).toEqual([2]);
    const { rows, meta } = await engines.ask({ ...query, project: "paymnts" });
    expect(rows[0]!["pull_requests_merged"]).toBe(1);
    expect(meta.warnings.map(({ code }) => code)).toContain("no_integrations");
  });

  it("a profile sees its own rows, and a team brings its profile, zone and calendar", async () => {
    await engines.given({
      profile: [
        { id: "p1", profileId: "default", settings: {} },
        { id: "p2", profileId: "strict", settings: {} },
      ],
      team: [
        { id: "eng", timezone: "America/New_York", profileId: "strict", calendarId: "short" },
        { id: "pay", parentTeamId: "eng" },
      ],
      team_tree: [
        { ancestorTeamId: "eng", teamId: "pay" },
        { ancestorTeamId: "pay", teamId: "pay" },
      ],
      calendar_day: [
        { id: "d1", calendarId: "short", day: "2026-05-04", isWorking: true },
        { id: "d2", calendarId: "short", day: "2026-05-05", isWorking: false },
        { id: "d3", calendarId: "short", day: "2026-05-06", isWorking: true },
        { id: "d4", calendarId: "short", day: "2026-05-20", isWorking: true },
      ],
    });
    await engines.insert("fact_deployment", [
      { id: "a", finished_at: "2026-05-11T02:00:00Z" },
      { id: "a", finished_at: "2026-05-11T02:00:00Z", profile_id: "strict" },
      { id: "b", finished_at: "2026-05-05T02:00:00Z", profile_id: "strict" },
      { id: "c", finished_at: "2026-05-06T02:00:00Z", profile_id: "strict" },
    ]);
    await engines.each((warehouse) =>
      warehouse.run([{ sql: "insert into fact_team select 'deployment', profile_id, id, 'pay', 'then' from fact_deployment" }]),
    );
    const query = { metrics: ["deployments", "deployment_frequency_working"], from: "2026-05-04", to: "2026-05-11" };
    expect((await engines.ask(query)).rows[0]).toMatchObject({ deployments: 0 });
    expect((await engines.ask({ ...query, profile: "strict" })).rows[0]).toMatchObject({ deployments: 2 });
    const team = await engines.ask({ ...query, filters: [["is", "team", ["pay"]]] });
    expect(team.meta).toMatchObject({ profile: "strict", timezone: "America/New_York", calendar: "short" });
    expect(team.rows[0]).toMatchObject({ deployments: 3, deployment_frequency_working: 1.5 });
    const weeks = await engines.ask({ ...query, to: "2026-05-25", grain: "week", filters: [["is", "team", ["pay"]]] });
    expect(weeks.rows.map((row) => row["deployment_frequency_working"])).toEqual([1.5, 0, 0]);
  });

  it("frequencies count only days up to today", async () => {
    await engines.insert("fact_deployment", [{ finished_at: day("05-05") }]);
    const query = { metrics: ["deployment_frequency"], from: "2026-05-04", to: "2026-06-01" };
    expect(await engines.values(query, "2026-05-07T06:00:00Z")).toEqual([1 / 4]);
    expect(await engines.values({ ...query, grain: "week" }, "2026-05-07T06:00:00Z")).toEqual([1 / 4, 0, 0, 0]);
  });
});

describe("parts of a whole", () => {
  const own = metricsOf("fact_pull_request", [
    {
      name: "merged_share",
      label: "Share of merged",
      when: "merged_at",
      is: share(n("is_eligible"), "work_type"),
      unit: "percent",
      better: "neither",
      description: "Share of merged requests by work type.",
    },
    {
      name: "merged_fte",
      label: "Full-time people",
      when: "merged_at",
      is: split("1.0", "author_id", "is_eligible and author_id is not null"),
      unit: "count",
      better: "neither",
      description: "Every author weighs one.",
    },
    {
      name: "lines_per_file",
      label: "Lines per file",
      when: "merged_at",
      is: r(s("lines_changed", "is_eligible"), s("files_count", "is_eligible")),
      unit: "ratio",
      better: "neither",
      description: "Lines divided by files.",
    },
  ]);
  const spread = metricsOf("fact_pull_request", [
    {
      name: "size_spread",
      label: "Spread of sizes",
      when: "merged_at",
      is: sd("lines_changed", "is_eligible"),
      unit: "lines",
      better: "lower",
      description: "Sample deviation of sizes.",
    },
  ]);

  it("a spread is the sample deviation, and unknown of a single row", async () => {
    await engines.insert("fact_pull_request", [
      ...[60, 75, 90].map((lines_changed) => merged("05-05", "three", { lines_changed })),
      merged("05-05", "one", { lines_changed: 7 }),
    ]);
    const query = { metrics: ["size_spread"], from: "2026-05-01", to: "2026-06-01", dimensions: ["repository_id"] };
    const context = { now: "2026-12-01T00:00:00Z", catalogue: new Map([["size_spread", spread[0]!]]) };
    const { rows } = await engines.same((warehouse) => runQuery(warehouse, query, context));
    expect(rows.map((row) => [row["repository_id"], row["size_spread"], row["size_spread_n"]])).toEqual([
      ["one", null, 1],
      ["three", 15, 3],
    ]);
  });

  const catalogue = new Map(own.map((metric) => [metric.name, metric]));

  it("shares add up to one in each bucket, and every author weighs one in all", async () => {
    const rowsOf = (author: string, a: number, b: number) => [
      ...Array.from({ length: a }, () =>
        merged("05-05", author, { author_id: author, work_type: "A", lines_changed: 10, files_count: 1 }),
      ),
      ...Array.from({ length: b }, () =>
        merged("05-05", author, { author_id: author, work_type: "B", lines_changed: 1, files_count: 10 }),
      ),
    ];
    await engines.insert("fact_pull_request", [...rowsOf("x", 3, 2), ...rowsOf("y", 2, 2), ...rowsOf("z", 1, 1)]);
    const query = {
      metrics: [...catalogue.keys()],
      from: "2026-05-04",
      to: "2026-05-18",
      grain: "week",
      dimensions: ["work_type"],
    };
    const { rows } = await engines.same((warehouse) => runQuery(warehouse, query, { now: "2026-12-01T00:00:00Z", catalogue }));
    expect(rows.map((row) => [row["work_type"], row["merged_share"], row["merged_fte"], row["lines_per_file"]])).toEqual([
      ["A", 6 / 11, expect.closeTo(1.6, 12), 10],
      ["B", 5 / 11, expect.closeTo(1.4, 12), 0.1],
      ["A", null, 0, null],
      ["B", null, 0, null],
    ]);
    const refused = runQuery(engines.warehouses[0]!, { ...query, dimensions: [] }, { now: "2026-12-01T00:00:00Z", catalogue });
    await expect(refused).rejects.toMatchObject({ code: "missing_dimension" });
  });
});
