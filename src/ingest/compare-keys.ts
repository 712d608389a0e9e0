import { addSeconds, type Instant } from "../domain/instant.ts";
import type { Listed } from "./connector.ts";
import { earlier, isBefore } from "./instants.ts";
import type { Candidate, StoredKey } from "./sink.ts";

export interface Compared {
  /** Listed things of the range that was read. */
  readonly expected: number;
  /** Those of them that are stored. */
  readonly stored: number;
  /** Listed and older than what was read so far: history that is still to come, or was not asked for. */
  readonly outside: readonly Listed[];
  /** Listed inside the range, not stored: lost. */
  readonly missing: readonly Listed[];
  /** Listed and newer than the cursor, so that the next refresh would bring it; or it was gone and is back. */
  readonly arriving: readonly Listed[];
  /** The list knows a later change, which a refresh should have brought. */
  readonly stale: readonly Listed[];
  /** Stored and not known to be gone, but not listed. */
  readonly extra: readonly StoredKey[];
  /** Keys stored and not known to be gone. */
  readonly alive: number;
}

export interface ReadRange {
  readonly cursorAt: Instant;
  readonly coveredFrom: Instant;
  readonly overlapSeconds: number;
}

/** Compares what a provider lists with what is stored of one stream of one scope. */
export function compareKeys(
  listed: ReadonlyMap<string, Listed>,
  stored: readonly StoredKey[],
  { cursorAt, coveredFrom, overlapSeconds }: ReadRange,
): Compared {
  const known = new Map(stored.map((one) => [one.nativeKey, one]));
  const soon = addSeconds(cursorAt, -overlapSeconds);
  const [missing, arriving, stale, outside]: [Listed[], Listed[], Listed[], Listed[]] = [[], [], [], []];
  let found = 0;
  for (const thing of listed.values()) {
    const own = known.get(thing.key);
    const at = thing.orderedAt ?? thing.changedAt;
    if (own && own.deletedAt === null) {
      found++;
      if (isLate(thing, own, soon)) stale.push(thing);
    } else if (own) arriving.push(thing);
    else if (at !== null && isBefore(at, coveredFrom)) outside.push(thing);
    else if (at !== null && !isBefore(at, soon)) arriving.push(thing);
    else missing.push(thing);
  }
  const alive = stored.filter(({ deletedAt }) => deletedAt === null);
  return {
    expected: found + missing.length,
    stored: found,
    outside,
    missing,
    arriving,
    stale,
    extra: alive.filter(({ nativeKey }) => !listed.has(nativeKey)),
    alive: alive.length,
  };
}

/** In streams ordered by the change time a change behind the cursor's overlap is still to be read; in others nothing would bring it. */
function isLate({ changedAt, orderedAt }: Listed, { changedAt: known }: StoredKey, soon: Instant): boolean {
  if (changedAt === null || known === null || !isBefore(known, changedAt)) return false;
  return orderedAt !== undefined || isBefore(changedAt, soon);
}

/** Above this share of a scope's things, absence looks more like a lost permission than like deletion. */
const SUSPICIOUS_SHARE = 0.2;

/** Sweeps closer to each other see the same hiccup of the provider. */
const APART_MINUTES = 30;

/** For people: when a thing that is no longer listed counts as deleted. */
export const deletionRule = `What a vendor no longer lists counts as deleted once two comparisons in a row, at least ${APART_MINUTES} minutes apart, have not found it (three when more than a fifth of a scope disappears at once), while the credential passes its check.`;

/**
 * What earlier sweeps noted of a thing and this one, which began at `at` by the provider's clock, did not find either. It counts unless it
 * follows the last that counted too soon.
 */
export function countSweep(candidate: Candidate, at: Instant): Candidate & { readonly lastMissedAt: Instant } {
  const { sweeps, lastMissedAt } = candidate;
  if (lastMissedAt === null || !isBefore(at, nextSweep(lastMissedAt)))
    return { ...candidate, sweeps: sweeps + 1, lastMissedAt: at };
  // A clock that was set back must not put the next one off.
  return { ...candidate, lastMissedAt: earlier(at, lastMissedAt) };
}

const nextSweep = (last: Instant): Instant => addSeconds(last, APART_MINUTES * 60);

/** In words: what the things in doubt wait for. */
export function stillInDoubt(kept: readonly { readonly lastMissedAt: Instant }[], needed: number): string {
  const next = nextSweep(kept.map(({ lastMissedAt }) => lastMissedAt).reduce((a, b) => earlier(a, b)));
  const from = addSeconds(next, 59);
  const them = kept.length === 1 ? "it" : "them";
  return `${kept.length} no longer listed: deleted once ${needed} comparisons in a row, at least ${APART_MINUTES} minutes apart, have not found ${them}. The next one counts from ${from.slice(0, 16).replace("T", " ")} UTC on.`;
}

/** How many sweeps in a row must not find a thing before it counts as deleted. */
export const sweepsNeeded = ({ extra, alive }: Pick<Compared, "extra" | "alive">): number =>
  extra.length > SUSPICIOUS_SHARE * alive ? 3 : 2;
