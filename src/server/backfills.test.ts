import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { connectors } from "../connectors/index.ts";
import { startGithubSimulator, type GithubSimulator } from "../simulators/index.ts";
import { buildApp, type App } from "./app.ts";
import { openHouse, type House } from "./compose.ts";
import { createLog } from "./log.ts";
import { openTestHouse, type TestHouse } from "./testing/house.ts";

const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

describe("two years of GitHub", () => {
  let simulator: GithubSimulator;
  const open: { home: string; house: House; app: App }[] = [];
  beforeAll(async () => {
    const size = { repositories: 2, pullRequestsPerRepository: 90, years: 3 };
    simulator = await startGithubSimulator({ seed: 11, size });
  });
  afterAll(async () => {
    for (const { home, house, app } of open) {
      await app.close();
      await house.close();
      await rm(home, { recursive: true, force: true });
    }
    await simulator.stop();
  });

  async function openGithub() {
    const home = await mkdtemp(join(tmpdir(), "leadline-github-"));
    const log = createLog("silent");
    const house = await openHouse({
      environment: {
        home,
        databaseUrl: undefined,
        secretKey: undefined,
        allowedNetworks: ["127.0.0.0/8"],
      },
      isDemo: false,
      log,
      localToken: "local_t",
      connectors,
    });
    const app = await buildApp(house.services, { webRoot: null, hosts: [], isSecure: false, logger: log });
    open.push({ home, house, app });
    const ask = async (method: "GET" | "POST", url: string, body?: object) => {
      const headers = { authorization: "Bearer local_t" };
      const answer = await app.inject({ method, url: `/api/v1/${url}`, headers, ...(body ? { payload: body } : {}) });
      if (answer.statusCode >= 400) throw new Error(answer.payload);
      return answer.json();
    };
    const rows = async (sql: string) => (await ask("POST", "sql", { sql })).rows as Record<string, unknown>[];
    const connect = (days: number) =>
      ask("POST", "integrations", {
        connector: "github",
        name: "gh",
        config: {
          url: simulator.url,
          token: simulator.token,
        },
        selection: { include: ["acme/*"] },
        backfill: { since: dayAgo(days) },
      });
    return { house, ask, rows, connect };
  }
  const idsOf = `select 'p' || id as id from pull_request union all select 'r' || id from pull_request_review union all select 'c' || id from repository order by 1`;

  it("can be paused while news arrive, and end with every row", async () => {
    const { house, ask, rows, connect } = await openGithub();
    await connect(30);
    await house.start();
    const statusOf = async (id: string) => (await ask("GET", `integrations/gh/backfills/${id}`)).status;
    const [first] = (await ask("GET", "integrations/gh/backfills")).items;
    await expect.poll(() => statusOf(first.id), { timeout: 60_000 }).toBe("succeeded");

    const wish = {
      since: dayAgo(730),
      streams: ["repositories", "pull_requests", "reviews"].filter((name) => streamNames.has(name)),
    };
    const dry = await ask("POST", "integrations/gh/backfills", { ...wish, dryRun: true });
    expect(dry).toMatchObject({ backfill: null, forecast: { streams: expect.any(Array) }, sentence: expect.any(String) });
    expect((await ask("GET", "integrations/gh/backfills")).total).toBe(1);
    // Slow enough for a person to come in between.
    simulator.faults.set("slow", { seconds: 3 });
    const { backfill } = await ask("POST", "integrations/gh/backfills", { ...wish, order: "oldest-first" });
    expect(backfill.readOrders).toContainEqual({
      stream: "pull_requests",
      order: "newest-first",
      note: "The vendor's list can only be read newest first.",
    });
    expect((await ask("POST", "integrations/gh/backfills", wish)).backfill).toMatchObject({ id: backfill.id, isJoined: true });
    await expect.poll(() => statusOf(backfill.id), { timeout: 60_000 }).toBe("running");
    expect(await ask("POST", `integrations/gh/backfills/${backfill.id}/pause`)).toMatchObject({ status: "paused" });
    simulator.faults.clear("slow");
    const half = (await rows(idsOf)).length;

    const [known] = await rows("select number, title from pull_request order by number desc limit 1");
    const repository = (
      await rows(
        `select r.full_name as name from pull_request as p join repository as r on r.id = p.repository_id order by p.number desc limit 1`,
      )
    )[0]!;
    simulator.edit.updatePullRequest(String(repository["name"]), Number(known!["number"]), { title: "Edited meanwhile" });
    expect(await ask("POST", "integrations/gh/ingest")).toMatchObject({ kind: "refresh" });
    await expect
      .poll(() => rows("select count(*) as n from pull_request where title = 'Edited meanwhile'"), { timeout: 60_000 })
      .toEqual([{ n: 1 }]);
    expect(await statusOf(backfill.id)).toBe("paused");
    const stands = await ask("GET", "integrations/gh");
    expect(stands.history).toMatchObject({ state: "paused", since: `${dayAgo(730)}T00:00:00Z` });

    await ask("POST", `integrations/gh/backfills/${backfill.id}/resume`);
    await expect.poll(() => statusOf(backfill.id), { timeout: 60_000 }).toBe("succeeded");
    expect(await ask("GET", `integrations/gh/backfills/${backfill.id}`)).toMatchObject({
      share: 1,
      actual: { requests: expect.any(Number) },
    });

    const whole = await openGithub();
    await whole.connect(730);
    await whole.ask("POST", "integrations/gh/ingest", { streams: wish.streams });
    await expect
      .poll(async () => (await whole.ask("GET", "integrations/gh/ingest")).state, { timeout: 60_000 })
      .toBe("succeeded");
    const expected = await whole.rows(idsOf);
    expect(expected.length).toBeGreaterThan(half);
    expect(await rows(idsOf)).toEqual(expected);
  }, 180_000);
});

const streamNames = new Set(connectors.find(({ name }) => name === "github")!.streams.map(({ name }) => name));

describe("a backfill that cannot be meant", () => {
  let house: TestHouse;
  beforeEach(async () => {
    house = await openTestHouse();
  });
  afterEach(() => house.close());
  const refused = async (id: string, body: object) =>
    (await house.ask("POST", `/api/v1/integrations/${id}/backfills`, { since: "2024-01-01", ...body })).body;

  it("is refused with the rule and what to do", async () => {
    const id = await house.connect({ selection: { include: ["acme/a"] } });
    expect(await refused(id, { since: "2999-01-01" })).toMatchObject({
      code: "instant_in_future",
      title: expect.stringContaining("since"),
    });
    expect(await refused(id, { since: "1999-01-01" })).toMatchObject({
      code: "since_before_vendor",
      hint: expect.stringContaining("2008-04-10"),
    });
    expect(await refused(id, { since: "yesterday" })).toMatchObject({ code: "bad_instant" });
    expect(await refused(id, { since: "2024-02-01", until: "2024-02-01" })).toMatchObject({ code: "range_empty" });
    expect(await refused(id, { streams: ["thinsg"] })).toMatchObject({ code: "unknown_stream", hint: 'Did you mean "things"?' });
    expect(await refused(id, { scopes: ["acme/aa"] })).toMatchObject({ code: "unknown_scope", hint: 'Did you mean "acme/a"?' });
    expect(await refused(id, { scopes: ["acme/b"] })).toMatchObject({ code: "scope_not_chosen" });
    expect(await refused(id, { priority: 0 })).toMatchObject({
      code: "invalid_request",
      fields: [{ path: "priority", message: expect.stringContaining("1 (goes first)") }],
    });
    expect(await refused(id, { maxShare: 0 })).toMatchObject({ code: "invalid_request", fields: [{ path: "maxShare" }] });
    const frequency = await house.ask("PATCH", `/api/v1/integrations/${id}`, { everySeconds: 0 });
    expect(frequency.body).toMatchObject({
      code: "invalid_request",
      fields: [{ message: expect.stringContaining("30 seconds") }],
    });
    expect((await house.ask("GET", `/api/v1/integrations/${id}/backfills/bf-0`)).body).toMatchObject({
      code: "unknown_backfill",
    });
    await house.ask("POST", `/api/v1/integrations/${id}/pause`);
    expect(await refused(id, {})).toMatchObject({ code: "integration_not_active" });
  });

  it("says so when a scope has vanished since", async () => {
    const id = await house.connect();
    const { body } = await house.ask("POST", `/api/v1/integrations/${id}/backfills`, {
      since: null,
      scopes: ["acme/a"],
      again: true,
    });
    const at = `/api/v1/integrations/${id}/backfills/${body.backfill.id}`;
    await expect.poll(async () => (await house.ask("GET", at)).body.status, { timeout: 20_000 }).toBe("succeeded");
    house.provider.things.delete("a");
    await house.ask("GET", `/api/v1/integrations/${id}/scopes?refresh=true`);
    expect(await refused(id, { scopes: ["acme/a"] })).toMatchObject({ code: "scope_vanished" });
    const after_ = await house.ask("POST", `${at}/resume`);
    expect(after_).toMatchObject({ status: 409, body: { code: "backfill_has_ended" } });
  });

  it("goes with its vendor's trouble: failed, with the reason and the next attempt, then healed by a new credential", async () => {
    const id = await house.connect();
    await house.ask("GET", `/api/v1/integrations/${id}/scopes`);
    house.provider.fault = ({ headers }, response) => {
      if (headers.authorization === "Bearer fresh") return false;
      response.writeHead(401).end("{}");
      return true;
    };
    await house.house.start();
    const [first] = (await house.ask("GET", `/api/v1/integrations/${id}/backfills`)).body.items;
    const now = async () => (await house.ask("GET", `/api/v1/integrations/${id}/backfills/${first.id}`)).body;
    await expect.poll(async () => (await now()).status, { timeout: 20_000 }).toBe("failed");
    expect(await now()).toMatchObject({
      error: { code: "credential_refused" },
      nextAttemptAt: expect.any(String),
      sentence: expect.stringContaining("refused the credential"),
    });
    await after(1500);
    expect(await now()).toMatchObject({ status: "failed" });
    await house.ask("PATCH", `/api/v1/integrations/${id}`, { config: { token: "fresh" } });
    await expect.poll(async () => (await now()).status, { timeout: 20_000 }).toBe("succeeded");
    await expect
      .poll(async () => (await house.ask("GET", `/api/v1/integrations/${id}`)).body, { timeout: 20_000 })
      .toMatchObject({ status: "HEALTHY", history: { state: "complete", since: null } });
  });

  it("never delays today: a range that is read again waits in the other lane", async () => {
    const id = await house.connect();
    const run = await house.ingest(id, { full: true });
    expect(run).toMatchObject({ kind: "backfill", state: "succeeded", progress: { records: 37 } });
    const [made] = (await house.ask("GET", `/api/v1/integrations/${id}/backfills`)).body.items;
    expect(made).toMatchObject({ mode: "again", priority: 1, since: null, status: "succeeded" });
  });
});
