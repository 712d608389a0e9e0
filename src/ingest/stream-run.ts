import { setImmediate as breathe } from "node:timers/promises";

import { addSeconds, type Instant } from "../domain/instant.ts";
import type { Clock } from "./clock.ts";
import type { Api, Page, Scope, Stream } from "./connector.ts";
import { DataError, FatalError, SkippableError } from "./errors.ts";
import { inWords, type ErrorInWords } from "./explain-error.ts";
import type { Ledger } from "./ledger.ts";
import { isBefore } from "./instants.ts";
import type { Log } from "./log.ts";
import { createOrderCheck } from "./order-check.ts";
import { isRangeWish, lanesFor, planLane, type Circumstances, type PlannedLane, type Wish } from "./plan.ts";
import { advance, afterLane, afterPage, isReached, type Lane, type LaneName, type Order } from "./progress.ts";
import type { ProgressBook, SharedProgress } from "./progress-book.ts";
import { archived, archivePage, prepare, type MapSetting, type Prepared } from "./records.ts";
import type { Archive, Sink, UnfinishedRecord } from "./sink.ts";
import { StreamBuffer, type MappedPage } from "./stream-buffer.ts";
import type { Writer } from "./writer.ts";

const KEYS_AT_ONCE = 100;
/** Reads by key that the provider answers with nothing before a record counts as gone from the list. */
const PATIENCE_FOR_MISSING = 5;
/** Records prepared before other work gets a turn. */
const RECORDS_AT_ONCE = 200;

export interface StreamRunParts {
  readonly stream: Stream<unknown, unknown>;
  readonly scope: Scope;
  readonly config: unknown;
  /** Two ways to the same provider: calls for history stand behind all others. */
  readonly api: Api;
  readonly historyApi: Api;
  /** The provider's clock. */
  readonly providerNow: () => Instant;
  readonly setting: MapSetting;
  readonly ledger: Ledger;
  readonly wish: Wish;
  readonly floor: Instant | null;
  readonly launchedAt: Instant;
  readonly probe: { readonly mark: string; readonly at: Instant } | null;
  readonly signal: AbortSignal;
  readonly sink: Sink;
  readonly archive: Archive;
  readonly writer: Writer;
  readonly book: ProgressBook;
  readonly clock: Clock;
  readonly log: Log;
  /** A stream that nothing was heard of moves its cursor at most this often. */
  readonly quietSeconds: number;
}

export type StreamOutcome = "idle" | "succeeded" | "failed" | "paused";

/** What a stream is doing, for pages that show it live. */
export interface StreamState {
  readonly lane: LaneName | "unfinished" | null;
  /** How far the running pass has come, and where it ends. */
  readonly reached: Instant | null;
  readonly goal: Instant | null;
  readonly outcome: StreamOutcome | null;
}

/** One stream of one scope, read page by page so that many can take turns. */
export class StreamRun {
  readonly parts: StreamRunParts;
  readonly #steps: AsyncGenerator<void>;
  #shared!: SharedProgress;
  #buffer: StreamBuffer | null = null;
  #hasBegun = false;
  #remark: ErrorInWords | null = null;
  #state: StreamState = { lane: null, reached: null, goal: null, outcome: null };
  #fatal: FatalError | null = null;

  constructor(parts: StreamRunParts) {
    this.parts = parts;
    this.#steps = this.#allSteps();
  }

  get state(): StreamState {
    return this.#state;
  }

  /** The error that must stop the whole integration. */
  get fatal(): FatalError | null {
    return this.#fatal;
  }

  /** Reads up to so many pages; false when the stream is done, one way or another. Never throws. */
  async turn(pages: number): Promise<boolean> {
    try {
      for (let read = 0; read < pages; read++) {
        this.parts.signal.throwIfAborted();
        if ((await this.#steps.next()).done) {
          await this.#close(null);
          return false;
        }
      }
      return true;
    } catch (error) {
      await this.#close(error);
      return false;
    }
  }

  /** Ends a stream that waits for its turn; what it has read is written. */
  async stop(): Promise<void> {
    await this.#close(this.parts.signal.reason ?? new Error("stopped"));
  }

  async *#allSteps(): AsyncGenerator<void> {
    const { book, setting, wish, stream, writer, ledger } = this.parts;
    const { shared, close } = await book.open(setting.key);
    this.#shared = shared;
    this.#buffer = new StreamBuffer({ key: setting.key, connector: setting.connector, writer, ledger, shared });
    try {
      const isRange = isRangeWish(wish, shared.state);
      const mayHoldUnfinished = stream.readKeys && shared.state.cursorAt !== null && !isRange && wish.kind !== "backfill";
      for (const name of lanesFor(wish, shared.state)) {
        yield* this.#lane(name);
        if (name === "refresh" && mayHoldUnfinished) yield* this.#unfinished();
      }
      await this.#buffer.flush();
    } finally {
      close();
    }
  }

  /* ── Passes ───────────────────────────────────────────────────────────────────────────────────────────────── */

  async *#lane(name: LaneName): AsyncGenerator<void> {
    for (;;) {
      await this.#buffer!.flush();
      // A refresh joins the run that is already in the lane: news never wait behind history.
      const leave = await this.#shared.enter(name, { wait: this.parts.wish.kind !== "refresh" });
      if (!leave) return;
      try {
        const planned = planLane(name, this.#shared.state, { wish: this.parts.wish, at: this.#circumstances() });
        if (!planned) return this.#noteQuiet(name);
        yield* this.#readResumable(name, planned);
        await this.#buffer!.flush();
        // A pass that was interrupted long ago ends long ago: what changed since then is read now.
        if (name !== "refresh" || !planned.isResumed) return;
      } finally {
        await this.#buffer!.flush().finally(leave);
      }
    }
  }

  /** A position may have grown too old for the provider; then the pass begins again. */
  async *#readResumable(name: LaneName, { lane, isResumed }: PlannedLane): AsyncGenerator<void> {
    let isFirst = true;
    try {
      for await (const _page of this.#read(name, lane)) {
        isFirst = false;
        yield;
      }
    } catch (error) {
      const isStale = isResumed && isFirst && (error instanceof SkippableError || error instanceof DataError);
      if (!isStale) throw error;
      this.parts.log.info(
        { ...this.parts.setting.key, lane: name },
        "the saved position is no longer accepted: the pass begins again",
      );
      yield* this.#read(name, { ...lane, position: null, before: null, startedAt: null, reached: null });
    }
  }

  async *#read(name: LaneName, first: Lane): AsyncGenerator<void> {
    const { stream, config, scope, clock, launchedAt, probe } = this.parts;
    const api = name === "refresh" && this.#shared.state.cursorAt !== null ? this.parts.api : this.parts.historyApi;
    this.#begin(name, { from: first.since, to: first.until });
    const begun = clock.elapsed();
    const checkOrder = createOrderCheck({ stream: stream.name, order: stream.order, overlapSeconds: stream.overlapSeconds });
    let lane = first;
    let order: Order = stream.order;
    for await (const page of stream.read({ api, config, scope, since: lane.since, until: lane.until, position: lane.position })) {
      const startedAt =
        lane.startedAt ?? addSeconds(page.answers[0]?.receivedAt ?? clock.now(), (begun - clock.elapsed()) / 1000);
      const mapped = await this.#archiveAndMap(page);
      this.#note(page);
      const broken = order === "unordered" ? null : checkOrder(mapped.prepared, startedAt);
      if (broken) {
        order = "unordered";
        this.#remark = inWords(broken, this.parts.setting.redactor);
        this.parts.log.warn({ ...this.parts.setting.key, code: broken.code }, broken.message);
      }
      lane = advance(lane, page, startedAt);
      const [now, rules] = [lane, { name, order, launchedAt }];
      this.#buffer!.hold(mapped, { step: (state) => afterPage(state, now, rules) });
      this.#state = { ...this.#state, reached: lane.reached };
      this.#count(mapped);
      await this.#buffer!.writeIfFull();
      yield;
      if (isReached(lane, order, page)) break;
    }
    const startedAt = lane.startedAt ?? addSeconds(this.parts.providerNow(), (begun - clock.elapsed()) / 1000);
    const ended = { ...lane, startedAt };
    this.#buffer!.addStep((state) => ({
      ...afterLane(state, ended, { name, order, launchedAt }),
      mark: name === "range" ? state.mark : (probe?.mark ?? state.mark),
    }));
  }

  /** The probe heard nothing of the stream: everything up to the probe has been read. */
  #noteQuiet(name: LaneName): void {
    const { probe, quietSeconds } = this.parts;
    const { cursorAt, mark, lanes } = this.#shared.state;
    if (name !== "refresh" || !probe || !cursorAt || lanes.refresh || probe.mark !== mark) return;
    if (!isBefore(cursorAt, addSeconds(probe.at, -quietSeconds))) return;
    this.#buffer!.addStep((state) => ({ ...state, cursorAt: probe.at }));
  }

  async *#unfinished(): AsyncGenerator<void> {
    const { sink, stream, config, scope, api, setting, providerNow, ledger } = this.parts;
    for (;;) {
      await this.#buffer!.flush();
      const by = providerNow();
      const due = await sink.readUnfinished(setting.key, { by, limit: KEYS_AT_ONCE });
      if (due.length === 0) return;
      this.#begin("unfinished", { from: null, to: null });
      const missing = new Map(due.map((record) => [record.nativeKey, record]));
      const attempts = new Map(due.map((record) => [record.nativeKey, record.attempts + 1]));
      for await (const page of stream.readKeys!({ api, config, scope, keys: [...missing.keys()] })) {
        const mapped = await this.#archiveAndMap(page);
        this.#note(page);
        this.#buffer!.hold(mapped, { attempts: (nativeKey) => attempts.get(nativeKey) ?? 0 });
        this.#count(mapped);
        for (const each of mapped.prepared)
          missing.delete("fit" in each ? each.fit.record.nativeKey : (each.misfit.nativeKey ?? ""));
        yield;
      }
      ledger.skipped(missing.size);
      this.#putOff([...missing.values()], by);
    }
  }

  /** Records that did not come: asked for again later, and given up after a while. */
  #putOff(missing: readonly UnfinishedRecord[], now: Instant): void {
    const again = missing.filter(({ attempts }) => attempts + 1 < PATIENCE_FOR_MISSING);
    const lost = missing.filter(({ attempts }) => attempts + 1 >= PATIENCE_FOR_MISSING);
    this.#buffer!.putOff(
      again.map(({ nativeKey, attempts }) => ({
        nativeKey,
        attempts: attempts + 1,
        nextReadAt: addSeconds(now, 300 * 4 ** attempts),
      })),
      lost.map(({ nativeKey }) => nativeKey),
    );
  }

  #circumstances(): Circumstances {
    const { stream, floor, wish, launchedAt, providerNow, probe } = this.parts;
    return {
      order: stream.order,
      overlapSeconds: stream.overlapSeconds,
      everySeconds: stream.everySeconds ?? 0,
      floor: wish.since ?? floor,
      launchedAt,
      now: providerNow(),
      mark: probe?.mark ?? null,
    };
  }

  #begin(lane: LaneName | "unfinished", range: { from: Instant | null; to: Instant | null }): void {
    const { ledger } = this.parts;
    const isHistory = lane === "history" || lane === "range" || this.#shared.state.cursorAt === null;
    if (lane !== "unfinished" || !this.#hasBegun) ledger.scan(isHistory ? "backfill" : "refresh", range);
    this.#state = { lane, reached: null, goal: range.from, outcome: null };
    if (!this.#hasBegun) ledger.begin();
    this.#hasBegun = true;
  }

  /* ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────── */

  async #archiveAndMap(page: Page): Promise<MappedPage> {
    const { setting, archive, ledger, clock } = this.parts;
    const records = page.records.map((record) => archived(record, setting.redactor));
    const row = await archivePage(page, records, { archive, key: setting.key, taskId: ledger.id, now: clock.now() });
    const prepared: Prepared[] = [];
    for (const [position, record] of records.entries()) {
      if (position % RECORDS_AT_ONCE === RECORDS_AT_ONCE - 1) await breathe();
      prepared.push(prepare(record, { pageId: row!.id, position, seenAt: row!.fetchedAt }, setting));
    }
    return { row, prepared };
  }

  #note({ remark }: Page): void {
    if (remark) this.#remark ??= inWords(remark, this.parts.setting.redactor);
  }

  #count({ prepared }: MappedPage): void {
    const changes = prepared.flatMap((each) => ("fit" in each ? [each.fit.record.changedAt] : []));
    this.parts.ledger.read({ records: prepared.length, quarantined: prepared.length - changes.length, changes });
  }

  /* ── The end ──────────────────────────────────────────────────────────────────────────────────────────────── */

  async #close(thrown: unknown): Promise<void> {
    const { ledger, signal, setting, log } = this.parts;
    let error = thrown;
    try {
      await this.#steps.return(undefined);
      await this.#buffer?.flush();
    } catch (later) {
      error = later;
    }
    if (error instanceof FatalError) this.#fatal = error;
    const isPaused = error !== null && signal.aborted && !this.#fatal;
    const words = error === null ? this.#remark : isPaused ? null : inWords(error, setting.redactor);
    const outcome: StreamOutcome = error === null ? (this.#hasBegun ? "succeeded" : "idle") : isPaused ? "paused" : "failed";
    this.#state = { ...this.#state, lane: null, outcome };
    if (words && error !== null) log.warn({ ...setting.key, code: words.code }, words.message);
    if (words?.code === "unexpected")
      log.error({ ...setting.key, stack: setting.redactor.redact(String((error as Error).stack)) }, "unexpected error");
    if (outcome === "idle" || (outcome === "paused" && !this.#hasBegun)) return;
    await ledger.end({
      status: outcome === "paused" ? "cancelled" : outcome === "succeeded" ? "succeeded" : "failed",
      error: words,
    });
    await this.#buffer?.writeTask().catch((failure: unknown) => {
      log.warn({ ...setting.key, error: setting.redactor.redact(String(failure)) }, "the task's row was not written");
    });
  }
}
