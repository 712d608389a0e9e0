import { fromMicros, toMicros } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";

/*
 * Calendar days and the instants they start at in a time zone. Days are `YYYY-MM-DD` and computed as UTC dates, which have no
 * clock changes. A local time that the clock skips is the first instant after the gap; one that it repeats, the first of the two.
 */

export type Day = string;

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US-u-ca-gregory", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

/** Whether `zone` is an IANA name; offsets such as `+02:00` are none. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return Boolean(formatOf(zone));
  } catch {
    return false;
  }
}

/** Milliseconds that local time in `zone` is ahead of UTC at `ms` since 1970. */
function offsetAt(ms: number, zone: string): number {
  const second = Math.floor(ms / 1000) * 1000;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(second)) parts[type] = Number(value);
  const local = Date.UTC(parts["year"]!, parts["month"]! - 1, parts["day"], parts["hour"], parts["minute"], parts["second"]);
  return local - second;
}

/** Milliseconds since 1970 of a local time given as if it were UTC. */
function toUtc(localMs: number, zone: string): number {
  const before = offsetAt(localMs - DAY_MS, zone);
  const after = offsetAt(localMs + DAY_MS, zone);
  const candidates = [localMs - before, localMs - after].filter((ms) => ms + offsetAt(ms, zone) === localMs);
  return candidates.length ? Math.min(...candidates) : localMs - before;
}

const millisOf = (instant: Instant) => Number(toMicros(instant) / 1000n);

/** The local calendar day of an instant. */
export function dayOf(instant: Instant, zone: string): Day {
  const micros = toMicros(instant);
  const ms = Number(micros >= 0n ? micros / 1000n : -((-micros + 999n) / 1000n));
  return new Date(ms + offsetAt(ms, zone)).toISOString().slice(0, 10);
}

/** The instant at which a local day starts. */
export const startOf = (day: Day, zone: string): Instant =>
  fromMicros(BigInt(toUtc(Date.parse(`${day}T00:00:00Z`), zone)) * 1000n);

/** The same local time of day, that many local days later. */
export function shiftDays(instant: Instant, days: number, zone: string): Instant {
  return shiftLocal(instant, zone, (local) => local + days * DAY_MS);
}

/** The same local day and time in another month; the last day of the month where the day does not exist. */
export function shiftMonths(instant: Instant, months: number, zone: string): Instant {
  return shiftLocal(instant, zone, (local) => {
    const timeOfDay = ((local % DAY_MS) + DAY_MS) % DAY_MS;
    return Date.parse(`${addMonths(new Date(local).toISOString().slice(0, 10), months)}T00:00:00Z`) + timeOfDay;
  });
}

function shiftLocal(instant: Instant, zone: string, shift: (localMs: number) => number): Instant {
  const ms = millisOf(instant);
  const rest = toMicros(instant) - BigInt(ms) * 1000n;
  return fromMicros(BigInt(toUtc(shift(ms + offsetAt(ms, zone)), zone)) * 1000n + rest);
}

const utcDay = (day: Day) => new Date(`${day}T00:00:00Z`);
const textOf = (date: Date) => date.toISOString().slice(0, 10);

export const addDays = (day: Day, days: number): Day => textOf(new Date(utcDay(day).getTime() + days * DAY_MS));

/** Days from `a` to `b`. */
export const daysBetween = (a: Day, b: Day): number => Math.round((utcDay(b).getTime() - utcDay(a).getTime()) / DAY_MS);

export function addMonths(day: Day, months: number): Day {
  const date = utcDay(day);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
  return textOf(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, Math.min(date.getUTCDate(), last))));
}

/** Monday is 0. */
export const weekdayOf = (day: Day): number => (utcDay(day).getUTCDay() + 6) % 7;
