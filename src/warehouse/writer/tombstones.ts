import { tableNamed } from "../../domain/tables.ts";
import type { GoneToMark } from "../batch.ts";
import type { Transaction } from "../engine.ts";
import { isSightable } from "./candidates.ts";
import { streamColumns } from "./ledger.ts";

/**
 * Marks the rows that came from these records as gone, the parent and everything that came with it (`docs/design/domain.md` §9.5).
 * What other records may mention too (people, commits, repositories) stays. Rows that are marked already keep their time.
 */
export async function tombstone(tx: Transaction, { key, nativeKeys, tables, at }: GoneToMark): Promise<number> {
  await tx.serialize(key.integrationId);
  const versions = await tx.find(
    tableNamed("raw_record"),
    { column: "nativeKey", values: nativeKeys, within: streamColumns(key) },
    ["hash"],
  );
  const hashes = [...new Set(versions.map((row) => row["hash"] as string))];
  let marked = 0;
  for (const table of tables.map(tableNamed)) {
    if (isSightable(table)) continue;
    const within = { integrationId: key.integrationId };
    const rows = await tx.find(table, { column: "rawHash", values: hashes, within });
    const living = rows.filter((row) => !row["deletedAt"]).map((row) => ({ ...row, deletedAt: at }) as { id?: unknown });
    await tx.replace(table, living, { column: "id", values: living.map((row) => row.id as string) });
    marked += living.length;
  }
  return marked;
}
