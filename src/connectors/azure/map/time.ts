import type { Instant } from "../../../domain/instant.ts";

/** Azure writes years 1 and 9999 where there is no time. */
export const instant = (text: string | null | undefined): Instant | null =>
  !text || /^(0001|9999)-/.test(text) ? null : /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`;

/** Midnight at which a calendar day begins in a time zone; days that begin later (clock change at midnight) begin then. */
export function startOfDay(day: string, timeZone: string): Instant {
  const wall = Date.parse(`${day}T00:00:00Z`);
  let at = wall;
  // The offset may differ between the two instants near a clock change: the second look settles it.
  for (let look = 0; look < 2; look++) at = wall - offsetAt(at, timeZone);
  return new Date(at).toISOString();
}

/** Milliseconds east of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return wall - Math.floor(at / 1000) * 1000;
}

export const nextDay = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
