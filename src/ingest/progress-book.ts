import { formatProgress, parseProgress, type LaneName, type ProgressState } from "./progress.ts";
import type { ProgressStep } from "./pending.ts";
import type { Progress, Sink, StreamKey } from "./sink.ts";

/** Progress of one stream as it is stored, shared by every run of the process that reads the stream. */
export interface SharedProgress {
  /** What has been written, never more. */
  readonly state: ProgressState;
  /** The stored form after these steps; `commit` once it has been written. */
  propose(steps: readonly ProgressStep[]): { readonly progress: Progress | null; commit(): void };
  /** Holds the lane until the answer is called; null at once when another run has it and `wait` is false. */
  enter(lane: LaneName, options: { wait: boolean }): Promise<(() => void) | null>;
}

export interface ProgressBook {
  open(key: StreamKey): Promise<{ readonly shared: SharedProgress; close(): void }>;
}

interface Entry {
  users: number;
  readonly loading: Promise<SharedProgress>;
}

/** Kept only while somebody reads the stream, so that the sink stays the one place that knows. */
export function createProgressBook(sink: Sink): ProgressBook {
  const entries = new Map<string, Entry>();
  return {
    async open(key) {
      const name = JSON.stringify([key.integrationId, key.scopeId, key.stream]);
      const entry = entries.get(name) ?? { users: 0, loading: sink.readProgress(key).then(share) };
      entries.set(name, entry);
      entry.users++;
      const close = () => {
        entry.users--;
        if (entry.users === 0 && entries.get(name) === entry) entries.delete(name);
      };
      try {
        return { shared: await entry.loading, close };
      } catch (error) {
        close();
        throw error;
      }
    },
  };
}

function share(stored: Progress | null): SharedProgress {
  let state = parseProgress(stored);
  const lanes = new Map<LaneName, Promise<void>>();
  return {
    get state() {
      return state;
    },
    propose(steps) {
      if (steps.length === 0) return { progress: null, commit: () => undefined };
      const next = steps.reduce((before, step) => step(before), state);
      return {
        progress: formatProgress(next),
        commit: () => {
          state = next;
        },
      };
    },
    async enter(lane, { wait }) {
      for (let held = lanes.get(lane); held; held = lanes.get(lane)) {
        if (!wait) return null;
        await held;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      lanes.set(lane, promise);
      return () => {
        lanes.delete(lane);
        resolve();
      };
    },
  };
}
