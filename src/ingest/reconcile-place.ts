import { addSeconds, type Instant } from "../domain/instant.ts";
import { compareKeys, countSweep, stillInDoubt, sweepsNeeded, type Compared } from "./compare-keys.ts";
import type { Api, Listed, Page, Scope, Stream, Sweep } from "./connector.ts";
import { nothingKnown, tombstoneBatch } from "./deletions.ts";
import { isBefore } from "./instants.ts";
import type { Ledger } from "./ledger.ts";
import { mapPage } from "./map-page.ts";
import type { SharedProgress } from "./progress-book.ts";
import type { MapSetting } from "./records.ts";
import type { EngineParts, Opened } from "./engine-parts.ts";
import type { Candidate, ReconciliationPort, SourceCount, StoredKey } from "./sink.ts";
import { StreamBuffer } from "./stream-buffer.ts";

const KEYS_AT_ONCE = 100;

export interface PlaceParts extends Pick<EngineParts, "archive" | "writer" | "clock"> {
  readonly opened: Opened;
  readonly stream: Stream<unknown, unknown> & { readonly sweep: Sweep<unknown> };
  readonly scope: Scope;
  readonly setting: MapSetting;
  readonly port: ReconciliationPort;
  readonly shared: SharedProgress;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
  /** Why absence proves nothing now, in a sentence; null when the credential is well. Asked after the sweep. */
  readonly doubt: () => Promise<string | null>;
}

/** Numbers of a sequence that one stream accounts for. */
export interface Numbers {
  readonly present: number[];
  readonly outside: number[];
  readonly gone: number[];
}

export interface PlaceResult {
  readonly count: SourceCount;
  readonly numbers: Numbers | null;
}

interface Verdict {
  readonly keep: readonly Candidate[];
  readonly gone: readonly Candidate[];
  readonly remark: string | null;
}

/** One stream of one scope: list, compare, read what is missing, and judge what is no longer listed. */
export class PlaceReconciliation {
  readonly #parts: PlaceParts;
  readonly #api: Api;
  readonly #buffer: StreamBuffer;

  constructor(parts: PlaceParts) {
    this.#parts = parts;
    const { opened, ledger, signal, scope, setting, writer, shared } = parts;
    this.#api = opened.client.api({ meter: ledger.meter, signal, scopeId: scope.id, priority: 1 });
    this.#buffer = new StreamBuffer({ key: setting.key, connector: setting.connector, writer, ledger, shared });
  }

  /** Throws as the provider's answers make it; then nothing was judged. */
  async run(): Promise<PlaceResult> {
    const { stream, shared, port, setting } = this.#parts;
    const { cursorAt, coveredFrom } = shared.state;
    const { listed, startedAt } = await this.#list();
    const stored = await port.storedKeys(setting.key, stream.sweep.entity);
    const range = { cursorAt: cursorAt!, coveredFrom: coveredFrom!, overlapSeconds: stream.overlapSeconds };
    const compared = compareKeys(listed, stored, range);
    const arrived = await this.#heal(compared, range.cursorAt);
    const verdict = await this.#judge(compared, startedAt);
    const healed = compared.missing.filter(({ key }) => arrived.has(key)).length;
    const count = this.#count(compared, healed, verdict);
    await this.#conclude(verdict, { count, startedAt });
    return { count, numbers: this.#numbers(stored, { outside: compared.outside, arrived, gone: verdict.gone }) };
  }

  /** Reads single things that nothing else accounts for; answers the keys that came. */
  async readKeys(keys: readonly string[]): Promise<Set<string>> {
    const arrived = await this.#readKeys(keys);
    await this.#buffer.flush();
    return arrived;
  }

  async flush(): Promise<void> {
    await this.#buffer.flush();
  }

  async writeTask(): Promise<void> {
    await this.#buffer.writeTask();
  }

  /** The whole list, and the provider's clock when it began. */
  async #list(): Promise<{ listed: Map<string, Listed>; startedAt: Instant }> {
    const { stream, scope, opened, clock, signal } = this.#parts;
    const begun = clock.elapsed();
    const listed = new Map<string, Listed>();
    let startedAt: Instant | null = null;
    const request = { api: this.#api, config: opened.integration.config, scope, now: opened.client.now() };
    for await (const { things, answers } of stream.sweep.read(request)) {
      signal.throwIfAborted();
      startedAt ??= addSeconds(answers[0]?.receivedAt ?? opened.client.now(), (begun - clock.elapsed()) / 1000);
      for (const thing of things) listed.set(thing.key, thing);
    }
    return { listed, startedAt: startedAt ?? opened.client.now() };
  }

  async #heal({ missing, arriving, stale }: Compared, cursorAt: Instant): Promise<Set<string>> {
    const wanted = [...missing, ...arriving, ...stale];
    if (wanted.length === 0) return new Set();
    const arrived = this.#parts.stream.readKeys
      ? await this.#readKeys(wanted.map(({ key }) => key))
      : await this.#readRange(wanted, cursorAt);
    await this.#buffer.flush();
    return arrived;
  }

  async #readKeys(keys: readonly string[]): Promise<Set<string>> {
    const { stream, scope, opened } = this.#parts;
    const arrived = new Set<string>();
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      const request = { api: this.#api, config: opened.integration.config, scope, keys: keys.slice(at, at + KEYS_AT_ONCE) };
      for await (const page of stream.readKeys!(request)) await this.#take(page, arrived);
    }
    return arrived;
  }

  /** Where single things cannot be asked for: the range in which they lie. */
  async #readRange(wanted: readonly Listed[], cursorAt: Instant): Promise<Set<string>> {
    const { stream, scope, opened } = this.#parts;
    const times = wanted.map(({ orderedAt, changedAt }) => orderedAt ?? changedAt);
    const known = times.filter((time) => time !== null);
    const since =
      stream.order === "unordered" || known.length < times.length ? null : known.reduce((a, b) => (isBefore(a, b) ? a : b));
    const arrived = new Set<string>();
    const request = { api: this.#api, config: opened.integration.config, scope, since, until: null, position: null };
    for await (const page of stream.read(request)) {
      await this.#take(page, arrived);
      const isPast =
        page.reached !== null &&
        (stream.order === "ascending" ? !isBefore(page.reached, cursorAt) : since !== null && !isBefore(since, page.reached));
      if (isPast && stream.order !== "unordered") break;
    }
    return arrived;
  }

  async #take(page: Page, arrived: Set<string>): Promise<void> {
    const { setting, archive, ledger, clock, signal } = this.#parts;
    signal.throwIfAborted();
    const mapped = await mapPage(page, { setting, archive, taskId: ledger.id, now: clock.now() });
    this.#buffer.hold(mapped, {});
    const fits = mapped.prepared.flatMap((each) => ("fit" in each ? [each.fit.record] : []));
    for (const { nativeKey } of fits) arrived.add(nativeKey);
    ledger.read({
      records: mapped.prepared.length,
      quarantined: mapped.prepared.length - fits.length,
      changes: fits.map(({ changedAt }) => changedAt),
    });
    await this.#buffer.writeIfFull();
  }

  /**
   * What is stored and not listed is deleted only after enough sweeps in a row, apart from each other, while the credential is well before
   * and after, and when asking for the very thing brings nothing either.
   */
  async #judge(compared: Compared, startedAt: Instant): Promise<Verdict> {
    const { stream, port, setting, doubt } = this.#parts;
    const { sweep } = stream;
    if (sweep.absence === "unknown" || compared.extra.length === 0) return { keep: [], gone: [], remark: null };
    const nativeKeys = compared.extra.map(({ nativeKey }) => nativeKey);
    const candidates = await port.candidates(setting.key, { entity: sweep.entity, nativeKeys });
    const remark = await doubt();
    if (remark !== null) return { keep: candidates.filter(({ sweeps }) => sweeps > 0), gone: [], remark };
    const needed = sweepsNeeded(compared);
    const counted = candidates.map((one) => countSweep(one, startedAt));
    const due = counted.filter(({ sweeps }) => sweeps >= needed);
    const back =
      stream.readKeys && due.length > 0 ? await this.#readKeys(due.map(({ nativeKey }) => nativeKey)) : new Set<string>();
    await this.#buffer.flush();
    const gone = due.filter(({ nativeKey }) => !back.has(nativeKey));
    const keep = counted.filter((one) => !due.includes(one));
    return { keep, gone, remark: keep.length > 0 ? stillInDoubt(keep, needed) : null };
  }

  #count(compared: Compared, healed: number, verdict: Verdict): SourceCount {
    const { setting, stream, clock, ledger } = this.#parts;
    const { integrationId, scopeId } = setting.key;
    return {
      integrationId,
      scopeId,
      entity: stream.sweep.entity,
      countedAt: clock.now(),
      sourceCount: compared.expected,
      storedCount: compared.stored + healed,
      stream: stream.name,
      missingCount: compared.missing.length,
      healedCount: healed,
      staleCount: compared.stale.length,
      candidateCount: verdict.keep.length,
      tombstonedCount: verdict.gone.length,
      outsideCount: compared.outside.length,
      highestNumber: null,
      goneNumbers: null,
      remark: verdict.remark,
      taskId: ledger.id,
    };
  }

  /** The count, the things in doubt and the tombstones, in one transaction. */
  async #conclude(verdict: Verdict, { count, startedAt }: { count: SourceCount; startedAt: Instant }): Promise<void> {
    const { stream, port, setting, archive, writer, ledger } = this.#parts;
    const { entity } = stream.sweep;
    const kept = new Set(verdict.keep.map(({ entityId }) => entityId));
    const done = (await port.missing(setting.key)).map(({ entityId }) => entityId).filter((id) => !kept.has(id));
    const { integrationId, scopeId, stream: name } = setting.key;
    const keep = verdict.keep.map(({ entityId, nativeKey, sweeps, missingSince, lastMissedAt }) => ({
      entity,
      entityId,
      missingSince: missingSince ?? startedAt,
      sweeps,
      lastMissedAt: lastMissedAt ?? startedAt,
      integrationId,
      scopeId,
      stream: name,
      nativeKey,
    }));
    const ending = {
      rows: verdict.gone.map(({ entityId: id }) => ({ entity, id })),
      at: startedAt,
      reason: `no longer in the provider's list, ${sweepsNeededText(verdict.gone)}`,
    };
    const batch =
      ending.rows.length > 0
        ? await tombstoneBatch(ending, { setting, archive, taskId: ledger.id })
        : { key: setting.key, connector: setting.connector, pages: [], records: [], quarantined: [], ...nothingKnown };
    const reconciled = { counts: [count], missing: { keep, done } };
    await writer.write({
      stream: JSON.stringify(batch.key),
      build: () => ({ ...batch, reconciled }),
      done: (result) => ledger.written(result),
    });
  }

  #numbers(
    stored: readonly StoredKey[],
    { outside, arrived, gone }: { outside: readonly Listed[]; arrived: ReadonlySet<string>; gone: readonly Candidate[] },
  ): Numbers | null {
    const { numbered } = this.#parts.stream.sweep;
    if (!numbered) return null;
    const alive = new Set(stored.filter(({ deletedAt }) => deletedAt === null).map(({ nativeKey }) => nativeKey));
    for (const key of arrived) alive.add(key);
    for (const { nativeKey } of gone) alive.delete(nativeKey);
    const dead = stored.filter(({ nativeKey }) => !alive.has(nativeKey)).map(({ nativeKey }) => nativeKey);
    const numbersOf = (keys: Iterable<string>) => [...keys].map((key) => numbered.number(key));
    return { present: numbersOf(alive), outside: numbersOf(outside.map(({ key }) => key)), gone: numbersOf(dead) };
  }
}

const sweepsNeededText = (gone: readonly Candidate[]): string =>
  `${gone.reduce((most, { sweeps }) => Math.max(most, sweeps), 0)} sweeps in a row`;
