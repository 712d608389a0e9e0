import { addSeconds, canonicalInstant, compareInstants, fromMicros, toMicros } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";
import { bucketsOf } from "./buckets.ts";
import type { Bucket, Range } from "./buckets.ts";
import type { Fact } from "./fact.ts";
import { facts } from "./facts.ts";
import { addDays, dayOf, daysBetween, shiftDays, shiftMonths, startOf } from "./local-time.ts";
import type { Day } from "./local-time.ts";
import type { Metric, When } from "./metric.ts";
import { problems } from "./problems.ts";
import type { Parsed, Query } from "./query.ts";
import type { Settings } from "./settings.ts";

/** Everything a query means, before it is written as SQL. */
export interface Plan {
  readonly query: Query;
  readonly metrics: readonly Metric[];
  readonly fact: Fact;
  readonly when: When;
  readonly settings: Settings;
  readonly range: Range;
  readonly buckets: readonly Bucket[];
  /** The local days that count as days of the range: from `since` up to, not including, `until`; none after today. */
  readonly days: { readonly since: Day; readonly until: Day };
}

export function plan({ query, metrics, when }: Parsed, settings: Settings, given?: Range): Plan {
  const { zone } = settings;
  const range = given ?? rangeOf(query, zone);
  const until = addDays(dayOf(addSeconds(range.to, -0.000001), zone), 1);
  const tomorrow = addDays(dayOf(query.now, zone), 1);
  return {
    query,
    metrics,
    fact: facts[metrics[0]!.fact],
    when,
    settings,
    range,
    buckets: bucketsOf(range, query.grain, { zone, now: query.now }),
    days: { since: dayOf(range.from, zone), until: until < tomorrow ? until : tomorrow },
  };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const instantOf = (moment: string, zone: string): Instant =>
  DAY.test(moment) ? startOf(moment, zone) : canonicalInstant(moment);

/** The range that two moments make in a zone. Throws `bad_range`. */
export function rangeOf({ from, to }: Range, zone: string): Range {
  for (const moment of [from, to]) if (moment < "1970" || moment >= "2200") throw problems.badRange(`${moment} is too far away.`);
  const range = { from: instantOf(from, zone), to: instantOf(to, zone) };
  if (compareInstants(range.from, range.to) >= 0) throw problems.badRange(`${from} does not come before ${to}.`);
  return range;
}

/** The range that a query compares with: as many local days or months just before, the same a year before, or the one given. */
export function comparedRange({ query, range, settings }: Plan): Range | null {
  const { compare } = query;
  const { zone } = settings;
  if (!compare) return null;
  if (typeof compare === "object") return rangeOf(compare, zone);
  if (compare === "previous_year") return { from: shiftMonths(range.from, -12, zone), to: shiftMonths(range.to, -12, zone) };
  const [first, last] = [dayOf(range.from, zone), dayOf(range.to, zone)];
  const isWholeDays = startOf(first, zone) === range.from && startOf(last, zone) === range.to;
  if (!isWholeDays) {
    const length = toMicros(range.to) - toMicros(range.from);
    return { from: fromMicros(toMicros(range.from) - length), to: range.from };
  }
  if (first.endsWith("-01") && last.endsWith("-01"))
    return { from: shiftMonths(range.from, -monthsBetween(first, last), zone), to: range.from };
  return { from: shiftDays(range.from, -daysBetween(first, last), zone), to: range.from };
}

const monthsBetween = (a: Day, b: Day) =>
  (Number(b.slice(0, 4)) - Number(a.slice(0, 4))) * 12 + Number(b.slice(5, 7)) - Number(a.slice(5, 7));
