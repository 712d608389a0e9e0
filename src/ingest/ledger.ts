import { randomUUID } from "node:crypto";

import type { Instant } from "../domain/instant.ts";
import type { RowOf } from "../domain/tables.ts";
import type { Waiting } from "./budget.ts";
import type { Clock } from "./clock.ts";
import { newMeter, type Meter } from "./http.ts";
import { earlier, later } from "./instants.ts";
import type { BatchResult, StreamKey } from "./sink.ts";

export type TaskRow = RowOf<"ingestion_task">;

/** Told when a task starts, on progress about once a second, and when it ends. */
export interface TaskLog {
  save(task: TaskRow): void | Promise<void>;
}

export interface TaskEnd {
  readonly status: "succeeded" | "failed" | "cancelled";
  readonly error?: { readonly code: string; readonly message: string; readonly retryAt: Instant | null } | null;
}

/** Counts what one run of one stream of one scope does. */
export interface Ledger {
  readonly id: string;
  readonly meter: Meter;
  readonly waiting: Waiting | null;
  begin(): void;
  scan(kind: TaskRow["kind"], range: { from: Instant | null; to: Instant | null }): void;
  read(page: { records: number; quarantined: number; changes: readonly (Instant | null)[] }): void;
  skipped(count: number): void;
  written(result: BatchResult): void;
  row(): TaskRow;
  end(end: TaskEnd): Promise<void>;
}

const LEAST_BETWEEN_MS = 1000;

export function createLedger(key: StreamKey, parts: { clock: Clock; log: TaskLog; onChange: () => void }): Ledger {
  const { clock, log, onChange } = parts;
  const id = randomUUID();
  let row: TaskRow = emptyRow(id, key, clock.now());
  let waiting: Waiting | null = null;
  let savedAt = Number.NEGATIVE_INFINITY;
  let saving: Promise<void> = Promise.resolve();
  const meter = newMeter((now) => {
    waiting = now;
    changed();
  });
  const current = (): TaskRow => ({
    ...row,
    requests: meter.requests,
    retries: meter.retries,
    waitedSeconds: meter.waitedSeconds,
    nextAttemptAt: waiting?.until ?? row.nextAttemptAt ?? null,
  });
  const save = () => {
    savedAt = clock.elapsed();
    saving = saving.then(() => log.save(current()));
    return saving;
  };
  const changed = () => {
    onChange();
    if (clock.elapsed() - savedAt >= LEAST_BETWEEN_MS) save().catch(() => undefined);
  };
  return {
    id,
    meter,
    get waiting() {
      return waiting;
    },
    begin() {
      row = { ...row, status: "running", startedAt: clock.now() };
      onChange();
      save().catch(() => undefined);
    },
    scan(kind, { from, to }) {
      row = { ...row, kind: row.kind === "backfill" ? "backfill" : kind, scanFrom: from, scanTo: to };
    },
    read({ records, quarantined, changes }) {
      const times = changes.filter((time) => time !== null);
      row.records += records;
      row.quarantined += quarantined;
      for (const time of times) {
        row.firstChangeAt = earlier(time, row.firstChangeAt ?? null);
        row.lastChangeAt = later(time, row.lastChangeAt ?? null);
      }
      changed();
    },
    skipped(count) {
      row.skipped += count;
    },
    written({ entities, unchanged, tombstoned }) {
      row.entities += entities;
      row.unchanged += unchanged;
      row.tombstoned += tombstoned;
      changed();
    },
    row: current,
    async end({ status, error }) {
      waiting = null;
      row = {
        ...row,
        status,
        finishedAt: clock.now(),
        nextAttemptAt: error?.retryAt ?? null,
        errorCode: error?.code ?? null,
        errorMessage: error?.message ?? null,
      };
      onChange();
      await save();
    },
  };
}

const emptyRow = (id: string, key: StreamKey, now: Instant): TaskRow => ({
  id,
  ...key,
  kind: "refresh",
  status: "scheduled",
  scanFrom: null,
  scanTo: null,
  scheduledAt: now,
  startedAt: null,
  finishedAt: null,
  nextAttemptAt: null,
  attempts: 1,
  retries: 0,
  requests: 0,
  records: 0,
  entities: 0,
  unchanged: 0,
  skipped: 0,
  quarantined: 0,
  tombstoned: 0,
  waitedSeconds: 0,
  firstChangeAt: null,
  lastChangeAt: null,
  errorCode: null,
  errorMessage: null,
});
