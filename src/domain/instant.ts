/** An instant as ISO 8601 text with `Z` or an offset, up to microseconds: what vendors send and rows carry. */
export type Instant = string;

const FRACTION = /\.(\d{4,})/;

/** Microseconds since 1970-01-01T00:00:00Z; digits beyond the sixth are cut. */
export function toMicros(instant: Instant): bigint {
  const millis = Date.parse(instant);
  if (Number.isNaN(millis)) throw new RangeError(`"${instant}" is not an instant: ISO 8601 with Z or an offset is the form`);
  const fraction = FRACTION.exec(instant)?.[1];
  const extra = fraction ? Number(fraction.slice(3, 6).padEnd(3, "0")) : 0;
  return BigInt(millis) * 1000n + BigInt(extra);
}

/** The shortest canonical UTC text of an instant: `2026-03-31T23:59:59.999999Z`. */
export function fromMicros(micros: bigint): Instant {
  const floor = micros >= 0n ? micros / 1000n : -((-micros + 999n) / 1000n);
  const rest = Number(micros - floor * 1000n);
  const text = new Date(Number(floor)).toISOString();
  if (rest) return `${text.slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
  return text.endsWith(".000Z") ? `${text.slice(0, -5)}Z` : text;
}

/** The same instant as canonical UTC text. */
export const canonicalInstant = (instant: Instant): Instant => fromMicros(toMicros(instant));

/** −1, 0 or 1, to the microsecond. */
export function compareInstants(a: Instant, b: Instant): -1 | 0 | 1 {
  const left = toMicros(a);
  const right = toMicros(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

export const addSeconds = (instant: Instant, seconds: number): Instant =>
  fromMicros(toMicros(instant) + BigInt(Math.round(seconds * 1e6)));

/** The value if it is an instant; null for whatever else a provider may send in its place. */
export function instantIn(value: unknown): Instant | null {
  if (typeof value !== "string") return null;
  try {
    toMicros(value);
    return value;
  } catch {
    return null;
  }
}

/** The last in a list that is an instant: one record of another shape must not hide how far a list has come. */
export const lastInstant = (values: readonly unknown[]): Instant | null =>
  instantIn(values.findLast((value) => instantIn(value) !== null));
