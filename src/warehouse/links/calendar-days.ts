import { addSeconds, type Instant } from "../../domain/instant.ts";
import { defaultCalendarId } from "../../domain/profile.ts";
import { instantLiteral, textLiteral } from "../facts/literal.ts";
import type { Profile } from "../facts/profiles.ts";
import type { Warehouse } from "../warehouse.ts";
import { replaceBy } from "./link-rows.ts";

interface Calendar {
  id: string;
  timezone: string;
  /** Local `HH:MM`; `24:00` is the end of the day. */
  opens: string;
  closes: string;
  weekdays: string;
  holidays: unknown;
}

const instants: readonly (readonly [table: string, column: string])[] = [
  ["commit", "authored_at"],
  ["pull_request", "opened_at"],
  ["issue", "created_at"],
  ["pipeline_run", "started_at"],
  ["deployment", "created_at"],
  ["incident", "created_at"],
  ["alert", "created_at"],
];

/** Instants before this are mistakes of clocks; they have no calendar day. */
const EARLIEST = "1990-01-01T00:00:00Z";

const minutes = (clock: string) => {
  const [hours = 0, rest = 0] = clock.split(":").map(Number);
  return hours * 60 + rest;
};

/** One row per local day of every calendar, from the first known event to a year from now; a clock change inside the hours counts. */
export async function buildCalendarDays(
  warehouse: Warehouse,
  options: { now: Instant; profiles: readonly Profile[] },
): Promise<void> {
  const { rows } = await warehouse.query<Calendar>(
    `select id, timezone, opens, closes, weekdays, holidays from calendar where deleted_at is null order by id`,
  );
  const calendars = [...rows, ...builtIn(options.profiles)];
  const firsts = instants.map(
    ([table, column]) => `select min(${column}) as first_at from ${table} where ${column} >= ${instantLiteral(EARLIEST)}`,
  );
  const range = await warehouse.query<{ first_at: Instant | null }>(
    `select min(first_at) as first_at from (${firsts.join(" union all ")}) as t`,
  );
  const span = {
    from: addSeconds(range.rows[0]?.first_at ?? options.now, -2 * 86_400),
    to: addSeconds(options.now, 367 * 86_400),
  };
  const days = calendars.map((calendar) => daysSql(calendar, span)).join("\nunion all\n");
  const select = `with day as (${days})
select d.calendar_id || '/' || cast(d.day as text) as native_id, d.calendar_id, d.day, d.is_working, d.opens_at, d.closes_at, d.working_seconds,
  cast(coalesce(sum(d.working_seconds) over (partition by d.calendar_id order by d.day rows between unbounded preceding and 1 preceding), 0) as double precision) as seconds_before
from (
  select w.*, cast(case when w.is_working then extract(epoch from (w.closes_at - w.opens_at)) else 0 end as double precision) as working_seconds
  from day as w) as d`;
  await warehouse.run(replaceBy("calendar_day", select, { now: options.now }));
}

function builtIn(profiles: readonly Profile[]): Calendar[] {
  const zones = new Set(profiles.filter(({ settings }) => !settings.calendar_id).map(({ settings }) => settings.timezone));
  return [...zones].sort().map((timezone) => ({
    id: defaultCalendarId({ calendar_id: null, timezone }),
    timezone,
    opens: "09:00",
    closes: "17:00",
    weekdays: "1,2,3,4,5",
    holidays: [],
  }));
}

function daysSql(calendar: Calendar, { from, to }: { from: Instant; to: Instant }): string {
  const zone = textLiteral(calendar.timezone);
  const holidays = (typeof calendar.holidays === "string" ? JSON.parse(calendar.holidays) : calendar.holidays) as string[];
  const off = holidays.length
    ? ` and cast(g as date) not in (${holidays.map((day) => `cast(${textLiteral(day)} as date)`).join(", ")})`
    : "";
  const working = `extract(isodow from g) in (${calendar.weekdays.split(",").map(Number).join(", ") || "0"})${off}`;
  const at = (clock: string) => `(date_trunc('day', g) + ${minutes(clock)} * interval '1 minute') at time zone ${zone}`;
  return `select ${textLiteral(calendar.id)} as calendar_id, cast(g as date) as day, ${working} as is_working,
  case when ${working} then ${at(calendar.opens)} end as opens_at, case when ${working} then ${at(calendar.closes)} end as closes_at
from generate_series(cast('${from.slice(0, 10)}' as timestamp), cast('${to.slice(0, 10)}' as timestamp), interval '1 day') as s(g)`;
}
