import { addSeconds } from "../../domain/instant.ts";
import { toCamel } from "../../domain/table.ts";
import { type RowOf, type TableName, tableNamed } from "../../domain/tables.ts";
import type { ReconciledToWrite } from "../batch.ts";
import { quote, type Transaction } from "../engine.ts";
import type { Warehouse, StreamRef } from "../warehouse.ts";
import { streamColumns } from "./ledger.ts";

/** Comparisons are kept this long, the newest of each scope for ever. */
const KEPT_SECONDS = 30 * 86_400;

/** Stores what a comparison with the provider's list found, in the transaction of its batch. */
export async function writeReconciled(
  tx: Transaction,
  integrationId: string,
  { counts, missing }: ReconciledToWrite,
): Promise<void> {
  for (const count of counts) {
    const { scopeId, entity } = count;
    await tx.append(tableNamed("source_count"), [count]);
    await tx.run(
      `delete from source_count where integration_id = $1 and scope_id = $2 and entity = $3 and counted_at < cast($4 as timestamptz)`,
      [integrationId, scopeId, entity, addSeconds(count.countedAt, -KEPT_SECONDS)],
    );
  }
  const kept = new Map(missing.keep.map((row) => [row.entityId, row]));
  const named = [...new Set([...kept.keys(), ...missing.done])];
  await tx.replace(tableNamed("missing_record"), [...kept.values()], {
    column: "entityId",
    values: named,
    within: { integrationId },
  });
}

/** One record of a stream as the warehouse knows it. */
export interface StoredKeyRow {
  readonly nativeKey: string;
  readonly changedAt: string | null;
  /** When the thing was found deleted. */
  readonly deletedAt: string | null;
}

/** Every key of a stream that was ever stored; `entity` is the table whose row stands for it. */
export async function readStoredKeys(
  warehouse: Pick<Warehouse, "query">,
  key: StreamRef,
  entity: TableName,
): Promise<StoredKeyRow[]> {
  const { rows } = await warehouse.query<{ native_key: string; changed_at: string | null; deleted_at: string | null }>(
    `select r.native_key, max(r.changed_at) filter (where r.is_latest) as changed_at, max(gone.deleted_at) as deleted_at
     from raw_record as r
     left join (select e.raw_hash, e.deleted_at from ${quote(tableNamed(entity).name)} as e
       where e.id in (select t.id from tombstone as t where t.integration_id = $1 and t.entity = $4) and e.deleted_at is not null) as gone
       on gone.raw_hash = r.hash
     where r.integration_id = $1 and r.scope_id = $2 and r.stream = $3
     group by r.native_key`,
    [key.integrationId, key.scopeId, key.stream, entity],
    { timeoutMs: 600_000 },
  );
  return rows.map((row) => ({ nativeKey: row.native_key, changedAt: row.changed_at, deletedAt: row.deleted_at }));
}

export interface CandidateRow {
  readonly nativeKey: string;
  readonly entityId: string;
  readonly sweeps: number;
  readonly missingSince: string | null;
  readonly lastMissedAt: string | null;
}

/** The rows that stand for these keys, with what earlier sweeps noted of them. */
export async function readCandidates(
  warehouse: Pick<Warehouse, "query">,
  key: StreamRef,
  { entity, nativeKeys }: { entity: TableName; nativeKeys: readonly string[] },
): Promise<CandidateRow[]> {
  interface Row {
    readonly native_key: string;
    readonly id: string;
    readonly sweeps: number | null;
    readonly missing_since: string | null;
    readonly last_missed_at: string | null;
  }
  const { rows } = await warehouse.query<Row>(
    `select r.native_key, e.id, max(m.sweeps) as sweeps, max(m.missing_since) as missing_since, max(m.last_missed_at) as last_missed_at
     from raw_record as r
     join ${quote(tableNamed(entity).name)} as e on e.raw_hash = r.hash and e.integration_id = r.integration_id
     left join missing_record as m on m.entity = $4 and m.entity_id = e.id
     where r.integration_id = $1 and r.scope_id = $2 and r.stream = $3 and r.native_key = any(cast($5 as text[]))
     group by r.native_key, e.id`,
    [key.integrationId, key.scopeId, key.stream, entity, nativeKeys],
    { timeoutMs: 600_000 },
  );
  return rows.map((row) => ({
    nativeKey: row.native_key,
    entityId: row.id,
    sweeps: Number(row.sweeps ?? 0),
    missingSince: row.missing_since,
    lastMissedAt: row.last_missed_at,
  }));
}

/** Candidates of a stream that earlier sweeps did not find, by entity id and key. */
export async function readMissing(
  warehouse: Pick<Warehouse, "query">,
  key: StreamRef,
): Promise<{ entityId: string; nativeKey: string }[]> {
  const { integrationId, scopeId, stream } = streamColumns(key);
  const { rows } = await warehouse.query<{ entity_id: string; native_key: string }>(
    "select entity_id, native_key from missing_record where integration_id = $1 and scope_id = $2 and stream = $3",
    [integrationId, scopeId, stream],
  );
  return rows.map((row) => ({ entityId: row.entity_id, nativeKey: row.native_key }));
}

/** The newest comparison of every scope and entity of an integration. */
export async function readNewestCounts(
  warehouse: Pick<Warehouse, "query">,
  integrationId: string,
): Promise<RowOf<"source_count">[]> {
  const { rows } = await warehouse.query(
    `select * from (select s.*, row_number() over (partition by scope_id, entity order by counted_at desc) as n
       from source_count as s where integration_id = $1) as newest where n = 1`,
    [integrationId],
  );
  return rows.map(
    ({ n: _n, ...row }) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [toCamel(name), value])) as RowOf<"source_count">,
  );
}
