import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import {
  createBackfill,
  getBackfill,
  listBackfills,
  moveBackfill,
  noteBackfill,
  type Backfill,
  type NewBackfill,
} from "../workspace/backfills.ts";
import { changeIntegration, createIntegration, getIntegration, noteRun, type Integration } from "../workspace/integrations.ts";
import { openWorkspace, type Workspace } from "../workspace/open.ts";
import { everything } from "../workspace/selection.ts";
import { createHistoryLane, type HistoryLane, type Runnable } from "./history-lane.ts";
import { createLog } from "./log.ts";
import type { LiveWish } from "./run-live.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

const ann = { kind: "user", id: "ann", name: "Ann" } as const;
const log = createLog("silent");
const MINUTE = 60_000;

/** A run that lasts until the test ends it. */
class FakeRun implements Runnable {
  readonly requestedAt = new Date().toISOString();
  readonly finished: Promise<void>;
  hasStarted = false;
  isActive = true;
  readonly integrationId: string;
  readonly backfill: Backfill | null;
  wish: LiveWish;
  #settle!: () => void;

  constructor(integration: Integration, backfill: Backfill | null, wish: LiveWish) {
    this.integrationId = integration.id;
    this.backfill = backfill;
    this.wish = wish;
    this.finished = new Promise((resolve) => (this.#settle = resolve));
  }

  async start(): Promise<void> {
    this.hasStarted = true;
    if (this.backfill) await noteBackfill(workspace, this.backfill.id, { status: "running" });
    else await noteRun(workspace, this.integrationId, { lastRunAt: workspace.now(), runRequest: { ...this.wish } });
    await this.finished;
  }
  cancel(): void {
    void this.end("scheduled");
  }
  async end(status: "scheduled" | "succeeded" | "failed" = "succeeded"): Promise<void> {
    if (this.backfill) await noteBackfill(workspace, this.backfill.id, { status }, ["running"]);
    else if (status === "succeeded") await noteRun(workspace, this.integrationId, { runRequest: null });
    this.isActive = false;
    this.#settle();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

let home: string;
let workspace: Workspace;
let clock: number;
let elapsed: number;
let made: FakeRun[];

beforeEach(async () => {
  [clock, elapsed, made] = [Date.parse("2026-05-04T10:00:00Z"), 0, []];
  home = await mkdtemp(join(tmpdir(), "leadline-lanes-"));
  workspace = await openWorkspace({ home, now: () => new Date(clock).toISOString() });
});
afterEach(async () => {
  await workspace.close();
  await rm(home, { recursive: true, force: true });
});

/** An integration without the backfill it begins with. */
async function add(name: string, everySeconds = 300): Promise<Integration> {
  const made_ = await createIntegration(workspace, ann, {
    connector: "acme",
    name,
    description: null,
    tags: [],
    config: {},
    secrets: {},
    backfillSince: null,
    everySeconds,
    selection: everything,
  });
  for (const { id } of await listBackfills(workspace, made_.id)) await noteBackfill(workspace, id, { status: "succeeded" });
  return made_;
}
const want = (integrationId: string, more: Partial<NewBackfill> = {}): Promise<Backfill> =>
  createBackfill(workspace, ann, {
    ...({
      integrationId,
      mode: "fill",
      streams: null,
      scopes: null,
      since: null,
      until: null,
      order: "newest-first",
    } as const),
    priority: 5,
    maxShare: 0.5,
    forecast: null,
    ...more,
  });
const build = (integration: Integration, backfill: Backfill | null, wish: LiveWish = {}) => {
  const run = new FakeRun(integration, backfill, wish);
  made.push(run);
  return run;
};
const activeOf = (runs: readonly FakeRun[]) => runs.filter(({ isActive }) => isActive).map(({ integrationId }) => integrationId);

describe("the lane of history", () => {
  let lane: HistoryLane<FakeRun>;
  let integrations: Map<string, Integration>;
  beforeEach(async () => {
    integrations = new Map();
    for (const name of ["a", "b", "c", "d", "e"]) integrations.set(name, await add(name));
    lane = createHistoryLane<FakeRun>({
      workspace,
      log,
      elapsed: () => elapsed,
      mayBegin: () => true,
      begin: (integration, backfill) => build(integration, backfill),
    });
  });
  const look = async (minutes = 0) => {
    elapsed += minutes * MINUTE;
    await lane.look(integrations);
    await new Promise((resolve) => setImmediate(resolve));
  };

  it("stops a run under which people, or another server, changed something, and begins it anew as it is now", async () => {
    const { id } = await want("a");
    await look();
    await look();
    expect(activeOf(made)).toEqual(["a"]);
    await workspace.db.updateTable("backfill").set({ since: "2020-01-01T00:00:00Z" }).where("id", "=", id).execute();
    await look();
    await look();
    expect(made.map(({ isActive, backfill }) => [isActive, backfill!.since])).toEqual([
      [false, null],
      [true, "2020-01-01T00:00:00Z"],
    ]);
    clock += 1000;
    integrations.set(
      "a",
      await changeIntegration(workspace, ann, { id: "a", patch: { config: { url: "https://new.example.com" } } }),
    );
    await look();
    await look();
    expect(made.map(({ isActive }) => isActive)).toEqual([false, false, true]);
    await moveBackfill(workspace, ann, { integrationId: "a", id, move: "pause" });
    await look();
    expect(activeOf(made)).toEqual([]);
    expect(await getBackfill(workspace, "a", id)).toMatchObject({ status: "paused" });
  });

  it("reads a few integrations at once, the most urgent first, and one backfill of each", async () => {
    await want("a", { priority: 9 });
    await want("b", { priority: 1 });
    await want("b", { priority: 2, streams: ["x"] });
    for (const name of ["c", "d"]) await want(name);
    await look();
    expect(activeOf(made).sort()).toEqual(["b", "c", "d"]);
    await made.find(({ integrationId }) => integrationId === "b")!.end();
    await look();
    expect(made.at(-1)!.backfill).toMatchObject({ integrationId: "b", streams: ["x"] });
  });

  it("lets none wait for ever, however urgent the others are and however long they take", async () => {
    const late = await want("e", { priority: 9 });
    for (const name of ["a", "b", "c"]) await want(name, { priority: 1 });
    await look();
    expect(activeOf(made).sort()).toEqual(["a", "b", "c"]);
    let minutes = 0;
    for (; !made.some(({ backfill }) => backfill!.id === late.id) && minutes < 1000; minutes += 5) await look(5);
    expect(minutes).toBeGreaterThan(60);
    expect(minutes).toBeLessThan(120);
    expect(activeOf(made)).toHaveLength(3);
    const statuses = (await listBackfills(workspace)).map(({ status }) => status);
    expect(statuses.filter((status) => status === "running")).toHaveLength(3);
  });

  it("takes turns among equals", async () => {
    for (const name of ["a", "b", "c", "d"]) await want(name);
    const turns = new Map<string, number>();
    for (let minute = 0; minute < 120; minute++) {
      await look(1);
      for (const id of activeOf(made)) turns.set(id, (turns.get(id) ?? 0) + 1);
    }
    expect([...turns.keys()].sort()).toEqual(["a", "b", "c", "d"]);
    expect(Math.min(...turns.values())).toBeGreaterThan(60);
  });

  it("tries a failed one again after a pause that grows, and at once with a new credential", async () => {
    await want("a");
    await look();
    await made[0]!.end("failed");
    await look(4);
    expect(made).toHaveLength(1);
    // A clock that jumps a day changes nothing.
    clock += 86_400_000;
    await look();
    expect(made).toHaveLength(1);
    await look(2);
    expect(made).toHaveLength(2);
    await made[1]!.end("failed");
    lane.retryNow("a");
    await look();
    expect(made).toHaveLength(3);
  });

  it("goes on with what a process left running, and leaves paused ones alone", async () => {
    const left = await want("a");
    await noteBackfill(workspace, left.id, { status: "running" });
    const paused = await want("b");
    await moveBackfill(workspace, ann, { integrationId: "b", id: paused.id, move: "pause" });
    await look();
    expect(activeOf(made)).toEqual(["a"]);
    await moveBackfill(workspace, ann, { integrationId: "a", id: left.id, move: "pause" });
    await lane.halt(left.id);
    await look(60);
    expect(activeOf(made)).toEqual([]);
    expect(await getBackfill(workspace, "a", left.id)).toMatchObject({ status: "paused" });
  });
});

describe("the scheduler", () => {
  let scheduler: Scheduler<FakeRun>;
  beforeEach(() => {
    scheduler = createScheduler<FakeRun>({
      lease: { isHeld: () => true, take: async () => true, holder: async () => null },
      workspace,
      log,
      elapsed: () => elapsed,
      begin: (integration, { wish }) => build(integration, null, wish),
      widen: (run, wish) => void (run.wish = wish),
      beginBackfill: (integration, backfill) => build(integration, backfill),
      erase: async () => {},
    });
  });
  afterEach(() => scheduler.stop());
  const live = () => made.filter(({ backfill }) => backfill === null);
  const history = () => made.filter(({ backfill }) => backfill !== null);

  it("reads news of an integration while its history is being read", async () => {
    await add("a");
    const backfill = await want("a");
    scheduler.start();
    await expect.poll(() => activeOf(history()), { timeout: 10_000 }).toEqual(["a"]);
    expect(live()).toHaveLength(0);
    clock += 301_000;
    await expect.poll(() => activeOf(live()), { timeout: 10_000 }).toEqual(["a"]);
    expect(scheduler.running("a")).toHaveLength(2);
    await live()[0]!.end();
    clock += 301_000;
    await expect.poll(() => live().length, { timeout: 10_000 }).toBe(2);
    expect(activeOf(history())).toEqual(["a"]);
    expect(await getBackfill(workspace, "a", backfill.id)).toMatchObject({ status: "running" });
  });

  it("joins a thousand triggers in one run and one that waits, and forgets none", async () => {
    await add("a");
    const first = await scheduler.trigger("a", { streams: ["pulls"] });
    expect(first.isJoined).toBe(false);
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, index) => scheduler.trigger("a", { streams: [`s${index % 3}`], scopes: ["1"] })),
    );
    expect(made).toHaveLength(2);
    expect(answers.filter(({ isJoined }) => !isJoined)).toHaveLength(1);
    expect(new Set(made[1]!.wish.streams)).toEqual(new Set(["s0", "s1", "s2"]));
    const { runRequest } = await getIntegration(workspace, "a");
    expect(new Set(runRequest!["streams"] as string[])).toEqual(new Set(["pulls", "s0", "s1", "s2"]));
    expect((await scheduler.trigger("a", { streams: ["pulls"], scopes: ["9"] })).run).toBe(first.run);
    expect((await scheduler.trigger("a", {})).run.wish).toEqual({});
    await made[0]!.end();
    expect(made[1]).toMatchObject({ hasStarted: true, isActive: true, wish: {} });
    expect((await scheduler.trigger("a", { streams: ["any"] })).isJoined).toBe(true);
    expect(made).toHaveLength(2);
  });

  it("reads the longest due first, so that many integrations starve none", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    for (const [index, name] of names.entries()) {
      await add(name, 30);
      await noteRun(workspace, name, { lastRunAt: new Date(clock - (60 + index) * 1000).toISOString() });
    }
    scheduler.start();
    await expect.poll(() => activeOf(made).sort(), { timeout: 10_000 }).toEqual(["c", "d", "e", "f"]);
    await made[0]!.end();
    await expect.poll(() => activeOf(made).includes("b"), { timeout: 10_000 }).toBe(true);
  });

  it("reads on when the clock is set back a day", async () => {
    await add("a");
    await noteRun(workspace, "a", { lastRunAt: workspace.now() });
    clock -= 86_400_000;
    scheduler.start();
    await expect.poll(() => activeOf(made), { timeout: 10_000 }).toEqual(["a"]);
  });

  it("interrupts both lanes of an integration, and neither of another", async () => {
    await add("a");
    await add("b");
    await scheduler.backfill(await want("a"));
    await scheduler.backfill(await want("b"));
    await scheduler.trigger("a", {});
    expect(activeOf(made).sort()).toEqual(["a", "a", "b"]);
    await scheduler.interrupt("a");
    expect(activeOf(made)).toEqual(["b"]);
    expect(await scheduler.quietly(async () => activeOf(made))).toEqual([]);
  });
});
