import { createHeldRows, type HeldRows } from "./held-rows.ts";
import type { Batch, BatchResult, Sink } from "./sink.ts";

/** Batches, and about how many rows, that go into one transaction when the sink can take several. */
const MOST_TOGETHER = 32;
const MOST_ROWS = 20_000;

/** One line in front of the sink: batches are built when their turn comes, so that each sees the progress before it. */
export interface Writer {
  /** What waits here and in the buffers of streams. */
  readonly held: HeldRows;
  write(writing: Writing): Promise<void>;
}

interface Writing {
  readonly stream: string;
  /** About how many rows it will have; 0: few. */
  readonly rows?: number;
  readonly build: () => Batch;
  readonly done: (result: BatchResult) => void;
}

interface Entry extends Writing {
  resolve(): void;
  reject(error: unknown): void;
}

export function createWriter(sink: Sink): Writer {
  const line: Entry[] = [];
  let isWriting = false;

  const writeOne = async (entry: Entry) => {
    try {
      entry.done(await sink.write(entry.build()));
      entry.resolve();
    } catch (error) {
      entry.reject(error);
    }
  };
  const writeTogether = async (entries: readonly Entry[]) => {
    let results: readonly BatchResult[];
    try {
      results = await sink.writeAll!(entries.map(({ build }) => build()));
    } catch {
      // One of them is at fault: each is tried alone, so that the others are not held up.
      for (const entry of entries) await writeOne(entry);
      return;
    }
    for (const [index, entry] of entries.entries()) {
      entry.done(results[index]!);
      entry.resolve();
    }
  };
  const work = async () => {
    isWriting = true;
    while (line.length > 0) {
      const entries = line.splice(0, sink.writeAll ? together(line) : 1);
      await (entries.length > 1 ? writeTogether(entries) : writeOne(entries[0]!));
    }
    isWriting = false;
  };
  return {
    held: createHeldRows(),
    write: (writing) =>
      new Promise((resolve, reject) => {
        line.push({ ...writing, resolve: () => resolve(), reject });
        if (!isWriting) void work();
      }),
  };
}

/** How many of the first may go together: no stream twice, since its second batch builds on the progress of the first, and not too many rows. */
function together(line: readonly Entry[]): number {
  const streams = new Set<string>();
  let rows = 0;
  for (const { stream, rows: more = 0 } of line.slice(0, MOST_TOGETHER)) {
    if (streams.has(stream) || (rows > 0 && rows + more > MOST_ROWS)) break;
    streams.add(stream);
    rows += more;
  }
  return streams.size;
}
