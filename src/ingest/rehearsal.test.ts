import { describe, expect, it } from "vitest";

import { callsFor } from "./cost.ts";
import { pagesFor } from "./page-size.ts";
import { rehearse, type Chain, type Outlook } from "./rehearsal.ts";

const terms = { priority: 1, reserve: 0, share: 0.5, workers: 10 };
const open: Outlook = {
  limit: { concurrency: 2, perHour: null },
  allowance: null,
  blockedSeconds: 0,
  secondsPerCall: 2,
  quickest: 0.1,
};
const chain = (calls: number, pointsPerCall = 1, name = "core"): Chain => [{ class: name, calls, pointsPerCall }];
const of = (...outlooks: [string, Outlook][]) => new Map(outlooks);
const full = { limit: 1000, remaining: 1000, resetSeconds: 600, atFirst: 1000, history: 0, foreign: 0 };

describe("a rehearsal", () => {
  it("makes the calls of one chain one after the other: 5 of 2 s take 10 s", () => {
    expect(rehearse([chain(5)], of(["core", open]), terms)).toMatchObject({ seconds: 10, calls: 5, points: 5 });
  });

  it("makes those of many chains side by side, as many as may be under way: 6 of 2 s, two at once, take 6 s", () => {
    const chains = Array.from({ length: 6 }, () => chain(1));
    expect(rehearse(chains, of(["core", open]), terms).seconds).toBe(6);
    expect(rehearse(chains, of(["core", open]), { ...terms, workers: 1 }).seconds).toBe(12);
  });

  it("waits for a block to end", () => {
    expect(rehearse([chain(2)], of(["core", { ...open, blockedSeconds: 30 }]), terms).seconds).toBe(34);
  });

  it("waits for the window where history has had its share: 800 points of 1,000, half of what remains a window", () => {
    // 10 calls of 50 points fill the half: 20 s. The next window begins at 600 s; 6 more calls take 12 s.
    const halves = rehearse([chain(16, 50)], of(["core", { ...open, allowance: full }]), terms);
    expect(halves).toMatchObject({ seconds: 612, calls: 16, points: 800 });
    expect(rehearse([chain(16, 50)], of(["core", { ...open, allowance: full }]), { ...terms, priority: 0 }).seconds).toBe(32);
  });

  it("keeps to limits by the minute: 10 points each, 60 a minute", () => {
    const limit = { concurrency: 1, perHour: null, windows: [{ of: "points", amount: 60, perSeconds: 60 }] } as const;
    // Calls at 0, 2 … 10 s; the seventh when the first is a minute ago, and it takes 2 s.
    expect(rehearse([chain(7, 10)], of(["core", { ...open, limit }]), terms).seconds).toBe(62);
  });

  it("uses the classes of a chain in turn, each with its own limits", () => {
    const both: Chain = [...chain(4, 1, "core"), ...chain(4, 21, "graphql")];
    const answer = rehearse([both], of(["core", open], ["graphql", { ...open, secondsPerCall: 5 }]), terms);
    expect(answer).toMatchObject({ seconds: 28, calls: 8, points: 88 });
    expect(answer.classes).toEqual([
      { class: "core", calls: 4, points: 4 },
      { class: "graphql", calls: 4, points: 84 },
    ]);
  });

  it("plays a million calls in steps without losing one", () => {
    const answer = rehearse(
      Array.from({ length: 1000 }, () => chain(1000)),
      of(["core", open]),
      terms,
    );
    expect(Math.round(answer.calls)).toBe(1_000_000);
    expect(answer.seconds / 1_000_000).toBeCloseTo(1, 1);
  });
});

describe("the price of a pass", () => {
  it("follows page sizes that grow: five of 50, five of 75, then 100", () => {
    expect(pagesFor(725, { start: 50, max: 100 }).map(({ records }) => records)).toEqual([
      50, 50, 50, 50, 50, 75, 75, 75, 75, 75, 100,
    ]);
    expect(pagesFor(0, 100)).toEqual([{ size: 100, records: 0 }]);
  });

  it("adds what pages share: the first alone, then four together, a hundred at once", () => {
    const cost = { recordsPerCall: 50, pointsPerRecord: 0.07, details: { share: 1, atOnce: 100, pages: 4, class: "more" } };
    expect(callsFor(cost, 250)).toEqual([
      // 50 × 0.07 rounded, each
      { class: "core", calls: 5, pointsPerCall: 4 },
      // 50 at once, then 200 in two
      { class: "more", calls: 3, pointsPerCall: 1 },
    ]);
  });

  it("adds what single records take, and the look beyond the end of an open range", () => {
    const cost = { recordsPerCall: 10, callsAtStart: 2, callsPerRecord: 0.5, callsPerRecordClass: "more" };
    expect(callsFor(cost, 20)).toEqual([
      { class: "core", calls: 4, pointsPerCall: 1 },
      { class: "more", calls: 10, pointsPerCall: 1 },
    ]);
    expect(callsFor(cost, 20, { isOpen: true })[0]).toMatchObject({ calls: 5 });
  });
});
