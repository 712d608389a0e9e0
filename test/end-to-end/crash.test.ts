import { afterAll, describe, expect, it } from "vitest";

import { type GithubSimulator, startGithubSimulator } from "../../src/simulators/index.ts";
import { digestTables, entityTables, type TableDigest } from "../../src/warehouse/digest.ts";
import { openWarehouse } from "../../src/warehouse/open.ts";
import { finished, leadlineHome } from "./leadline.ts";

/** How many processes are killed; the soak run raises it to 100. */
const kills = Number(process.env.LEADLINE_KILLS ?? 8);
/** A killed process takes seconds, on a loaded machine many. */
const KILLS_LIMIT = 300_000 + kills * 75_000;
const now = "2026-11-01T00:00:00Z";
/** When something was fetched differs from run to run; what was found may not. */
const times = ["ingestedAt", "rawHash"];
const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

async function connected(simulator: GithubSimulator) {
  const leadline = await leadlineHome();
  cleanups.push(leadline.remove);
  const connect = await leadline.run(
    "connect",
    "github",
    "--name",
    "acme",
    "--set",
    `url=${simulator.url}`,
    "--set",
    `token=${simulator.token}`,
  );
  expect(connect.stderr + connect.stdout).toContain("acme");
  expect(connect.code).toBe(0);
  return leadline;
}

async function tablesOf(home: string): Promise<TableDigest[]> {
  const warehouse = await openWarehouse({ home });
  try {
    const doubled = await warehouse.query("select id, count(*) as n from pull_request group by id having count(*) > 1");
    expect(doubled.rows).toEqual([]);
    return await digestTables(warehouse, entityTables, { without: times });
  } finally {
    await warehouse.close();
  }
}

/** Progress may never point past rows: every record it speaks of is in the raw index, and the raw index has its page. */
async function progressIsBehindRows(home: string) {
  const warehouse = await openWarehouse({ home });
  try {
    const orphans = await warehouse.query(
      "select r.hash from raw_record as r left join raw_page as p on p.id = r.page_id where p.id is null",
    );
    expect(orphans.rows).toEqual([]);
  } finally {
    await warehouse.close();
  }
}

/** What a quiet run finds; the same simulator serves the disturbed one, so that addresses are the same too. */
async function undisturbed(simulator: GithubSimulator) {
  const leadline = await connected(simulator);
  const run = await leadline.run("ingest");
  expect(run.code, run.stderr).toBe(0);
  const tables = await tablesOf(leadline.home);
  expect(tables.find(({ table }) => table === "pull_request")!.rows).toBeGreaterThan(10);
  return tables;
}

async function simulator(options: { seed: number; latencyMs?: number }) {
  const started = await startGithubSimulator({ size: "tiny", now, ...options });
  cleanups.push(() => started.stop());
  return started;
}

const faults = { bad_gateway: 0.05, truncated: 0.05, secondary_limit: 0.02, timeout: 0.02, reset: 0.03, partial: 0.05 };

const misbehave = (vendor: GithubSimulator) => {
  for (const [name, rate] of Object.entries(faults)) vendor.faults.set(name, { rate, seconds: 0.2 });
};

async function expectKillsSurvived({ seed, isMisbehaving }: { seed: number; isMisbehaving: boolean }) {
  const vendor = await simulator({ seed, latencyMs: 20 });
  const expected = await undisturbed(vendor);
  const wholeRead = vendor.calls().rest + vendor.calls().graphql;
  const leadline = await connected(vendor);
  if (isMisbehaving) misbehave(vendor);
  await killReadings(vendor, leadline, wholeRead);
  vendor.faults.clear();
  const last = await leadline.run("ingest");
  expect(last.code, last.stderr).toBe(0);
  expect(await tablesOf(leadline.home)).toEqual(expected);
}

/** Readings that are killed at random moments of their way, so many of them; afterwards progress is never ahead of the rows. */
async function killReadings(vendor: GithubSimulator, home: Awaited<ReturnType<typeof leadlineHome>>, wholeRead: number) {
  const calls = () => vendor.calls().rest + vendor.calls().graphql;
  let killed = 0;
  for (let tries = 0; killed < kills && tries < 3 * kills; tries++) {
    vendor.clearCalls();
    const child = home.start("ingest", "--full");
    // the moment is counted in calls, so that it lies within the reading on slow and fast machines alike
    const moment = Math.random() * wholeRead * 0.7;
    const watch = setInterval(() => void (calls() > moment && child.kill("SIGKILL")), 5);
    if ((await finished(child)).signal === "SIGKILL") killed++;
    clearInterval(watch);
    await progressIsBehindRows(home.home);
  }
  expect(killed).toBe(kills);
}

describe("an ingestion that is disturbed", () => {
  it(
    `ends with the same tables after ${kills} SIGKILLs at random moments`,
    () => expectKillsSurvived({ seed: 7, isMisbehaving: false }),
    KILLS_LIMIT,
  );

  // Each alone is tested in the gate; together they are for the soak run.
  it.skipIf(process.env.LEADLINE_KILLS === undefined)(
    `ends with the same tables after ${kills} SIGKILLs while the vendor misbehaves`,
    () => expectKillsSurvived({ seed: 10, isMisbehaving: true }),
    KILLS_LIMIT,
  );

  it("ends with the same tables when the vendor misbehaves", async () => {
    const vendor = await simulator({ seed: 8 });
    const expected = await undisturbed(vendor);
    const leadline = await connected(vendor);
    misbehave(vendor);
    const disturbed = await leadline.run("ingest");
    vendor.faults.clear();
    const calm = await leadline.run("ingest");
    expect(calm.code, disturbed.stderr + calm.stderr).toBe(0);
    expect(await tablesOf(leadline.home)).toEqual(expected);
  }, 600_000);

  it("can be rebuilt from its archive, every table equal", async () => {
    const vendor = await simulator({ seed: 9 });
    const leadline = await connected(vendor);
    expect((await leadline.run("ingest")).code).toBe(0);
    await vendor.stop();
    const verified = await leadline.run("rebuild", "--verify", "--json");
    expect(verified.code, verified.stderr).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ isEqual: true });
  }, 300_000);
});
