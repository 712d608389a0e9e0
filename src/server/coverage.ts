import type { Instant } from "../domain/instant.ts";
import { wholeIntegration } from "../ingest/connector.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { Backfill } from "../workspace/backfills.ts";
import type { AnyConnector } from "./connector-form.ts";

/** One progress row: everything changed in [coveredFrom, cursorAt) has been read. */
export interface CoverageRow {
  readonly integrationId: string;
  readonly scopeId: string;
  readonly stream: string;
  readonly coveredFrom: Instant | null;
  readonly cursorAt: Instant | null;
  readonly updatedAt: Instant;
}

interface Stored {
  integration_id: string;
  scope_id: string;
  stream: string;
  covered_from: Instant | null;
  cursor_at: Instant | null;
  updated_at: Instant;
}

export async function readCoverage(warehouse: Warehouse, integrationId?: string): Promise<CoverageRow[]> {
  const where = integrationId === undefined ? "" : "where integration_id = $1";
  const { rows } = await warehouse.query<Stored>(
    `select integration_id, scope_id, stream, covered_from, cursor_at, updated_at from progress ${where}`,
    integrationId === undefined ? [] : [integrationId],
  );
  return rows.map((row) => ({
    integrationId: row.integration_id,
    scopeId: row.scope_id,
    stream: row.stream,
    coveredFrom: row.covered_from,
    cursorAt: row.cursor_at,
    updatedAt: row.updated_at,
  }));
}

/** How far back history is wanted: the day people chose, never before the vendor existed. */
export const targetOf = (connector: AnyConnector, backfillSince: Instant | null): Instant => {
  const launched = `${connector.launchedOn}T00:00:00Z`;
  return backfillSince !== null && backfillSince > launched ? backfillSince : launched;
};

/** The oldest day that is wanted of everything: what people set, or a backfill over all of it that has not ended. */
export function wantedSince(backfillSince: Instant | null, open: readonly Backfill[]): Instant | null {
  const whole = open.filter(({ mode, streams, scopes }) => mode === "fill" && streams === null && scopes === null);
  const asked = [backfillSince, ...whole.map(({ since }) => since)];
  return asked.includes(null) ? null : extreme(asked as Instant[], "earliest");
}

export interface StreamCoverage {
  readonly stream: string;
  /** History is complete back to here in every chosen scope; null while some scope has none. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly scopesTotal: number;
  readonly scopesComplete: number;
  /** 0…1 of the scopes' history. */
  readonly share: number;
  readonly updatedAt: Instant | null;
}

export interface Wanted {
  readonly connector: AnyConnector;
  readonly scopeIds: readonly string[];
  readonly target: Instant;
  readonly isOpenEnded: boolean;
  readonly now: Instant;
}

/** Coverage of every stream over the scopes that are chosen now. */
export function streamCoverage(rows: readonly CoverageRow[], wanted: Wanted): StreamCoverage[] {
  const byPair = new Map(rows.map((row) => [`${row.stream}\n${row.scopeId}`, row]));
  return wanted.connector.streams.map((stream) => {
    const scopeIds = stream.level === "integration" ? [wholeIntegration.id] : wanted.scopeIds;
    const found = scopeIds.map((scopeId) => byPair.get(`${stream.name}\n${scopeId}`));
    const shares = found.map((row) => pairShare(row, wanted));
    const isEverywhere = found.length > 0 && found.every((row) => row?.coveredFrom != null);
    return {
      stream: stream.name,
      from: isEverywhere
        ? extreme(
            found.map((row) => row!.coveredFrom!),
            "latest",
          )
        : null,
      to:
        isEverywhere && found.every((row) => row!.cursorAt !== null)
          ? extreme(
              found.map((row) => row!.cursorAt!),
              "earliest",
            )
          : null,
      scopesTotal: scopeIds.length,
      scopesComplete: shares.filter((share) => share === 1).length,
      share: shares.length === 0 ? 0 : shares.reduce((total, share) => total + share, 0) / shares.length,
      updatedAt: extreme(
        found.flatMap((row) => (row ? [row.updatedAt] : [])),
        "latest",
      ),
    };
  });
}

/** Over all streams: the mean of their shares. */
export const shareOf = (coverage: readonly StreamCoverage[]): number =>
  coverage.length === 0 ? 0 : coverage.reduce((total, stream) => total + stream.share, 0) / coverage.length;

/** 0…1 by time between today and the day that is wanted; null where it cannot be said before the end. */
export function shareOfPair(
  row: CoverageRow,
  { since, launchedOn, now }: { since: Instant | null; launchedOn: string; now: Instant },
): number | null {
  if (row.coveredFrom === null) return 0;
  const launched = `${launchedOn}T00:00:00Z`;
  const target = since !== null && since > launched ? since : launched;
  const share = pairShare(row, { target, isOpenEnded: since === null, now });
  return since === null && share < 1 ? null : share;
}

/** By time between today and the day that is wanted; without such a day a begun scope counts half. */
function pairShare(
  row: CoverageRow | undefined,
  { target, isOpenEnded, now }: Pick<Wanted, "target" | "isOpenEnded" | "now">,
): number {
  if (!row?.coveredFrom) return 0;
  const from = Date.parse(row.coveredFrom);
  if (from <= Date.parse(target)) return 1;
  if (isOpenEnded) return 0.5;
  const whole = Date.parse(now) - Date.parse(target);
  return whole <= 0 ? 1 : Math.min(0.999, Math.max(0, (Date.parse(now) - from) / whole));
}

function extreme(instants: readonly Instant[], which: "latest" | "earliest"): Instant | null {
  let best: Instant | null = null;
  for (const instant of instants)
    if (best === null || (which === "latest") === Date.parse(instant) > Date.parse(best)) best = instant;
  return best;
}

export const earliest = (instants: readonly Instant[]): Instant | null => extreme(instants, "earliest");

/** The promise of a stream in words: `complete since 3 March 2024, going back`. */
export function coverageSentence(
  { from, scopesComplete, scopesTotal }: StreamCoverage,
  target: Instant,
  isOpenEnded: boolean,
): string {
  if (scopesTotal === 0) return "no scope is chosen";
  if (scopesComplete === scopesTotal) return isOpenEnded ? "complete" : `complete since ${inWords(from ?? target)}`;
  if (from === null) return scopesComplete > 0 ? `complete in ${scopesComplete} of ${scopesTotal} scopes` : "not read yet";
  return `complete since ${inWords(from)}, going back`;
}

const words = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const inWords = (instant: Instant) => words.format(new Date(instant));
