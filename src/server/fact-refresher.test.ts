import { setTimeout as after } from "node:timers/promises";

import { expect, it } from "vitest";

import { createEventStream, type LiveEvent } from "./events.ts";
import { createFactRefresher } from "./fact-refresher.ts";

function refresher(build: () => Promise<void>, errors: unknown[] = []) {
  const events = createEventStream();
  const seen: string[] = [];
  events.subscribe((event: LiveEvent) => event.type === "facts" && seen.push(event.state));
  const made = createFactRefresher({
    build,
    events,
    now: () => "2026-05-04T10:00:00Z",
    onError: (error) => errors.push(error),
    firstDelayMs: 5,
    spacing: 1,
  });
  return { made, seen };
}

it("makes one build of a burst, and one more for what arrives meanwhile", async () => {
  let builds = 0;
  let letGo = () => {};
  const { made, seen } = refresher(async () => {
    builds++;
    await new Promise<void>((resolve) => (letGo = resolve));
  });
  expect(made.state).toEqual({ state: "empty", builtAt: null, seconds: null, problem: null });
  for (let n = 0; n < 10; n++) made.touch();
  await expect.poll(() => builds, { timeout: 10_000 }).toBe(1);
  for (let n = 0; n < 10; n++) made.touch();
  letGo();
  await expect.poll(() => builds, { timeout: 10_000 }).toBe(2);
  letGo();
  await expect.poll(() => made.state.state, { timeout: 10_000 }).toBe("fresh");
  await after(50);
  expect(builds).toBe(2);
  expect(seen).toEqual(["waiting", "building", "fresh", "building", "fresh"]);
  await made.stop();
});

it("says what is wrong and tries again with the next rows", async () => {
  const errors: unknown[] = [];
  let isBroken = true;
  const { made } = refresher(async () => {
    if (isBroken) throw new Error("disk");
  }, errors);
  await expect(made.refresh()).rejects.toMatchObject({ code: "facts_failed" });
  expect([made.state.state, errors.length]).toEqual(["failed", 1]);
  isBroken = false;
  made.touch();
  await expect.poll(() => made.state.state, { timeout: 10_000 }).toBe("fresh");
  expect(await made.refresh()).toEqual({ seconds: expect.any(Number) });
  await made.stop();
});
