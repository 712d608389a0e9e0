import { describe, expect, it } from "vitest";

import { Limits, type Charge } from "./limits.ts";

const live: Charge = { cost: 1, priority: 0, reserve: 0, share: 0.5 };
const history: Charge = { ...live, priority: 1 };
const HOUR = 3_600_000;

/** Lets `calls` go as early as each may; answers when each went, in milliseconds. */
function play(limits: Limits, charge: Charge, calls: number): number[] {
  const times: number[] = [];
  let at = 0;
  while (times.length < calls) {
    const { ms } = limits.wait(charge, at);
    if (ms > 0) at += ms;
    else {
      limits.spend(charge, at);
      limits.settle({ cost: charge.cost, seconds: 0 }, at);
      times.push(at);
    }
  }
  return times;
}

describe("windows", () => {
  it("let so many calls go within so many seconds, and never more", () => {
    const limits = new Limits({ perHour: null, windows: [{ of: "calls", amount: 3, perSeconds: 1 }] }, 0);
    expect(play(limits, live, 7)).toEqual([0, 0, 0, 1000, 1000, 1000, 2000]);
  });

  it("count points, and slide: 200 in five minutes", () => {
    const limits = new Limits({ perHour: null, windows: [{ of: "points", amount: 200, perSeconds: 300 }] }, 0);
    const charge = { ...live, cost: 50 };
    expect(play(limits, charge, 4)).toEqual([0, 0, 0, 0]);
    limits.spend({ ...live, cost: 0 }, 100_000);
    expect(limits.wait(charge, 100_000).ms).toBe(200_000);
    expect(limits.wait(charge, 299_999).ms).toBe(1);
    expect(limits.wait(charge, 300_000).ms).toBe(0);
  });

  it("leave a reserve too", () => {
    const limits = new Limits({ perHour: null, windows: [{ of: "points", amount: 100, perSeconds: 60 }] }, 0);
    expect(play(limits, { ...live, cost: 10, reserve: 0.2 }, 9)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 60_000]);
  });

  it("of the provider's work count what answers take beyond the quickest one", () => {
    const limits = new Limits({ perHour: null, windows: [{ of: "seconds", amount: 6, perSeconds: 60 }] }, 0, { quickest: 0.1 });
    const answered = (at: number) => {
      limits.spend(live, at);
      limits.settle({ cost: 1, seconds: 2.1 }, at + 2100);
    };
    answered(0);
    answered(3000);
    expect(limits.wait(live, 6000).ms).toBe(0);
    answered(6000);
    // 2 s of work each, ended at 2.1, 5.1 and 8.1 s: full until the first of them is a minute ago.
    expect(limits.wait(live, 9000).ms).toBe(0);
    answered(9000);
    expect(limits.wait(live, 12_000).ms).toBe(2100 + 60_000 - 12_000);
  });

  it("let something alone go, however little the limit is", () => {
    const limits = new Limits({ perHour: null, windows: [{ of: "points", amount: 1, perSeconds: 10 }] }, 0);
    expect(play(limits, { ...live, cost: 5 }, 2)).toEqual([0, 10_000]);
  });
});

describe("the provider's window", () => {
  const seen = (remaining: number, limit = 1000) => {
    const limits = new Limits({ perHour: limit, windows: [] }, 0);
    limits.learn({ limit, remaining, resetAt: HOUR }, 1);
    return limits;
  };

  it("gives history half of what remained when it was first seen, and live reading the rest down to the reserve", () => {
    const limits = seen(600);
    expect(play(limits, { ...history, cost: 100, reserve: 0.15 }, 4)).toEqual([0, 0, 0, HOUR]);
    const again = seen(600);
    expect(play(again, { ...live, cost: 100, reserve: 0.15 }, 5)).toEqual([0, 0, 0, 0, HOUR]);
  });

  it("lets live reading go on where history has had its share", () => {
    const limits = seen(600);
    for (let call = 0; call < 3; call++) limits.spend({ ...history, cost: 100 }, 0);
    expect(limits.wait({ ...history, cost: 1 }, 0).ms).toBe(HOUR);
    expect(limits.wait({ ...live, cost: 100, reserve: 0.15 }, 0).ms).toBe(0);
  });

  it("notices what others take, and history gives way", () => {
    const limits = seen(800);
    limits.spend({ ...history, cost: 100 }, 0);
    limits.learn({ limit: 1000, remaining: 300, resetAt: HOUR }, 100);
    expect(limits.allowance).toMatchObject({ remaining: 300, foreign: 400, history: 100, atFirst: 800 });
    // Half of the 400 that others left, of which 100 are taken.
    expect(limits.wait({ ...history, cost: 100 }, 0).ms).toBe(0);
    expect(limits.wait({ ...history, cost: 101 }, 0).ms).toBe(HOUR);
  });

  it("does not take its own calls under way for those of others", () => {
    const limits = seen(800);
    for (let call = 0; call < 3; call++) limits.spend({ ...live, cost: 10 }, 0);
    limits.learn({ limit: 1000, remaining: 790, resetAt: HOUR }, 10);
    limits.settle({ cost: 10, seconds: 1 }, 0);
    limits.learn({ limit: 1000, remaining: 770, resetAt: HOUR }, 10);
    expect(limits.allowance).toMatchObject({ remaining: 770, foreign: 0 });
  });

  it("counts calls that were under way when it was first seen", () => {
    const limits = new Limits({ perHour: null }, 0);
    for (let call = 0; call < 3; call++) limits.spend({ ...live, cost: 10 }, 0);
    limits.learn({ limit: 1000, remaining: 990, resetAt: HOUR }, 10);
    expect(limits.allowance).toMatchObject({ remaining: 970, foreign: 0 });
  });

  it("moves even when it is smaller than a single call's share", () => {
    const limits = new Limits({ perHour: 4 }, 0);
    expect(play(limits, { ...history, cost: 3 }, 2)).toEqual([0, HOUR]);
  });
});

describe("blocks", () => {
  it("shut one class, or all classes of the credential", () => {
    const gate = { blockedUntil: 0 };
    const [core, search] = [new Limits({ perHour: null }, 0, { gate }), new Limits({ perHour: null }, 0, { gate })];
    core.block(5000);
    expect([core.wait(live, 1000).ms, search.wait(live, 1000).ms]).toEqual([4000, 0]);
    gate.blockedUntil = 9000;
    expect(core.wait(live, 1000)).toEqual({ ms: 8000, reason: "rate_limit" });
    expect(search.wait(live, 1000).ms).toBe(8000);
    expect(search.wait(live, 9000).ms).toBe(0);
  });
});
