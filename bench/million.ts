import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runQueries } from "../src/metrics/index.ts";
import { buildFacts } from "../src/warehouse/facts/build.ts";
import { buildLinks } from "../src/warehouse/links/build.ts";
import { openWarehouse, type WritableWarehouse } from "../src/warehouse/open.ts";
import { wholeRow } from "../test/entities.ts";
import { fillSynthetic, million } from "./organisation-sql.ts";
import type { Row } from "./result.ts";

const now = "2026-11-02T00:00:00Z";
const range = { from: "2026-08-10", to: "2026-11-02" };
const phases = ["coding", "drafting", "pickup", "review", "merge_wait", "deploy"].map((phase) => `pull_request_${phase}_time`);

/** The queries that the Efficiency page sends. */
const page: Readonly<Record<string, object>> = {
  "deployment tiles": {
    metrics: ["deployment_frequency", "change_failure_rate", "deployment_rework_rate"],
    compare: "previous",
    ...range,
  },
  "lead time tile": { metrics: ["lead_time_for_changes"], compare: "previous", ...range },
  "recovery tile": { metrics: ["failed_deployment_recovery_time"], compare: "previous", ...range },
  "lead time p50 by week": { metrics: ["lead_time_for_changes"], grain: "week", ...range },
  "lead time p90 by week": { metrics: ["lead_time_for_changes"], grain: "week", statistic: "p90", ...range },
  "phases by week": { metrics: phases, grain: "week", ...range },
  "deployments by week": { metrics: ["deployments", "failed_deployments"], grain: "week", ...range },
  "cycle time by repository": { metrics: ["pull_request_cycle_time"], dimensions: ["repository_id"], ...range },
  "cycle time by team": { metrics: ["pull_request_cycle_time"], dimensions: ["team"], ...range },
  "open requests by week": { metrics: ["pull_requests_open"], grain: "week", ...range },
};

/** The Efficiency page at a million pull requests. `scale` makes it smaller for a quick look. */
export async function atAMillion(scale: number): Promise<Row[]> {
  const home = await mkdtemp(join(tmpdir(), "leadline-million-"));
  // the memory of a machine that holds a million requests; the default of 400 MB is for a few hundred engineers
  const warehouse = await openWarehouse({ home, memoryMb: 4000 });
  try {
    const size = { ...million, pullRequests: million.pullRequests * scale };
    await fillSynthetic(warehouse, size);
    await warehouse.replaceRows("profile", [wholeRow("profile", {})]);
    const links = await timed(() => buildLinks(warehouse, { now }));
    const facts = await timed(() => buildFacts(warehouse, { now }));
    const label = size.pullRequests.toLocaleString("en");
    return [
      { name: `links at ${label} pull requests`, value: links, unit: "s", limit: null, ratio: null },
      { name: `facts at ${label} pull requests`, value: facts, unit: "s", limit: null, ratio: null },
      ...(await pageRows(warehouse, label)),
    ];
  } finally {
    await warehouse.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function pageRows(warehouse: WritableWarehouse, label: string): Promise<Row[]> {
  const rows: Row[] = [];
  let total = 0;
  for (const [name, query] of Object.entries(page)) {
    const ask = () => timed(() => runQueries(warehouse, [query], { now }));
    const cold = await ask();
    const warm = [await ask(), await ask(), await ask()].sort((a, b) => a - b)[1]!;
    total += warm;
    rows.push({
      name: `${name}, warm, ${label}`,
      value: warm * 1000,
      unit: "ms",
      limit: 300,
      ratio: warm / cold,
      against: "cold",
    });
  }
  const together = await timed(() => runQueries(warehouse, Object.values(page), { now }));
  rows.push({
    name: `all queries of the page together, ${label}`,
    value: together * 1000,
    unit: "ms",
    limit: 1000,
    ratio: together / total,
    against: "one after the other",
  });
  return rows;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
