import { setImmediate as breathe } from "node:timers/promises";

import { expect, it } from "vitest";

import { takeTurns, type TurnTaker } from "./turns.ts";

/** Streams of so many pages; `log` tells who read which page in which order. */
function streams(count: number, pages: number) {
  const log: string[] = [];
  const open = new Set<number>();
  const seen = { mostOpen: 0, made: 0 };
  const left = Array.from({ length: count }, () => pages);
  const makers = left.map((_, name) => () => {
    seen.made++;
    open.add(name);
    seen.mostOpen = Math.max(seen.mostOpen, open.size);
    const run: TurnTaker = {
      canPutAway: true,
      state: { lane: null, reached: null, goal: null, outcome: null, way: null },
      async turn(wanted) {
        for (let page = 0; page < wanted; page++) {
          await breathe();
          if (left[name] === 0) {
            open.delete(name);
            return false;
          }
          left[name]!--;
          log.push(`${name}/${pages - left[name]!}`);
        }
        return true;
      },
      async putAway() {
        open.delete(name);
      },
    };
    return run;
  });
  return { log, seen, makers };
}

const rules = { workers: 2, isStopped: () => false, onPutAway: () => undefined };

it("gives every stream its newest page before any goes deep, also when not all may be open", async () => {
  const { log, seen, makers } = streams(12, 5);
  let done = 0;
  await takeTurns(makers, { ...rules, mostOpen: 4, onDone: () => done++ });
  expect(done).toBe(12);
  expect(log).toHaveLength(60);
  expect(log.slice(0, 12).every((entry) => entry.endsWith("/1"))).toBe(true);
  expect(seen.mostOpen).toBeLessThanOrEqual(5);
  expect(seen.made).toBeGreaterThan(12);
});

it("keeps every stream open where there is room", async () => {
  const { seen, makers } = streams(12, 5);
  let done = 0;
  await takeTurns(makers, { ...rules, mostOpen: 20, onDone: () => done++ });
  expect([done, seen.made]).toEqual([12, 12]);
});

it("opens nothing new once it is stopped", async () => {
  const { seen, makers, log } = streams(12, 50);
  await takeTurns(makers, { ...rules, mostOpen: 4, isStopped: () => log.length >= 6, onDone: () => undefined });
  expect(seen.made).toBeLessThan(12);
});
