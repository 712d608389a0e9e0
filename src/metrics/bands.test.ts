import { describe, expect, it } from "vitest";

import { bandsFor, bandSets, levelOf, overallLevel } from "./bands.ts";
import { catalogue } from "./catalogue.ts";
import type { Query } from "./query.ts";

const bandOf = (set: string, metric: string) =>
  bandSets.find(({ name }) => name === set)!.bands.find((band) => band.metric === metric)!;
const DAY = 86_400;

describe("bands", () => {
  it.each(bandSets.flatMap(({ bands }) => bands))("$set $metric leave no gap and no overlap", ({ metric, edges }) => {
    expect(catalogue.has(metric)).toBe(true);
    const sorted = edges.toSorted((a, b) => (a.at_least ?? -Infinity) - (b.at_least ?? -Infinity));
    expect(sorted[0]!.at_least).toBeNull();
    expect(sorted.at(-1)!.below).toBeNull();
    for (let i = 1; i < sorted.length; i += 1) expect(sorted[i]!.at_least).toBe(sorted[i - 1]!.below);
    expect(new Set(edges.map(({ level }) => level)).size).toBe(4);
  });

  it("edges are half-open, and an unknown value has no level", () => {
    const lead = bandOf("dora_2023", "lead_time_for_changes");
    expect([0, DAY - 1, DAY, 7 * DAY, 30 * DAY, null].map((value) => levelOf(lead, value))).toEqual([
      "elite",
      "elite",
      "high",
      "medium",
      "low",
      null,
    ]);
    const frequency = bandOf("dora_2023", "deployment_frequency");
    expect([2, 1, 0.99, 1 / 7, 1 / 8, 1 / 30, 0].map((value) => levelOf(frequency, value))).toEqual([
      "elite",
      "elite",
      "high",
      "high",
      "medium",
      "medium",
      "low",
    ]);
    expect(levelOf(bandOf("dora_2023", "change_failure_rate"), 0.05)).toBe("high");
    expect(levelOf(bandOf("dora_2021", "change_failure_rate"), 0.05)).toBe("elite");
    expect(levelOf(bandOf("dora_2021", "deployment_frequency"), 1 / 30)).toBe("high");
  });

  it("fit an answer by metric, set and statistic", () => {
    const ask = (metric: string, statistic: string, bands = "dora_2023") =>
      bandsFor({ query: { metrics: [metric], statistic } as unknown as Query, meta: { bands } as never }).map(
        ({ set, metric }) => [set, metric],
      );
    expect(ask("lead_time_for_changes", "median")).toEqual([["dora_2023", "lead_time_for_changes"]]);
    expect(ask("lead_time_for_changes", "p90")).toEqual([]);
    expect(ask("change_failure_rate", "p90", "dora_2021")).toEqual([["dora_2021", "change_failure_rate"]]);
    expect(ask("pull_requests_merged", "median")).toEqual([]);
  });

  it("the overall level is the lowest of at least three", () => {
    expect(overallLevel(["elite", "high", "elite", "medium"])).toBe("medium");
    expect(overallLevel(["elite", "high", "elite", null])).toBe("high");
    expect(overallLevel(["elite", "high", null, null])).toBeNull();
  });
});
