import { toMicros, type Instant } from "../domain/instant.ts";
import { wholeIntegration, type Connector, type Scope, type Stream } from "./connector.ts";
import type { ErrorInWords } from "./explain-error.ts";
import { isBefore } from "./instants.ts";
import type { TaskRow } from "./ledger.ts";
import type { Wish } from "./plan.ts";
import { badInstant, rangeEmpty, sinceBeforeProvider, sinceInFuture, unknownName } from "./problems.ts";
import type { StreamState } from "./stream-run.ts";

/** One configured connector, as the engine reads it. */
export interface IngestIntegration {
  readonly id: string;
  readonly connector: Connector<unknown>;
  /** Parsed by the connector's schema, secrets decrypted. */
  readonly config: unknown;
  /** What people chose to read. */
  readonly scopes: readonly Scope[];
  /** Null: as far back as the provider goes. */
  readonly backfill: { readonly since: Instant | null };
}

export interface IngestRequest {
  readonly integration: IngestIntegration;
  /** Names of streams; all unless given. */
  readonly streams?: readonly string[];
  /** Ids or names of scopes; all unless given. */
  readonly scopes?: readonly string[];
  /** Only history, or only what changed; both unless given. */
  readonly kind?: "backfill" | "refresh";
  /** A past range to be read again. */
  readonly since?: Instant;
  readonly until?: Instant;
  /** Everything again. */
  readonly full?: boolean;
  /** Pauses at the next page; what was read is kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IngestProgress) => void;
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
  readonly totals: {
    readonly requests: number;
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
}

export function wishOf({ kind, since, until, full, integration }: IngestRequest, now: Instant): Wish {
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
  return { kind: kind ?? null, since: since ?? null, until: until ?? null, full: full ?? false };
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
