import type { RowOf } from "../domain/tables.ts";
import type { Ledger } from "./ledger.ts";
import { createPending, type Pending, type ProgressStep, type Taken } from "./pending.ts";
import type { SharedProgress } from "./progress-book.ts";
import type { Prepared } from "./records.ts";
import type { Batch, BatchResult, StreamKey, UnfinishedRecord } from "./sink.ts";
import type { Writer } from "./writer.ts";

const LEAST_ROWS = 1000;
/** While a batch is being written the next one may grow to this: the slower the sink, the larger the batches. */
const MOST_ROWS = 5000;
const LONGEST_HOLD_MS = 2000;

export interface MappedPage {
  readonly row: RowOf<"raw_page"> | null;
  readonly prepared: readonly Prepared[];
}

interface Parts {
  readonly key: StreamKey;
  readonly connector: string;
  readonly writer: Writer;
  readonly ledger: Ledger;
  readonly shared: SharedProgress;
}

const nothing: Taken = { pages: [], records: [], quarantined: [], unfinished: { keep: [], done: [] }, steps: [] };

/** Gathers the pages of one stream into batches of a good size: one batch is being written while the next one grows. */
export class StreamBuffer {
  readonly #parts: Parts;
  readonly #pending: Pending = createPending();
  #writing: Promise<void> = Promise.resolve();
  #underWay = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes a whole page with what it changes in the progress, in one step, so that no write can come between. */
  hold(
    { row, prepared }: MappedPage,
    { step, attempts = () => 0 }: { step?: ProgressStep; attempts?: (nativeKey: string) => number },
  ): void {
    const before = this.#pending.rowCount;
    this.#pending.addPage(row, prepared, attempts);
    this.#parts.writer.held.add(this.#pending.rowCount - before);
    if (step) this.#pending.addStep(step);
    this.#timer ??= setTimeout(() => this.#start(), LONGEST_HOLD_MS);
  }

  addStep(step: ProgressStep): void {
    this.#pending.addStep(step);
  }

  putOff(again: readonly UnfinishedRecord[], lost: readonly string[]): void {
    this.#pending.keep(again);
    this.#pending.giveUp(lost);
  }

  /** Begins to write when there is enough; waits when there is too much, here or in all streams together, so that memory stays bounded. */
  async writeIfFull(): Promise<void> {
    const { held } = this.#parts.writer;
    if (!held.isFull && this.#pending.rowCount < (this.#underWay > 0 ? MOST_ROWS : LEAST_ROWS)) return;
    await this.#writing;
    this.#start();
    await held.room();
  }

  /** Everything held is written when this answers. */
  async flush(): Promise<void> {
    this.#start();
    await this.#writing;
  }

  /** What could not be written is held no longer. */
  letGo(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#parts.writer.held.remove(this.#pending.rowCount);
    this.#pending.take();
  }

  /** Writes the finished row of the ledger, also after a failed batch. */
  async writeTask(): Promise<void> {
    this.#writing = Promise.resolve();
    this.#write(nothing, this.#parts.ledger.row());
    await this.#writing;
  }

  #start(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending.isEmpty) return;
    const { rowCount } = this.#pending;
    this.#write(this.#pending.take(), null, rowCount);
  }

  #write({ steps, ...content }: Taken, task: Batch["task"], rows = 0): void {
    const { key, connector, writer, ledger, shared } = this.#parts;
    let commit: () => void;
    const build = (): Batch => {
      const proposal = shared.propose(steps);
      commit = proposal.commit;
      return { key, connector, ...content, progress: proposal.progress, task };
    };
    this.#underWay++;
    const finish = () => {
      this.#underWay--;
      writer.held.remove(rows);
    };
    const done = (result: BatchResult) => {
      commit();
      if (!task) ledger.written(result);
    };
    this.#writing = this.#writing.then(() => writer.write({ stream: JSON.stringify(key), rows, build, done }));
    this.#writing.then(finish, finish);
  }
}
