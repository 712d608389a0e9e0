import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runQueries } from "../src/metrics/index.ts";
import { buildFacts } from "../src/warehouse/facts/build.ts";
import { buildLinks } from "../src/warehouse/links/build.ts";
import { openWarehouse, type WritableWarehouse } from "../src/warehouse/open.ts";
import { wholeRow } from "../test/entities.ts";
import { fillIssues } from "./issues-sql.ts";
import type { Row } from "./result.ts";

const now = "2026-11-02T00:00:00Z";
const range = { from: "2026-05-04", to: "2026-11-02" };
const sprint = { filters: [["is", "sprint_id", ["sprint40"]]] };

/** The queries that the pages of flow, sprints, alignment and hygiene send. */
const pages: Readonly<Record<string, object>> = {
  "time in status": { metrics: ["time_in_status"], dimensions: ["status"], ...range },
  "time in status p90 by week": {
    metrics: ["time_in_status"],
    dimensions: ["status"],
    grain: "week",
    statistic: "p90",
    ...range,
  },
  "cumulative flow by day": { metrics: ["issues_in_status"], dimensions: ["status_category"], grain: "day", ...range },
  "ageing work by week": { metrics: ["work_in_progress_age"], grain: "week", ...range },
  "lead time by week": { metrics: ["issue_lead_time", "issue_cycle_time"], grain: "week", ...range },
  "velocity by month": { metrics: ["sprint_velocity_points", "sprint_delivered_to_commit_points"], grain: "month", ...range },
  "burn-up of a sprint": { metrics: ["sprint_scope_points", "sprint_done_points"], grain: "day", ...sprint, ...range },
  "alignment by month": { metrics: ["investment_items_share"], dimensions: ["investment_category"], grain: "month", ...range },
  "effort by month": { metrics: ["effort_share"], dimensions: ["investment_category"], grain: "month", ...range },
  hygiene: { metrics: ["hygiene_score", "hygiene_issues"], ...range },
};

const settings = {
  "investment.categories": [
    { name: "Bugs", filter: ["is", "type_category", ["bug"]] },
    { name: "Features", filter: ["is", "type_category", ["feature"]], expand: "descendants" },
  ],
};

/** 100,000 issues with two million changes, in the memory that DuckDB has by default. `scale` makes it smaller for a quick look. */
export async function issueHistory(scale: number): Promise<Row[]> {
  const home = await mkdtemp(join(tmpdir(), "leadline-issues-"));
  const warehouse = await openWarehouse({ home });
  try {
    const issues = Math.round(100_000 * scale);
    await fillIssues(warehouse, issues);
    await warehouse.replaceRows("profile", [wholeRow("profile", { profileId: "default", settings })]);
    const counted = await warehouse.query<{ n: number }>("select cast(count(*) as double precision) as n from issue_transition");
    const label = `${issues.toLocaleString("en")} issues, ${counted.rows[0]!.n.toLocaleString("en")} changes`;
    const links = await timed(() => buildLinks(warehouse, { now }));
    const facts = await timed(() => buildFacts(warehouse, { now }));
    return [
      { name: `links of ${label}`, value: links, unit: "s", limit: null, ratio: null },
      { name: `facts of ${label}`, value: facts, unit: "s", limit: null, ratio: null },
      { name: `memory after the build of ${label}`, value: process.memoryUsage.rss() / 1e6, unit: "MB", limit: 600, ratio: null },
      ...(await queryRows(warehouse, label)),
    ];
  } finally {
    await warehouse.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function queryRows(warehouse: WritableWarehouse, label: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, query] of Object.entries(pages)) {
    const ask = () => timed(() => runQueries(warehouse, [query], { now }));
    const cold = await ask();
    const warm = [await ask(), await ask(), await ask()].sort((a, b) => a - b)[1]!;
    rows.push({
      name: `${name}, warm, ${label}`,
      value: warm * 1000,
      unit: "ms",
      limit: 500,
      ratio: warm / cold,
      against: "cold",
    });
  }
  return rows;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
