import { z } from "zod";

import type { ColumnType } from "../domain/column.ts";
import { filter as filterSchema, isShallow } from "../domain/filter.ts";
import type { Filter, FilterValue } from "../domain/filter.ts";
import { portablePattern } from "./filter-pattern.ts";
import { malformedFilter, operatorMisfit, valueMisfit } from "./filter-problems.ts";

export interface FilterColumn {
  /** SQL of the column: `f.state`. */
  readonly sql: string;
  readonly type: ColumnType;
}

export interface FilterContext {
  /** The column of this name; throws a Problem that lists the known names. */
  column(name: string): FilterColumn;
  /** SQL text that stands for the value: a parameter such as `$3`, or a literal. */
  bind(value: FilterValue): string;
  /** SQL of a predicate that is not about a column (`team`); null lets `column` decide. */
  special?(filter: Filter): string | null;
}

/** Reads foreign input (a setting, a query) as a filter; throws `bad_filter`. */
export function parseFilter(input: unknown): Filter {
  const parsed = isShallow(input) ? filterSchema.safeParse(input) : null;
  if (!parsed?.success) throw malformedFilter(input);
  return parsed.data;
}

/**
 * The filter as one SQL condition in the shared dialect. Unknown never matches by accident: `is` drops NULL rows, `is_not` and
 * `has_not` keep them, and `not` is the exact complement of what it holds. `contains`, `starts` and `ends` ignore case.
 */
export function filterToSql(filter: Filter, context: FilterContext): string {
  const special = context.special?.(filter);
  if (special != null) return special;
  const [operator] = filter;
  if (operator === "and" || operator === "or") {
    const inner = (filter.slice(1) as Filter[]).map((part) => filterToSql(part, context));
    return `(${inner.join(` ${operator} `)})`;
  }
  if (operator === "not") return `(not coalesce(${filterToSql(filter[1], context)}, false))`;
  const column = context.column(filter[1]);
  if (operator === "null") return `(${column.sql} is null)`;
  if (operator === "not_null") return `(${column.sql} is not null)`;
  const values = filter[2] as readonly FilterValue[];
  return predicateToSql({ operator, name: filter[1], column, values, bind: context.bind });
}

interface Comparison {
  readonly operator: string;
  readonly name: string;
  readonly column: FilterColumn;
  readonly values: readonly FilterValue[];
  readonly bind: FilterContext["bind"];
}

const ORDER: Record<string, string> = { gt: ">", gte: ">=", lt: "<", lte: "<=" };
const ORDERED: ReadonlySet<ColumnType> = new Set(["bigint", "double", "date", "timestamptz"]);
const LIKE: Record<string, (value: string) => string> = {
  contains: (value) => `%${value}%`,
  starts: (value) => `${value}%`,
  ends: (value) => `%${value}`,
};

function predicateToSql(comparison: Comparison): string {
  const { operator, name, column, values } = comparison;
  const { sql, type } = column;
  const misfit = () => operatorMisfit(operator, name, type);
  if (operator === "has" || operator === "has_not") {
    if (type !== "text[]") throw misfit();
    const elements = bound({ ...comparison, column: { sql, type: "text" } });
    const any = elements.map((element) => `${element} = any(${sql})`).join(" or ");
    return operator === "has" ? `(${any})` : `(${sql} is null or not (${any}))`;
  }
  if (type === "text[]" || type === "json") throw misfit();
  if (operator in ORDER) {
    if (!ORDERED.has(type)) throw misfit();
    return `(${numeric(sql, type)} ${ORDER[operator]} ${bound(comparison)[0]})`;
  }
  if (operator === "is" || operator === "is_not") {
    const within = `${numeric(sql, type)} in (${bound(comparison).join(", ")})`;
    return operator === "is" ? `(${within})` : `(${sql} is null or not (${within}))`;
  }
  if (type !== "text") throw misfit();
  return `(${values.map((value) => textCondition(comparison, String(value))).join(" or ")})`;
}

function textCondition({ operator, column, bind }: Comparison, value: string): string {
  const like = LIKE[operator];
  if (!like) return `${column.sql} ~ cast(${bind(portablePattern(value))} as text)`;
  const pattern = like(value.replaceAll(/[!%_]/g, "!$&"));
  return `lower(${column.sql}) like lower(cast(${bind(pattern)} as text)) escape '!'`;
}

/** Whole numbers and decimals meet as doubles, so that `["gt", "lines_changed", [1.5]]` means the same on both engines. */
const numeric = (sql: string, type: ColumnType) => (type === "bigint" ? `cast(${sql} as double precision)` : sql);

const SQL_TYPES: Partial<Record<ColumnType, string>> = {
  text: "text",
  bigint: "double precision",
  double: "double precision",
  boolean: "boolean",
  date: "date",
  timestamptz: "timestamptz",
};

const bound = ({ name, column, values, bind }: Comparison) =>
  values.map((value) => `cast(${bind(readAs(column.type, value, name))} as ${SQL_TYPES[column.type]})`);

const day = z.iso.date();
const instant = z.iso.datetime({ offset: true });

/** The value in the column's type; text from a command line becomes a number or boolean where the column is one. */
function readAs(type: ColumnType, value: FilterValue, column: string): FilterValue {
  if (type === "text") return String(value);
  if (type === "boolean" && (value === true || value === "true")) return true;
  if (type === "boolean" && (value === false || value === "false")) return false;
  if (type === "bigint" || type === "double") {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
  }
  if (type === "date" && day.safeParse(value).success) return value;
  if (type === "timestamptz" && (instant.safeParse(value).success || day.safeParse(value).success)) return value;
  throw valueMisfit(column, type, value);
}
