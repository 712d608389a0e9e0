import { toMicros, type Instant } from "../domain/instant.ts";
import { wholeIntegration, type Connector, type Hint, type Scope, type Stream } from "./connector.ts";
import type { ErrorInWords } from "./explain-error.ts";
import { isBefore } from "./instants.ts";
import type { TaskLog, TaskRow } from "./ledger.ts";
import type { HistoryOrder, Wish } from "./plan.ts";
import { badInstant, rangeEmpty, sinceBeforeProvider, sinceInFuture, unknownName } from "./problems.ts";
import type { StreamState } from "./stream-run.ts";

/** One configured connector, as the engine reads it. */
export interface IngestIntegration {
  readonly id: string;
  readonly connector: Connector<unknown>;
  /** Parsed by the connector's schema, secrets decrypted. */
  readonly config: unknown;
  /** The secrets were typed to be tried: what is saved under this id is not meant. */
  readonly isTried?: boolean;
  /** What people chose to read. */
  readonly scopes: readonly Scope[];
  /** Null: as far back as the provider goes. */
  readonly backfill: { readonly since: Instant | null };
  /** Ways that people chose, by stream; the cheapest unless given. */
  readonly ways?: Readonly<Record<string, string>>;
}

export interface IngestRequest {
  readonly integration: IngestIntegration;
  /** Names of streams; all unless given. */
  readonly streams?: readonly string[];
  /** Ids or names of scopes; all unless given. */
  readonly scopes?: readonly string[];
  /**
   * Only history, or only what changed; both unless given. A refresh reads of a stream that was never read only what it
   * needs to know today, where the order of its list allows that.
   */
  readonly kind?: "backfill" | "refresh";
  /** Which end of history a backfill begins with, where the provider's list leaves a choice; default newest first. */
  readonly order?: HistoryOrder;
  /** A past range to be read again. */
  readonly since?: Instant;
  readonly until?: Instant;
  /** Everything again. */
  readonly full?: boolean;
  /** Most that history may take of what remains in the provider's window, 0…1; half unless given. */
  readonly share?: number;
  /** Ways for this request, by stream; they go before those of the integration. */
  readonly ways?: Readonly<Record<string, string>>;
  /** Pauses at the next page; what was read is kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Told of this request's tasks in place of the engine's own task log. */
  readonly onTask?: TaskLog["save"];
}

/** One stream of one scope, as it moves. */
export interface StreamProgress extends StreamState {
  readonly taskId: string;
  readonly stream: string;
  readonly scopeId: string;
  readonly scopeName: string;
  readonly records: number;
  readonly entities: number;
  readonly requests: number;
  readonly waiting: { readonly until: Instant; readonly reason: "rate_limit" | "budget" } | null;
}

export interface IngestProgress {
  readonly integrationId: string;
  readonly streams: { readonly total: number; readonly done: number; readonly failed: number };
  /** The stream that moved. */
  readonly stream: StreamProgress;
}

export interface IngestSummary {
  readonly integrationId: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly outcome: "succeeded" | "partly" | "failed" | "paused";
  /** Why the integration cannot go on; null when it can. */
  readonly fatal: ErrorInWords | null;
  /** Tasks that did something, in the order in which they ended. */
  readonly tasks: readonly TaskRow[];
  /** Streams of scopes that had nothing to do. */
  readonly idle: number;
  /** What went wrong without stopping anything, for people: a credential that was left out. */
  readonly remarks: readonly ErrorInWords[];
  readonly totals: {
    readonly requests: number;
    readonly points: number;
    readonly records: number;
    readonly entities: number;
    readonly quarantined: number;
    readonly failed: number;
  };
}

/** Scopes that are read stream by stream before the next ones begin. */
const SCOPES_TOGETHER = 20;
export interface StreamPlace {
  readonly stream: Stream<unknown, unknown>;
  readonly scope: Scope;
  /** What webhooks said of it; without it the wish of the run decides. */
  readonly hint?: StreamHint;
}

/** All that the hints of one run say of one stream of one scope. */
export interface StreamHint {
  readonly keys: readonly string[];
  /** Those of the keys that are said to be gone. */
  readonly gone: readonly string[];
  /** Whatever changed is read too. */
  readonly isRefreshed: boolean;
}

export interface HintsRequest {
  readonly integration: IngestIntegration;
  readonly hints: readonly Hint[];
  readonly signal?: AbortSignal;
}

/** Many hints of one stream and scope become one place; those of streams and scopes that are not read are left out. */
export function placesOfHints({ integration, hints }: HintsRequest): StreamPlace[] {
  const places: StreamPlace[] = [];
  for (const group of Map.groupBy(hints, ({ stream, scopeId }) => `${stream}\n${scopeId}`).values()) {
    const { stream: name, scopeId } = group[0]!;
    const stream = (integration.connector.streams as readonly Stream<unknown, unknown>[]).find((one) => one.name === name);
    const scope = stream?.level === "integration" ? wholeIntegration : integration.scopes.find((one) => one.id === scopeId);
    if (!stream || !scope) continue;
    const isByKey = (hint: Hint) => hint.keys !== null && stream.readKeys !== undefined;
    const keysOf = (some: readonly Hint[]) => [...new Set(some.filter(isByKey).flatMap(({ keys }) => keys ?? []))];
    const hint: StreamHint = {
      keys: keysOf(group),
      gone: keysOf(group.filter(({ isGone }) => isGone)),
      isRefreshed: !group.every(isByKey),
    };
    places.push({ stream, scope, hint });
  }
  return places;
}

export function wishOf({ kind, since, until, full, order, integration }: IngestRequest, now: Instant): Wish {
  const { label, launchedOn } = integration.connector;
  const floor = integration.backfill.since;
  for (const [name, value] of Object.entries({ since, until, "backfill.since": floor }))
    if (value != null) checkInstant(name, value);
  for (const from of [since, floor]) {
    if (from == null) continue;
    if (isBefore(now, from)) throw sinceInFuture(from, now);
    if (isBefore(from, launchInstant(launchedOn))) throw sinceBeforeProvider(from, label, launchedOn);
  }
  if (since !== undefined && until !== undefined && !isBefore(since, until)) throw rangeEmpty(since, until);
  return { kind: kind ?? null, since: since ?? null, until: until ?? null, full: full ?? false, ...(order ? { order } : {}) };
}

function checkInstant(name: string, value: Instant): void {
  try {
    toMicros(value);
  } catch {
    throw badInstant(name, value);
  }
}

export const launchInstant = (launchedOn: string): Instant => `${launchedOn}T00:00:00Z`;

/** Streams of the whole integration first, then scopes in groups, living ones before archived ones. */
export function placesOf({ integration, streams, scopes }: IngestRequest): StreamPlace[] {
  const all = integration.connector.streams as readonly Stream<unknown, unknown>[];
  for (const name of streams ?? [])
    if (!all.some((stream) => stream.name === name))
      throw unknownName(
        "stream",
        name,
        all.map((stream) => stream.name),
      );
  const wanted = all.filter(({ name }) => !streams || streams.includes(name));
  const chosen = chooseScopes(integration.scopes, scopes);
  const places = wanted
    .filter(({ level }) => level === "integration" && !scopes)
    .map((stream) => ({ stream, scope: wholeIntegration }));
  for (let start = 0; start < chosen.length; start += SCOPES_TOGETHER)
    for (const stream of wanted.filter(({ level }) => level === "scope"))
      for (const scope of chosen.slice(start, start + SCOPES_TOGETHER))
        if (stream.isFor?.({ config: integration.config, scope }) ?? true) places.push({ stream, scope });
  return places;
}

function chooseScopes(all: readonly Scope[], names: readonly string[] | undefined): Scope[] {
  for (const name of names ?? [])
    if (!all.some((scope) => scope.id === name || scope.name === name))
      throw unknownName(
        "scope",
        name,
        all.map((scope) => scope.name),
      );
  const chosen = all.filter(({ id, name }) => !names || names.includes(id) || names.includes(name));
  return [...chosen.filter(({ isArchived }) => !isArchived), ...chosen.filter(({ isArchived }) => isArchived)];
}

/** One stream of one scope by their names; the scope of an integration's own streams does not matter. */
export function placeNamed({ connector, scopes }: IngestIntegration, streamName: string, scopeName: string): StreamPlace {
  const streams = connector.streams as readonly Stream<unknown, unknown>[];
  const stream = streams.find(({ name }) => name === streamName);
  if (!stream)
    throw unknownName(
      "stream",
      streamName,
      streams.map(({ name }) => name),
    );
  if (stream.level === "integration") return { stream, scope: wholeIntegration };
  const scope = scopes.find(({ id, name }) => id === scopeName || name === scopeName);
  if (!scope)
    throw unknownName(
      "scope",
      scopeName,
      scopes.map(({ name }) => name),
    );
  return { stream, scope };
}
