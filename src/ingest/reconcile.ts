import type { Instant } from "../domain/instant.ts";
import { wholeIntegration, type CheckResult, type Scope, type Stream, type Sweep } from "./connector.ts";
import { FatalError } from "./errors.ts";
import { inWords, type ErrorInWords } from "./explain-error.ts";
import { newMeter } from "./http.ts";
import { isBefore } from "./instants.ts";
import { createLedger, type TaskRow } from "./ledger.ts";
import { mapSettingOf } from "./map-setting.ts";
import { formatNumbers, gapsOf, parseNumbers } from "./numbers.ts";
import { nothingKnown } from "./deletions.ts";
import { checkFailed, nothingToReconcile } from "./problems.ts";
import { PlaceReconciliation, type Numbers } from "./reconcile-place.ts";
import { placesOf, type IngestIntegration } from "./request.ts";
import type { EngineParts, Opened } from "./engine-parts.ts";
import { safe } from "./run.ts";
import type { ReconciliationPort, SourceCount } from "./sink.ts";

export interface ReconcileRequest {
  readonly integration: IngestIntegration;
  /** Names of streams; all that can be listed unless given. */
  readonly streams?: readonly string[];
  /** Ids or names of scopes; all unless given. */
  readonly scopes?: readonly string[];
  /** Ids of scopes that people chose and the credential no longer shows: while there are some, absence proves little. */
  readonly vanished?: readonly string[];
  /** Goes on with a reconciliation that began then: scopes counted since are left out. */
  readonly since?: Instant;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReconcileProgress) => void;
}

export interface ReconcileProgress {
  readonly integrationId: string;
  readonly places: { readonly total: number; readonly done: number; readonly failed: number };
  /** What was just compared; null for a place that failed or was never read. */
  readonly count: SourceCount | null;
}

export interface ReconcileSummary {
  readonly integrationId: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly outcome: "succeeded" | "partly" | "failed" | "paused";
  readonly fatal: ErrorInWords | null;
  readonly counts: readonly SourceCount[];
  readonly tasks: readonly TaskRow[];
  readonly totals: {
    readonly missing: number;
    readonly healed: number;
    readonly stale: number;
    readonly tombstoned: number;
    readonly failed: number;
  };
}

type Sweeping = Stream<unknown, unknown> & { readonly sweep: Sweep<unknown> };

/** Scopes compared at once; history's lane of the budget keeps them behind everything else. */
const SCOPES_AT_ONCE = 4;

/** The name under which comparisons of number sequences are stored. */
export const NUMBERS = "number";

/**
 * Compares what the provider lists with what is stored, scope by scope; reads at once what is missing or stale, and concludes that
 * things are deleted only after several sweeps by a healthy credential.
 */
export async function runReconcile(
  opened: Opened,
  request: ReconcileRequest,
  parts: EngineParts & { closing: AbortSignal },
): Promise<ReconcileSummary> {
  const port = parts.sink.reconciliation;
  if (!port) throw nothingToReconcile();
  return new Reconciliation(opened, request, { ...parts, port }).run();
}

class Reconciliation {
  readonly #opened: Opened;
  readonly #request: ReconcileRequest;
  readonly #parts: EngineParts & { port: ReconciliationPort };
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #startedAt: Instant;
  readonly #counts: SourceCount[] = [];
  readonly #tasks: TaskRow[] = [];
  #places = { total: 0, done: 0, failed: 0 };
  #fatal: ErrorInWords | null = null;
  #before!: CheckResult;

  constructor(
    opened: Opened,
    request: ReconcileRequest,
    parts: EngineParts & { closing: AbortSignal; port: ReconciliationPort },
  ) {
    this.#opened = opened;
    this.#request = request;
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
    this.#signal = AbortSignal.any([this.#stop.signal, parts.closing, ...(request.signal ? [request.signal] : [])]);
  }

  async run(): Promise<ReconcileSummary> {
    try {
      const places = await this.#due();
      this.#places.total = places.reduce((sum, { streams }) => sum + streams.length, 0);
      if (places.length > 0) {
        this.#before = await this.#check();
        if (!this.#before.ok) throw checkFailed(this.#before.sentence);
        await this.#inTurn(places);
      }
    } catch (error) {
      if (!(error instanceof FatalError)) {
        if (!this.#signal.aborted) throw error;
      } else this.#halt(error);
    }
    return this.#summary();
  }

  /** Scope by scope, the whole integration last, since what it lists depends on what the credential may see. */
  async #due(): Promise<{ scope: Scope; streams: Sweeping[] }[]> {
    const { integration, streams, scopes, since } = this.#request;
    const places = placesOf({ integration, ...(streams ? { streams } : {}), ...(scopes ? { scopes } : {}) });
    const sweeping = places.filter((place): place is { stream: Sweeping; scope: Scope } => place.stream.sweep !== undefined);
    const newest = since === undefined ? [] : await this.#parts.port.newestCounts(integration.id);
    const isDone = (scope: Scope, stream: Sweeping) =>
      newest.some(
        ({ scopeId, entity, countedAt }) =>
          scopeId === scope.id && entity === stream.sweep.entity && !isBefore(countedAt, since!),
      );
    const groups = Map.groupBy(sweeping, ({ scope }) => scope.id);
    const due = [...groups.values()]
      .map((group) => ({ scope: group[0]!.scope, streams: group.map(({ stream }) => stream) }))
      .filter(({ scope, streams: own }) => !own.every((stream) => isDone(scope, stream)));
    return [
      ...due.filter(({ scope }) => scope.id !== wholeIntegration.id),
      ...due.filter(({ scope }) => scope.id === wholeIntegration.id),
    ];
  }

  async #inTurn(places: readonly { scope: Scope; streams: Sweeping[] }[]): Promise<void> {
    const waiting = [...places];
    const work = async () => {
      for (let next = waiting.shift(); next && !this.#signal.aborted; next = waiting.shift()) await this.#scope(next);
    };
    const isLast = ({ scope }: { scope: Scope }) => scope.id === wholeIntegration.id;
    const last = waiting.splice(waiting.findIndex(isLast) < 0 ? waiting.length : waiting.findIndex(isLast));
    await Promise.all(Array.from({ length: Math.min(SCOPES_AT_ONCE, waiting.length) }, work));
    for (const place of last) if (!this.#signal.aborted) await this.#scope(place);
  }

  async #scope({ scope, streams }: { scope: Scope; streams: readonly Sweeping[] }): Promise<void> {
    const numbers = new Map<Sweeping, Numbers>();
    for (const stream of streams) {
      if (this.#signal.aborted) return;
      const found = await this.#place(stream, scope);
      if (found) numbers.set(stream, found);
    }
    for (const [sequence, own] of Map.groupBy(streams, (stream) => stream.sweep.numbered?.sequence))
      if (
        sequence !== undefined &&
        this.#isWhole(sequence, own) &&
        own.every((stream) => numbers.has(stream)) &&
        !this.#signal.aborted
      )
        await this.#sequence(scope, own, numbers);
  }

  /** Without all streams that share it, a sequence would take the numbers of the others for gone. */
  #isWhole(sequence: string, streams: readonly Sweeping[]): boolean {
    const sharing = this.#request.integration.connector.streams.filter(({ sweep }) => sweep?.numbered?.sequence === sequence);
    return sharing.every(({ name }) => streams.some((stream) => stream.name === name));
  }

  /** One comparison; its failure is its own. Answers the numbers it accounts for. */
  async #place(stream: Sweeping, scope: Scope): Promise<Numbers | null> {
    const visited = await this.#visit({ stream, scope, isSweep: true }, (place) => place.run());
    if (visited) this.#note(visited.result.count);
    return visited?.result.numbers ?? null;
  }

  /** One look at a stream of a scope with its own row in the ledger; null when it failed, or when there is nothing to compare with yet. */
  async #visit<Result>(
    { stream, scope, isSweep }: { stream: Sweeping; scope: Scope; isSweep: boolean },
    work: (place: PlaceReconciliation) => Promise<Result>,
  ): Promise<{ result: Result; taskId: string } | null> {
    const { book, clock } = this.#parts;
    const setting = mapSettingOf(this.#opened, { stream, scope });
    const { shared, close } = await book.open(setting.key);
    try {
      const { cursorAt, coveredFrom } = shared.state;
      if (isSweep && (cursorAt === null || coveredFrom === null)) return this.#note(null);
      const ledger = createLedger(setting.key, { clock, log: safe(this.#parts), onChange: () => {} });
      ledger.scan("reconcile", { from: isSweep ? coveredFrom : null, to: null });
      ledger.begin();
      const own = { opened: this.#opened, stream, scope, setting, shared, ledger, signal: this.#signal };
      const place = new PlaceReconciliation({ ...this.#parts, ...own, doubt: () => this.#doubt(stream) });
      try {
        const result = await work(place);
        await ledger.end({ status: "succeeded" });
        return { result, taskId: ledger.id };
      } catch (error) {
        await this.#failed(error, { place, ledger });
        return null;
      } finally {
        this.#tasks.push(ledger.row());
        await place.writeTask().catch((failure: unknown) => this.#warn(failure, "the task's row was not written"));
      }
    } finally {
      close();
    }
  }

  async #failed(error: unknown, { place, ledger }: { place: PlaceReconciliation; ledger: ReturnType<typeof createLedger> }) {
    await place.flush().catch((failure: unknown) => this.#warn(failure, "what was read could not be written"));
    if (error instanceof FatalError) this.#halt(error);
    const isPaused = this.#signal.aborted && !(error instanceof FatalError);
    const words = isPaused ? null : inWords(error, this.#opened.redactor);
    if (words) this.#warn(words.message, "a scope could not be compared");
    await ledger.end({ status: isPaused ? "cancelled" : "failed", error: words });
    if (!isPaused) this.#places.failed++;
    this.#note(null);
  }

  /* ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────── */

  /** Every number of the sequence must belong to something that is read, or be asked for once and known to belong to nothing. */
  async #sequence(scope: Scope, streams: readonly Sweeping[], numbers: ReadonlyMap<Sweeping, Numbers>): Promise<void> {
    const own = streams.map((stream) => numbers.get(stream)!);
    const of = (name: keyof Numbers) => own.flatMap((one) => one[name]);
    const { highest, gaps } = gapsOf(new Set([...of("present"), ...of("outside"), ...of("gone")]));
    const { integration } = this.#request;
    const last = (await this.#parts.port.newestCounts(integration.id)).find(
      ({ scopeId, entity }) => scopeId === scope.id && entity === NUMBERS,
    );
    const known = new Set(parseNumbers(last?.goneNumbers));
    const asked = gaps.filter((number) => !known.has(number));
    const { found, taskId } = await this.#ask(scope, streams, asked);
    if (found === null) return;
    const nothing = gaps.filter((number) => !found.has(number));
    const present = new Set([...of("present"), ...found]);
    const gone = new Set([...of("gone"), ...nothing].filter((number) => !present.has(number)));
    const outside = new Set(of("outside").filter((number) => !present.has(number) && !gone.has(number)));
    const { integrationId, key } = {
      integrationId: integration.id,
      key: { integrationId: integration.id, scopeId: scope.id, stream: streams[0]!.name },
    };
    const count: SourceCount = {
      integrationId,
      scopeId: scope.id,
      entity: NUMBERS,
      countedAt: this.#parts.clock.now(),
      sourceCount: highest - outside.size,
      storedCount: present.size + gone.size,
      stream: null,
      missingCount: found.size,
      healedCount: found.size,
      staleCount: 0,
      candidateCount: 0,
      tombstonedCount: gone.size,
      outsideCount: outside.size,
      highestNumber: highest,
      goneNumbers: formatNumbers([...gone]),
      remark: null,
      taskId,
    };
    const batch = { key, connector: integration.connector.name, pages: [], records: [], quarantined: [], ...nothingKnown };
    await this.#parts.writer.write({
      stream: JSON.stringify(key),
      build: () => ({ ...batch, reconciled: { counts: [count], missing: { keep: [], done: [] } } }),
      done: () => {},
    });
    this.#counts.push(count);
  }

  /** Asks for the things behind numbers, stream by stream; null when the provider would not say. */
  async #ask(
    scope: Scope,
    streams: readonly Sweeping[],
    asked: readonly number[],
  ): Promise<{ found: Set<number> | null; taskId: string | null }> {
    const found = new Set<number>();
    let taskId: string | null = null;
    if (asked.length === 0) return { found, taskId };
    for (const stream of streams) {
      const { numbered } = stream.sweep;
      if (!stream.readKeys || !numbered) continue;
      const keys = asked.filter((number) => !found.has(number)).map((number) => numbered.key(number, scope));
      const visited = await this.#visit({ stream, scope, isSweep: false }, (place) => place.readKeys(keys));
      if (visited === null) return { found: null, taskId };
      for (const key of visited.result) found.add(numbered.number(key));
      taskId ??= visited.taskId;
    }
    return { found, taskId };
  }

  /* ── The credential ───────────────────────────────────────────────────────────────────────────────────────── */

  #check(): Promise<CheckResult> {
    const { client, integration } = this.#opened;
    const api = client.api({ meter: newMeter(), signal: this.#signal, priority: 1 });
    return integration.connector.check({ api, config: integration.config });
  }

  /** Asked after a sweep that did not show everything: does the credential still see what it should? */
  async #doubt(stream: Sweeping): Promise<string | null> {
    const after = await this.#check();
    if (!after.ok) return `Nothing is taken for deleted while the credential does not pass its check: ${after.sentence}`;
    const lacking = [...this.#before.missing, ...after.missing].find(({ streams }) => streams.includes(stream.name));
    if (lacking) return `Nothing is taken for deleted while the credential lacks ${lacking.permission}.`;
    if (stream.level === "scope") return null;
    const hidden = await this.#hiddenScopes();
    return hidden > 0
      ? `Nothing is taken for deleted while ${hidden} chosen ${hidden === 1 ? "scope is" : "scopes are"} not visible to the credential.`
      : null;
  }

  /** Chosen scopes that the credential does not show: lists of the whole integration may then be cut short too. */
  async #hiddenScopes(): Promise<number> {
    const { client, integration } = this.#opened;
    const expected = new Set([...integration.scopes.map(({ id }) => id), ...(this.#request.vanished ?? [])]);
    const api = client.api({ meter: newMeter(), signal: this.#signal, priority: 1 });
    for await (const { id } of integration.connector.scopes({ api, config: integration.config })) expected.delete(id);
    return expected.size;
  }

  /* ── What came of it ──────────────────────────────────────────────────────────────────────────────────────── */

  #note(count: SourceCount | null): null {
    this.#places.done++;
    if (count) this.#counts.push(count);
    this.#request.onProgress?.({ integrationId: this.#request.integration.id, places: { ...this.#places }, count });
    return null;
  }

  #halt(error: FatalError): void {
    this.#fatal ??= inWords(error, this.#opened.redactor);
    this.#stop.abort(error);
  }

  #warn(error: unknown, message: string): void {
    const { log } = this.#parts;
    log.warn({ integrationId: this.#request.integration.id, error: this.#opened.redactor.redact(String(error)) }, message);
  }

  #summary(): ReconcileSummary {
    const own = this.#counts.filter(({ entity }) => entity !== NUMBERS);
    const sum = (of: (count: SourceCount) => number | null | undefined) =>
      own.reduce((total, count) => total + (of(count) ?? 0), 0);
    const { failed, done } = this.#places;
    const isPaused = this.#signal.aborted && !this.#fatal;
    return {
      integrationId: this.#request.integration.id,
      startedAt: this.#startedAt,
      finishedAt: this.#parts.clock.now(),
      outcome:
        this.#fatal || (failed > 0 && failed === done) ? "failed" : isPaused ? "paused" : failed > 0 ? "partly" : "succeeded",
      fatal: this.#fatal,
      counts: this.#counts,
      tasks: this.#tasks,
      totals: {
        missing: sum(({ missingCount }) => missingCount),
        healed: sum(({ healedCount }) => healedCount),
        stale: sum(({ staleCount }) => staleCount),
        tombstoned: sum(({ tombstonedCount }) => tombstonedCount),
        failed,
      },
    };
  }
}
