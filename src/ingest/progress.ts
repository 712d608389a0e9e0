import type { Instant } from "../domain/instant.ts";
import { earlier, isBefore, later } from "./instants.ts";
import type { Json, Page } from "./connector.ts";
import type { Progress } from "./sink.ts";
import { LIST } from "./ways.ts";

/**
 * A pass over a stream that has not ended yet. Lanes of one stream go on independently of each other:
 * `refresh` reads what changed since the cursor and never has an upper bound; `history` goes back from what was read
 * first; `range` reads a past range again because somebody asked for it.
 */
export type LaneName = "refresh" | "history" | "range";

export interface Lane {
  /** Null: everything. */
  readonly since: Instant | null;
  readonly until: Instant | null;
  /** The provider's clock when the pass began; null before its first page. */
  readonly startedAt: Instant | null;
  readonly position: Json | null;
  /** The position before the last page that held records. */
  readonly before: Json | null;
  readonly reached: Instant | null;
  /** In which of the stream's ways it is read; its own list unless said. A position is good in one way only. */
  readonly way?: string;
}

export interface ProgressState {
  /** Everything changed in [coveredFrom, cursorAt) has been read. */
  readonly cursorAt: Instant | null;
  readonly coveredFrom: Instant | null;
  readonly lanes: { readonly [Name in LaneName]?: Lane };
  /** Where a newest-first history goes on when people ask for more of it. */
  readonly bottom: Json | null;
  /** What the probe said when the stream was last read to its end. */
  readonly mark: string | null;
}

export type Order = "ascending" | "descending" | "unordered";

export const nothingRead: ProgressState = { cursorAt: null, coveredFrom: null, lanes: {}, bottom: null, mark: null };

const VERSION = 1;

export function parseProgress(progress: Progress | null): ProgressState {
  if (!progress) return nothingRead;
  const cursor = (progress.cursor ?? {}) as { version?: number; lanes?: ProgressState["lanes"]; bottom?: Json; mark?: string };
  const known = cursor.version === VERSION ? cursor : {};
  return {
    cursorAt: progress.cursorAt,
    coveredFrom: progress.coveredFrom,
    lanes: known.lanes ?? {},
    bottom: known.bottom ?? null,
    mark: known.mark ?? null,
  };
}

export const formatProgress = ({ cursorAt, coveredFrom, lanes, bottom, mark }: ProgressState): Progress => ({
  cursor: { version: VERSION, lanes, bottom, mark } as unknown as Json,
  cursorAt,
  coveredFrom,
});

export const newLane = (since: Instant | null, until: Instant | null = null, position: Json | null = null): Lane => ({
  since,
  until,
  startedAt: null,
  position,
  before: position,
  reached: null,
});

/** The lane after one more page. */
export const advance = (lane: Lane, page: Page, startedAt: Instant): Lane => ({
  ...lane,
  startedAt,
  // Readers answer null on their last page: an end that was not noted yet is reached again from the page before.
  position: page.position ?? lane.position,
  before: page.records.length > 0 ? lane.position : lane.before,
  reached: page.reached ?? lane.reached,
});

/** True when what was yielded already holds everything that was asked for. */
export function isReached(lane: Lane, order: Order, page: Page): boolean {
  if (page.reached === null) return false;
  if (order === "descending") return lane.since !== null && !isBefore(lane.since, page.reached);
  return order === "ascending" && lane.until !== null && !isBefore(page.reached, lane.until);
}

export interface LaneRules {
  readonly name: LaneName;
  /** `unordered` too when the stream broke its promise in this pass. */
  readonly order: Order;
  /** The beginning of all history. */
  readonly launchedAt: Instant;
}

/** What is known once the page that led to this lane has been written. */
export function afterPage(state: ProgressState, lane: Lane, { name, order, launchedAt }: LaneRules): ProgressState {
  const next = { ...state, lanes: { ...state.lanes, [name]: lane } };
  if (lane.reached === null) return next;
  if (name === "history" && order === "descending") {
    const reached = later(lane.reached, lane.since);
    return { ...next, cursorAt: state.cursorAt ?? lane.startedAt, coveredFrom: earlier(state.coveredFrom ?? reached, reached) };
  }
  if (name === "refresh" && order === "ascending") {
    const sure = earlier(lane.reached, lane.startedAt);
    return { ...next, cursorAt: later(sure, state.cursorAt), coveredFrom: state.coveredFrom ?? lane.since ?? launchedAt };
  }
  return next;
}

/** What is known once the pass has come to its end. */
export function afterLane(state: ProgressState, lane: Lane, { name, launchedAt }: LaneRules): ProgressState {
  const { [name]: _ended, ...lanes } = state.lanes;
  const from = lane.since ?? launchedAt;
  const startedAt = lane.startedAt!;
  if (name === "refresh")
    return { ...state, lanes, cursorAt: later(startedAt, state.cursorAt), coveredFrom: state.coveredFrom ?? from };
  if (name === "history")
    return {
      ...state,
      lanes,
      cursorAt: state.cursorAt ?? startedAt,
      coveredFrom: earlier(state.coveredFrom ?? from, from),
      // A position is good in its own way only, and more of history may be read in another one.
      bottom: lane.way === undefined || lane.way === LIST ? lane.before : null,
    };
  return { ...state, lanes, ...joined(state, { from, to: lane.until ?? startedAt }) };
}

/** A range that touches what was covered widens it. */
function joined(
  { cursorAt, coveredFrom }: ProgressState,
  { from, to }: { from: Instant; to: Instant },
): { cursorAt: Instant; coveredFrom: Instant } {
  if (cursorAt === null || coveredFrom === null) return { coveredFrom: from, cursorAt: to };
  if (isBefore(to, coveredFrom) || isBefore(cursorAt, from)) return { cursorAt, coveredFrom };
  return { coveredFrom: earlier(from, coveredFrom), cursorAt: later(to, cursorAt) };
}
