import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type GithubSimulator, startGithubSimulator } from "../../src/simulators/index.ts";
import { openWarehouse, type WritableWarehouse } from "../../src/warehouse/open.ts";
import { leadlineHome } from "./leadline.ts";

/** Enough for several pages of everything in every repository. */
const size = { repositories: 6, pullRequestsPerRepository: 150, years: 1 };

describe("the simulated organisation, from its API to the facts", () => {
  let simulator: GithubSimulator;
  let leadline: Awaited<ReturnType<typeof leadlineHome>>;
  let warehouse: WritableWarehouse;

  beforeAll(async () => {
    simulator = await startGithubSimulator({
      size,
      limits: { core: 15_000, graphql: 10_000 },
      seed: 11,
      now: "2026-11-01T00:00:00Z",
    });
    leadline = await leadlineHome();
    await leadline.run(
      "connect",
      "github",
      "--name",
      "acme",
      "--set",
      `url=${simulator.url}`,
      "--set",
      `token=${simulator.token}`,
    );
    const run = await leadline.run("ingest");
    expect(run.code, run.stderr).toBe(0);
    warehouse = await openWarehouse({ home: leadline.home });
  }, 600_000);

  afterAll(async () => {
    await warehouse?.close();
    await leadline?.remove();
    await simulator?.stop();
  });

  /** Rows of one table by repository name. */
  async function counts(sql: string): Promise<Record<string, number>> {
    const { rows } = await warehouse.query<{ name: string; n: number }>(sql);
    return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
  }

  const byRepository = (table: string, where = "true") =>
    counts(
      `select r.full_name as name, count(*) as n from "${table}" as t join repository as r on r.id = t.repository_id where t.deleted_at is null and ${where} group by 1`,
    );

  const planted = (pick: (repository: ReturnType<GithubSimulator["truth"]["all"]>[number]) => number) =>
    Object.fromEntries(
      simulator.truth
        .all()
        .map((repository) => [repository.name, pick(repository)] as const)
        .filter(([, n]) => n > 0),
    );

  it("holds every pull request, run, attempt, job and deployment that was planted, and nothing else", async () => {
    expect(await byRepository("pull_request", "state_category = 'merged'")).toEqual(
      planted(({ counts }) => counts.pullRequests.merged),
    );
    expect(await byRepository("pull_request")).toEqual(
      planted(({ counts: { pullRequests } }) => pullRequests.open + pullRequests.merged + pullRequests.closed),
    );
    expect(await byRepository("pull_request_commit")).toEqual(planted(({ counts }) => counts.pullRequestCommits));
    expect(await byRepository("commit", "t.is_on_default")).toEqual(planted(({ counts }) => counts.commitsOnDefault));
    expect(await byRepository("pipeline_run")).toEqual(planted(({ counts }) => counts.attempts));
    expect(await byRepository("deployment")).toEqual(planted(({ counts }) => counts.deployments));
    expect(
      await counts(
        `select r.full_name as name, count(*) as n from pipeline_job as j join pipeline_run as p on p.id = j.pipeline_run_id
         join repository as r on r.id = p.repository_id where j.kind_category = 'job' group by 1`,
      ),
    ).toEqual(planted(({ counts }) => counts.jobs));
    const reviews = `select r.full_name as name, count(*) as n from pull_request_review as v join pull_request as p on p.id = v.pull_request_id
                     join repository as r on r.id = p.repository_id group by 1`;
    expect(await counts(reviews)).toEqual(planted(({ counts }) => counts.reviews));
  });

  it("gives each request the phases that were planted", async () => {
    const { rows } = await warehouse.query<{
      name: string;
      number: number;
      cycle: number | null;
      pickup: number | null;
      review: number | null;
    }>(
      `select r.full_name as name, p.number, f.cycle_seconds as cycle, f.pickup_seconds as pickup, f.review_seconds as review
       from fact_pull_request as f join pull_request as p on p.id = f.id join repository as r on r.id = f.repository_id where f.merged_at is not null`,
    );
    const found = new Map(rows.map((row) => [`${row.name}#${row.number}`, row]));
    const truths = simulator.truth
      .all()
      .flatMap(({ name, pullRequests }) => pullRequests.map((request) => ({ ...request, name })));
    const merged = truths.filter(({ mergedAt }) => mergedAt !== null);
    expect(merged.length).toBe(found.size);
    for (const { name, number, cycle, pickup, review } of merged)
      expect({ name, number, ...pickOf(found.get(`${name}#${number}`)) }).toEqual({ name, number, cycle, pickup, review });
  });

  it("finds the planted production deployments, failures and recoveries", async () => {
    const { rows } = await warehouse.query<{ n: number; failed: number }>(
      "select count(*) as n, sum(case when is_failed then 1 else 0 end) as failed from fact_deployment where is_production and is_success",
    );
    const deployments = simulator.truth.all().flatMap(({ deployments }) => deployments);
    const good = deployments.filter(({ isSuccess, finishedAt }) => isSuccess && finishedAt !== null);
    expect(rows[0]).toEqual({ n: good.length, failed: good.filter(({ evidence }) => evidence).length });
  });
});

const pickOf = (row: { cycle: number | null; pickup: number | null; review: number | null } | undefined) => ({
  cycle: row?.cycle,
  pickup: row?.pickup,
  review: row?.review,
});
