import { describe, expect, it } from "vitest";

import { bucketsOf, firstDay } from "./buckets.ts";
import { addMonths, dayOf, isZone, shiftDays, shiftMonths, startOf } from "./local-time.ts";

describe("local time", () => {
  it.each([
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z"],
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00Z"],
    ["2026-05-01", "America/New_York", "2026-05-01T04:00:00Z"],
    ["2026-05-01", "Asia/Kolkata", "2026-04-30T18:30:00Z"],
    ["2026-05-01", "UTC", "2026-05-01T00:00:00Z"],
    // Midnight does not exist: the day starts at 01:00.
    ["2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"],
    // Midnight happens twice: the day starts with the first.
    ["2018-11-04", "America/Havana", "2018-11-04T04:00:00Z"],
  ])("%s starts in %s at %s", (day, zone, instant) => {
    expect(startOf(day, zone)).toBe(instant);
    expect(dayOf(instant, zone)).toBe(day);
  });

  it("an instant just before a day belongs to the day before", () => {
    expect(dayOf("2026-03-31T23:59:59.999999Z", "UTC")).toBe("2026-03-31");
    expect(dayOf("1969-12-31T23:59:59.999999Z", "UTC")).toBe("1969-12-31");
    expect(dayOf("2026-04-01T03:59:59.999999Z", "America/New_York")).toBe("2026-03-31");
  });

  it("shifting keeps the local time of day over a clock change", () => {
    expect(shiftDays("2026-04-05T22:00:00Z", -14, "Europe/Berlin")).toBe("2026-03-22T23:00:00Z");
    expect(shiftMonths("2026-03-31T10:00:00.000001Z", -1, "UTC")).toBe("2026-02-28T10:00:00.000001Z");
    expect(addMonths("2024-02-29", 12)).toBe("2025-02-28");
  });

  it("knows zones from offsets and inventions", () => {
    expect(["Europe/Berlin", "UTC", "Asia/Kolkata"].map(isZone)).toEqual([true, true, true]);
    expect(["Europe/Bonn", "+02:00", "", "12"].map(isZone)).toEqual([false, false, false, false]);
  });
});

describe("buckets", () => {
  it.each([
    ["day", "2026-05-07"],
    ["week", "2026-05-04"],
    ["fortnight", "2026-04-27"],
    ["month", "2026-05-01"],
    ["quarter", "2026-04-01"],
    ["year", "2026-01-01"],
  ] as const)("the %s of 2026-05-07 starts on %s", (grain, day) => {
    expect(firstDay("2026-05-07", grain)).toBe(day);
  });

  it("fortnights are counted from Monday 1970-01-05, before it too", () => {
    expect(["1970-01-05", "1970-01-18", "1970-01-19", "1970-01-04"].map((day) => firstDay(day, "fortnight"))).toEqual([
      "1970-01-05",
      "1970-01-05",
      "1970-01-19",
      "1969-12-22",
    ]);
  });

  it("says which are cut or not over, and closes none after now", () => {
    const range = { from: "2026-05-06T00:00:00Z", to: "2026-05-27T00:00:00Z" };
    const buckets = bucketsOf(range, "week", { zone: "UTC", now: "2026-05-14T06:00:00Z" });
    expect(buckets.map(({ day, closes, isPartial }) => [day, closes, isPartial])).toEqual([
      ["2026-05-04", "2026-05-11T00:00:00Z", true],
      ["2026-05-11", "2026-05-14T06:00:00Z", true],
      ["2026-05-18", "2026-05-14T06:00:00Z", true],
      ["2026-05-25", "2026-05-14T06:00:00Z", true],
    ]);
    const [whole] = bucketsOf({ from: "2026-05-04T00:00:00Z", to: "2026-05-11T00:00:00Z" }, "week", {
      zone: "UTC",
      now: "2027-01-01T00:00:00Z",
    });
    expect(whole!.isPartial).toBe(false);
  });
});
