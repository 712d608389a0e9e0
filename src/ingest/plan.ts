import { addSeconds, type Instant } from "../domain/instant.ts";
import { isBefore } from "./instants.ts";
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
}

export const nothingWished: Wish = { kind: null, since: null, until: null, full: false };

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
}

/** On a stream that was never read, "since T" and "everything again" are simply its first pass. */
export const isRangeWish = ({ since, until, full }: Wish, { cursorAt }: ProgressState): boolean =>
  (since !== null || until !== null || full) && !(cursorAt === null && until === null);

/** Lanes that the wish may need, most urgent first. */
export function lanesFor(wish: Wish, state: ProgressState): readonly LaneName[] {
  if (isRangeWish(wish, state)) return ["range"];
  return wish.kind === "backfill" ? ["history", "refresh"] : ["refresh", "history"];
}

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

function resume(lane: Lane | undefined, { order, now }: Circumstances): PlannedLane | null {
  if (!lane || lane.position === null) return null;
  const isOld = order === "unordered" && isBefore(addSeconds(lane.startedAt ?? now, OLDEST_POSITION_SECONDS), now);
  return isOld ? null : { lane, isResumed: true };
}

const begin = (lane: Lane): PlannedLane => ({ lane, isResumed: false });

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
  if (interrupted) return interrupted;
  if (isFirst) return begin(newLane(at.floor));
  const isUnchanged = at.mark !== null && at.mark === mark;
  const isRecent = isBefore(at.now, addSeconds(cursorAt, at.everySeconds)) && !isBefore(at.now, cursorAt);
  if (!lanes.refresh && (isUnchanged || isRecent)) return null;
  return begin(newLane(addSeconds(cursorAt, -at.overlapSeconds)));
}

/** What lies before the oldest that was read; for streams read newest first, also the first pass. */
function planHistory({ cursorAt, coveredFrom, lanes, bottom }: ProgressState, wish: Wish, at: Circumstances): PlannedLane | null {
  const isFirst = cursorAt === null;
  if (isFirst ? at.order !== "descending" : wish.kind === "refresh") return null;
  if (lanes.history) return resume(lanes.history, at) ?? begin(newLane(lanes.history.since, lanes.history.until));
  if (isFirst) return begin(newLane(at.floor));
  if (coveredFrom === null || !isBefore(at.floor ?? at.launchedAt, coveredFrom)) return null;
  return begin(newLane(at.floor, coveredFrom, at.order === "descending" ? bottom : null));
}
