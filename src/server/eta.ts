/* When a backfill will be done: the calls that are left, at the pace seen lately, with the waits that are known. Pure functions. */

/** One stream of one scope, as work. */
export interface PlaceWork {
  readonly stream: string;
  /** Calls announced for what was missing when this run began; null: nothing was announced. */
  readonly expected: number | null;
  /** They were counted at the vendor, so they are believed more than the share of a range, which may hold little here and much there. */
  readonly isCounted?: boolean;
  /** 0…1 of its range that was there when this run began, and now; null: it cannot be said before the end. */
  readonly before: number;
  readonly share: number | null;
  /** Calls of this run. */
  readonly calls: number;
  readonly isDone: boolean;
}

/** Below this gain a place's own calls say nothing about the rest of it. */
const LEAST_GAIN = 0.03;

/** Calls of a place for all that was missing when the run began; null while nothing tells. */
function wholeOf({ expected, isCounted = false, before, share, calls, isDone }: PlaceWork): number | null {
  if (isDone) return calls;
  const missing = 1 - before;
  const gained = share === null || missing <= 0 ? 0 : (share - before) / missing;
  if (gained < LEAST_GAIN) return expected === null ? null : Math.max(expected, calls);
  const seen = calls / gained;
  if (isCounted && expected !== null && seen > expected) return Math.max(expected, calls);
  return expected === null ? seen : gained * seen + (1 - gained) * expected;
}

/** Calls that are left; a place that says nothing is taken for a usual one of its stream. Null while no place says anything. */
export function callsLeft(places: readonly PlaceWork[]): number | null {
  const known = places.map((place) => ({ place, whole: wholeOf(place) }));
  const means = new Map<string, number>();
  for (const [stream, group] of Map.groupBy(known, ({ place }) => place.stream)) {
    const mean = meanOf(group.map(({ whole }) => whole));
    if (mean !== null) means.set(stream, mean);
  }
  const usual = meanOf(known.map(({ whole }) => whole));
  let left = 0;
  for (const { place, whole } of known) {
    if (place.isDone) continue;
    const guess = whole ?? means.get(place.stream) ?? usual;
    if (guess === null) return null;
    // A place that says nothing of itself may well take as much again as it took so far.
    left += Math.max(guess - place.calls, place.calls * (whole === null ? 1 : 0.05));
  }
  return left;
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** How fast calls were made while nothing was waited for; kept with the backfill, so that a restart goes on with it. */
export interface Pace {
  readonly activeSeconds: number;
  readonly calls: number;
  /** Calls per second, what is recent weighing most; null before the first call. */
  readonly rate: number | null;
}

export const unknownPace: Pace = { activeSeconds: 0, calls: 0, rate: null };

/** Old times weigh half after this share of the time so far. */
const MEMORY = 0.2;
const LEAST_MEMORY_SECONDS = 20;

export function paceAfter({ activeSeconds, calls, rate }: Pace, seen: { seconds: number; calls: number }): Pace {
  const total = { activeSeconds: activeSeconds + seen.seconds, calls: calls + seen.calls };
  if (seen.seconds <= 0 || total.calls === 0) return { ...total, rate };
  const now = seen.calls / seen.seconds;
  // The first stretches count as one, since a single one says little.
  if (rate === null || total.activeSeconds < LEAST_MEMORY_SECONDS) return { ...total, rate: total.calls / total.activeSeconds };
  const halfLife = Math.max(LEAST_MEMORY_SECONDS, MEMORY * total.activeSeconds);
  const weight = 1 - 0.5 ** (seen.seconds / halfLife);
  return { ...total, rate: rate + weight * (now - rate) };
}

/** What may be spent at the vendor, as far as it is known. */
export interface Quota {
  /** Calls until the quota is filled up again, and when that is. */
  readonly available: number;
  readonly resetInSeconds: number;
  readonly perPeriod: number;
  readonly periodSeconds: number;
}

export interface Waits {
  readonly quota: Quota | null;
  /** Nothing is called for so long. */
  readonly blockedSeconds: number;
}

/** Seconds until so many calls are made. */
export function secondsFor(calls: number, rate: number, { quota, blockedSeconds }: Waits): number {
  if (!quota) return blockedSeconds + calls / rate;
  let [left, at, room, until] = [calls, blockedSeconds, Math.max(0, quota.available), Math.max(0, quota.resetInSeconds)];
  const fresh = Math.max(1, quota.perPeriod);
  for (;;) {
    const possible = Math.min(room, Math.max(0, until - at) * rate);
    if (left <= possible) return at + left / rate;
    left -= possible;
    at = Math.max(at, until);
    // Whole periods are the same again and again.
    const each = Math.min(fresh, quota.periodSeconds * rate);
    const whole = Math.max(0, Math.ceil(left / each) - 1);
    left -= whole * each;
    at += whole * quota.periodSeconds;
    [room, until] = [fresh, at + quota.periodSeconds];
  }
}

export interface Eta {
  readonly etaSeconds: number | null;
  readonly etaLowSeconds: number | null;
  readonly etaHighSeconds: number | null;
}

export const unknownEta: Eta = { etaSeconds: null, etaLowSeconds: null, etaHighSeconds: null };

/** What nobody can know at the end and at the beginning of the work. */
const LEAST_DOUBT = 0.05;
const FIRST_DOUBT = 0.3;

/**
 * The band reaches from the best to the worst of three paces: the recent one, that of all the time so far, and the recent one
 * changed once more as it has changed; it is wider by a doubt that shrinks with the work that is left.
 */
export function etaOf(left: number | null, pace: Pace, { share, ...waits }: Waits & { share: number | null }): Eta {
  if (left === null || !pace.rate || pace.activeSeconds <= 0) return unknownEta;
  const seconds = secondsFor(left, pace.rate, waits);
  const overall = pace.calls / pace.activeSeconds;
  const others = [overall, pace.rate, (pace.rate * pace.rate) / overall].map((rate) => secondsFor(left, rate, waits));
  const doubt = LEAST_DOUBT + FIRST_DOUBT * (1 - (share ?? 0));
  return {
    etaSeconds: seconds,
    etaLowSeconds: Math.min(...others) * (1 - doubt),
    etaHighSeconds: Math.max(...others) * (1 + doubt),
  };
}
