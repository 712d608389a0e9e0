import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { lanesFor, planLane, type Circumstances, type Wish } from "./plan.ts";
import {
  advance,
  afterLane,
  afterPage,
  formatProgress,
  newLane,
  nothingRead,
  parseProgress,
  type Order,
  type ProgressState,
} from "./progress.ts";

const day = (number: number) => `2026-01-${String(number).padStart(2, "0")}T00:00:00Z`;
const usual: Wish = { kind: null, since: null, until: null, full: false };
const at = (more: Partial<Circumstances> = {}): Circumstances => ({
  order: "descending",
  overlapSeconds: 3600,
  everySeconds: 0,
  floor: null,
  launchedAt: "2008-01-01T00:00:00Z",
  now: day(20),
  mark: null,
  ...more,
});
const read: ProgressState = { ...nothingRead, cursorAt: day(10), coveredFrom: day(5) };
const page = (reached: string | null, position: string | null = "p", records: unknown[] = [1]) => ({
  records,
  answers: [],
  position,
  reached,
});

describe("what there is to do", () => {
  it.each<[string, Order, ProgressState, Wish, string[]]>([
    ["a new stream, newest first", "descending", nothingRead, usual, ["history"]],
    ["a new stream, oldest first", "ascending", nothingRead, usual, ["refresh"]],
    ["a new stream without order", "unordered", nothingRead, { ...usual, kind: "refresh" }, ["refresh"]],
    ["a known stream", "descending", { ...read, coveredFrom: "2008-01-01T00:00:00Z" }, usual, ["refresh"]],
    ["a known stream whose history is not whole", "descending", read, usual, ["refresh", "history"]],
    ["only news", "descending", read, { ...usual, kind: "refresh" }, ["refresh"]],
    ["only history", "descending", read, { ...usual, kind: "backfill" }, ["history"]],
    ["a range", "descending", read, { ...usual, since: day(6) }, ["range"]],
    ["everything again", "descending", read, { ...usual, full: true }, ["range"]],
    ["since T on a new stream", "descending", nothingRead, { ...usual, since: day(6) }, ["history"]],
  ])("%s", (_, order, state, wish, expected) => {
    const planned = lanesFor(wish, state).filter((name) => planLane(name, state, { wish, at: at({ order }) }));
    expect(planned).toEqual(expected);
  });

  it("begins a refresh before the cursor, and leaves it out when the probe or the pace say so", () => {
    const refresh = (more: Partial<Circumstances>, state = read) =>
      planLane("refresh", state, { wish: usual, at: at(more) })?.lane;
    expect(refresh({})).toMatchObject({ since: "2026-01-09T23:00:00Z", until: null, position: null });
    expect(refresh({ mark: "m" }, { ...read, mark: "m" })).toBeUndefined();
    expect(refresh({ mark: "n" }, { ...read, mark: "m" })).toBeDefined();
    expect(refresh({ everySeconds: 86_400, now: day(10) })).toBeUndefined();
    expect(refresh({ everySeconds: 86_400, now: day(11) })).toBeDefined();
    // A clock that was set back must not keep news away.
    expect(refresh({ everySeconds: 86_400, now: day(2) })).toBeDefined();
  });

  it("goes on at a position, unless the list may have shifted meanwhile", () => {
    const lanes = { refresh: { ...newLane(day(1)), startedAt: day(18), position: "p7" } };
    const resumed = (order: Order) => planLane("refresh", { ...read, lanes }, { wish: usual, at: at({ order }) });
    expect(resumed("descending")).toMatchObject({ isResumed: true, lane: { position: "p7", since: day(1) } });
    expect(resumed("unordered")).toMatchObject({ isResumed: false, lane: { position: null } });
  });

  it("goes deeper from where history ended", () => {
    const state = { ...read, bottom: "p9" };
    expect(planLane("history", state, { wish: usual, at: at({ floor: day(2) }) })?.lane).toMatchObject({
      since: day(2),
      until: day(5),
      position: "p9",
    });
    expect(planLane("history", state, { wish: usual, at: at({ floor: day(6) }) })).toBeNull();
  });
});

describe("a backfill and the refresh beside it", () => {
  const backfill: Wish = { ...usual, kind: "backfill" };
  const refresh: Wish = { ...usual, kind: "refresh" };
  const history = (state: ProgressState, wish: Wish, more: Partial<Circumstances>) =>
    planLane("history", state, { wish, at: at(more) });

  it("a refresh begins a list at its newest page and leaves the rest to the backfill", () => {
    expect(history(nothingRead, refresh, {})).toMatchObject({ isOpening: true, lane: { since: null } });
    expect(history(nothingRead, backfill, {})).toMatchObject({ isOpening: false });
    const open = { ...read, lanes: { history: { ...newLane(null), position: "p1" } } };
    expect(history(open, refresh, {})).toBeNull();
    expect(history(open, backfill, { floor: day(1) })).toMatchObject({
      isResumed: true,
      lane: { position: "p1", since: day(1) },
    });
    expect(history(open, backfill, { floor: day(6) })).toBeNull();
  });

  it("a list that is read oldest first is begun with its newest month", () => {
    const first = (wish: Wish, floor: string | null = null) =>
      planLane("refresh", nothingRead, { wish, at: at({ order: "ascending", floor }) })?.lane.since;
    expect(first(refresh)).toBe("2025-12-21T00:00:00Z");
    expect(first(backfill)).toBe("2025-12-21T00:00:00Z");
    expect(first(backfill, day(15))).toBe(day(15));
    expect(first(usual)).toBeNull();
  });

  it("newest first goes back through such a list in windows, oldest first in one pass", () => {
    const windows = (order: Wish["order"], floor: string | null) => {
      const found: [string | null, string | null][] = [];
      for (let state = read; found.length < 20;) {
        const planned = history(state, { ...backfill, ...(order ? { order } : {}) }, { order: "ascending", floor });
        if (!planned) return found;
        found.push([planned.lane.since, planned.lane.until]);
        const rules = { name: "history", order: "ascending", launchedAt: "2008-01-01T00:00:00Z" } as const;
        state = afterLane(state, { ...planned.lane, startedAt: day(20) }, rules);
      }
      throw new Error("no end");
    };
    expect(windows(undefined, "2025-11-01T00:00:00Z")).toEqual([
      ["2025-12-06T00:00:00Z", day(5)],
      ["2025-11-01T00:00:00Z", "2025-12-06T00:00:00Z"],
    ]);
    expect(windows("oldest-first", "2025-11-01T00:00:00Z")).toEqual([["2025-11-01T00:00:00Z", day(5)]]);
    expect(windows("newest-first", null).length).toBeGreaterThan(5);
  });

  it("a pass that was interrupted goes on, unless less is wanted now", () => {
    const lane = { ...newLane(day(2), day(5)), startedAt: day(19), position: "p" };
    const state = { ...read, lanes: { history: lane } };
    const resumed = (floor: string, order: Order) => history(state, backfill, { order, floor });
    expect(resumed(day(1), "unordered")).toMatchObject({ isResumed: true, lane: { since: day(2) } });
    expect(resumed(day(3), "unordered")).toMatchObject({ isResumed: false, lane: { since: day(3), until: day(5) } });
    expect(resumed(day(3), "descending")).toMatchObject({ isResumed: true, lane: { since: day(3), position: "p" } });
  });
});

describe("what a page lets us claim", () => {
  const rules = (name: "history" | "refresh" | "range", order: Order = "descending") => ({
    name,
    order,
    launchedAt: "2008-01-01T00:00:00Z",
  });
  const after = (
    state: ProgressState,
    reached: string | null,
    name: "history" | "refresh",
    order: Order = "descending",
    lane = newLane(null),
  ) => afterPage(state, advance(lane, page(reached), day(20)), rules(name, order));

  it("newest first: how far back history reaches, from the beginning of the pass", () => {
    expect(after(nothingRead, day(15), "history")).toMatchObject({ cursorAt: day(20), coveredFrom: day(15) });
    expect(after(nothingRead, null, "history")).toMatchObject({ cursorAt: null, coveredFrom: null });
    expect(after(nothingRead, day(3), "history", "descending", newLane(day(4)))).toMatchObject({ coveredFrom: day(4) });
    expect(after(read, day(15), "refresh")).toMatchObject({ cursorAt: day(10), coveredFrom: day(5) });
  });

  it("oldest first: how far the cursor has come, never past the beginning of the pass", () => {
    expect(after(nothingRead, day(15), "refresh", "ascending")).toMatchObject({
      cursorAt: day(15),
      coveredFrom: "2008-01-01T00:00:00Z",
    });
    expect(after(nothingRead, day(25), "refresh", "ascending")).toMatchObject({ cursorAt: day(20) });
  });

  it("without order: nothing before the end", () => {
    expect(after(nothingRead, day(15), "history", "unordered")).toMatchObject({ cursorAt: null, coveredFrom: null });
    expect(afterLane(nothingRead, { ...newLane(day(2)), startedAt: day(20) }, rules("refresh", "unordered"))).toMatchObject({
      cursorAt: day(20),
      coveredFrom: day(2),
    });
  });

  it("a range: only what touches the rest", () => {
    const range = (since: string, until: string | null) =>
      afterLane(read, { ...newLane(since, until), startedAt: day(20) }, rules("range"));
    expect(range(day(1), day(3))).toMatchObject({ coveredFrom: day(5), cursorAt: day(10) });
    expect(range(day(1), day(7))).toMatchObject({ coveredFrom: day(1), cursorAt: day(10) });
    expect(range(day(9), null)).toMatchObject({ coveredFrom: day(5), cursorAt: day(20) });
  });

  it("the end of a page list is reached again, and more history begins before the last page", () => {
    let lane = advance(newLane(null), page(day(9), "p1"), day(20));
    lane = advance(lane, page(day(8), "p2"), day(20));
    lane = advance(lane, page(day(7), null), day(20));
    expect(lane).toMatchObject({ position: "p2", before: "p2", reached: day(7) });
    lane = advance(lane, page(null, "p3", []), day(20));
    expect(lane).toMatchObject({ position: "p3", before: "p2" });
  });

  it("is the same after a trip through the sink", () => {
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: null }), fc.jsonValue(), (mark, position) => {
        const state: ProgressState = {
          ...read,
          mark,
          lanes: { history: { ...newLane(null, day(5), position as never), startedAt: day(20) } },
        };
        const kept = JSON.parse(JSON.stringify(formatProgress(state))) as ReturnType<typeof formatProgress>;
        expect(parseProgress(kept)).toEqual(JSON.parse(JSON.stringify(state)));
      }),
    );
    expect(parseProgress(null)).toEqual(nothingRead);
    expect(parseProgress({ cursor: { version: 99, lanes: { history: 1 } }, cursorAt: day(1), coveredFrom: null })).toMatchObject({
      lanes: {},
      cursorAt: day(1),
    });
  });
});
