import { describe, expect, it } from "vitest";

import { compareKeys, countSweep, stillInDoubt, sweepsNeeded } from "./compare-keys.ts";
import type { Listed } from "./connector.ts";
import { formatNumbers, gapsOf, parseNumbers } from "./numbers.ts";
import type { StoredKey } from "./sink.ts";

const range = { cursorAt: "2026-03-10T00:00:00Z", coveredFrom: "2026-01-01T00:00:00Z", overlapSeconds: 300 };
const on = (day: string) => `2026-${day}T00:00:00Z`;
const listed = (...things: Listed[]) => new Map(things.map((thing) => [thing.key, thing]));
const stored = (nativeKey: string, changedAt: string | null, deletedAt: string | null = null): StoredKey => ({
  nativeKey,
  changedAt,
  deletedAt,
});
const keys = (things: readonly { key?: string; nativeKey?: string }[]) => things.map(({ key, nativeKey }) => key ?? nativeKey);

describe("comparing keys", () => {
  it("tells lost things from those to come, from history not yet read, and from those that are gone", () => {
    const compared = compareKeys(
      listed(
        { key: "kept", changedAt: on("02-01") },
        { key: "lost", changedAt: on("02-01") },
        { key: "new", changedAt: "2026-03-09T23:59:00Z" },
        { key: "old", changedAt: "2025-12-31T23:59:59Z" },
        { key: "undated", changedAt: null },
        { key: "back", changedAt: "2025-01-01T00:00:00Z" },
      ),
      [
        stored("kept", on("02-01")),
        stored("gone", on("02-02")),
        stored("dead", on("02-02"), on("02-03")),
        stored("back", on("02-01"), on("02-03")),
      ],
      range,
    );
    expect(keys(compared.missing)).toEqual(["lost", "undated"]);
    expect(keys(compared.arriving)).toEqual(["new", "back"]);
    expect(keys(compared.outside)).toEqual(["old"]);
    expect(keys(compared.extra)).toEqual(["gone"]);
    expect(compared).toMatchObject({ expected: 3, stored: 1, alive: 2 });
  });

  it("takes a change behind the overlap for stale, a younger one only where no refresh would bring it", () => {
    const compared = compareKeys(
      listed(
        { key: "stale", changedAt: on("03-01") },
        { key: "same", changedAt: "2026-02-01T00:00:00.000Z" },
        { key: "soon", changedAt: "2026-03-09T23:58:00Z" },
        { key: "run", changedAt: "2026-03-09T23:58:00Z", orderedAt: on("02-01") },
      ),
      ["stale", "same", "soon", "run"].map((key) => stored(key, on("02-01"))),
      range,
    );
    expect(keys(compared.stale)).toEqual(["stale", "run"]);
  });

  it("wants a third sweep when more than a fifth is no longer listed", () => {
    const extra = (count: number) => Array.from({ length: count }, (_, n) => stored(String(n), null));
    expect(sweepsNeeded({ extra: extra(2), alive: 10 })).toBe(2);
    expect(sweepsNeeded({ extra: extra(3), alive: 10 })).toBe(3);
  });
});

describe("numbers", () => {
  it("are written as ranges and read again", () => {
    expect(formatNumbers([9, 3, 8, 7, 3])).toBe("3,7-9");
    expect(parseNumbers("3,7-9")).toEqual([3, 7, 8, 9]);
    expect([formatNumbers([]), parseNumbers(""), parseNumbers(null)]).toEqual(["", [], []]);
  });

  it("have gaps between 1 and the highest", () => {
    expect(gapsOf(new Set([2, 5]))).toEqual({ highest: 5, gaps: [1, 3, 4] });
    expect(gapsOf(new Set())).toEqual({ highest: 0, gaps: [] });
  });
});

describe("a sweep that did not find a thing", () => {
  const seen = { nativeKey: "7", entityId: "e7", sweeps: 0, missingSince: null, lastMissedAt: null };

  it("counts when half an hour of the provider's clock has passed since the last that counted", () => {
    const first = countSweep(seen, "2026-03-10T09:00:00Z");
    expect(first).toMatchObject({ sweeps: 1, lastMissedAt: "2026-03-10T09:00:00Z" });
    const soon = countSweep(first, "2026-03-10T09:29:59.999Z");
    expect(soon).toEqual(first);
    const second = countSweep(soon, "2026-03-10T09:30:00Z");
    expect(second).toMatchObject({ sweeps: 2, lastMissedAt: "2026-03-10T09:30:00Z" });
    expect(countSweep(second, "2026-03-10T09:59:00Z").sweeps).toBe(2);
  });

  it("is not put off by a clock that was set back", () => {
    const first = countSweep(seen, "2027-03-10T09:00:00Z");
    const back = countSweep(first, "2026-03-10T09:00:00Z");
    expect(back).toMatchObject({ sweeps: 1, lastMissedAt: "2026-03-10T09:00:00Z" });
    expect(countSweep(back, "2026-03-10T09:30:00Z").sweeps).toBe(2);
  });

  it("says from when on the next one counts", () => {
    const kept = [{ lastMissedAt: "2026-03-10T09:10:20.500Z" }, { lastMissedAt: "2026-03-10T09:00:01Z" }];
    expect(stillInDoubt(kept, 3)).toBe(
      "2 no longer listed: deleted once 3 comparisons in a row, at least 30 minutes apart, have not found them. The next one counts from 2026-03-10 09:31 UTC on.",
    );
  });
});
