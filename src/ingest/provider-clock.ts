import type { Instant } from "../domain/instant.ts";

/** A provider's clock as its `Date` headers tell it; ours until it first spoke. */
export interface ProviderClock {
  now(): Instant;
  /** The instant of an answer with this header, to the millisecond where ours agrees with the header's second. */
  hear(dateHeader: string | undefined): Instant;
}

export function createProviderClock(ours: () => Instant): ProviderClock {
  let aheadMs = 0;
  const now = () => new Date(Date.parse(ours()) + aheadMs).toISOString();
  return {
    now,
    hear(dateHeader) {
      const second = dateHeader ? Date.parse(dateHeader) : Number.NaN;
      if (Number.isNaN(second)) return now();
      const guess = Date.parse(ours()) + aheadMs;
      // The header's second is over at the latest when the next one begins; the earlier instant loses nothing.
      if (guess < second || guess >= second + 1000) aheadMs += second - guess;
      return now();
    },
  };
}
