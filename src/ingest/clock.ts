import { setTimeout as after } from "node:timers/promises";

import type { Instant } from "../domain/instant.ts";

/** The engine's only sources of time and chance; tests pass their own. */
export interface Clock {
  /** The time of day, which may jump. */
  now(): Instant;
  /** Milliseconds that only ever grow. */
  elapsed(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** 0 ≤ x < 1. */
  random(): number;
}

const LONGEST_TIMER = 2_147_483_647;

export const systemClock = (now: () => Instant = () => new Date().toISOString()): Clock => ({
  now,
  elapsed: () => performance.now(),
  sleep: (ms, signal) => after(Math.min(ms, LONGEST_TIMER), undefined, signal ? { signal } : {}),
  random: Math.random,
});
