import type { RowOf } from "../domain/tables.ts";
import type { ProgressState } from "./progress.ts";
import type { Fitting, Prepared } from "./records.ts";
import type { Batch, BatchRecord, UnfinishedRecord } from "./sink.ts";

/** What a page changes in the progress of its stream, applied when the page is written. */
export type ProgressStep = (state: ProgressState) => ProgressState;

/** Pages that were read and mapped but not yet written. Whole pages only, so that progress never runs ahead of rows. */
export interface Pending {
  addPage(page: RowOf<"raw_page"> | null, prepared: readonly Prepared[], attempts: (nativeKey: string) => number): void;
  addStep(step: ProgressStep): void;
  giveUp(nativeKeys: readonly string[]): void;
  keep(records: readonly UnfinishedRecord[]): void;
  readonly rowCount: number;
  readonly isEmpty: boolean;
  /** Everything so far, as one batch; afterwards it is empty again. */
  take(): Taken;
}

export interface Taken {
  readonly pages: Batch["pages"];
  readonly records: Batch["records"];
  readonly quarantined: Batch["quarantined"];
  readonly unfinished: Batch["unfinished"];
  readonly steps: readonly ProgressStep[];
}

export function createPending(): Pending {
  let pages: RowOf<"raw_page">[] = [];
  let records = new Map<string, BatchRecord>();
  let quarantined = new Map<string, RowOf<"quarantined_record">>();
  let keep = new Map<string, UnfinishedRecord>();
  let done = new Set<string>();
  let steps: ProgressStep[] = [];
  let rowCount = 0;

  const addFit = ({ record, isFinished, unfinished }: Fitting, attempts: (nativeKey: string) => number) => {
    const identity = `${record.hash}\n${record.nativeKey}\n${record.seenAt}`;
    if (!records.has(identity)) rowCount += record.rows.length;
    records.set(identity, record);
    if (unfinished) {
      keep.set(record.nativeKey, unfinished(attempts(record.nativeKey)));
      done.delete(record.nativeKey);
    } else if (isFinished) {
      done.add(record.nativeKey);
      keep.delete(record.nativeKey);
    }
  };
  return {
    addPage(page, prepared, attempts) {
      if (page) pages.push(page);
      for (const each of prepared) {
        if ("fit" in each) addFit(each.fit, attempts);
        else quarantined.set(each.misfit.hash, each.misfit);
      }
    },
    addStep: (step) => void steps.push(step),
    giveUp(nativeKeys) {
      for (const nativeKey of nativeKeys) done.add(nativeKey);
    },
    keep(unfinished) {
      for (const record of unfinished) keep.set(record.nativeKey, record);
    },
    get rowCount() {
      return rowCount;
    },
    get isEmpty() {
      return pages.length === 0 && steps.length === 0 && keep.size === 0 && done.size === 0;
    },
    take() {
      const taken: Taken = {
        pages,
        records: [...records.values()],
        quarantined: [...quarantined.values()],
        unfinished: { keep: [...keep.values()], done: [...done] },
        steps,
      };
      [pages, records, quarantined, keep, done, steps, rowCount] = [[], new Map(), new Map(), new Map(), new Set(), [], 0];
      return taken;
    },
  };
}
