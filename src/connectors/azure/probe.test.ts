import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Api, Connector, Scope } from "../../ingest/connector.ts";
import { createEngine, type Engine, type IngestIntegration } from "../../ingest/engine.ts";
import { FatalError, SkippableError } from "../../ingest/errors.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink } from "../../ingest/testing/memory.ts";
import type { AzureSimulator } from "../../simulators/index.ts";
import { azure } from "./connector.ts";
import { probe } from "./probe.ts";

const connector = azure as unknown as Connector<unknown>;
const sink = memorySink();
let simulator: AzureSimulator;
let engine: Engine;
let integration: IngestIntegration;

beforeAll(async () => {
  const { startAzureSimulator } = await import("../../simulators/index.ts");
  simulator = await startAzureSimulator({ size: "tiny", seed: 4, now: "2026-03-31T12:00:00Z" });
  engine = createEngine({
    sink,
    archive: memoryArchive(),
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
  });
  const open: IngestIntegration = {
    id: "acme-azure",
    connector,
    config: connector.config.parse({ url: simulator.url, token: simulator.token, boards: false, request_commits: "none" }),
    scopes: [],
    backfill: { since: null },
  };
  const scopes: Scope[] = [];
  for await (const scope of engine.listScopes(open)) scopes.push(scope);
  integration = { ...open, scopes };
}, 60_000);
afterAll(async () => {
  await engine.close();
  await simulator.stop();
});

/** Calls of one more run, by route. */
async function run() {
  simulator.clearCalls();
  expect(await engine.ingest({ integration })).toMatchObject({ fatal: null, totals: { failed: 0, quarantined: 0 } });
  return simulator.calls().byRoute;
}
const rows = (entity: string) => Object.values(sink.table()).filter((row) => row.entity === entity) as Record<string, unknown>[];
const nameOf = (id: unknown) =>
  simulator.truth.code.repositories.find((each) => String(id).endsWith(simulator.truth.idOf(each)))!.replace("acme/", "");

/** Until nothing is under way, and what ended last is no longer young. */
async function rest() {
  for (;;) {
    await run();
    const open = rows("pipeline_run").filter(({ stateCategory }) => stateCategory !== "finished");
    if (open.length === 0) break;
    for (const { repositoryId } of open) simulator.edit.finishRun(nameOf(repositoryId));
  }
  await expect
    .poll(async () => Object.keys(await run()).filter((route) => lists.has(route)), { timeout: 60_000, interval: 1_000 })
    .toEqual([]);
}
const lists = new Set(["pull requests", "commits", "environments", "environment deployments", "timeline"]);

describe("an idle organisation", () => {
  it("is asked what is newest, and for no list that would show nothing else", async () => {
    await rest();
    const repositories = integration.scopes.filter(({ kind }) => kind === "repository");
    const projects = integration.scopes.length - repositories.length;
    expect(repositories.length).toBeGreaterThan(1);
    expect(await run()).toMatchObject({
      "pull requests of a project": 2 * projects,
      builds: 2 * projects,
      refs: repositories.filter(({ isArchived }) => !isArchived).length,
    });
  }, 120_000);

  it("is read where something changed, and there alone", async () => {
    await rest();
    const open = rows("pull_request").find(({ stateCategory }) => stateCategory === "open")!;
    simulator.edit.complete(nameOf(open.repositoryId), Number(open.number));
    // Of the one repository: what was created and what was closed.
    expect((await run())["pull requests"]).toBe(2);
    expect(rows("pull_request").find(({ id }) => id === open.id)).toMatchObject({ stateCategory: "merged" });

    const run1 = rows("pipeline_run").at(0)!;
    simulator.edit.finishRun(nameOf(run1.repositoryId), "failure");
    const asked = await run();
    expect(asked["timeline"]).toBeGreaterThan(0);
    expect(asked["environments"]).toBe(1);
    expect(asked["pull requests"]).toBeUndefined();
  }, 120_000);
});

describe("marks", () => {
  const project: Scope = { id: "p1", name: "Pay", kind: "project", attributes: { project: "p1" } };
  const repository = (id: string): Scope => ({
    id,
    name: `Pay/${id}`,
    kind: "repository",
    attributes: { project: "p1", defaultBranch: "main" },
  });
  const config = azure.config.parse({ url: "https://dev.azure.com/acme", token: "made-up" });
  interface Asked {
    readonly path: string;
    readonly query: Readonly<Record<string, unknown>>;
  }
  /** What is listed at noon; an error is thrown. */
  async function marksOf(answer: (asked: Asked) => readonly unknown[] | Error) {
    const get = async (path: string, query: Asked["query"] = {}) => {
      const value = answer({ path, query });
      if (value instanceof Error) throw value;
      return { request: path, status: 200, receivedAt: "2026-03-31T12:00:00Z", headers: {}, body: { value } };
    };
    const api = { get } as unknown as Api;
    const found: Record<string, string> = {};
    for await (const each of probe({ api, config, scopes: [project, repository("a"), repository("b")] }))
      found[`${each.stream} ${each.scopeId}`] = each.mark;
    return found;
  }
  const request = (pullRequestId: number, id: string, closedDate?: string) => ({ pullRequestId, closedDate, repository: { id } });
  const world =
    ({
      created = [request(2, "a"), request(1, "b")],
      closed = [] as unknown[],
      tip = "1",
      ended = "2026-03-31T11:00:00Z",
      open = [] as unknown[],
    }) =>
    ({ path, query }: Asked) => {
      if (path.endsWith("/pullrequests")) return "searchCriteria.minTime" in query ? closed : created;
      if (path.endsWith("/refs"))
        return [
          { name: "refs/heads/main-old", objectId: "0" },
          { name: "refs/heads/main", objectId: tip },
        ];
      return String(query.statusFilter) === "completed" ? [{ id: 7, finishTime: ended }] : open;
    };
  const changed = async (to: Parameters<typeof world>[0]) => {
    const [before, after] = [await marksOf(world({})), await marksOf(world(to))];
    return Object.keys(before).filter((key) => before[key] !== after[key]);
  };

  it("are the same while nothing changes, and others for what did", async () => {
    expect(await changed({})).toEqual([]);
    expect(await changed({ created: [request(3, "b"), request(2, "a"), request(1, "b")] })).toEqual(["pull_requests b"]);
    expect(await changed({ closed: [request(1, "b", "2026-03-31T11:30:00Z")] })).toEqual(["pull_requests b"]);
    expect(await changed({ tip: "2" })).toEqual(["commits a", "commits b"]);
    expect(await changed({ ended: "2026-03-31T11:00:01Z" })).toEqual(["pipeline_runs p1", "environment_deployments p1"]);
  });

  it("are never the same while a run is under way, or may share its second with the next", async () => {
    for (const unrest of [{ open: [{ id: 8 }] }, { ended: "2026-03-31T11:59:58Z" }])
      expect((await marksOf(world(unrest)))["pipeline_runs p1"]).toContain("@2026-03-31T12:00:00Z");
    expect((await marksOf(world({})))["pipeline_runs p1"]).not.toContain("@2026-03-31T12:00:00Z");
  });

  it("of a repository that a full page does not show move with the page", async () => {
    const page = (newest: number) => Array.from({ length: 100 }, (_, index) => request(newest - index, "a"));
    const mark = async (newest: number) => (await marksOf(world({ created: page(newest) })))["pull_requests b"];
    expect(await mark(200)).not.toBe(await mark(201));
  });

  it("are left out where the credential may not look, or a list is too long to be sure", async () => {
    const streams = async (answer: (asked: Asked) => readonly unknown[] | Error) => Object.keys(await marksOf(answer));
    const refused = new SkippableError({
      code: "azure_permission_missing",
      what: "No.",
      rule: "None.",
      next: "None.",
      status: 403,
    });
    const refusing = (part: string) => (asked: Asked) => (asked.path.includes(part) ? refused : world({})(asked));
    expect(await streams(refusing("/build/"))).toEqual(["pull_requests a", "pull_requests b", "commits a", "commits b"]);
    expect(await streams(refusing("/repositories/a/"))).not.toContain("commits a");
    const many = Array.from({ length: 100 }, (_, index) => request(index, "a", "2026-03-31T11:30:00Z"));
    expect(await streams(world({ closed: many }))).not.toContain("pull_requests a");
    await expect(streams(() => new FatalError({ code: "gone", what: "No.", rule: "None.", next: "None." }))).rejects.toThrow(
      FatalError,
    );
  });
});
