import { addSeconds, type Instant } from "../domain/instant.ts";
import type { DataError } from "./errors.ts";
import { isBefore } from "./instants.ts";
import { orderBroken } from "./problems.ts";
import type { Order } from "./progress.ts";
import type { Prepared } from "./records.ts";

/** Watches whether the records of one pass keep the declared order; answers the first break. */
export function createOrderCheck(place: { stream: string; order: Order; overlapSeconds: number }) {
  let last: Instant | null = null;
  return (records: readonly Prepared[], startedAt: Instant): DataError | null => {
    if (place.order === "unordered") return null;
    // What changes during the pass may stand anywhere; the next refresh reads it again.
    const settled = addSeconds(startedAt, -place.overlapSeconds);
    for (const each of records) {
      if (!("fit" in each)) continue;
      const { orderedBy: time, record } = each.fit;
      if (time === null || !isBefore(time, settled)) continue;
      const isBroken = last !== null && (place.order === "ascending" ? isBefore(time, last) : isBefore(last, time));
      if (isBroken) return orderBroken({ stream: place.stream, key: record.nativeKey, order: place.order }, last!, time);
      last = time;
    }
    return null;
  };
}
