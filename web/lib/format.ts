/** What stands where a value is unknown. Unknown is never zero. */
export const unknown = "–";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const number = (value: number, digits: number) =>
  new Intl.NumberFormat("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 }).format(value);

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** Two units at most: "1d 4h", "3h 20m", "45m", "12s". */
export function formatDuration(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? "−" : "";
  if (size < 1) return size === 0 ? "0s" : `${sign}<1s`;
  if (size < minute) return `${sign}${Math.round(size)}s`;
  if (size < hour) return sign + twoUnits(Math.round(size), { large: minute, small: 1, names: ["m", "s"], onlyBelow: 10 });
  if (size < day)
    return sign + twoUnits(Math.round(size / minute) * minute, { large: hour, small: minute, names: ["h", "m"], onlyBelow: 24 });
  if (size < 100 * day)
    return sign + twoUnits(Math.round(size / hour) * hour, { large: day, small: hour, names: ["d", "h"], onlyBelow: 15 });
  return `${sign}${number(size / day, 0)}d`;
}

interface TwoUnits {
  large: number;
  small: number;
  names: [string, string];
  /** From this many large units on, the small one says nothing any more. */
  onlyBelow: number;
}

function twoUnits(seconds: number, { large, small, names, onlyBelow }: TwoUnits): string {
  const first = Math.floor(seconds / large);
  const rest = Math.round((seconds - first * large) / small);
  return rest === 0 || first >= onlyBelow
    ? `${Math.round(seconds / large)}${names[0]}`
    : `${first}${names[0]} ${rest}${names[1]}`;
}

export function formatCount(value: number): string {
  return Math.abs(value) >= 100_000 ? compact.format(value) : number(value, 0);
}

/** A fraction as per cent: 0.153 → "15.3 %". */
export function formatPercent(fraction: number): string {
  const percent = fraction * 100;
  return `${number(percent, Math.abs(percent) < 10 ? 1 : Math.abs(percent) < 100 ? 1 : 0)}%`;
}

/** A metric's value as people read it, by the unit of the catalogue. Null is unknown and shown as a dash. */
export function formatValue(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return unknown;
  switch (unit) {
    case "seconds":
      return formatDuration(value);
    case "percent":
      return formatPercent(value);
    case "per_day":
      return formatRate(value);
    case "count":
    case "items":
    case "lines":
      return Number.isInteger(value) ? formatCount(value) : number(value, 1);
    case "days":
      return `${number(value, 1)} d`;
    case "usd":
      return `$${number(value, 2)}`;
    default:
      return number(value, Math.abs(value) < 10 ? 2 : 1);
  }
}

/** Deployments and the like, in the period in which the number is easiest to picture. */
function formatRate(perDay: number): string {
  if (perDay === 0) return "0 / day";
  if (perDay >= 0.95) return `${number(perDay, perDay < 10 ? 1 : 0)} / day`;
  if (perDay * 7 >= 0.95) return `${number(perDay * 7, 1)} / week`;
  return `${number(perDay * 30, 1)} / month`;
}

/** Relative change: 0.124 → "12 %". The sign is drawn beside it. */
export function formatChange(change: number): string {
  const percent = Math.abs(change) * 100;
  if (percent >= 1000) return `${number(percent / 100 + (change > 0 ? 1 : 0), 0)}×`;
  return `${number(percent, percent < 10 ? 1 : 0)}%`;
}

/** Short axis labels for a unit. */
export function formatAxis(value: number, unit: string): string {
  if (unit === "percent") return `${number(value * 100, 1)}%`;
  if (unit === "seconds") return axisDuration(value);
  return Math.abs(value) >= 10_000 ? compact.format(value) : number(value, 2);
}

function axisDuration(seconds: number): string {
  if (seconds === 0) return "0";
  if (seconds >= day) return `${number(seconds / day, 1)}d`;
  if (seconds >= hour) return `${number(seconds / hour, 1)}h`;
  if (seconds >= minute) return `${number(seconds / minute, 0)}m`;
  return `${number(seconds, 0)}s`;
}

/** A tick distance that falls on whole minutes, hours, days or weeks, for about five ticks. */
export function durationStep(maximum: number): number {
  const steps = [1, 5, 15, 30, minute, 5 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 4 * hour, 6 * hour, 12 * hour];
  const days = [1, 2, 5, 7, 10, 14, 20, 30, 60, 90, 180, 365].map((count) => count * day);
  return [...steps, ...days].find((step) => maximum / step <= 5.5) ?? 365 * day;
}
