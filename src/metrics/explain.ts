import type { Filter } from "../domain/filter.ts";
import type { Instant } from "../domain/instant.ts";
import type { SqlValue } from "../warehouse/warehouse.ts";
import type { AnswerColumn, AnswerRow } from "./answer.ts";
import { compile } from "./compile.ts";
import { describeMetric } from "./describe.ts";
import type { MetricRecord } from "./describe.ts";
import { isAboutRow, judgedRows, rowsOf } from "./drill-down.ts";
import type { Plan } from "./plan.ts";
import { problems } from "./problems.ts";
import { mostRows } from "./query.ts";
import type { Query } from "./query.ts";
import { planQuery, runQuery } from "./run.ts";
import type { QueryContext } from "./run.ts";
import { SettingsReader } from "./settings.ts";
import type { Readable } from "./settings.ts";
import { Binder } from "./statement.ts";

/** From a number to its rule, rows, entities and payloads; every step is an id. */
export interface Explanation {
  readonly metric: MetricRecord;
  readonly value: number | null;
  readonly n: number;
  readonly query: Query;
  readonly sql: string;
  readonly values: readonly SqlValue[];
  readonly profile: { readonly id: string; readonly version: number; readonly settings: Readonly<Record<string, unknown>> };
  readonly fact: {
    readonly name: string;
    readonly grain: string;
    readonly rule_version: number | null;
    readonly built_at: Instant | null;
    readonly data_through: Instant | null;
  };
  readonly counted: number;
  readonly leftOut: readonly { readonly reason: string; readonly rows: number }[];
  readonly columns: readonly AnswerColumn[];
  /** The first rows, or the one asked for; the rest by drill-down. */
  readonly rows: readonly AnswerRow[];
  readonly nextCursor: string | null;
  /** What the row asked for was built from; empty without a row. */
  readonly entities: readonly SourceEntity[];
  readonly payloads: readonly Payload[];
}

export interface SourceEntity {
  readonly entity: string;
  readonly id: string;
  readonly url: string | null;
  readonly rawHash: string | null;
}

export interface Payload {
  readonly hash: string;
  readonly integrationId: string;
  readonly stream: string;
  readonly nativeKey: string;
  readonly position: number;
  readonly isLatest: boolean;
  readonly pageId: string;
  readonly request: string | null;
  readonly fetchedAt: Instant | null;
  readonly bodyHash: string | null;
}

const FIRST_ROWS = 100;
const MOST_ENTITIES = 2000;

/** Explains one number: a query of one metric, with the cell's bucket as range and its dimensions as filters. */
export async function explain(
  warehouse: Readable,
  input: unknown,
  context: QueryContext & { readonly rowId?: string | undefined },
): Promise<Explanation> {
  const asked = typeof input === "object" && input !== null ? { ...input, rows: true, limit: FIRST_ROWS } : input;
  const plan = await planQuery(withoutShape(asked, context.rowId), { ...context, reader: new SettingsReader(warehouse) });
  const cell = planOfCell(plan, context.rowId);
  const number = planOfNumber(cell);
  const [answer, counts, page] = await Promise.all([
    runQuery(warehouse, number.plan.query, context),
    countByReason(warehouse, cell),
    rowsOf(warehouse, plan, context.signal),
  ]);
  const metric = plan.metrics[0]!;
  const row = answer.rows.find(number.isCell);
  const source = context.rowId === undefined ? { entities: [], payloads: [] } : await sourcesOf(warehouse, plan, context.rowId);
  const { profile, build } = plan.settings;
  return {
    metric: describeMetric(metric),
    value: (row?.[metric.name] ?? null) as number | null,
    n: Number(row?.[`${metric.name}_n`] ?? 0),
    query: number.plan.query,
    ...compile(number.plan),
    profile: { id: profile.id, version: build?.profile_version ?? profile.version, settings: settingsUsed(plan) },
    fact: {
      name: plan.fact.name,
      grain: plan.fact.grain,
      rule_version: build?.rule_version ?? null,
      built_at: build?.built_at ?? null,
      data_through: build?.data_through ?? null,
    },
    ...counts,
    columns: page.columns,
    rows: page.rows,
    nextCursor: page.nextCursor,
    ...source,
  };
}

/** A cell has no buckets, groups or comparison of its own; with a row, only that row is listed. */
function withoutShape(input: unknown, rowId: string | undefined): unknown {
  if (typeof input !== "object" || input === null) return input;
  const { grain: _grain, dimensions: _dimensions, compare: _compare, order: _order, ...rest } = input as Record<string, unknown>;
  const filters = Array.isArray(rest["filters"]) ? rest["filters"] : [];
  return rowId === undefined ? rest : { ...rest, filters: [...filters, ["is", "id", [rowId]]] };
}

/** The plan of the number itself: without the row that was asked for, and whatever of its rows were to be listed. */
function planOfCell(plan: Plan, rowId: string | undefined): Plan {
  const { rows: _rows, cursor: _cursor, limit: _limit, ...query } = plan.query;
  const filters = (rowId === undefined ? query.filters : query.filters.slice(0, -1)).filter((filter) => !isAboutRow(filter));
  return { ...plan, query: { ...query, limit: 1, filters } };
}

/**
 * A share is part of a whole: its query groups by the dimension and takes all values, and the cell is the row that the filter
 * on the dimension names. Every other number is the only row of its query.
 */
function planOfNumber(cell: Plan): { readonly plan: Plan; isCell(row: AnswerRow): boolean } {
  const { kind, over } = cell.metrics[0]!.expression;
  if (kind !== "share") return { plan: cell, isCell: () => true };
  const isOwn = (filter: Filter) => (filter[0] === "is" || filter[0] === "null") && filter[1] === over;
  const own = cell.query.filters.find(isOwn);
  const filters = cell.query.filters.filter((filter) => filter !== own);
  const wanted = own?.[0] === "is" ? (own[2] as readonly unknown[]) : [null];
  const query = { ...cell.query, filters, dimensions: [over!], limit: mostRows };
  return { plan: { ...cell, query }, isCell: (row) => own !== undefined && wanted.includes(row[over!] ?? null) };
}

async function countByReason(warehouse: Readable, plan: Plan): Promise<Pick<Explanation, "counted" | "leftOut">> {
  if (!plan.settings.isBuilt) return { counted: 0, leftOut: [] };
  const binder = new Binder();
  const { rows } = await warehouse.query<{ included: boolean; reason: string | null; count: number }>(
    `select included, reason, cast(count(*) as double precision) as count from (${judgedRows(plan, binder)}) as r
group by included, reason order by count desc, reason nulls last`,
    binder.values,
  );
  return {
    counted: rows.find(({ included }) => included)?.count ?? 0,
    leftOut: rows.filter(({ included }) => !included).map(({ reason, count }) => ({ reason: reason ?? "", rows: count })),
  };
}

function settingsUsed({ fact, settings, metrics }: Plan): Record<string, unknown> {
  const names = [...fact.settings, `attribution.${fact.subject}`, "timezone", "calendar_id"];
  if (metrics[0]!.matures) names.push("failure.window_hours");
  const isUsed = (setting: string) => names.some((name) => (name.endsWith(".") ? setting.startsWith(name) : setting === name));
  return Object.fromEntries(Object.entries(settings.profile.settings).filter(([setting]) => isUsed(setting)));
}

async function sourcesOf(warehouse: Readable, plan: Plan, rowId: string): Promise<Pick<Explanation, "entities" | "payloads">> {
  const { fact, settings } = plan;
  if (!settings.isBuilt) throw problems.unknownRow(rowId, fact.name);
  const binder = new Binder();
  const isRow = `f.profile_id = ${binder.text(settings.profile.id)} and f.id = ${binder.text(rowId)}`;
  const known = await warehouse.query(`select 1 as found from ${fact.name} as f where ${isRow}`, binder.values);
  if (!known.rows.length) throw problems.unknownRow(rowId, fact.name);
  const feeds = Object.entries(fact.feeds).map(
    ([table, condition]) =>
      `select '${table}' as entity, e.id, e.url, e.raw_hash from (select * from ${fact.name} as f where ${isRow}) as f join ${table} as e on ${condition} where e.deleted_at is null`,
  );
  const { rows } = await warehouse.query<{ entity: string; id: string; url: string | null; raw_hash: string | null }>(
    `select u.* from (${feeds.join("\nunion all\n")}) as u order by u.entity, u.id limit ${MOST_ENTITIES}`,
    binder.values,
  );
  const entities = rows.map(({ raw_hash, ...entity }) => ({ ...entity, rawHash: raw_hash }));
  const hashes = [...new Set(entities.flatMap(({ rawHash }) => rawHash ?? []))];
  return { entities, payloads: hashes.length ? await payloadsOf(warehouse, hashes) : [] };
}

/** The archived records with these hashes, and the pages they came in. */
async function payloadsOf(warehouse: Readable, hashes: readonly string[]): Promise<Payload[]> {
  const { rows } = await warehouse.query<Record<string, never>>(
    `select r.hash, r.integration_id, r.stream, r.native_key, r.position, r.is_latest, r.page_id, p.request, p.fetched_at, p.body_hash
from raw_record as r left join raw_page as p on p.id = r.page_id
where r.hash in (select unnest(cast($1 as text[]))) order by r.stream, r.native_key, r.hash`,
    [hashes],
  );
  return rows.map((row) => ({
    hash: row["hash"]!,
    integrationId: row["integration_id"]!,
    stream: row["stream"]!,
    nativeKey: row["native_key"]!,
    position: row["position"]!,
    isLatest: row["is_latest"]!,
    pageId: row["page_id"]!,
    request: row["request"] ?? null,
    fetchedAt: row["fetched_at"] ?? null,
    bodyHash: row["body_hash"] ?? null,
  }));
}
