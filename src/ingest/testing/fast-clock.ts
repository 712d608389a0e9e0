import { setImmediate as breathe } from "node:timers/promises";

import { systemClock, type Clock } from "../clock.ts";

/** Time in which every sleep is over at once: the clock is moved on by its length. */
export function fastClock(): Clock & { readonly slept: number[]; jump(ms: number): void } {
  const real = systemClock();
  const slept: number[] = [];
  let ahead = 0;
  let dayAhead = 0;
  return {
    slept,
    /** Moves the time of day alone, as an administrator may. */
    jump(ms) {
      dayAhead += ms;
    },
    now: () => new Date(Date.parse(real.now()) + ahead + dayAhead).toISOString(),
    elapsed: () => real.elapsed() + ahead,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      await breathe();
      ahead += ms;
      signal?.throwIfAborted();
    },
    random: () => 0.5,
  };
}
