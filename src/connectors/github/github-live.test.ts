import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { beforeAll, describe, expect, it } from "vitest";

import { connectorContract } from "../../ingest/contract.ts";
import type { Connector, MappedRow, Scope } from "../../ingest/connector.ts";
import { createEngine, type IngestIntegration } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink, type MemorySink } from "../../ingest/testing/memory.ts";
import { github } from "./connector.ts";
import { fixturePages, unfilled } from "./fixtures/index.ts";

const connector = github as unknown as Connector<unknown>;
/** Loaded when a test runs: connectors never know the simulators. */
const start = async (options: object) => {
  const { startGithubSimulator } = await import("../../simulators/index.ts");
  return startGithubSimulator(options);
};

interface Read {
  readonly sink: MemorySink;
  readonly calls: { rest: number; graphql: number; points: number; byRoute: Readonly<Record<string, number>> };
}

/** Reads everything (or these streams) from a simulator into memory, then does what `then` says with the same engine. */
async function readAll(
  options: object,
  settings: { config?: object; streams?: readonly string[]; again?: boolean } = {},
): Promise<Read & { again: Read["calls"] | null }> {
  const simulator = await start(options);
  const sink = memorySink();
  const engine = createEngine({
    sink,
    archive: memoryArchive(),
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
  });
  try {
    const config = connector.config.parse({
      url: simulator.url,
      token: simulator.token,
      owner: simulator.organisation,
      ...settings.config,
    });
    const streams = connector.streams.filter(({ name }) => settings.streams?.includes(name) ?? true);
    const integration: IngestIntegration = {
      id: "acme-github",
      connector: { ...connector, streams },
      config,
      scopes: [],
      backfill: { since: null },
    };
    const scopes: Scope[] = [];
    for await (const scope of engine.listScopes(integration)) scopes.push(scope);
    simulator.clearCalls();
    const summary = await engine.ingest({ integration: { ...integration, scopes } });
    expect(summary).toMatchObject({ fatal: null, totals: { failed: 0, quarantined: 0 } });
    const calls = simulator.calls();
    simulator.clearCalls();
    if (settings.again) await engine.ingest({ integration: { ...integration, scopes } });
    return { sink, calls, again: settings.again ? simulator.calls() : null };
  } finally {
    await engine.close();
    await simulator.stop();
  }
}

const rowsOf = (sink: MemorySink, entity: string) =>
  Object.values(sink.table()).filter((row) => row.entity === entity) as unknown as (MappedRow & Record<string, unknown>)[];

function countBy(rows: readonly Record<string, unknown>[], column: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[String(row[column])] = (counts[String(row[column])] ?? 0) + 1;
  return counts;
}

describe("what reading costs", () => {
  it("is at most 25 GraphQL calls and 120 points for a thousand pull requests", async () => {
    const { sink, calls } = await readAll(
      { size: { repositories: 1, pullRequestsPerRepository: 1000 } },
      { streams: ["pull_requests"] },
    );
    const thousands = rowsOf(sink, "pull_request").length / 1000;
    expect(thousands).toBeGreaterThan(0.9);
    expect(calls.graphql / thousands).toBeLessThanOrEqual(25);
    expect(calls.points / thousands).toBeLessThanOrEqual(120);
    expect(calls.rest).toBe(0);
  });

  it("is at most 25 calls for a thousand runs with their jobs, and one more for each earlier attempt", async () => {
    const { sink, calls } = await readAll(
      { size: { repositories: 1, pullRequestsPerRepository: 600 } },
      { streams: ["pipeline_runs"] },
    );
    const attempts = rowsOf(sink, "pipeline_run");
    const runs = new Set(attempts.map(({ runKey }) => runKey)).size;
    expect(runs).toBeGreaterThan(1000);
    expect(rowsOf(sink, "pipeline_job").length).toBeGreaterThan(runs);
    const earlier = attempts.length - runs;
    expect((calls.rest + calls.graphql - earlier) / (runs / 1000)).toBeLessThanOrEqual(25);
  });

  it("is at most 15 calls for a thousand idle repositories", { timeout: 90_000 }, async () => {
    const { again } = await readAll(
      { size: { repositories: 1000, pullRequestsPerRepository: 1 } },
      { streams: ["repositories", "accounts", "teams", "tags"], again: true },
    );
    expect(again!.rest + again!.graphql).toBeLessThanOrEqual(15);
    expect(again!.graphql).toBeGreaterThan(0);
  });
});

connectorContract(connector, {
  config: { token: "made-up-token-of-acme", owner: "acme" },
  scope: { id: "1001", name: "acme/pay", kind: "repository", attributes: { nodeId: "R_1001", defaultBranch: "main" } },
  pages: fixturePages,
  unfilled,
  live: {
    async start() {
      const simulator = await start({ size: "tiny" });
      return { config: { url: simulator.url, token: simulator.token, owner: simulator.organisation }, stop: simulator.stop };
    },
  },
});

const recording = fileURLToPath(new URL("../../../../shared/recordings/github-ants", import.meta.url));
const recorded = existsSync(recording) ? "what was recorded" : "what was recorded (recordings github-ants not present)";

describe.skipIf(!existsSync(recording))(recorded, () => {
  let sink: MemorySink;
  const facts = () =>
    (JSON.parse(readFileSync(`${recording}/expected.json`, "utf8")) as { facts: Record<string, { value: never }> }).facts;
  const fact = (name: string): unknown => facts()[name]!.value;

  beforeAll(async () => {
    ({ sink } = await readAll({ recording }, { config: { projects: false } }));
  }, 60_000);

  it("gives every pull request once, in its state, with its merge time", () => {
    const requests = rowsOf(sink, "pull_request");
    expect(requests).toHaveLength(fact("pulls.count") as number);
    expect(countBy(requests, "stateCategory")).toEqual(fact("pulls.by_state"));
    expect(countBy(requests, "targetBranch")).toEqual(fact("pulls.by_base_ref"));
    const seconds = requests
      .filter(({ mergedAt }) => mergedAt)
      .map(({ mergedAt, openedAt }) => (Date.parse(String(mergedAt)) - Date.parse(String(openedAt))) / 1000);
    const { count, sum_seconds: sum } = fact("pulls.time_to_merge_minutes") as { count: number; sum_seconds: number };
    expect(seconds).toHaveLength(count);
    expect(seconds.reduce((total, each) => total + each, 0)).toBe(sum);
    expect(requests.filter(({ mergedAt, mergeSha }) => !mergedAt && mergeSha)).toEqual([]);
    const labels = requests.map(({ labels: found }) => (found as string[]).length);
    expect({ assignments: labels.reduce((sum, each) => sum + each, 0), labelled_pulls: labels.filter(Boolean).length }).toEqual(
      fact("pulls.labels"),
    );
  });

  it("gives commits, reviews and remarks as recorded", () => {
    const commits = rowsOf(sink, "pull_request_commit");
    expect(commits).toHaveLength(fact("pull_commits.count") as number);
    expect(commits.filter(({ isMerge }) => isMerge)).toHaveLength(fact("pull_commits.merge_commits") as number);
    const reviews = rowsOf(sink, "pull_request_review");
    expect(countBy(reviews, "verdict")).toEqual(fact("pull_reviews.by_state"));
    const remarks = rowsOf(sink, "pull_request_comment");
    const inline = remarks.filter(({ kindCategory }) => kindCategory === "inline");
    expect(inline).toHaveLength(fact("pull_comments.count") as number);
    expect(inline.filter(({ replyToId }) => replyToId)).toHaveLength(fact("pull_comments.replies") as number);
    // The texts of reviews are remarks too; they bear the review.
    const conversation = remarks.filter(({ kindCategory, reviewId }) => kindCategory === "conversation" && !reviewId);
    expect(conversation).toHaveLength(fact("issue_comments.on_pulls") as number);
  });

  it("gives issues and runs as recorded", () => {
    const issues = rowsOf(sink, "issue");
    expect(countBy(issues, "resolution")).toEqual(fact("issues.by_state_reason"));
    const seconds = issues.map(
      ({ closedAt, createdAt }) => (Date.parse(String(closedAt)) - Date.parse(String(createdAt))) / 1000,
    );
    expect(seconds.reduce((total, each) => total + each, 0)).toBe(
      (fact("issues.time_to_close_minutes") as { sum_seconds: number }).sum_seconds,
    );
    expect(rowsOf(sink, "issue_comment")).toHaveLength(fact("issue_comments.on_issues") as number);
    const runs = rowsOf(sink, "pipeline_run");
    expect(runs).toHaveLength(fact("workflow_runs.count") as number);
    expect(countBy(runs, "result")).toEqual(fact("workflow_runs.by_conclusion"));
    expect(countBy(runs, "trigger")).toEqual(fact("workflow_runs.by_event"));
    expect(countBy(runs, "attempt")).toEqual(fact("workflow_runs.by_run_attempt"));
  });
});
