import type { Person, Seconds } from "./model.ts";
import type { Random } from "./random.ts";

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;
export const WEEK = 604_800;

const OPENS = 9 * HOUR;
const CLOSES = 18 * HOUR;
const WORKDAY = CLOSES - OPENS;

/** Local midnight of the day, as UTC seconds. */
const dayStart = (at: Seconds, offset: number) => Math.floor((at + offset) / DAY) * DAY - offset;

/** 1970-01-01 was a Thursday; 0 is Monday. */
const weekday = (at: Seconds, offset: number) => (Math.floor((at + offset) / DAY) + 3) % 7;

const isWeekend = (at: Seconds, offset: number) => weekday(at, offset) >= 5;

/** The same instant if the person works then, else the start of the next working day (Mon–Fri 09–18 local). */
export function nextWorking(person: Person, at: Seconds): Seconds {
  const offset = person.offsetMinutes * MINUTE;
  let time = at;
  for (let i = 0; i < 5; i++) {
    const start = dayStart(time, offset);
    if (!isWeekend(time, offset) && time < start + CLOSES) return Math.max(time, start + OPENS);
    time = start + DAY;
  }
  return time;
}

/** The instant at which the person has worked `hours` since `from`. */
export function afterWorking(person: Person, from: Seconds, hours: number): Seconds {
  const offset = person.offsetMinutes * MINUTE;
  let left = Math.max(0, hours) * HOUR;
  let time = nextWorking(person, from);
  const weeks = Math.floor(left / (5 * WORKDAY));
  time += weeks * WEEK;
  left -= weeks * 5 * WORKDAY;
  for (;;) {
    const closes = dayStart(time, offset) + CLOSES;
    if (time + left <= closes) return Math.round(time + left);
    left -= closes - time;
    time = nextWorking(person, closes + 1);
  }
}

/** The instant `hours` of the person's working time before `until`. */
export function beforeWorking(person: Person, until: Seconds, hours: number): Seconds {
  const offset = person.offsetMinutes * MINUTE;
  let left = hours * HOUR;
  let time = until;
  for (let i = 0; i < 200; i++) {
    const opens = dayStart(time, offset) + OPENS;
    if (!isWeekend(time, offset) && time > opens) {
      const reach = Math.min(time, opens + WORKDAY);
      if (reach - left >= opens) return Math.round(reach - left);
      left -= reach - opens;
    }
    time = opens - OPENS - HOUR;
  }
  return Math.round(time);
}

/** A moment of the person's working week near `at`; one in thirty falls into an evening or a weekend. */
export function workMoment(person: Person, at: Seconds, random: Random): Seconds {
  if (random.chance(1 / 30)) return Math.round(at);
  const offset = person.offsetMinutes * MINUTE;
  const start = dayStart(nextWorking(person, at), offset);
  return Math.round(start + OPENS + WORKDAY * Math.min(0.98, Math.abs(random.next() * 0.6 + random.next() * 0.4)));
}

/** The first local time of day `hour` at or after `from` that is no weekend in UTC. */
export function nextAt(from: Seconds, hour: number, onWeekday?: number): Seconds {
  let day = dayStart(from, 0);
  for (let i = 0; i < 9; i++, day += DAY) {
    const at = day + hour * HOUR;
    if (at >= from && !isWeekend(at, 0) && (onWeekday === undefined || weekday(at, 0) === onWeekday)) return at;
  }
  return day;
}
