import { addSeconds, compareInstants } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";
import { addDays, addMonths, dayOf, daysBetween, startOf, weekdayOf } from "./local-time.ts";
import type { Day } from "./local-time.ts";
import { problems } from "./problems.ts";
import type { Grain } from "./query.ts";

export interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

export interface Bucket extends Range {
  /** The local day its grain starts on, which may lie before the range; null when the range is the only bucket. */
  readonly day: Day | null;
  /** The instant at which states are read: the end of the bucket, never after now. */
  readonly closes: Instant;
  /** The range cuts it, or it is not over. */
  readonly isPartial: boolean;
}

export const mostBuckets = 4000;

const FORTNIGHT_EPOCH = "1970-01-05";

/** The first day of the bucket that holds `day`. */
export function firstDay(day: Day, grain: Grain): Day {
  if (grain === "day") return day;
  if (grain === "week") return addDays(day, -weekdayOf(day));
  if (grain === "fortnight") return addDays(day, -(((daysBetween(FORTNIGHT_EPOCH, day) % 14) + 14) % 14));
  if (grain === "month") return `${day.slice(0, 7)}-01`;
  if (grain === "quarter")
    return `${day.slice(0, 5)}${String(Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 1).padStart(2, "0")}-01`;
  return `${day.slice(0, 4)}-01-01`;
}

const STEPS: Record<Grain, (day: Day) => Day> = {
  day: (day) => addDays(day, 1),
  week: (day) => addDays(day, 7),
  fortnight: (day) => addDays(day, 14),
  month: (day) => addMonths(day, 1),
  quarter: (day) => addMonths(day, 3),
  year: (day) => addMonths(day, 12),
};

/** The same lengths as SQL intervals. */
export const intervals: Record<Grain, string> = {
  day: "1 day",
  week: "7 days",
  fortnight: "14 days",
  month: "1 month",
  quarter: "3 months",
  year: "1 year",
};

const earliest = (a: Instant, b: Instant) => (compareInstants(a, b) <= 0 ? a : b);
const latest = (a: Instant, b: Instant) => (compareInstants(a, b) >= 0 ? a : b);

/** The buckets of a range in order. Throws `too_many_buckets`. */
export function bucketsOf(range: Range, grain: Grain | undefined, at: { zone: string; now: Instant }): Bucket[] {
  const { zone, now } = at;
  if (!grain) return [{ ...range, day: null, closes: earliest(range.to, now), isPartial: compareInstants(range.to, now) > 0 }];
  const first = firstDay(dayOf(range.from, zone), grain);
  const last = dayOf(addSeconds(range.to, -0.000001), zone);
  const estimate = Math.ceil(
    daysBetween(first, last) / { day: 1, week: 7, fortnight: 14, month: 28, quarter: 89, year: 365 }[grain],
  );
  if (estimate > mostBuckets * 1.1) throw problems.tooManyBuckets(estimate, mostBuckets);
  const buckets: Bucket[] = [];
  for (let day = first; day <= last; day = STEPS[grain](day)) {
    const starts = startOf(day, zone);
    const ends = startOf(STEPS[grain](day), zone);
    const from = latest(starts, range.from);
    const to = earliest(ends, range.to);
    if (compareInstants(from, to) >= 0) continue;
    const isPartial = from !== starts || to !== ends || compareInstants(ends, now) > 0;
    buckets.push({ day, from, to, closes: earliest(to, now), isPartial });
  }
  if (buckets.length > mostBuckets) throw problems.tooManyBuckets(buckets.length, mostBuckets);
  return buckets;
}
