import type { ClientSpec } from "./connector.ts";
import type { StreamRun, StreamState } from "./stream-run.ts";

const MOST_PAGES = 16;
/** Runs that may be open at once: each keeps the page it read last in memory. */
const MOST_OPEN = 256;

/** What turns need of a run. */
export type TurnTaker = Pick<StreamRun, "turn" | "canPutAway" | "putAway" | "state">;

/** Builds a run; `lane` is the one in which a run that was put away stood. */
type Make<Run> = (lane: StreamState["lane"]) => Run;

interface Turn<Run> {
  readonly make: Make<Run>;
  readonly run: Run;
  readonly round: number;
}

const MOST_WORKERS = 32;

/** Streams that are read at the same time: a little more than may call at once. */
export const workersOf = ({ classes }: ClientSpec): number =>
  Math.min(MOST_WORKERS, 2 * Object.values(classes).reduce((sum, { concurrency }) => sum + concurrency, 0) || 8);

/**
 * Lets many streams take turns: each gets its newest page before any gets its second, then two, four … pages at a time.
 * `make` builds a run when its first turn comes. Where there are more streams than may be open, those that can go on from where
 * they stand are put away after their turn and opened again when all others had one.
 */
export async function takeTurns<Run extends TurnTaker>(
  makers: readonly Make<Run>[],
  { workers, onDone, onPutAway, isStopped, mostOpen = MOST_OPEN }: TurnRules<Run>,
): Promise<void> {
  const fresh = makers.map((make) => ({ make, round: 0, lane: null as StreamState["lane"] }));
  const waiting: Turn<Run>[] = [];
  let active = 0;
  let wake = Promise.withResolvers<void>();
  const next = (): Turn<Run> | undefined => {
    const isFull = waiting.length + active >= mostOpen && waiting.length > 0;
    const first = isFull || isStopped() ? undefined : fresh.shift();
    return first ? { ...first, run: first.make(first.lane) } : waiting.shift();
  };
  const changed = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const takeTurn = async ({ make, run, round }: Turn<Run>) => {
    if (!(await run.turn(Math.min(MOST_PAGES, 2 ** round)))) return onDone(run);
    const isCrowded = fresh.length > 0 && waiting.length + active >= mostOpen;
    if (!isCrowded || isStopped() || !run.canPutAway) return waiting.push({ make, run, round: round + 1 });
    const { lane } = run.state;
    await run.putAway();
    if (run.state.outcome === "failed") return onDone(run);
    onPutAway(run);
    return fresh.push({ make, round: round + 1, lane });
  };
  const work = async () => {
    for (;;) {
      const turn = next();
      if (!turn) {
        if (active === 0) return changed();
        await wake.promise;
        continue;
      }
      active++;
      await takeTurn(turn);
      active--;
      changed();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(workers, makers.length)) }, work));
}

interface TurnRules<Run> {
  readonly workers: number;
  readonly onDone: (run: Run) => void;
  /** Its task has ended; another run goes on with the stream later. */
  readonly onPutAway: (run: Run) => void;
  readonly isStopped: () => boolean;
  readonly mostOpen?: number;
}
