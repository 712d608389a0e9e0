import { randomUUID } from "node:crypto";

import type { Instant } from "../domain/instant.ts";
import type { RowOf } from "../domain/tables.ts";
import type { Waiting } from "./budget.ts";
import type { Clock } from "./clock.ts";
import { newMeter, type Meter } from "./http.ts";
import { earlier, later } from "./instants.ts";
import type { BatchResult, StreamKey } from "./sink.ts";

export type TaskRow = RowOf<"ingestion_task">;

/** Told when a task starts, on progress about once a second, and when it ends. The engine wraps it so that it never fails. */
export interface TaskLog {
  save(task: TaskRow): void | Promise<void>;
  /** Told when a task has its turn, with a way to look at it meanwhile, and when the turn is over (null). */
  turn?(taskId: string, look: (() => TaskRow) | null): void;
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
  /** Between turns a task waits for others and cannot move. */
  turn(isOn: boolean): void;
  scan(kind: TaskRow["kind"], range: { from: Instant | null; to: Instant | null }): void;
  read(page: { records: number; quarantined: number; changes: readonly (Instant | null)[] }): void;
  skipped(count: number): void;
  /** The way in which the stream is read. */
  readIn(way: string): void;
  written(result: BatchResult): void;
  row(): TaskRow;
  end(end: TaskEnd): Promise<void>;
}

const LEAST_BETWEEN_MS = 1000;

export const createLedger = (key: StreamKey, parts: LedgerParts): Ledger => new TaskLedger(key, parts);

interface LedgerParts {
  readonly clock: Clock;
  readonly log: TaskLog;
  readonly onChange: () => void;
  /** What the task is whatever it reads; without it, what it reads decides. */
  readonly kind?: TaskRow["kind"] | undefined;
}

class TaskLedger implements Ledger {
  readonly id = randomUUID();
  readonly meter: Meter;
  readonly #parts: LedgerParts;
  #row: TaskRow;
  #waiting: Waiting | null = null;
  #savedAt = Number.NEGATIVE_INFINITY;
  #saving: Promise<void> = Promise.resolve();

  constructor(key: StreamKey, parts: LedgerParts) {
    this.#parts = parts;
    this.#row = { ...emptyTask(this.id, key, parts.clock.now()), ...(parts.kind ? { kind: parts.kind } : {}) };
    this.meter = newMeter((waiting) => {
      this.#waiting = waiting;
      this.#changed();
    });
  }

  get waiting(): Waiting | null {
    return this.#waiting;
  }

  begin(): void {
    Object.assign(this.#row, { status: "running", startedAt: this.#parts.clock.now() });
    this.#parts.onChange();
    void this.#save();
  }

  turn(isOn: boolean): void {
    this.#parts.log.turn?.(this.id, isOn ? () => this.row() : null);
  }

  /** A task that reads history as well as news counts as a backfill. */
  scan(kind: TaskRow["kind"], { from, to }: { from: Instant | null; to: Instant | null }): void {
    const found = this.#row.kind === "backfill" ? "backfill" : kind;
    Object.assign(this.#row, { kind: this.#parts.kind ?? found, scanFrom: from, scanTo: to });
  }

  read({ records, quarantined, changes }: { records: number; quarantined: number; changes: readonly (Instant | null)[] }): void {
    this.#row.records += records;
    this.#row.quarantined += quarantined;
    for (const time of changes) {
      if (time === null) continue;
      this.#row.firstChangeAt = earlier(time, this.#row.firstChangeAt ?? null);
      this.#row.lastChangeAt = later(time, this.#row.lastChangeAt ?? null);
    }
    this.#changed();
  }

  skipped(count: number): void {
    this.#row.skipped += count;
  }

  readIn(way: string): void {
    this.#row.way = way;
  }

  written({ entities, unchanged, tombstoned }: BatchResult): void {
    this.#row.entities += entities;
    this.#row.unchanged += unchanged;
    this.#row.tombstoned += tombstoned;
    this.#changed();
  }

  row(): TaskRow {
    const { requests, retries, waitedSeconds, points } = this.meter;
    const nextAttemptAt = this.#waiting?.until ?? this.#row.nextAttemptAt ?? null;
    return { ...this.#row, requests, retries, waitedSeconds, points, nextAttemptAt };
  }

  async end({ status, error }: TaskEnd): Promise<void> {
    this.#waiting = null;
    Object.assign(this.#row, {
      status,
      finishedAt: this.#parts.clock.now(),
      nextAttemptAt: error?.retryAt ?? null,
      errorCode: error?.code ?? null,
      errorMessage: error?.message ?? null,
    });
    this.#parts.onChange();
    await this.#save();
  }

  #changed(): void {
    this.#parts.onChange();
    if (this.#parts.clock.elapsed() - this.#savedAt >= LEAST_BETWEEN_MS) void this.#save();
  }

  #save(): Promise<void> {
    this.#savedAt = this.#parts.clock.elapsed();
    this.#saving = this.#saving.then(() => this.#parts.log.save(this.row()));
    return this.#saving;
  }
}

/** A task of which nothing is known yet but where and when. */
export const emptyTask = (id: string, key: Pick<TaskRow, "integrationId" | "stream" | "scopeId">, now: Instant): TaskRow => ({
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
  points: 0,
  way: null,
  firstChangeAt: null,
  lastChangeAt: null,
  errorCode: null,
  errorMessage: null,
});
