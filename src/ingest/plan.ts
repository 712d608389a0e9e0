import { addSeconds, type Instant } from "../domain/instant.ts";
import { isBefore, later } from "./instants.ts";
import { newLane, type Lane, type LaneName, type Order, type ProgressState } from "./progress.ts";

/** What a run wants from a stream. */
export interface Wish {
  /** Null: what changed, then history. */
  readonly kind: "backfill" | "refresh" | null;
  /** A range to be read again. */
  readonly since: Instant | null;
  readonly until: Instant | null;
  /** Everything again. */
  readonly full: boolean;
  /** Which end of history a backfill begins with, where the provider's list leaves a choice; default newest first. */
  readonly order?: HistoryOrder;
}

export const nothingWished: Wish = { kind: null, since: null, until: null, full: false };
export type HistoryOrder = "newest-first" | "oldest-first";

export interface Circumstances {
  readonly order: Order;
  readonly overlapSeconds: number;
  readonly everySeconds: number;
  /** How far back history was asked for; null: all of it. */
  readonly floor: Instant | null;
  readonly launchedAt: Instant;
  /** The provider's clock. */
  readonly now: Instant;
  /** What the probe says now; null: it says nothing. */
  readonly mark: string | null;
}

export interface PlannedLane {
  readonly lane: Lane;
  /** It goes on where an earlier run stopped. */
  readonly isResumed: boolean;
  /** Only as far as it needs to know today; the rest is left to a backfill. */
  readonly isOpening: boolean;
}

/** On a stream that was never read, "since T" and "everything again" are simply its first pass. */
export const isRangeWish = ({ since, until, full }: Wish, { cursorAt }: ProgressState): boolean =>
  (since !== null || until !== null || full) && !(cursorAt === null && until === null);

/** Lanes that the wish may need, most urgent first. */
export const lanesFor = (wish: Wish, state: ProgressState): readonly LaneName[] =>
  isRangeWish(wish, state) ? ["range"] : ["refresh", "history"];

/** What there is to do in one lane now; null: nothing. */
export function planLane(
  name: LaneName,
  state: ProgressState,
  { wish, at }: { wish: Wish; at: Circumstances },
): PlannedLane | null {
  if (name === "range") return planRange(state, wish, at);
  return name === "history" ? planHistory(state, wish, at) : planRefresh(state, wish, at);
}

/** Lists without an order shift under a position: after a day they are read from the beginning. */
const OLDEST_POSITION_SECONDS = 86_400;
/** What a list that is read oldest first is begun with, so that today does not wait for the years before it. */
const OPENING_SECONDS = 30 * 86_400;

function resume(lane: Lane | undefined, { order, now }: Circumstances): PlannedLane | null {
  if (!lane || lane.position === null) return null;
  const isOld = order === "unordered" && isBefore(addSeconds(lane.startedAt ?? now, OLDEST_POSITION_SECONDS), now);
  return isOld ? null : { lane, isResumed: true, isOpening: false };
}

const begin = (lane: Lane): PlannedLane => ({ lane, isResumed: false, isOpening: false });

function planRange({ lanes }: ProgressState, { since, until, full }: Wish, at: Circumstances): PlannedLane {
  const from = full ? at.floor : since;
  const isSame = lanes.range?.since === from && lanes.range.until === until;
  return (isSame ? resume(lanes.range, at) : null) ?? begin(newLane(from, until));
}

/** What changed since the cursor; for streams that cannot be read newest first, also the first pass. */
function planRefresh({ cursorAt, lanes, mark }: ProgressState, wish: Wish, at: Circumstances): PlannedLane | null {
  const isFirst = cursorAt === null;
  if (at.order === "descending" ? isFirst || wish.kind === "backfill" : wish.kind === "backfill" && !isFirst && !lanes.refresh)
    return null;
  const interrupted = resume(lanes.refresh, at);
  if (isFirst) {
    const isStill = at.order === "ascending" || wish.kind !== "backfill" || interrupted?.lane.since === at.floor;
    return (isStill ? interrupted : null) ?? begin(newLane(openingOf(wish, at)));
  }
  if (interrupted) return interrupted;
  const isUnchanged = at.mark !== null && at.mark === mark;
  const isRecent = isBefore(at.now, addSeconds(cursorAt, at.everySeconds)) && !isBefore(at.now, cursorAt);
  if (!lanes.refresh && (isUnchanged || isRecent)) return null;
  return begin(newLane(addSeconds(cursorAt, -at.overlapSeconds)));
}

/** Where the first pass over a list that cannot be read newest first begins. */
function openingOf({ kind }: Wish, { order, floor, now }: Circumstances): Instant | null {
  return order === "ascending" && kind !== null ? later(addSeconds(now, -OPENING_SECONDS), floor) : floor;
}

/** What lies before the oldest that was read; for streams read newest first, also the first pass. */
function planHistory(state: ProgressState, wish: Wish, at: Circumstances): PlannedLane | null {
  const { cursorAt, coveredFrom, lanes, bottom } = state;
  const isOpening = wish.kind === "refresh";
  if (cursorAt === null)
    return at.order === "descending" ? { ...(resume(lanes.history, at) ?? begin(newLane(at.floor))), isOpening } : null;
  if (isOpening || coveredFrom === null || !isBefore(at.floor ?? at.launchedAt, coveredFrom)) return null;
  const lane = lanes.history;
  if (at.order !== "descending") {
    const isWithin = at.floor === null || (lane?.since != null && !isBefore(lane.since, at.floor));
    const interrupted = isWithin && lane?.until === coveredFrom ? resume(lane, at) : null;
    return interrupted ?? begin(newLane(windowOf(coveredFrom, wish, at), coveredFrom));
  }
  // Where such a list ends is only a matter of when to stop, so an older pass goes on to the new end.
  return (
    resume(lane && { ...lane, since: at.floor }, at) ??
    begin(newLane(at.floor, lane ? lane.until : coveredFrom, lane ? null : bottom))
  );
}

/**
 * Newest first on a list that is read oldest first: window after window going back, each as long as everything after it,
 * so that years take few windows.
 */
function windowOf(coveredFrom: Instant, { kind, order }: Wish, at: Circumstances): Instant | null {
  if (at.order !== "ascending" || kind !== "backfill" || order === "oldest-first") return at.floor;
  const known = Math.max(OPENING_SECONDS, (Date.parse(at.now) - Date.parse(coveredFrom)) / 1000);
  const since = addSeconds(coveredFrom, -known);
  return isBefore(since, at.floor ?? at.launchedAt) ? at.floor : since;
}
