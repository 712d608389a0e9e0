import { z } from "zod";

import { predicatesOf } from "../domain/filter.ts";
import type { Filter } from "../domain/filter.ts";
import type { AnswerColumn, AnswerMeta, AnswerRow } from "./answer.ts";
import { fillPlaceholders } from "./compile.ts";
import { labelJoins } from "./entities.ts";
import type { Term } from "./expression.ts";
import { flag, partsOf } from "./expression.ts";
import type { Fact } from "./fact.ts";
import { baseTerm } from "./metric.ts";
import type { Metric } from "./metric.ts";
import { rowColumns } from "./parse.ts";
import type { Plan } from "./plan.ts";
import { openAt, within } from "./population.ts";
import { problems } from "./problems.ts";
import type { Query } from "./query.ts";
import { metaOf, planQuery } from "./run.ts";
import type { QueryContext } from "./run.ts";
import { SettingsReader } from "./settings.ts";
import type { Readable } from "./settings.ts";
import { Binder, conditionsOf, filterSql } from "./statement.ts";
import type { Statement } from "./statement.ts";

/** The fact rows behind a number, one page of them. */
export interface FactRows {
  readonly columns: readonly AnswerColumn[];
  /** Every dimension and time of the fact, the values the metric uses, `included` and `reason` (NULL when included). */
  readonly rows: readonly AnswerRow[];
  readonly query: Query;
  readonly meta: AnswerMeta;
  /** Where the next page starts; null on the last. */
  readonly nextCursor: string | null;
}

const PAGE = 1000;

/**
 * The rows behind one metric over one range, ordered by time and id. The query's own grain, dimensions and order play no part:
 * a cell is asked for by its bucket as `from` and `to` and its dimensions as filters. Filters may name `included`, `reason` and `value`.
 */
export async function drillDown(warehouse: Readable, input: unknown, context: QueryContext): Promise<FactRows> {
  const asked = typeof input === "object" && input !== null ? { ...input, rows: true } : input;
  const plan = await planQuery(asked, { ...context, reader: new SettingsReader(warehouse) });
  return rowsOf(warehouse, plan, context.signal);
}

/** A page of the rows of a plan; at most 1000. */
export async function rowsOf(warehouse: Readable, plan: Plan, signal?: AbortSignal): Promise<FactRows> {
  const size = Math.min(plan.query.limit, PAGE);
  const { sql, values } = compileRows(plan, size);
  const { rows } = plan.settings.isBuilt ? await warehouse.query<AnswerRow>(sql, values, signal ? { signal } : {}) : { rows: [] };
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const more = rows.length > size && last !== undefined;
  return {
    columns: rowColumnsOf(plan),
    rows: page,
    query: plan.query,
    meta: { ...metaOf(plan), warnings: [], truncated: more },
    nextCursor: more ? cursorOf([String(last[plan.when.column]), String(last["id"])]) : null,
  };
}

function compileRows(plan: Plan, size: number): Statement {
  const binder = new Binder();
  const { when, query } = plan;
  const conditions = rowConditions(plan, binder);
  if (query.cursor !== undefined) {
    const [at, id] = readCursor(query.cursor);
    const instant = plan.fact.columns[when.column]?.type === "date" ? binder.day(at) : binder.instant(at);
    conditions.push(
      `(r.${when.column} > ${instant} or (r.${when.column} = ${instant} and r.id collate "C" > ${binder.text(id)}))`,
    );
  }
  const names = shownColumns(plan).map(({ name }) => name);
  const page = `select r.* from (${judgedRows(plan, binder)}) as r${conditions.length ? `\nwhere ${conditions.join(" and ")}` : ""}
order by r.${when.column}, r.id collate "C" limit ${size + 1}`;
  const entities = Object.entries(plan.fact.columns).flatMap(([name, { entity }]) => (entity ? [{ name, entity }] : []));
  const { joins, items } = labelJoins(entities, "p");
  const sql = `select ${[...names.map((name) => `p.${name}`), ...items].join(", ")}
from (${page}) as p\n${joins.join("\n")}\norder by p.${when.column}, p.id collate "C"`;
  return { sql, values: binder.values };
}

/** The filters of a query that are about its rows `r`. */
export const rowConditions = (plan: Plan, binder: Binder): string[] =>
  plan.query.filters.filter(isAboutRow).map((filter) => filterSql(filter, { plan, binder, row: "r" }));

/** Whether a filter asks for `included`, `reason` or `value`, which only the rows of a drill-down have. */
export const isAboutRow = (filter: Filter) =>
  predicatesOf(filter).some(([, name]) => rowColumns.some((column) => column === name));

/** The rows of the range, each with `included` and `reason`. */
export function judgedRows(plan: Plan, binder: Binder): string {
  const { fact, when, query, buckets, metrics } = plan;
  const closes = when.kind === "event" ? null : binder.instant(when.kind === "now" ? query.now : buckets.at(-1)!.closes);
  const inRange = when.kind === "now" ? [] : closes ? openAt(plan, closes) : within(plan, binder);
  const filters = query.filters.filter((filter) => !isAboutRow(filter));
  const where = [...inRange, ...conditionsOf(plan, binder, filters)].join("\n  and ");
  const state = closes ? `, ${closes} as closes_at` : "";
  const metric = metrics[0]!;
  const judged = `${includedSql(metric)} as included, ${reasonSql(metric, fact)} as reason, ${valueSql(metric)} as value`;
  return `select j.*, ${fillPlaceholders(judged, plan, binder)}\nfrom (select f.*${state} from ${fact.name} as f\nwhere ${where}) as j`;
}

/** What the row gives: the value that a statistic condenses or a sum adds up; of counts and ratios, 1 where it counts. */
function valueSql({ expression }: Metric): string {
  const { where, of, isDistinct } = expression.terms[0]!;
  if (isDistinct) return "cast(null as double precision)";
  return of === null ? `case when ${where} then 1.0 else 0.0 end` : `case when ${where} then cast(${of} as double precision) end`;
}

const termSql = ({ where, of }: Term) => `coalesce(${where}, false)${of === null ? "" : ` and (${of}) is not null`}`;

/** A row is included when any part of the expression takes it in. */
export const includedSql = ({ expression }: Metric): string =>
  `(${[...new Set(expression.terms.map(termSql))].map((term) => `(${term})`).join(" or ")})`;

/** The first part of the condition that failed, else the flag that explains the missing value, else the missing column. */
export function reasonSql(metric: Metric, fact: Fact): string {
  const { where, of } = baseTerm(metric);
  const text = (reason: string) => `'${reason.replaceAll("'", "''")}'`;
  const failed = partsOf(where).map((part) => `when not coalesce(${part}, false) then ${text(part)}`);
  const flags = (fact.columns[of ?? ""]?.nulls ?? []).map((code) => `when ${flag(code)} then ${text(code)}`);
  const missing = of === null ? "null" : text(`${of} is null`);
  return `case when ${includedSql(metric)} then null ${[...failed, ...flags].join(" ")} else ${missing} end`;
}

function shownColumns({ fact, when, metrics }: Plan): AnswerColumn[] {
  const { sql, value, where } = metrics[0]!;
  const used = new Set(`${sql} ${value} ${where}`.match(/[a-z_]+/g));
  const shown = Object.entries(fact.columns)
    .filter(([name, { role }]) => name !== "profile_id" && (role !== "measure" || used.has(name)))
    .map(([name, { type, label }]): AnswerColumn => ({ name, kind: "row", type, unit: null, label }));
  const at = shown.findIndex(({ name }) => name === when.column);
  const leading = [shown[0]!, shown[at]!];
  const rest = shown.filter((column) => !leading.includes(column));
  return [
    ...leading,
    { name: "included", kind: "row", type: "boolean", unit: null, label: "Counted" },
    { name: "reason", kind: "row", type: "text", unit: null, label: "Why not" },
    { name: "value", kind: "row", type: "double", unit: metrics[0]!.unit, label: metrics[0]!.label },
    ...rest,
  ];
}

function rowColumnsOf(plan: Plan): AnswerColumn[] {
  return shownColumns(plan).flatMap((column) => {
    if (!plan.fact.columns[column.name]?.entity) return [column];
    return [column, { ...column, name: `${column.name}_label`, kind: "label" as const }];
  });
}

const cursorOf = (last: z.infer<typeof place>) => Buffer.from(JSON.stringify(last)).toString("base64url");

const place = z.tuple([z.union([z.iso.datetime({ offset: true }), z.iso.date()]), z.string()]);

function readCursor(cursor: string): readonly [at: string, id: string] {
  let decoded: unknown;
  try {
    decoded = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    throw problems.badCursor();
  }
  const parsed = place.safeParse(decoded);
  if (!parsed.success) throw problems.badCursor();
  return parsed.data;
}
