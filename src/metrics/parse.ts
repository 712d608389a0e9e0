import { filterOperators, groupOperators, isShallow, predicatesOf } from "../domain/filter.ts";
import type { Filter } from "../domain/filter.ts";
import type { Instant } from "../domain/instant.ts";
import { canonicalInstant } from "../domain/instant.ts";
import { parseFilter } from "../warehouse/filter.ts";
import { catalogue as builtIn } from "./catalogue.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Fact } from "./fact.ts";
import { facts } from "./facts.ts";
import { isZone } from "./local-time.ts";
import { statistics, whenOf } from "./metric.ts";
import type { Metric } from "./metric.ts";
import { problems } from "./problems.ts";
import { grains, queryFields, querySchema } from "./query.ts";
import type { Parsed, Query } from "./query.ts";

export interface ParseContext {
  /** What the query takes for the current time unless it names one. */
  readonly now: Instant;
  readonly catalogue?: Catalogue;
  /** False hides every dimension that names single people; default true. */
  readonly people?: boolean;
}

/** Pseudo-columns of drill-down rows, for filters of a query with `rows: true`. */
export const rowColumns = ["included", "reason", "value"] as const;

/** Reads a query strictly; every unknown name is refused with the known ones and the nearest. Throws Problems. */
export function parse(input: unknown, context: ParseContext): Parsed {
  const fields = readFields(input);
  const metrics = readMetrics(fields.metrics, context.catalogue ?? builtIn);
  const fact = facts[metrics[0]!.fact];
  const dimensions = fields.dimensions ?? [];
  for (const dimension of dimensions) checkDimension(dimension, fact, context.people ?? true);
  const isRows = fields.rows === true;
  for (const { name, expression } of metrics)
    if (expression.kind === "share" && !isRows && !dimensions.includes(expression.over!))
      throw problems.missingDimension(name, expression.over!);
  const when = whenOf(metrics[0]!);
  const shaped = fields.grain ? "grain" : fields.compare ? "compare" : null;
  if (when.kind === "now" && shaped && !isRows) throw problems.onlyNow(metrics[0]!.name, shaped);
  if (isRows && metrics.length > 1) throw problems.rowsOfOneMetric(metrics.length);
  const filters = (fields.filters ?? []).map((filter) => readFilter(filter, fact, { people: context.people ?? true, isRows }));
  if (fields.timezone && !isZone(fields.timezone)) throw problems.unknownTimezone(fields.timezone);
  const { statistic, membership, limit, order, now, ...rest } = fields;
  const query = {
    ...rest,
    metrics: metrics.map(({ name }) => name),
    statistic: statistic ?? "median",
    dimensions: [...new Set(dimensions)],
    filters,
    order: order ?? [],
    limit: limit ?? 1000,
    membership: membership ?? "then",
    now: canonicalInstant(now ?? context.now),
  };
  return { query: query as Query, metrics, when };
}

function readFields(input: unknown) {
  if (typeof input !== "object" || input === null || Array.isArray(input)) throw problems.badQuery("", "it is not an object");
  const known = Object.keys(queryFields);
  for (const field of Object.keys(input)) if (!known.includes(field)) throw problems.unknownField(field.slice(0, 100), known);
  const parsed = querySchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = String(issue.path[0] ?? "");
  const value = (input as Record<string, unknown>)[field];
  if (field === "from" || field === "to")
    throw problems.badRange(value === undefined ? `"${field}" is missing.` : `"${field}" is ${JSON.stringify(value)}.`);
  if (field === "grain") throw problems.badGrain(value, grains);
  if (field === "statistic") throw problems.unknownStatistic(String(value).slice(0, 100), statistics);
  if (field === "compare") throw problems.badCompare(`${JSON.stringify(value)} is none of its forms`);
  throw problems.badQuery(issue.path.join("."), value === undefined ? "it is missing" : issue.message.replace(/\.$/, ""));
}

function readMetrics(names: readonly string[], catalogue: Catalogue): readonly Metric[] {
  const metrics = [...new Set(names)].map((name) => {
    const metric = catalogue.get(name);
    if (!metric) throw problems.unknownMetric(name, catalogue.keys());
    return metric;
  });
  const named = (of: (metric: Metric) => string) => metrics.map((metric) => `${metric.name} of ${of(metric)}`);
  if (new Set(metrics.map(({ fact }) => fact)).size > 1) throw problems.mixedFacts(named(({ fact }) => fact));
  if (new Set(metrics.map(({ when }) => when)).size > 1) throw problems.mixedTimes(named(({ when }) => when));
  return metrics;
}

/** `custom_fields.<id>` as the column and the key in it; null for every other name. */
export function jsonKeyOf(name: string): { readonly column: string; readonly key: string } | null {
  const [column, ...key] = name.split(".");
  return key.length ? { column: column!, key: key.join(".") } : null;
}

/** The names of the columns with one of these roles, `team` among them. */
export const namesOf = (fact: Fact, ...roles: readonly string[]): string[] => [
  ...Object.entries(fact.columns)
    .filter(([, column]) => roles.includes(column.role))
    .map(([name]) => name),
  "team",
];

function checkDimension(name: string, fact: Fact, people: boolean): void {
  if (name === "team") return;
  const column = fact.columns[name];
  if (column?.role !== "dimension") throw problems.unknownDimension(name, fact.name, groupable(fact));
  if (column.type === "text[]") throw problems.notGroupable(name);
  if (column.entity === "person" && !people) throw problems.peopleHidden(name);
}

const groupable = (fact: Fact) => namesOf(fact, "dimension").filter((name) => fact.columns[name]?.type !== "text[]");

/** The dimensions that metrics over this fact may be grouped by. */
export const dimensionsOf = groupable;

function readFilter(input: unknown, fact: Fact, options: { people: boolean; isRows: boolean }): Filter {
  checkOperators(input);
  const filter = parseFilter(input);
  for (const [operator, name] of predicatesOf(filter)) {
    if (options.isRows && rowColumns.some((column) => column === name)) continue;
    if (name === "team") {
      if (operator !== "is" && operator !== "is_not") throw problems.badTeamFilter();
      continue;
    }
    const inner = jsonKeyOf(name);
    const column = fact.columns[inner?.column ?? name];
    if ((column?.role !== "dimension" && column?.role !== "key") || (inner && column.type !== "json"))
      throw problems.unknownColumn(name, fact.name, namesOf(fact, "dimension", "key"));
    if (column.entity === "person" && !options.people) throw problems.peopleHidden(name);
  }
  return filter;
}

/** Names an unknown operator, in groups too, before the grammar as a whole is refused. */
function checkOperators(input: unknown): void {
  if (!Array.isArray(input) || !isShallow(input) || typeof input[0] !== "string") return;
  const [operator] = input;
  if (!filterOperators.some((known) => known === operator))
    throw problems.unknownOperator(operator.slice(0, 100), filterOperators);
  if (groupOperators.some((group) => group === operator)) for (const inner of input.slice(1)) checkOperators(inner);
}
