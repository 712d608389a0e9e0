import type { Row } from "./result.ts";
import { openReader, startVendor } from "./vendor.ts";

/** Requests that a reader makes who asks REST for each pull request: list, then detail, reviews, comments, commits, files. */
const NAIVE_PER_1000 = 6010;

const plenty = { core: 10_000_000, graphql: 10_000_000 };

/** What history costs at the vendor, per 1,000 things. */
export async function pricePerThousand(): Promise<Row[]> {
  const vendor = await startVendor({ size: { repositories: 2, pullRequestsPerRepository: 1000 }, seed: 3, limits: plenty });
  const reader = await openReader(vendor);
  try {
    const priceOf = async (stream: string, table: string) => {
      await vendor.clearCalls();
      await reader.engine.ingest({ integration: reader.integration, streams: [stream] });
      const calls = await vendor.calls();
      const { rows } = await reader.warehouse.query<{ n: number }>(`select count(*) as n from ${table}`);
      const share = 1000 / rows[0]!.n;
      const again = calls.byRoute["GET /repos/{o}/{r}/actions/runs/:id/attempts/:attempt"] ?? 0;
      return { calls: (calls.rest + calls.graphql - again) * share, again: again * share, points: calls.points * share };
    };
    const requests = await priceOf("pull_requests", "pull_request");
    const runs = await priceOf("pipeline_runs", "pipeline_run");
    return [
      {
        name: "calls per 1,000 pull requests with children",
        value: requests.calls,
        unit: "calls",
        limit: 25,
        ratio: requests.calls / NAIVE_PER_1000,
        against: "naive REST",
      },
      { name: "points per 1,000 pull requests with children", value: requests.points, unit: "points", limit: 120, ratio: null },
      {
        name: "calls per 1,000 runs with jobs and steps",
        value: runs.calls,
        unit: "calls",
        limit: 25,
        ratio: runs.calls / 1010,
        against: "one call per run",
      },
      { name: "… and one for each earlier attempt of a re-run", value: runs.again, unit: "calls", limit: null, ratio: null },
      { name: "points per 1,000 runs", value: runs.points, unit: "points", limit: null, ratio: null },
    ];
  } finally {
    await reader.close();
    await vendor.stop();
  }
}

/** What it costs to learn that nothing happened in 1,000 repositories. */
export async function idleRefresh(): Promise<Row[]> {
  const vendor = await startVendor({ size: { repositories: 1000, pullRequestsPerRepository: 1 }, seed: 4, limits: plenty });
  const reader = await openReader(vendor);
  try {
    await reader.engine.ingest({ integration: reader.integration });
    await reader.engine.ingest({ integration: reader.integration, kind: "refresh" });
    await vendor.clearCalls();
    await reader.engine.ingest({ integration: reader.integration, kind: "refresh" });
    const calls = await vendor.calls();
    const total = calls.rest + calls.graphql;
    return [
      {
        name: "refresh of 1,000 idle repositories",
        value: total,
        unit: "calls",
        limit: 15,
        ratio: total / 8000,
        against: "one call per stream",
      },
    ];
  } finally {
    await reader.close();
    await vendor.stop();
  }
}
