import type { ClientSpec } from "./connector.ts";
import type { StreamRun } from "./stream-run.ts";

const MOST_PAGES = 16;
const MOST_WORKERS = 32;

/** Streams that are read at the same time: a little more than may call at once. */
export const workersOf = ({ classes }: ClientSpec): number =>
  Math.min(MOST_WORKERS, 2 * Object.values(classes).reduce((sum, { concurrency }) => sum + concurrency, 0) || 8);

/**
 * Lets many streams take turns: each gets its newest page before any gets its second, then two, four … pages at a time.
 * `make` builds a run when its first turn comes, null when it is not wanted any more.
 */
export async function takeTurns(
  makers: readonly (() => StreamRun)[],
  { workers, onDone, isStopped }: { workers: number; onDone: (run: StreamRun) => void; isStopped: () => boolean },
): Promise<void> {
  const fresh = [...makers];
  const waiting: { run: StreamRun; round: number }[] = [];
  let active = 0;
  let wake = Promise.withResolvers<void>();
  const next = () => {
    const make = isStopped() ? undefined : fresh.shift();
    return make ? { run: make(), round: 0 } : waiting.shift();
  };
  const changed = () => {
    wake.resolve();
    wake = Promise.withResolvers();
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
      const { run, round } = turn;
      const hasMore = await run.turn(Math.min(MOST_PAGES, 2 ** round));
      active--;
      if (hasMore) waiting.push({ run, round: round + 1 });
      else onDone(run);
      changed();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(workers, makers.length)) }, work));
}
