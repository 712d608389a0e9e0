import type { ColumnType } from "../domain/column.ts";
import type { Filter } from "../domain/filter.ts";
import { filterToSql } from "../warehouse/filter.ts";
import type { SqlValue } from "../warehouse/warehouse.ts";
import { jsonKeyOf } from "./parse.ts";
import type { Plan } from "./plan.ts";

export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Collects the values of one statement; equal values of one type share a parameter, since that gives it its type. */
export class Binder {
  readonly values: SqlValue[] = [];
  readonly #known = new Map<string, string>();

  bind = (value: SqlValue): string => `$${this.values.push(value)}`;

  text = (value: string): string => this.#typed(value, "text");
  instant = (value: string): string => this.#typed(value, "timestamptz");
  day = (value: string): string => this.#typed(value, "date");
  list = (values: readonly string[]): string => values.map(this.text).join(", ");

  #typed(value: string, type: string): string {
    const key = `${type} ${value}`;
    const known = this.#known.get(key) ?? `cast(${this.bind(value)} as ${type})`;
    this.#known.set(key, known);
    return known;
  }
}

/** The conditions on fact `f` that every statement of a query shares: profile, project and filters. */
export function conditionsOf(plan: Plan, binder: Binder, filters: readonly Filter[] = plan.query.filters): string[] {
  const { query, settings } = plan;
  const conditions = [`f.profile_id = ${binder.text(settings.profile.id)}`];
  if (query.project !== undefined)
    conditions.push(
      `(f.integration_id is null or f.integration_id in (select m.mapped_integration_id from integration_mapping as m where m.project_key = ${binder.text(query.project)} and m.deleted_at is null))`,
    );
  for (const filter of filters) conditions.push(filterSql(filter, { plan, binder, row: "f" }));
  return conditions;
}

interface FilterPlace {
  readonly plan: Plan;
  readonly binder: Binder;
  /** Alias of the rows that the filter is about. */
  readonly row: string;
}

const rowTypes: Readonly<Record<string, ColumnType>> = { included: "boolean", value: "double" };

/** One filter over fact rows; `included`, `reason` and `value` exist only on the rows of a drill-down. */
export function filterSql(filter: Filter, { plan, binder, row }: FilterPlace): string {
  return filterToSql(filter, {
    column: (name) => {
      const inner = jsonKeyOf(name);
      if (inner) return { sql: `(${row}.${inner.column} ->> ${binder.text(inner.key)})`, type: "text" };
      return { sql: `${row}.${name}`, type: rowTypes[name] ?? plan.fact.columns[name]?.type ?? "text" };
    },
    bind: binder.bind,
    special: (predicate) => (predicate[1] === "team" ? teamCondition(predicate, { plan, binder, row }) : null),
  });
}

/** Direct teams of rows `b` with every ancestor `t`. */
const membership = ({ fact, settings, query }: Plan, binder: Binder): string =>
  `from fact_team as b join team_tree as t on t.team_id = b.team_id and t.deleted_at is null
    where b.fact = ${binder.text(fact.subject)} and b.profile_id = ${binder.text(settings.profile.id)} and b.basis = ${binder.text(query.membership)}`;

function teamCondition(filter: Filter, { plan, binder, row }: FilterPlace): string {
  const teams = (filter[2] as readonly unknown[]).map(String);
  const within = `${row}.id in (select b.row_id ${membership(plan, binder)} and t.ancestor_team_id in (${binder.list(teams)}))`;
  return filter[0] === "is_not" ? `(not ${within})` : within;
}

/** One copy of a row per team asked for, never two; empty when the query does not group by team. */
export function teamJoin(plan: Plan, binder: Binder): string {
  const { query, settings } = plan;
  if (!query.dimensions.includes("team")) return "";
  const groups = settings.teamGroups.length ? binder.list(settings.teamGroups) : "cast(null as text)";
  return `\njoin (select distinct b.row_id, t.ancestor_team_id as team ${membership(plan, binder)} and t.ancestor_team_id in (${groups})) as g on g.row_id = f.id`;
}
