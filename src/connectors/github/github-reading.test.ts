import { afterEach, describe, expect, it } from "vitest";

import { systemClock } from "../../ingest/clock.ts";
import type { Api, Connector, Page, Scope, Stream } from "../../ingest/connector.ts";
import { createHttp, newMeter } from "../../ingest/http.ts";
import { createRedactor } from "../../ingest/redact.ts";
import type { GithubSimulator } from "../../simulators/index.ts";
import { connectorNamed, connectors } from "../index.ts";
import { github } from "./connector.ts";

const connector = github as unknown as Connector<unknown>;
const streamNamed = (name: string) => connector.streams.find((stream) => stream.name === name) as Stream<unknown, unknown>;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

interface Opened {
  readonly simulator: GithubSimulator;
  readonly api: Api;
  readonly config: unknown;
  scopes(): Promise<Scope[]>;
}

/** The connector over the real HTTP core at a simulator. */
async function open(options: object = {}, settings: (simulator: GithubSimulator) => object = () => ({})): Promise<Opened> {
  const { startGithubSimulator } = await import("../../simulators/index.ts");
  const simulator = await startGithubSimulator({ size: "tiny", ...options });
  const config = connector.config.parse({ url: simulator.url, token: simulator.token, owner: "acme", ...settings(simulator) });
  const http = createHttp({ network: { allowedNetworks: [], allowLoopback: true }, clock: systemClock() });
  closing.push(
    () => http.close(),
    () => simulator.stop(),
  );
  const api = http.open(connector.client(config), createRedactor()).api({ meter: newMeter() });
  const scopes = () => collect(connector.scopes({ api, config }));
  return { simulator, api, config, scopes };
}

const recordsOf = async (pages: AsyncIterable<Page>) =>
  (await collect(pages)).flatMap(({ records }) => records) as Record<string, never>[];
const app = (simulator: GithubSimulator) => ({
  token: undefined,
  app_id: simulator.app.id,
  private_key: simulator.app.privateKey,
});

describe("check", () => {
  it("says who a token is and what it can read", async () => {
    const { api, config } = await open();
    expect(await connector.check({ api, config })).toEqual({
      ok: true,
      sentence: "Token of leadline-reader can read 2 repositories of acme.",
      missing: [],
      expiresAt: null,
      version: "3.17.0",
    });
  });

  it("works for an App, whose token is exchanged", async () => {
    const { api, config } = await open({}, app);
    const { ok, sentence, missing } = await connector.check({ api, config });
    expect({ ok, missing }).toEqual({ ok: true, missing: [] });
    expect(sentence).toMatch(/^GitHub App .+ can read 2 repositories of acme\.$/);
  });

  it("names the permission that is missing, and what will be missing with it", async () => {
    const { api, config } = await open({ faults: ["underscoped"] });
    const { ok, sentence, missing } = await connector.check({ api, config });
    expect(ok).toBe(true);
    expect(missing).toContainEqual({ permission: "Actions: read", streams: ["pipelines", "pipeline_runs"] });
    expect(sentence).toContain("it lacks “Actions: read”: workflow runs will be missing");
  });

  it("names the scopes that a classic token lacks, and reads the rest", async () => {
    const poor = "ghp_poor00000000000000000000000000000000";
    const expiresAt = Math.floor(Date.now() / 1000) + 86_400;
    const { api, config, scopes } = await open({}, ({ credentials }) => {
      credentials.issue({ kind: "classic", token: poor, scopes: ["repo", "read:org"], expiresAt, mayReadActions: true });
      return { token: poor };
    });
    const result = await connector.check({ api, config });
    expect(result.missing.map(({ permission }) => permission)).toEqual(["user:email", "read:project"]);
    expect(Date.parse(result.expiresAt!) / 1000).toBe(expiresAt);
    const [scope] = await scopes();
    expect(scope!.attributes!.offers).not.toContain("projects");
    const read = streamNamed("issues").read({ api, config, scope: scope!, since: null, until: null, position: null });
    expect((await recordsOf(read)).length).toBeGreaterThan(0);
    const members = streamNamed("accounts").read({ api, config, scope: scope!, since: null, until: null, position: null });
    expect((await recordsOf(members)).length).toBeGreaterThan(0);
  });

  it("says so when there is nothing to read, and who is unknown", async () => {
    const { api, config } = await open({ size: { repositories: 0, pullRequestsPerRepository: 0 } });
    expect(await connector.check({ api, config })).toMatchObject({
      ok: false,
      sentence: expect.stringContaining("can read no repository of acme"),
    });
    const other = await open({}, () => ({ owner: "nobody-at-all" }));
    await expect(connector.check(other)).rejects.toMatchObject({ code: "github_not_found" });
  });

  it("tells a revoked token from a host that is not GitHub", async () => {
    const { api, config } = await open({}, () => ({ token: "ghp_revoked" }));
    await expect(connector.check({ api, config })).rejects.toMatchObject({ code: "github_credential_refused" });
    const signIn = await open({ faults: ["html"] });
    await expect(connector.check(signIn)).rejects.toMatchObject({ code: "github_not_github" });
  });
});

describe("scopes", () => {
  it("are repositories, with what is needed to address them", async () => {
    const { scopes } = await open();
    const found = await scopes();
    expect(found.map(({ name, kind }) => `${kind} ${name}`).toSorted()).toEqual(["repository acme/pay", "repository acme/web"]);
    for (const { id, attributes } of found) {
      expect(id).toMatch(/^\d+$/);
      expect(attributes).toMatchObject({
        nodeId: expect.any(String),
        defaultBranch: "main",
        offers: ["Issue.parent", "projects"],
      });
    }
  });

  it("are the same through an App's installation", async () => {
    const [token, installed] = [await open(), await open({}, app)];
    const names = async ({ scopes }: Opened) => (await scopes()).map(({ id, name }) => `${id} ${name}`).toSorted();
    expect(await names(installed)).toEqual(await names(token));
  });

  it("keep their number when they are renamed; the old name no longer stands for them once it is taken", async () => {
    const { simulator, api, config, scopes } = await open();
    const pay = (await scopes()).find(({ name }) => name === "acme/pay")!;
    simulator.edit.renameRepository("acme/pay", "payments");
    expect((await scopes()).find(({ id }) => id === pay.id)!.name).toBe("acme/payments");
    const read = (scope: Scope) =>
      recordsOf(streamNamed("pull_requests").read({ api, config, scope, since: null, until: null, position: null }));
    expect((await read(pay)).length).toBeGreaterThan(0);
    await expect(read({ ...pay, name: "acme/web" })).rejects.toMatchObject({ code: "github_repository_replaced" });
  });
});

describe("workflow runs", () => {
  type Run = {
    run: { id: number; run_attempt: number; created_at: string };
    attempts: number;
    checkRuns?: unknown[];
    jobs?: unknown[];
  };
  const readRuns = async ({ api, config, scopes }: Opened) => {
    const scope = (await scopes()).find(({ name }) => name === "acme/pay")!;
    const stream = streamNamed("pipeline_runs");
    const all = (await recordsOf(
      stream.read({ api, config, scope, since: null, until: null, position: null }),
    )) as unknown as Run[];
    return { scope, stream, all };
  };

  it("are found again by key when somebody starts them once more", async () => {
    const opened = await open();
    const { scope, stream, all } = await readRuns(opened);
    const once = all.find(({ run, attempts }) => attempts === 1 && run.run_attempt === 1)!;
    opened.simulator.edit.rerun("acme/pay", once.run.id);
    const keys = [stream.key(once), `${once.run.created_at}/999999999999/1`];
    const again = (await recordsOf(stream.readKeys!({ ...opened, scope, keys }))) as unknown as Run[];
    expect(again.map(({ run, attempts }) => [run.id, run.run_attempt, attempts])).toEqual([
      [once.run.id, 1, 2],
      [once.run.id, 2, 2],
    ]);
    for (const { checkRuns, jobs } of again) expect((checkRuns ?? jobs ?? []).length).toBeGreaterThan(0);
    const readAt = new Date(Date.parse(once.run.created_at) + 86_400_000).toISOString();
    expect(again.map((record) => stream.isFinished!(stream.record.parse(record), { readAt }))).toEqual([true, false]);
    const late = new Date(Date.parse(once.run.created_at) + 32 * 86_400_000).toISOString();
    expect(stream.isFinished!(stream.record.parse(again[1]), { readAt: late })).toBe(true);
  });

  it("by key cost a hundred to a call where they lie close together", async () => {
    const opened = await open();
    const { scope, stream, all } = await readRuns(opened);
    const keys = all.filter(({ run, attempts }) => run.run_attempt === attempts).map((record) => stream.key(record));
    opened.simulator.clearCalls();
    const again = (await recordsOf(stream.readKeys!({ ...opened, scope, keys }))) as unknown as Run[];
    expect(new Set(again.map(({ run }) => run.id)).size).toBe(keys.length);
    expect(opened.simulator.calls().byRoute["GET /repos/{o}/{r}/actions/runs"]).toBe(Math.ceil(keys.length / 100));
    expect(opened.simulator.calls().byRoute["GET /repos/{o}/{r}/actions/runs/:id"] ?? 0).toBe(0);
  });

  it("come whole, past the thousand that a list shows, and from where a pass stopped", async () => {
    const opened = await open({ size: { repositories: 1, pullRequestsPerRepository: 450 } });
    const scope = (await opened.scopes())[0]!;
    const stream = streamNamed("pipeline_runs");
    const pages = await collect(stream.read({ ...opened, scope, since: null, until: null, position: null }));
    const keysOf = (some: readonly Page[]) => some.flatMap(({ records }) => records.map((record) => stream.key(record)));
    const { runs, attempts } = opened.simulator.truth.repository(scope.name).counts;
    expect(runs).toBeGreaterThan(1000);
    expect(new Set(keysOf(pages)).size).toBe(attempts);
    expect(keysOf(pages)).toHaveLength(attempts);
    const rest = await collect(stream.read({ ...opened, scope, since: null, until: null, position: pages[3]!.position }));
    expect(new Set([...keysOf(pages.slice(0, 4)), ...keysOf(rest)]).size).toBe(attempts);
  });
});

describe("pull requests", () => {
  it("are read again by number; those that never were are left out", async () => {
    const opened = await open();
    const scope = (await opened.scopes()).find(({ name }) => name === "acme/pay")!;
    const stream = streamNamed("pull_requests");
    const all = await recordsOf(stream.read({ ...opened, scope, since: null, until: null, position: null }));
    const two = all.slice(0, 2);
    const keys = [...two.map((record) => stream.key(stream.record.parse(record))), `${scope.id}/99999`];
    expect(await recordsOf(stream.readKeys!({ ...opened, scope, keys }))).toEqual(two);
  });

  it("come whole from where a pass stopped, and only as far back as asked", async () => {
    const opened = await open({ size: { repositories: 1, pullRequestsPerRepository: 400 } });
    const scope = (await opened.scopes())[0]!;
    const stream = streamNamed("pull_requests");
    const read = (since: string | null, position: Page["position"]) =>
      collect(stream.read({ ...opened, scope, since, until: null, position }));
    const keysOf = (some: readonly Page[]) => some.flatMap(({ records }) => records.map((record) => stream.key(record)));
    const pages = await read(null, null);
    const all = keysOf(pages);
    expect(pages.length).toBeGreaterThan(2);
    expect(new Set(all).size).toBe(all.length);
    for (const [index, { position }] of pages.slice(0, -1).entries()) {
      const rest = keysOf(await read(null, position));
      expect(rest).not.toContain(all[0]);
      expect(new Set([...keysOf(pages.slice(0, index + 1)), ...rest]).size).toBe(all.length);
    }
    const middle = (pages[1]!.records[0] as { updatedAt: string }).updatedAt;
    const recent = await read(middle, null);
    const expected = pages
      .flatMap(({ records }) => records as { updatedAt: string }[])
      .filter(({ updatedAt }) => updatedAt >= middle);
    expect(keysOf(recent)).toEqual(expect.arrayContaining(expected.map((record) => stream.key(record))));
    expect(keysOf(recent).length).toBeLessThan(all.length);
    expect(recent.at(-1)!.reached).toBe(middle);
  });

  it("are read once more a day after they ended", () => {
    const stream = streamNamed("pull_requests");
    const isFinished = (ended: object, readAt: string) =>
      stream.isFinished!({ mergedAt: null, closedAt: null, ...ended }, { readAt });
    expect(isFinished({}, "2026-03-03T15:00:00Z")).toBe(true);
    expect(isFinished({ mergedAt: "2026-03-03T15:00:00Z" }, "2026-03-04T14:59:59Z")).toBe(false);
    expect(isFinished({ mergedAt: "2026-03-03T15:00:00Z" }, "2026-03-04T15:00:00Z")).toBe(true);
  });
});

describe("the probe", () => {
  it("marks exactly the streams that something happened in", async () => {
    const { simulator, api, config, scopes } = await open();
    const chosen = await scopes();
    const look = async () =>
      new Map(
        (await collect(connector.probe!({ api, config, scopes: chosen }))).map(({ scopeId, stream, mark }) => [
          `${scopeId} ${stream}`,
          mark,
        ]),
      );
    const before = await look();
    expect(await look()).toEqual(before);
    expect(before.size).toBe(2 * connector.streams.filter(({ level }) => level === "scope").length);
    const { id } = chosen.find(({ name }) => name === "acme/pay")!;
    simulator.edit.openIssue("acme/pay");
    const after = await look();
    expect([...after].filter(([key, mark]) => before.get(key) !== mark).map(([key]) => key)).toEqual([`${id} issues`]);
  });

  it("asks for a hundred repositories at once, and leaves out those that are gone", async () => {
    const { simulator, api, config, scopes } = await open({ size: { repositories: 120, pullRequestsPerRepository: 0 } });
    const chosen = await scopes();
    simulator.edit.deleteRepository(chosen[0]!.name);
    simulator.clearCalls();
    const marks = await collect(connector.probe!({ api, config, scopes: chosen }));
    expect(simulator.calls()).toMatchObject({ graphql: 2, rest: 0 });
    expect(new Set(marks.map(({ scopeId }) => scopeId)).size).toBe(119);
  });
});

describe("the list of connectors", () => {
  it("is in alphabetical order, and says which there are", () => {
    const names = connectors.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    expect(connectorNamed("github").label).toBe("GitHub");
    expect(() => connectorNamed("gihtub")).toThrow(
      expect.objectContaining({ code: "unknown_connector", rule: expect.stringContaining("github") }),
    );
  });
});
