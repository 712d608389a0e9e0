import { describe, expect, it } from "vitest";

import { Problem } from "../domain/problem.ts";
import { parse } from "./parse.ts";
import { runQueries, runQuery } from "./run.ts";

const now = "2026-05-20T12:00:00Z";
const query = { metrics: ["pull_requests_merged"], from: "2026-05-01", to: "2026-06-01" };
const settings = { query: async () => ({ columns: [], rows: [] }) };

async function refusal(input: unknown, context: object = {}): Promise<Problem> {
  try {
    await runQuery(settings, input, { now, ...context });
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("the query was not refused");
}

describe("what cannot be asked", () => {
  it.each<[object | string | null, string, RegExp]>([
    [null, "bad_query", /not an object/],
    ["pull_requests_merged", "bad_query", /not an object/],
    [[query], "bad_query", /not an object/],
    [{ ...query, metric: "x" }, "unknown_field", /"metric".*Did you mean "metrics"\?/],
    [{ from: "2026-05-01", to: "2026-06-01" }, "bad_query", /"metrics".*missing/],
    [{ ...query, metrics: [] }, "bad_query", /"metrics"/],
    [{ ...query, metrics: Array.from({ length: 21 }, () => "deployments") }, "bad_query", /"metrics"/],
    [
      { ...query, metrics: ["pull_request_merged"] },
      "unknown_metric",
      /Known are: pull_requests_merged.*Did you mean "pull_requests_merged"/,
    ],
    [{ ...query, metrics: ["happiness"] }, "unknown_metric", /lead_time_for_changes/],
    [
      { ...query, metrics: ["pull_requests_merged", "deployments"] },
      "mixed_facts",
      /fact_pull_request; deployments of fact_deployment/,
    ],
    [
      { ...query, metrics: ["pull_requests_merged", "pull_requests_opened"] },
      "mixed_times",
      /merged_at; pull_requests_opened of opened_at/,
    ],
    [{ ...query, metrics: ["pull_requests_open", "pull_requests_opened"] }, "mixed_times", /opened_at\.\.closed_at/],
    [{ ...query, grain: "hour" }, "bad_grain", /"hour".*day, week, fortnight/],
    [{ ...query, statistic: "p99" }, "unknown_statistic", /"p99".*median, mean, p75/],
    [{ metrics: query.metrics, to: "2026-05-01" }, "bad_range", /"from" is missing/],
    [{ ...query, from: "yesterday" }, "bad_range", /"from" is "yesterday"/],
    [{ ...query, from: "2026-05-01T00:00:00" }, "bad_range", /"from"/],
    [{ ...query, from: "2026-02-30" }, "bad_range", /"from"/],
    [{ ...query, to: "2026-05-01" }, "bad_range", /2026-05-01 does not come before 2026-05-01/],
    [{ ...query, from: "1850-01-01" }, "bad_range", /too far away/],
    [{ ...query, from: "1980-01-01", grain: "day" }, "too_many_buckets", /buckets/],
    [{ ...query, dimensions: ["repo_id"] }, "unknown_dimension", /"repo_id" of fact_pull_request.*team/],
    [{ ...query, dimensions: ["repositry_id"] }, "unknown_dimension", /Did you mean "repository_id"/],
    [{ ...query, dimensions: ["merged_at"] }, "unknown_dimension", /merged_at/],
    [{ ...query, dimensions: ["lines_changed"] }, "unknown_dimension", /lines_changed/],
    [{ ...query, dimensions: ["url"] }, "unknown_dimension", /url/],
    [{ ...query, dimensions: ["labels"] }, "bad_dimension", /cannot be grouped/],
    [{ ...query, dimensions: ["state", "size", "team", "work_type"] }, "bad_query", /"dimensions"/],
    [{ ...query, filters: [["equals", "state", ["open"]]] }, "unknown_operator", /"equals".*is_not/],
    [{ ...query, filters: [["and", ["iz", "state", ["open"]]]] }, "unknown_operator", /Did you mean "is"/],
    [{ ...query, filters: [["is", "stat", ["open"]]] }, "unknown_column", /Did you mean "state"/],
    [{ ...query, filters: [["gt", "lines_changed", [5]]] }, "unknown_column", /lines_changed/],
    [{ ...query, filters: [["is", "included", [true]]] }, "unknown_column", /included/],
    [{ ...query, filters: [["is", "state"]] }, "bad_filter", /is not a filter/],
    [{ ...query, filters: [["is", "is_draft", ["perhaps"]]] }, "bad_filter_value", /"perhaps".*boolean/],
    [{ ...query, filters: [["matches", "target_branch", ["(?i)main"]]] }, "bad_pattern", /\(\?i/],
    [{ ...query, filters: [["contains", "team", ["pay"]]] }, "bad_filter", /team/],
    [{ ...query, filters: [["is", "team", ["nobody"]]] }, "unknown_team", /"nobody"/],
    [{ ...query, timezone: "Europe/Bonn" }, "unknown_timezone", /IANA/],
    [{ ...query, timezone: "+02:00" }, "unknown_timezone", /IANA/],
    [{ ...query, profile: "other" }, "unknown_profile", /Known are: default/],
    [{ ...query, membership: "later" }, "bad_query", /"membership"/],
    [{ ...query, compare: "last_week" }, "bad_compare", /"last_week"/],
    [{ ...query, compare: { from: "2026-05-02", to: "2026-05-01" } }, "bad_range", /does not come before/],
    [{ ...query, limit: 0 }, "bad_query", /"limit"/],
    [{ ...query, limit: 10_001 }, "bad_query", /"limit"/],
    [{ ...query, order: [["pull_requests_merged", "up"]] }, "bad_query", /"order/],
    [{ ...query, order: [["pull_requests", "asc"]] }, "unknown_column", /order by.*pull_requests_merged_n/],
    [{ ...query, order: [["pull_requests_merged_change", "asc"]] }, "unknown_column", /order by/],
    [{ ...query, now: "today" }, "bad_query", /"now"/],
    [{ ...query, metrics: ["pull_requests_merged", "review_coverage"], rows: true }, "rows_need_one_metric", /2 metrics/],
  ])("%j is refused: %s", async (input, code, text) => {
    const problem = await refusal(input);
    expect(problem.code).toBe(code);
    expect(problem.message).toMatch(text);
    expect(problem.rule && problem.next).toBeTruthy();
  });

  it("people are hidden from those who may not see them", async () => {
    const hidden = { people: false };
    expect((await refusal({ ...query, dimensions: ["author_id"] }, hidden)).code).toBe("people_hidden");
    expect((await refusal({ ...query, filters: [["is", "author_id", ["ann"]]] }, hidden)).status).toBe(403);
    expect(
      parse({ ...query, dimensions: ["repository_id", "author_kind"] }, { now, people: false }).query.dimensions,
    ).toHaveLength(2);
  });

  it("one refusal leaves the other queries of a request alone", async () => {
    const [good, bad] = await runQueries(settings, [query, { ...query, grain: "hour" }], { now });
    expect(good!.status).toBe("fulfilled");
    expect(bad).toMatchObject({ status: "rejected", reason: { code: "bad_grain" } });
  });
});

describe("the normal form of a query", () => {
  it("names every default and answers the same again", async () => {
    const first = await runQuery(settings, { ...query, metrics: ["pull_requests_merged", "pull_requests_merged"] }, { now });
    expect(first.query).toEqual({
      metrics: ["pull_requests_merged"],
      from: "2026-05-01",
      to: "2026-06-01",
      statistic: "median",
      dimensions: [],
      filters: [],
      order: [],
      limit: 1000,
      membership: "then",
      now,
    });
    expect(await runQuery(settings, first.query, { now: "2030-01-01T00:00:00Z" })).toEqual(first);
  });
});
