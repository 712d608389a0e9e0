/** Rows that all streams of an engine hold until they are written: what bounds its memory, however large a provider's pages are. */
export interface HeldRows {
  add(rows: number): void;
  remove(rows: number): void;
  readonly isFull: boolean;
  /** Resolves once there is room again. */
  room(): Promise<void>;
}

const MOST_ROWS = 40_000;

export function createHeldRows(most = MOST_ROWS): HeldRows {
  let held = 0;
  let freed = Promise.withResolvers<void>();
  return {
    add: (rows) => void (held += rows),
    remove(rows) {
      held -= rows;
      freed.resolve();
      freed = Promise.withResolvers();
    },
    get isFull() {
      return held > most;
    },
    async room() {
      while (held > most) await freed.promise;
    },
  };
}
