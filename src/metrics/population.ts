import { addSeconds } from "../domain/instant.ts";
import { dayOf } from "./local-time.ts";
import type { Plan } from "./plan.ts";
import type { Grain } from "./query.ts";
import type { Binder } from "./statement.ts";

/** Which rows of a fact fall into which bucket. */
export interface Population {
  /** The fact as `f`, and for states by bucket what gives a row its buckets. */
  readonly source: string;
  readonly conditions: readonly string[];
  /** The bucket's first local day; null without a grain. */
  readonly bucket: string | null;
  /** The instant a state is read at; null for events. */
  readonly closes: string | null;
}

/** By the time of an event, or by being in a state at the closing instant (`docs/design/metrics.md` §7.3, §7.4). */
export function populationOf(plan: Plan, binder: Binder): Population {
  const { fact, when, query, buckets } = plan;
  if (when.kind === "now")
    return { source: `${fact.name} as f`, conditions: [], bucket: null, closes: binder.instant(query.now) };
  if (when.kind === "event") {
    const at = `f.${when.column}`;
    const local = () => (isDay(plan) ? `cast(${at} as timestamp)` : localTime(at, plan, binder));
    return {
      source: `${fact.name} as f`,
      conditions: within(plan, binder),
      bucket: query.grain ? bucketSql(local(), query.grain, binder) : null,
      closes: null,
    };
  }
  if (query.grain) return statesByBucket(plan, query.grain, binder);
  const closes = binder.instant(buckets[0]!.closes);
  return { source: `${fact.name} as f`, conditions: openAt(plan, closes), bucket: null, closes };
}

const isDay = ({ fact, when }: Plan) => fact.columns[when.column]?.type === "date";

/** Events of the range; days are compared as they are, with the local days of the range. */
export function within(plan: Plan, binder: Binder): string[] {
  const { when, range, settings } = plan;
  const at = `f.${when.column}`;
  if (!isDay(plan)) return [`${at} >= ${binder.instant(range.from)}`, `${at} < ${binder.instant(range.to)}`];
  const last = dayOf(addSeconds(range.to, -0.000001), settings.zone);
  return [`${at} >= ${binder.day(dayOf(range.from, settings.zone))}`, `${at} <= ${binder.day(last)}`];
}

/** In the state just before `closes`: a row that opens at it is not yet in, one that closes at it still is. */
export const openAt = ({ when }: Plan, closes: string): string[] => [
  `f.${when.column} < ${closes}`,
  ...(when.until ? [`(f.${when.until} is null or f.${when.until} >= ${closes})`] : []),
];

/**
 * A row is in the state at the end of the bucket it opens in and of every one up to, not including, the one it closes in: so each
 * row is copied that often, instead of being compared with every bucket. The work grows with the answer, not with rows × buckets.
 */
function statesByBucket(plan: Plan, grain: Grain, binder: Binder): Population {
  const { fact, when, range, buckets } = plan;
  const [opens, until] = [`f.${when.column}`, when.until ? `f.${when.until}` : "cast(null as timestamptz)"];
  const lastCloses = binder.instant(buckets.at(-1)!.closes);
  const place = (date: string) => placeSql(date, grain, binder);
  const local = (instant: string) => `cast(${localTime(instant, plan, binder)} as date)`;
  const first = place(binder.day(buckets[0]!.day!));
  const entered = place(local(`greatest(${opens}, ${binder.instant(range.from)})`));
  const left = `case when ${until} is null or ${until} >= ${lastCloses} then ${first} + ${buckets.length} else ${place(local(until))} end`;
  const rows = `select f.*, ${entered} - ${first} as entered, ${left} - ${entered} as stays
  from ${fact.name} as f
  where ${opens} < ${lastCloses} and (${until} is null or ${until} >= ${binder.instant(buckets[0]!.closes)})`;
  const ends = buckets.map(({ day, closes }, at) => `(${at}, ${binder.day(day!)}, ${binder.instant(closes)})`);
  return {
    source: `(${rows}) as f
cross join generate_series(0, f.stays - 1) as o(step)
join (values ${ends.join(", ")}) as b(place, bucket, closes_at) on b.place = f.entered + o.step`,
    conditions: ["f.stays > 0"],
    bucket: "b.bucket",
    closes: "b.closes_at",
  };
}

export const localTime = (instant: string, { settings }: Plan, binder: Binder): string =>
  `${instant} at time zone ${binder.text(settings.zone)}`;

/** A Monday, and the start of a fortnight. */
const EPOCH = "1970-01-05";

/** The first local day of the bucket that a local time falls in, as a date. */
export function bucketSql(local: string, grain: Grain, binder: Binder): string {
  if (grain !== "fortnight") return `cast(date_trunc('${grain}', ${local}) as date)`;
  const monday = `cast(date_trunc('week', ${local}) as date)`;
  return `cast(${monday} - cast((${monday} - ${binder.day(EPOCH)}) % 14 as integer) as date)`;
}

const LENGTHS: Partial<Record<Grain, number>> = { day: 1, week: 7, fortnight: 14 };

/** The number of the bucket that a local day falls in; neighbours differ by one. */
function placeSql(date: string, grain: Grain, binder: Binder): string {
  const days = LENGTHS[grain];
  if (days) return `cast(floor(cast(${date} - ${binder.day(EPOCH)} as double precision) / ${days}) as integer)`;
  if (grain === "year") return `cast(extract(year from ${date}) as integer)`;
  const [inYear, part] = grain === "month" ? [12, "month"] : [4, "quarter"];
  return `cast(extract(year from ${date}) * ${inYear} + extract(${part} from ${date}) as integer)`;
}
