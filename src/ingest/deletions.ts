import { z } from "zod";

import { parseId } from "../domain/id.ts";
import type { Instant } from "../domain/instant.ts";
import { tables, type TableName } from "../domain/tables.ts";
import { stream, type Mapped, type Page, type Stream } from "./connector.ts";
import { archived, archivePage, prepare, type MapSetting } from "./records.ts";
import type { Ledger } from "./ledger.ts";
import type { Archive, Batch, Sink } from "./sink.ts";
import type { Writer } from "./writer.ts";

/** One thing that is gone, and how we know. */
const deletion = z.object({
  entity: z.string(),
  id: z.string(),
  at: z.string(),
  reason: z.string(),
});
type Deletion = z.output<typeof deletion>;

const isEntity = (name: string): name is TableName => tables.some((table) => table.kind === "E" && table.name === name);

/**
 * The stream of our own conclusions: providers seldom say that something was deleted, so what a sweep or a delivery led us to conclude is
 * archived like a record of theirs, and a rebuild comes to the same tombstones. Every integration has it; nothing reads it from a provider.
 */
export const deletions = stream<unknown, Deletion>({
  name: "deletions",
  docs: "docs/decisions/005-tombstones-are-records.md",
  level: "scope",
  record: deletion,
  key: ({ id, at }) => `${id} ${at}`,
  changedAt: ({ at }) => at,
  order: "unordered",
  overlapSeconds: 0,
  async *read() {},
  map({ entity, id, at }, context): Mapped[] {
    if (!isEntity(entity)) throw new RangeError(`${entity} is no entity table`);
    if (context.id(entity, parseId(id).nativeKey) !== id) throw new RangeError(`${id} is of another integration`);
    return [{ gone: entity, id, at }];
  },
  fills: [],
}) as unknown as Stream<unknown, unknown>;

/** Things whose end is concluded together. */
export interface Ending {
  readonly rows: readonly { readonly entity: TableName; readonly id: string }[];
  /** The provider's clock. */
  readonly at: Instant;
  /** One sentence: `not in the list in 2 sweeps in a row`. */
  readonly reason: string;
}

export const nothingKnown = { progress: null, unfinished: { keep: [], done: [] }, task: null } as const;

/**
 * Archives the conclusion and answers the batch that tombstones the rows; `setting` is that of the stream whose things they are. Writing
 * the batch marks them `deleted_at`; reading a thing again later brings it back.
 */
export async function tombstoneBatch(
  { rows, at, reason }: Ending,
  { setting, archive, taskId }: { setting: MapSetting; archive: Archive; taskId: string | null },
): Promise<Batch> {
  const own: MapSetting = { ...setting, stream: deletions, key: { ...setting.key, stream: deletions.name } };
  const records = rows.map(({ entity, id }) => archived({ entity, id, at, reason }, own.redactor));
  const page: Page = { records, answers: [], position: null, reached: null };
  const row = await archivePage(page, records, { archive, key: own.key, taskId, now: at });
  const place = { pageId: row?.id ?? "", seenAt: at };
  const prepared = records.map((record, position) => prepare(record, { ...place, position }, own));
  return {
    key: own.key,
    connector: own.connector,
    pages: row ? [{ ...row, request: null, via: "poll" }] : [],
    records: prepared.flatMap((one) => ("fit" in one ? [one.fit.record] : [])),
    quarantined: prepared.flatMap((one) => ("misfit" in one ? [one.misfit] : [])),
    ...nothingKnown,
  };
}

interface BurialParts {
  readonly sink: Sink;
  readonly archive: Archive;
  readonly writer: Writer;
  readonly ledger: Ledger;
  readonly stream: Stream<unknown, unknown>;
  readonly setting: MapSetting;
  readonly providerNow: () => Instant;
}

/** Keys that a delivery called gone, and that reading back did not find. */
export async function bury(parts: BurialParts, nativeKeys: readonly string[]): Promise<void> {
  const { sink, setting, stream, archive, writer, ledger, providerNow } = parts;
  if (nativeKeys.length === 0 || !stream.sweep || !sink.reconciliation) return;
  const { entity } = stream.sweep;
  const found = await sink.reconciliation.candidates(setting.key, { entity, nativeKeys });
  if (found.length === 0) return;
  const rows = found.map(({ entityId }) => ({ entity, id: entityId }));
  const ending = { rows, at: providerNow(), reason: "a delivery said so, and reading it back did not find it" };
  const batch = await tombstoneBatch(ending, { setting, archive, taskId: ledger.id });
  await writer.write({ stream: JSON.stringify(batch.key), build: () => batch, done: (result) => ledger.written(result) });
}
