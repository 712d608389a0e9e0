import { tables } from "../domain/tables.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { KnownScope } from "../workspace/integration-scopes.ts";
import type { JourneyQuery } from "./shapes/journey.ts";

export interface RecordRef {
  readonly stream: string;
  readonly scopeId: string;
  readonly nativeKey: string;
}

export interface FoundRecord extends RecordRef {
  readonly label: string | null;
  readonly url: string | null;
  readonly isQuarantined: boolean;
}

const MOST_CANDIDATES = 50;

/** The columns by which people call a thing, and what it is titled; every table is also searched by native id and address. */
const called: Readonly<Record<string, { names: readonly string[]; title: string }>> = {
  pull_request: { names: ["number"], title: "title" },
  issue: { names: ["key", "number"], title: "title" },
  commit: { names: ["sha"], title: "title" },
  pipeline_run: { names: ["run_key", "number"], title: "name" },
  incident: { names: ["number"], title: "title" },
  change_request: { names: ["number"], title: "title" },
  sprint: { names: ["name"], title: "name" },
  release: { names: ["name"], title: "name" },
  repository: { names: ["name"], title: "name" },
};

interface Asked {
  readonly id: string;
  readonly query: JourneyQuery;
  readonly scopes: readonly KnownScope[];
}

/** Every record that the key may mean. */
export async function findRecords(warehouse: Warehouse, { id, query, scopes }: Asked): Promise<FoundRecord[]> {
  const { name, scope } = partsOf(query);
  const scopeIds = scope === undefined ? null : scopeIdsOf(scope, scopes);
  const isExact = query.nativeKey !== undefined && query.stream !== undefined && scopeIds !== null;
  const found = isExact ? await byNativeKey(warehouse, id, query.nativeKey!) : await byName(warehouse, id, name);
  return found
    .filter((record) => query.stream === undefined || record.stream === query.stream)
    .filter((record) => scopeIds === null || scopeIds.includes(record.scopeId))
    .filter((record) => query.nativeKey === undefined || record.nativeKey === query.nativeKey)
    .slice(0, MOST_CANDIDATES);
}

/** `#12`, `!12`, `acme/pay#12`, or whatever was given. */
function partsOf({ key, scope }: JourneyQuery): { name: string; scope: string | undefined } {
  const match = /^(?!https?:)([^#!\s]*)[#!](\d+)$/.exec(key);
  if (!match) return { name: key, scope };
  return { name: match[2]!, scope: scope ?? (match[1] || undefined) };
}

const scopeIdsOf = (scope: string, scopes: readonly KnownScope[]): string[] => [
  scope,
  ...scopes.filter((known) => known.name.toLowerCase() === scope.toLowerCase()).map((known) => known.id),
];

const byNativeKey = (warehouse: Warehouse, id: string, nativeKey: string) =>
  merged(warehouse, { id, condition: "native_key = $2", values: [nativeKey], hashes: new Map() });

interface Hit {
  hash: string;
  label: string | null;
  url: string | null;
}

/** By the names that rows have, and by the keys of records, of which no row may have come. */
async function byName(warehouse: Warehouse, id: string, name: string): Promise<FoundRecord[]> {
  const parts = tables
    .filter((table) => table.kind === "E")
    .map((table) => {
      const { names = [], title = null } = called[table.name] ?? {};
      const isSha = table.name === "commit" && /^[0-9a-f]{7,64}$/i.test(name);
      const conditions = [
        "native_id = $2",
        "url = $2",
        ...names.map((column) => `lower(cast("${column}" as varchar)) = lower($2)`),
      ];
      if (isSha) conditions.push("starts_with(sha, lower($2))");
      return `select raw_hash as hash, ${title ? `"${title}"` : "cast(null as varchar)"} as label, url
        from "${table.name}" where integration_id = $1 and raw_hash is not null and (${conditions.join(" or ")})`;
    });
  const { rows } = await warehouse.query<Hit>(`select * from (${parts.join(" union all ")}) as t limit 500`, [id, name]);
  const hashes = new Map(rows.toReversed().map((row) => [row.hash, row]));
  const tail = `%/${name.replaceAll(/[\\%_]/g, "\\$&")}`;
  return merged(warehouse, {
    id,
    condition: "(native_key = $2 or native_key like $3 escape '\\')",
    values: [name, tail],
    hashes,
  });
}

interface Search {
  readonly id: string;
  readonly condition: string;
  readonly values: readonly string[];
  readonly hashes: ReadonlyMap<string, Hit>;
}

/** Records whose key fits or that made one of the rows; those that only ever were quarantined too. */
async function merged(warehouse: Warehouse, { id, condition, values, hashes }: Search): Promise<FoundRecord[]> {
  const among = [...hashes.keys()].map((_, n) => `$${values.length + n + 2}`).join(", ");
  const { rows } = await warehouse.query<{
    stream: string;
    scope_id: string;
    native_key: string;
    hash: string | null;
    is_bad: boolean;
  }>(
    `select stream, scope_id, native_key, max(hash) as hash, bool_or(is_bad) as is_bad from (
       select stream, scope_id, native_key, case when is_latest then hash end as hash, false as is_bad from raw_record
         where integration_id = $1 and (${condition}${among ? ` or hash in (${among})` : ""})
       union all select stream, scope_id, native_key, null as hash, true as is_bad from quarantined_record
         where integration_id = $1 and resolved_at is null and native_key is not null and ${condition}
     ) as t group by stream, scope_id, native_key order by stream, scope_id, native_key limit 200`,
    [id, ...values, ...hashes.keys()],
  );
  const labels = await labelsOf(
    warehouse,
    id,
    rows.map((row) => row.hash).filter((hash) => hash !== null),
  );
  return rows.map((row) => {
    const hit = row.hash === null ? undefined : (hashes.get(row.hash) ?? labels.get(row.hash));
    return {
      stream: row.stream,
      scopeId: row.scope_id,
      nativeKey: row.native_key,
      label: hit?.label ?? null,
      url: hit?.url ?? null,
      isQuarantined: row.is_bad,
    };
  });
}

/** Titles of the things that records became. */
async function labelsOf(warehouse: Warehouse, id: string, hashes: readonly string[]): Promise<Map<string, Hit>> {
  if (hashes.length === 0) return new Map();
  const among = hashes.map((_, n) => `$${n + 2}`).join(", ");
  const parts = Object.entries(called).map(
    ([table, { title }]) =>
      `select raw_hash as hash, "${title}" as label, url from "${table}" where integration_id = $1 and raw_hash in (${among})`,
  );
  const { rows } = await warehouse.query<Hit>(parts.join(" union all "), [id, ...hashes]);
  return new Map(rows.toReversed().map((row) => [row.hash, row]));
}
