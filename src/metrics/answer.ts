import type { Instant } from "../domain/instant.ts";
import { entityColumns } from "./compile.ts";
import type { Unit } from "./metric.ts";
import type { Plan } from "./plan.ts";
import type { Query } from "./query.ts";

export type Cell = string | number | boolean | null | readonly string[];

/** One bucket and group; `partial` and `immature` are there only when true. */
export type AnswerRow = Readonly<Record<string, Cell>>;

export interface AnswerColumn {
  readonly name: string;
  readonly kind: "bucket" | "dimension" | "label" | "metric" | "n" | "before" | "change" | "row";
  readonly type: "text" | "text[]" | "date" | "boolean" | "double" | "bigint" | "timestamptz" | "json";
  readonly unit: Unit | null;
  readonly label: string;
}

export interface Warning {
  readonly code: "low_n" | "not_built" | "no_integrations" | "no_values";
  readonly metric: string | null;
  /** The flag of the rows that have no value. */
  readonly flag: string | null;
  /** Cells or rows concerned. */
  readonly count: number;
  readonly text: string;
}

export interface AnswerMeta {
  readonly profile: string;
  readonly profile_version: number;
  readonly rule_versions: Readonly<Record<string, number>>;
  /** Everything that happened before this instant has been read and counted; null before the first build. */
  readonly data_through: Instant | null;
  readonly calendar: string;
  readonly timezone: string;
  /** Name of the profile's band set. */
  readonly bands: string;
  readonly warnings: readonly Warning[];
  readonly truncated: boolean;
}

export interface Answer {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly AnswerRow[];
  readonly query: Query;
  readonly meta: AnswerMeta;
}

/** The columns of an answer in order: bucket, dimensions with labels, then each metric with `_n`, `_before` and `_change`. */
export function columnsOf(plan: Plan): AnswerColumn[] {
  const { query, fact, metrics } = plan;
  const labelled = new Set(entityColumns(plan).map(({ name }) => name));
  const columns: AnswerColumn[] = [];
  if (query.grain) columns.push({ name: "bucket", kind: "bucket", type: "date", unit: null, label: `${query.grain} starting` });
  for (const name of query.dimensions) {
    const { type, label } = name === "team" ? { type: "text" as const, label: "Team" } : fact.columns[name]!;
    columns.push({ name, kind: "dimension", type: type === "boolean" ? "boolean" : "text", unit: null, label });
    if (labelled.has(name)) columns.push({ name: `${name}_label`, kind: "label", type: "text", unit: null, label });
  }
  for (const { name, label, unit } of metrics) {
    columns.push({ name, kind: "metric", type: "double", unit, label });
    columns.push({ name: `${name}_n`, kind: "n", type: "double", unit: "count", label: `${label}: items` });
    if (!query.compare) continue;
    columns.push({ name: `${name}_before`, kind: "before", type: "double", unit, label: `${label} before` });
    columns.push({ name: `${name}_change`, kind: "change", type: "double", unit: "percent", label: `${label}: change` });
  }
  return columns;
}
