import { describe, expect, it } from "vitest";

import type { Forecast } from "../ingest/engine.ts";
import { thingConnector } from "../ingest/testing/thing-connector.ts";
import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import { callsLeft, etaOf, paceAfter, secondsFor, unknownPace, type PlaceWork, type Waits } from "./eta.ts";
import { WorkMeter, type WorkPlan } from "./work-meter.ts";

/** A generator of chance that is the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

interface Trace {
  /** Calls per second after so many seconds at work, when the work is done to this share. */
  readonly rate: (done: number) => number;
  readonly quota?: { readonly perPeriod: number; readonly periodSeconds: number };
  /** Seconds without any call, beginning at this share. */
  readonly block?: { readonly at: number; readonly seconds: number };
  readonly isForecast?: boolean;
}

interface Moment {
  readonly at: number;
  readonly done: number;
  readonly eta: ReturnType<typeof etaOf>;
}

const STEP = 2;

/** Sixty streams of scopes of very different size, read in turns, looked at every two seconds. */
function simulate({ rate, quota, block, isForecast }: Trace): { moments: Moment[]; total: number } {
  const random = chance(7);
  const sizes = Array.from({ length: 60 }, (_, index) => (index % 6 === 0 ? 1 : Math.round(20 + 400 * random() ** 3)));
  const calls = sizes.map(() => 0);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  const moments: Moment[] = [];
  let [at, pace, room, resetAt, blockedUntil, hasBlocked] = [
    0,
    unknownPace,
    quota?.perPeriod ?? 0,
    quota?.periodSeconds ?? 0,
    0,
    false,
  ];
  let turn = 0;
  let credit = 0;
  while (calls.some((made, index) => made < sizes[index]!)) {
    at += STEP;
    if (quota && at >= resetAt) [room, resetAt] = [quota.perPeriod, resetAt + quota.periodSeconds];
    const done = calls.reduce((sum, made) => sum + made, 0) / whole;
    if (block && !hasBlocked && done >= block.at) [blockedUntil, hasBlocked] = [at + block.seconds, true];
    const isWaiting = at < blockedUntil || (quota !== undefined && room < 1);
    credit += isWaiting ? 0 : rate(done) * STEP * (0.7 + 0.6 * random());
    let made = 0;
    for (; credit >= 1 && (!quota || room >= 1) && calls.some((one, index) => one < sizes[index]!); turn++) {
      const index = turn % sizes.length;
      if (calls[index]! >= sizes[index]!) continue;
      calls[index]!++;
      [credit, made, room] = [credit - 1, made + 1, room - 1];
    }
    if (!isWaiting) pace = paceAfter(pace, { seconds: STEP, calls: made });
    const places = sizes.map((size, index): PlaceWork => {
      // How far back a page reaches is only roughly how much of the work it was.
      const share = (calls[index]! / size) ** (0.9 + 0.2 * ((index * 7) % 10) * 0.1);
      const isDone = calls[index] === size;
      return { stream: `s${index % 6}`, expected: isForecast ? size : null, before: 0, share, calls: calls[index]!, isDone };
    });
    const waits: Waits = {
      blockedSeconds: Math.max(0, blockedUntil - at),
      quota: quota ? { available: room, resetInSeconds: resetAt - at, ...quota } : null,
    };
    moments.push({
      at,
      done: calls.reduce((sum, one) => sum + one, 0) / whole,
      eta: etaOf(callsLeft(places), pace, { ...waits, share: done }),
    });
  }
  return { moments, total: at };
}

/** The worst error of the time of the end, as a share of the whole time, from this share of the work on. */
function worst({ moments, total }: ReturnType<typeof simulate>, from: number, to = 0.99): number {
  const errors = moments
    .filter(({ done }) => done >= from && done < to)
    .map(({ at, eta }) => Math.abs(at + eta.etaSeconds! - total) / total);
  expect(errors.length).toBeGreaterThan(10);
  return Math.max(...errors);
}

/** Share of the moments whose band held the truth, to the step at which they were looked at. */
function inBand({ moments, total }: ReturnType<typeof simulate>, from: number, to = 1): number {
  const looked = moments.filter(({ done }) => done >= from && done < to);
  const right = looked.filter(
    ({ at, eta }) => at + eta.etaLowSeconds! <= total + STEP && total - STEP <= at + eta.etaHighSeconds!,
  );
  return right.length / looked.length;
}

describe("the time that is left", () => {
  it("is right within a fifth once a tenth is done, on a steady run", () => {
    const run = simulate({ rate: () => 4 });
    expect(worst(run, 0.1)).toBeLessThan(0.2);
    expect(worst(run, 0.5)).toBeLessThan(0.1);
    expect(inBand(run, 0.1)).toBeGreaterThan(0.95);
  });

  it("is right from the first moments when the calls were announced", () => {
    expect(worst(simulate({ rate: () => 4, isForecast: true }), 0.03)).toBeLessThan(0.1);
  });

  it("follows a vendor that becomes slower and slower", () => {
    const run = simulate({ rate: (done) => 5 - 3 * done });
    expect(worst(run, 0.6)).toBeLessThan(0.2);
    expect(inBand(run, 0.6, 0.95)).toBeGreaterThan(0.75);
  });

  it("knows a long block as soon as it begins, and counts no pace for it", () => {
    const run = simulate({ rate: () => 4, block: { at: 0.3, seconds: 3600 } });
    expect(worst(run, 0.31)).toBeLessThan(0.2);
  });

  it("counts the waits for a quota that is filled up again every hour", () => {
    const run = simulate({ rate: () => 4, quota: { perPeriod: 900, periodSeconds: 3600 } });
    expect(run.total).toBeGreaterThan(3 * 3600);
    expect(worst(run, 0.1)).toBeLessThan(0.2);
  });

  it("is not known before anything tells", () => {
    const place: PlaceWork = { stream: "a", expected: null, before: 0, share: 0, calls: 1, isDone: false };
    expect(callsLeft([place])).toBeNull();
    expect(callsLeft([{ ...place, share: null, calls: 500 }])).toBeNull();
    expect(
      etaOf(null, { activeSeconds: 9, calls: 9, rate: 1 }, { quota: null, blockedSeconds: 0, share: 0 }).etaSeconds,
    ).toBeNull();
    expect(etaOf(10, unknownPace, { quota: null, blockedSeconds: 0, share: 0 }).etaSeconds).toBeNull();
  });
});

describe("the calls that are left", () => {
  const place = (more: Partial<PlaceWork>): PlaceWork => ({
    stream: "a",
    expected: null,
    before: 0,
    share: 0,
    calls: 0,
    isDone: false,
    ...more,
  });

  it("of a resumed run are those of what was missing then", () => {
    expect(callsLeft([place({ before: 0.5, share: 0.75, calls: 10 })])).toBe(10);
  });

  it("are what was counted at the vendor, also where a range holds nearly everything at one end", () => {
    // Four fifths are read, and they lie in the last twentieth of the time.
    expect(callsLeft([place({ expected: 100, isCounted: true, share: 0.05, calls: 80 })])).toBe(20);
    expect(callsLeft([place({ expected: 100, isCounted: true, share: 0.5, calls: 10 })])).toBe(50);
    expect(callsLeft([place({ expected: 100, share: 0.5, calls: 80 })])).toBe(50);
  });

  it("count every pass that a place takes", () => {
    const streams = [
      { stream: "things", scopeId: "a", calls: 10, records: 100, way: "list" },
      { stream: "things", scopeId: "a", calls: 20, records: 200, way: "list" },
    ];
    const connector: unknown = thingConnector();
    const plan = {
      connector: connector as WorkPlan["connector"],
      streams: null,
      // Of the other one nothing is read.
      scopeIds: ["a", "b"],
      isScoped: false,
      since: null,
      until: null,
      isAgain: false,
      forecast: { basis: "counted", streams } as unknown as Forecast,
      pace: unknownPace,
      callsBefore: 0,
    };
    const meter = new WorkMeter(plan, { rows: [], now: "2026-03-01T00:00:00Z", elapsed: 0 });
    meter.onTask({ stream: "things", scopeId: "a", requests: 3 } as LiveTask);
    expect(meter.share).toBeCloseTo(0.1);
  });

  it("of a place that says nothing are those of its stream, then those of all", () => {
    const done = place({ isDone: true, calls: 8, share: 1 });
    expect(callsLeft([done, place({})])).toBe(8);
    expect(callsLeft([done, place({ stream: "b" })])).toBe(8);
    expect(callsLeft([done, place({ share: null, calls: 3 })])).toBe(5);
    expect(callsLeft([done, place({ share: null, calls: 6 })])).toBe(6);
  });
});

describe("seconds for calls", () => {
  const quota = { available: 10, resetInSeconds: 100, perPeriod: 20, periodSeconds: 100 };
  it.each([
    ["nothing in the way", 50, null, 0, 50],
    ["a block", 50, null, 30, 80],
    ["within the quota", 10, quota, 0, 10],
    ["one reset", 15, quota, 0, 105],
    ["many resets", 10 + 20 * 5 + 5, quota, 0, 100 + 500 + 5],
    ["a block past the reset", 5, quota, 150, 155],
    ["nothing left", 0, quota, 0, 0],
  ])("%s", (_, calls, given, blockedSeconds, expected) => {
    expect(secondsFor(calls, 1, { quota: given, blockedSeconds })).toBeCloseTo(expected);
  });
});
