import { wholeIntegration } from "../ingest/connector.ts";
import type { Forecast, StreamProgress } from "../ingest/engine.ts";
import type { LiveTask } from "../workspace/ingestion-tasks.ts";
import type { AnyConnector } from "./connector-form.ts";
import { shareOfPair, type CoverageRow } from "./coverage.ts";
import { callsLeft, etaOf, paceAfter, type Eta, type Pace, type PlaceWork, type Waits } from "./eta.ts";

/** What a run over history is to read. */
export interface WorkPlan {
  readonly connector: AnyConnector;
  readonly streams: readonly string[] | null;
  readonly scopeIds: readonly string[];
  /** Scopes were chosen one by one, so streams of the whole integration stay out. */
  readonly isScoped: boolean;
  readonly since: string | null;
  readonly until: string | null;
  /** A range is read again: what is there already says nothing. */
  readonly isAgain: boolean;
  readonly forecast: Forecast | null;
  readonly pace: Pace;
  /** Calls of earlier runs for the same work. */
  readonly callsBefore: number;
}

type Place = { -readonly [Field in keyof PlaceWork]: PlaceWork[Field] };

const keyOf = (stream: string, scopeId: string) => `${stream}\n${scopeId}`;

/** A place may take several passes; null where one of them is unknown. */
function callsByPlace(forecast: Forecast | null): Map<string, number | null> {
  const all = new Map<string, number | null>();
  for (const { stream, scopeId, calls } of forecast?.streams ?? []) {
    const key = keyOf(stream, scopeId);
    const before = all.has(key) ? all.get(key)! : 0;
    all.set(key, before === null || calls === null ? null : before + calls);
  }
  return all;
}

/** How much of the history asked for is there, and when the rest will be; durations are of a clock that only grows. */
export class WorkMeter {
  readonly #plan: WorkPlan;
  readonly #places = new Map<string, Place>();
  readonly #requests = new Map<string, number>();
  #pace: Pace;
  #callsAtTick = 0;
  #tickedAt: number;

  constructor(plan: WorkPlan, at: { rows: readonly CoverageRow[]; now: string; elapsed: number }) {
    this.#plan = plan;
    this.#pace = plan.pace;
    this.#tickedAt = at.elapsed;
    const expected = callsByPlace(plan.forecast);
    const isCounted = plan.forecast?.basis === "counted";
    for (const { name, level } of plan.connector.streams) {
      if (plan.streams !== null && !plan.streams.includes(name)) continue;
      const scopeIds = level === "scope" ? plan.scopeIds : plan.isScoped ? [] : [wholeIntegration.id];
      for (const scopeId of scopeIds) {
        const key = keyOf(name, scopeId);
        // Not every stream is for every scope: what a forecast leaves out is not read.
        if (expected.size > 0 && !expected.has(key)) continue;
        this.#places.set(key, {
          stream: name,
          expected: expected.get(key) ?? null,
          isCounted,
          before: 0,
          share: null,
          calls: 0,
          isDone: false,
        });
      }
    }
    this.measure(at);
    for (const place of this.#places.values()) place.before = place.share ?? 0;
  }

  get pace(): Pace {
    return this.#pace;
  }

  /** What has been written says how far each place is. */
  measure({ rows, now }: { rows: readonly CoverageRow[]; now: string }): void {
    const { isAgain, since, connector } = this.#plan;
    if (isAgain) return;
    for (const row of rows) {
      const place = this.#places.get(keyOf(row.stream, row.scopeId));
      if (!place || place.isDone) continue;
      place.share = shareOfPair(row, { since, launchedOn: connector.launchedOn, now });
      place.isDone = place.share === 1;
    }
  }

  onProgress({ stream, scopeId, outcome, lane, reached, goal }: StreamProgress, now: string): void {
    const place = this.#places.get(keyOf(stream, scopeId));
    if (!place) return;
    if (outcome !== null && outcome !== "paused") place.isDone = true;
    if (lane !== "range" || reached === null || goal === null) return;
    const order = this.#plan.connector.streams.find(({ name }) => name === stream)?.order;
    const [from, to, at] = [goal, this.#plan.until ?? now, reached].map((instant) => Date.parse(instant));
    const share = ((order === "ascending" ? at! - from! : to! - at!) || 0) / Math.max(1, to! - from!);
    if (order !== "unordered") place.share = Math.min(0.999, Math.max(0, share));
  }

  onTask({ stream, scopeId, requests }: LiveTask): void {
    const key = keyOf(stream ?? "", scopeId ?? "");
    this.#requests.set(key, requests);
    const place = this.#places.get(key);
    if (place) place.calls = requests;
  }

  /** Time has passed; what is spent waiting counts for no pace. */
  tick(elapsed: number, isWaiting: boolean): void {
    const calls = this.#calls();
    const seconds = Math.max(0, (elapsed - this.#tickedAt) / 1000);
    this.#pace = paceAfter(this.#pace, { seconds: isWaiting ? 0 : seconds, calls: calls - this.#callsAtTick });
    [this.#callsAtTick, this.#tickedAt] = [calls, elapsed];
  }

  /** 0…1 of the work; null while nothing tells. */
  get share(): number | null {
    const places = [...this.#places.values()];
    if (places.length === 0) return null;
    if (places.every(({ isDone }) => isDone)) return 1;
    const left = callsLeft(places);
    const done = this.#plan.callsBefore + this.#calls();
    if (left !== null && done > 0) return Math.min(0.999, done / (done + left));
    return places.reduce((sum, { isDone, share }) => sum + (isDone ? 1 : (share ?? 0)), 0) / places.length;
  }

  eta(waits: Waits): Eta {
    return etaOf(callsLeft([...this.#places.values()]), this.#pace, { ...waits, share: this.share });
  }

  #calls(): number {
    return [...this.#requests.values()].reduce((sum, requests) => sum + requests, 0);
  }
}
