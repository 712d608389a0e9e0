/* How Jira speaks of time: in the zone of the account that asks. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const two = "2-digit";
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
    hourCycle: "h23",
  });
  formats.set(zone, made);
  return made;
}

const offsets = new Map<string, number>();
const QUARTER = 900_000;

/** Milliseconds by which clocks in the zone are ahead of UTC at that instant; clocks change at quarters of an hour. */
export function offsetOf(zone: string, at: number): number {
  const key = `${zone}${Math.floor(at / QUARTER)}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const offset = measured(zone, at);
  offsets.set(key, offset);
  return offset;
}

function measured(zone: string, at: number): number {
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const local = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
  return local - Math.floor(at / 1000) * 1000;
}

/** `2026-03-29T03:30:00.125+0200`. */
export function jiraTime(at: number, zone: string): string {
  const offset = offsetOf(zone, at);
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${new Date(at + offset).toISOString().slice(0, -1)}${offset < 0 ? "-" : "+"}${two(minutes / 60)}${two(minutes % 60)}`;
}

/** The instant of a local minute; of one that a clock change skips or doubles, the earlier reading. */
export function fromLocal(text: string, zone: string): number | null {
  const match = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: (\d{1,2}):(\d{2}))?$/.exec(text);
  if (!match) return null;
  const [year, month, day, hour = 0, minute = 0] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const local = Date.UTC(year!, month! - 1, day, hour, minute);
  const guess = local - offsetOf(zone, local);
  return local - offsetOf(zone, guess);
}
