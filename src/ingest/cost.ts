import type { Scope, StreamCost } from "./connector.ts";
import { pagesFor } from "./page-size.ts";

/** Calls of one resource class that one pass makes. */
export interface CallsOfClass {
  readonly class: string;
  readonly calls: number;
  readonly pointsPerCall: number;
}

export type PlainCost = Omit<StreamCost<unknown>, "adapted" | "count">;

/** The price under this configuration; null: nothing is read at all. */
export function adaptedCost(cost: StreamCost<unknown>, of: { config: unknown; scope: Scope }): PlainCost | null {
  if (!cost.adapted) return cost;
  const adapted = cost.adapted(of);
  return adapted && { ...cost, ...adapted };
}

/**
 * Calls of a pass over so many records: the list page by page, what pages share, and what single records take. `isOpen`: the
 * list goes on beyond the range, so that one record more has to be seen before it is known to be over.
 */
export function callsFor(cost: PlainCost, records: number, { isOpen = false }: { isOpen?: boolean } = {}): CallsOfClass[] {
  const { class: own = "core", pointsPerRecord = 0, callsPerRecord = 0, callsPerRecordClass = own, details } = cost;
  const pages = pagesFor(records + (isOpen ? 1 : 0), cost.recordsPerCall);
  const points = pages.reduce((sum, { size }) => sum + Math.max(cost.pointsPerCall ?? 1, Math.round(size * pointsPerRecord)), 0);
  const pointsPerCall = points / pages.length;
  const calls: CallsOfClass[] = [{ class: own, calls: pages.length + (cost.callsAtStart ?? 0), pointsPerCall }];
  if (details)
    calls.push({
      class: details.class ?? own,
      calls: sharedCalls(pages, details),
      pointsPerCall: Math.max(
        details.pointsPerCall ?? 1,
        ((details.pointsPerRecord ?? 0) * records * details.share) / Math.max(1, sharedCalls(pages, details)),
      ),
    });
  if (callsPerRecord > 0) calls.push({ class: callsPerRecordClass, calls: records * callsPerRecord, pointsPerCall: 1 });
  return calls.filter((part) => part.calls > 0);
}

/** The first page goes alone; then so many share. A group in which nobody needs one asks for nothing. */
function sharedCalls(pages: readonly { records: number }[], details: NonNullable<StreamCost<unknown>["details"]>): number {
  const { share, atOnce, pages: together = 1 } = details;
  let calls = 0;
  for (let from = 0; from < pages.length; from += from === 0 ? 1 : together) {
    const records = pages.slice(from, from === 0 ? 1 : from + together).reduce((sum, page) => sum + page.records, 0);
    const isAny = 1 - (1 - Math.min(1, share)) ** records;
    calls += Math.max(isAny, Math.ceil((records * share) / atOnce - 0.5));
  }
  return calls;
}

export const totalCalls = (parts: readonly CallsOfClass[]): number => parts.reduce((sum, { calls }) => sum + calls, 0);
