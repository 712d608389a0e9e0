import { addSeconds, type Instant } from "../domain/instant.ts";
import type { Clock } from "./clock.ts";
import type { Api, Page, Scope, Stream } from "./connector.ts";
import { DataError, FatalError, SkippableError } from "./errors.ts";
import { inWords, type ErrorInWords } from "./explain-error.ts";
import { gitOf, type Git } from "./git/contract.ts";
import type { Ledger } from "./ledger.ts";
import { isBefore } from "./instants.ts";
import type { Log } from "./log.ts";
import { createOrderCheck } from "./order-check.ts";
import { isRangeWish, lanesFor, planLane, type Circumstances, type PlannedLane, type Wish } from "./plan.ts";
import { advance, afterLane, afterPage, isReached, type Lane, type LaneName, type Order } from "./progress.ts";
import type { ProgressBook, SharedProgress } from "./progress-book.ts";
import { bury } from "./deletions.ts";
import { mapPage } from "./map-page.ts";
import type { StreamHint } from "./request.ts";
import type { MapSetting } from "./records.ts";
import type { Archive, Sink, UnfinishedRecord } from "./sink.ts";
import { StreamBuffer, type MappedPage } from "./stream-buffer.ts";
import { LIST, readInWay } from "./ways.ts";
import type { Writer } from "./writer.ts";

/** A lane as it was before its first page. */
const anew = { position: null, before: null, startedAt: null, reached: null } as const;
const KEYS_AT_ONCE = 100;
/** Reads by key that the provider answers with nothing before a record counts as gone from the list. */
const PATIENCE_FOR_MISSING = 5;

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
  /** In which way a pass that begins now is read. */
  readonly wayOf: (lane: LaneName) => string;
  readonly wish: Wish;
  readonly hint: StreamHint | null;
  readonly floor: Instant | null;
  readonly launchedAt: Instant;
  readonly probe: { readonly mark: string; readonly at: Instant } | null;
  readonly signal: AbortSignal;
  readonly sink: Sink;
  readonly archive: Archive;
  readonly writer: Writer;
  readonly book: ProgressBook;
  readonly git: Git | null;
  /** The header with which the provider would be called now. */
  readonly authorization: () => Promise<string | null>;
  readonly clock: Clock;
  readonly log: Log;
  /** A stream that nothing was heard of moves its cursor at most this often. */
  readonly quietSeconds: number;
}

interface KeysRead {
  readonly missing: ReadonlySet<string>;
  readonly isAnswered: boolean;
}

export type StreamOutcome = "idle" | "succeeded" | "failed" | "paused";

/** What a stream is doing, for pages that show it live. */
export interface StreamState {
  readonly lane: LaneName | "unfinished" | "hint" | null;
  /** How far the running pass has come, and where it ends. */
  readonly reached: Instant | null;
  readonly goal: Instant | null;
  readonly outcome: StreamOutcome | null;
  /** In which of the stream's ways it is read. */
  readonly way: string | null;
}

/** One stream of one scope, read page by page so that many can take turns. */
export class StreamRun {
  readonly parts: StreamRunParts;
  readonly #steps: AsyncGenerator<void>;
  #shared!: SharedProgress;
  #buffer: StreamBuffer | null = null;
  #hasBegun = false;
  #isResumable = false;
  #remark: ErrorInWords | null = null;
  #state: StreamState = { lane: null, reached: null, goal: null, outcome: null, way: null };
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

  /** True when another run can go on after the page that was read last. */
  get canPutAway(): boolean {
    return this.#isResumable;
  }

  /** Ends this run as one that has done its part; its place in the stream is saved. */
  async putAway(): Promise<void> {
    await this.#close(null);
  }

  /** Reads up to so many pages; false when the stream is done, one way or another. Never throws. */
  async turn(pages: number): Promise<boolean> {
    this.parts.ledger.turn(true);
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
    } finally {
      this.parts.ledger.turn(false);
    }
  }

  /** Ends a stream that waits for its turn; what it has read is written. */
  async stop(): Promise<void> {
    await this.#close(this.parts.signal.reason ?? new Error("stopped"));
  }

  async *#allSteps(): AsyncGenerator<void> {
    const { book, setting, wish, stream, writer, ledger, hint } = this.parts;
    const { shared, close } = await book.open(setting.key);
    this.#shared = shared;
    this.#buffer = new StreamBuffer({ key: setting.key, connector: setting.connector, writer, ledger, shared });
    try {
      if (hint) {
        yield* this.#hinted(hint);
        return await this.#buffer.flush();
      }
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
      // A hint may be newer than what that run has read, so it does not join.
      const leave = await this.#shared.enter(name, { wait: this.parts.wish.kind !== "refresh" || this.parts.hint !== null });
      if (!leave) return;
      try {
        const planned = planLane(name, this.#shared.state, { wish: this.parts.wish, at: this.#circumstances() });
        if (!planned) return this.#noteQuiet(name);
        yield* this.#readResumable(name, planned);
        await this.#buffer!.flush();
        // A pass that was interrupted long ago ends long ago: what changed since then is read now. History may go back in windows.
        if (planned.isOpening || name === "range" || (name === "refresh" && !planned.isResumed)) return;
      } finally {
        await this.#buffer!.flush().finally(leave);
      }
    }
  }

  /** A position may have grown too old for the provider; then the pass begins again. */
  async *#readResumable(name: LaneName, { lane, isResumed, isOpening }: PlannedLane): AsyncGenerator<void> {
    let isFirst = true;
    try {
      for await (const _page of this.#read(name, lane, isOpening)) {
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
      yield* this.#read(name, { ...lane, ...anew }, isOpening);
    }
  }

  async *#read(name: LaneName, first: Lane, isOpening: boolean): AsyncGenerator<void> {
    const { stream, config, scope, clock, launchedAt, probe } = this.parts;
    const api = name === "refresh" && this.#shared.state.cursorAt !== null ? this.parts.api : this.parts.historyApi;
    this.#begin(name, { from: first.since, to: first.until });
    const begun = clock.elapsed();
    const checkOrder = createOrderCheck({ stream: stream.name, order: stream.order, overlapSeconds: stream.overlapSeconds });
    const way = this.#wayOf(name, first);
    let lane: Lane = { ...first, ...way.change };
    let order: Order = stream.order;
    this.#state = { ...this.#state, way: way.name };
    this.parts.ledger.readIn(way.name);
    const asked = { api, config, scope, since: lane.since, until: lane.until, position: lane.position, git: gitOf(this.parts) };
    for await (const page of readInWay(stream, way.name, asked)) {
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
      const isEnd = isReached(lane, order, page);
      this.#isResumable = name !== "range" && page.position !== null && !isEnd;
      yield;
      this.#isResumable = false;
      if (isEnd) break;
      if (isOpening && lane.reached !== null && lane.position !== null) return;
    }
    const startedAt = lane.startedAt ?? addSeconds(this.parts.providerNow(), (begun - clock.elapsed()) / 1000);
    const ended = { ...lane, startedAt };
    this.#buffer!.addStep((state) => ({
      ...afterLane(state, ended, { name, order, launchedAt }),
      mark: name === "range" ? state.mark : (probe?.mark ?? state.mark),
    }));
  }

  /** A pass goes on in the way in which it began; where that is no more, it begins again in the list. */
  #wayOf(lane: LaneName, { position, way }: Lane): { name: string; change: Partial<Lane> } {
    const { stream, wayOf } = this.parts;
    const wanted = position === null ? wayOf(lane) : (way ?? LIST);
    const name = wanted === LIST || stream.ways?.some((each) => each.name === wanted) ? wanted : LIST;
    const isLost = name !== wanted && position !== null;
    return { name, change: { ...(name === LIST && way === undefined ? {} : { way: name }), ...(isLost ? anew : {}) } };
  }

  /** The probe heard nothing of the stream: everything up to the probe has been read. */
  #noteQuiet(name: LaneName): void {
    const { probe, quietSeconds } = this.parts;
    const { cursorAt, mark, lanes } = this.#shared.state;
    if (name !== "refresh" || !probe || !cursorAt || lanes.refresh || probe.mark !== mark) return;
    if (!isBefore(cursorAt, addSeconds(probe.at, -quietSeconds))) return;
    this.#buffer!.addStep((state) => ({ ...state, cursorAt: probe.at }));
  }

  /** What webhooks named: by key, and whatever else changed in streams that are known already. */
  async *#hinted({ keys, gone, isRefreshed }: StreamHint): AsyncGenerator<void> {
    for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
      this.#begin("hint", { from: null, to: null });
      const { missing, isAnswered } = yield* this.#byKey(keys.slice(start, start + KEYS_AT_ONCE));
      await this.#buffer!.flush();
      if (isAnswered)
        await bury(
          this.parts,
          gone.filter((key) => missing.has(key)),
        );
      this.parts.ledger.skipped(missing.size);
    }
    // A stream that was never read to its end is read by its first pass, which ends with what changed meanwhile.
    if (isRefreshed && this.#shared.state.cursorAt !== null) yield* this.#lane("refresh");
  }

  /** Reads single records; answers the keys that did not come, and whether the provider was asked at all. */
  async *#byKey(keys: readonly string[], attempts: (nativeKey: string) => number = () => 0): AsyncGenerator<void, KeysRead> {
    const { stream, config, scope, api } = this.parts;
    const missing = new Set(keys);
    let isAnswered = false;
    for await (const page of stream.readKeys!({ api, config, scope, keys })) {
      isAnswered ||= page.answers.length > 0;
      const mapped = await this.#archiveAndMap(page);
      this.#note(page);
      this.#buffer!.hold(mapped, { attempts });
      this.#count(mapped);
      for (const each of mapped.prepared)
        missing.delete("fit" in each ? each.fit.record.nativeKey : (each.misfit.nativeKey ?? ""));
      yield;
    }
    return { missing, isAnswered };
  }

  async *#unfinished(): AsyncGenerator<void> {
    const { sink, setting, providerNow, ledger } = this.parts;
    for (;;) {
      await this.#buffer!.flush();
      const by = providerNow();
      const due = await sink.readUnfinished(setting.key, { by, limit: KEYS_AT_ONCE });
      if (due.length === 0) return;
      this.#begin("unfinished", { from: null, to: null });
      const attempts = new Map(due.map((record) => [record.nativeKey, record.attempts + 1]));
      const { missing } = yield* this.#byKey([...attempts.keys()], (nativeKey) => attempts.get(nativeKey) ?? 0);
      ledger.skipped(missing.size);
      this.#putOff(
        due.filter(({ nativeKey }) => missing.has(nativeKey)),
        by,
      );
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
      everySeconds: this.parts.hint ? 0 : (stream.everySeconds ?? 0),
      floor: wish.since ?? floor,
      launchedAt,
      now: providerNow(),
      mark: probe?.mark ?? null,
    };
  }

  #begin(lane: LaneName | "unfinished" | "hint", range: { from: Instant | null; to: Instant | null }): void {
    const { ledger } = this.parts;
    const isHistory = lane === "history" || lane === "range" || this.#shared.state.cursorAt === null;
    if ((lane !== "unfinished" && lane !== "hint") || !this.#hasBegun) ledger.scan(isHistory ? "backfill" : "refresh", range);
    this.#state = { lane, reached: null, goal: range.from, outcome: null, way: null };
    if (!this.#hasBegun) ledger.begin();
    this.#hasBegun = true;
  }

  /* ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────── */

  #archiveAndMap(page: Page): Promise<MappedPage> {
    const { setting, archive, ledger, clock } = this.parts;
    return mapPage(page, { setting, archive, taskId: ledger.id, now: clock.now() });
  }

  #note({ remark }: Page): void {
    if (remark) this.#remark ??= inWords(remark, this.parts.setting.redactor);
  }

  #count({ prepared }: MappedPage): void {
    const changes = prepared.flatMap((each) => ("fit" in each ? [each.fit.record.changedAt] : []));
    this.parts.ledger.read({ records: prepared.length, quarantined: prepared.length - changes.length, changes });
  }

  async #close(thrown: unknown): Promise<void> {
    const { ledger, signal, setting, log } = this.parts;
    let error = thrown;
    try {
      await this.#steps.return(undefined);
      await this.#buffer?.flush();
    } catch (later) {
      error = later;
    } finally {
      this.#buffer?.letGo();
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
