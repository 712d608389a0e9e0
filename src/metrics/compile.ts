import { flag } from "./expression.ts";
import type { EntityName, Fact } from "./fact.ts";
import { intervals } from "./buckets.ts";
import { labelJoins } from "./entities.ts";
import type { Metric, Statistic } from "./metric.ts";
import type { Plan } from "./plan.ts";
import { bucketSql, populationOf } from "./population.ts";
import { Binder, conditionsOf, teamJoin } from "./statement.ts";
import type { Statement } from "./statement.ts";

/** The most rows read for one answer; more are cut by the order asked for. */
export const mostGroups = 50_000;

/** One SELECT in the shared dialect: `bucket`, the dimensions with their labels, and for each metric its value and `_n`. */
export function compile(plan: Plan): Statement {
  const binder = new Binder();
  const { query, metrics } = plan;
  const keys = [...(query.grain ? ["bucket"] : []), ...query.dimensions];
  const grouped = `select ${[...keys.map((key) => `f.${key}`), ...metrics.flatMap((metric) => measures(metric, plan, binder))].join(",\n  ")}
from (${rowsSql(plan, binder)}) as f${workingDaysJoin(plan, binder)}${keys.length ? `\ngroup by ${keys.map((key) => `f.${key}`).join(", ")}` : ""}`;
  const { joins, items } = labelJoins(entityColumns(plan), "g");
  const values = metrics.flatMap((metric) => outputs(metric, plan, keys));
  const order = orderOf(plan);
  const labelled = `select ${[...keys.map((key) => `g.${key}`), ...items, ...values].join(", ")}
from (${grouped}) as g${joins.map((join) => `\n${join}`).join("")}`;
  const sql = `select a.* from (${labelled}) as a${order.length ? `\norder by ${order.join(", ")}` : ""}\nlimit ${mostGroups + 1}`;
  return { sql, values: binder.values };
}

/** What the outer query shows of a metric: its value, `_n`, and the counts behind its warnings. */
function outputs(metric: Metric, { fact }: Plan, keys: readonly string[]): string[] {
  const value = metric.expression.kind === "share" ? `${shareSql(metric, keys)} as ${metric.name}` : `g.${metric.name}`;
  return [value, `g.${metric.name}_n`].concat(missingOf(metric, fact).map(({ name }) => `g.${name}`));
}

/** The dimensions whose ids have a label. */
export const entityColumns = ({ query, fact }: Plan): { name: string; entity: EntityName }[] =>
  query.dimensions.flatMap((name) => {
    const entity = name === "team" ? "team" : fact.columns[name]?.entity;
    return entity ? [{ name, entity }] : [];
  });

/** The rows of the range with their bucket, team and closing instant, before grouping. */
function rowsSql(plan: Plan, binder: Binder): string {
  const { query, metrics } = plan;
  const { source, conditions, bucket, closes } = populationOf(plan, binder);
  const columns = ["f.*"];
  if (query.dimensions.includes("team")) columns.push("g.team");
  if (bucket) columns.push(`${bucket} as bucket`);
  if (closes) columns.push(`${closes} as closes_at`);
  const where = [...conditions, ...conditionsOf(plan, binder)].join("\n  and ");
  const inner = `select ${columns.join(", ")}\nfrom ${source}${teamJoin(plan, binder)}\nwhere ${where}`;
  const splits = metrics.filter(({ expression }) => expression.kind === "split");
  if (!splits.length) return `\n${inner}\n`;
  const parts = splits.map((metric) => `${splitSql(metric, query.grain !== undefined)} as ${metric.name}_part`);
  return `\nselect s.*, ${parts.join(", ")} from (${inner}) as s\n`;
}

const STATISTICS: Record<Statistic, (x: string) => string> = {
  median: (x) => `percentile_cont(0.5) within group (order by ${x})`,
  p75: (x) => `percentile_cont(0.75) within group (order by ${x})`,
  p85: (x) => `percentile_cont(0.85) within group (order by ${x})`,
  p90: (x) => `percentile_cont(0.9) within group (order by ${x})`,
  p95: (x) => `percentile_cont(0.95) within group (order by ${x})`,
  mean: (x) => `avg(${x})`,
  min: (x) => `min(${x})`,
  max: (x) => `max(${x})`,
  sum: (x) => `sum(${x})`,
};

/** The value and `_n` of a metric as select items. */
function measures(metric: Metric, plan: Plan, binder: Binder): string[] {
  const { expression, name } = metric;
  const fill = (sql: string) => fillPlaceholders(sql, plan, binder);
  const value = () => {
    if (expression.kind === "value")
      return `${STATISTICS[plan.query.statistic](`cast(${expression.sql} as double precision)`)} filter (where ${metric.where})`;
    if (expression.kind === "split") return `sum(${name}_part)`;
    return expression.sql;
  };
  const double = (sql: string) => `cast(${fill(sql)} as double precision)`;
  const isZeroWithoutRows = metric.empty === "zero" && expression.kind !== "count" && expression.kind !== "distinct";
  const filled = isZeroWithoutRows
    ? `case when ${fill(expression.entered)} = 0 then 0 else ${double(value())} end`
    : double(value());
  const missing = missingOf(metric, plan.fact).map(
    ({ name, code }) =>
      `cast(count(*) filter (where ${metric.where} and ${metric.value} is null and ${flag(code)}) as double precision) as ${name}`,
  );
  return [`${filled} as ${name}`, `${double(expression.n)} as ${name}_n`, ...missing];
}

/** The columns that count the rows left without a value, by the flag that explains it; not part of the answer. */
export const missingOf = ({ name, value, where }: Metric, fact: Fact): { name: string; code: string }[] =>
  where === null ? [] : (fact.columns[value ?? ""]?.nulls ?? []).map((code) => ({ name: `${name}_without_${code}`, code }));

const shareSql = ({ name, expression }: Metric, keys: readonly string[]): string => {
  const others = keys.filter((key) => key !== expression.over).map((key) => `g.${key}`);
  return `g.${name} / nullif(sum(g.${name}) over (${others.length ? `partition by ${others.join(", ")}` : ""}), 0)`;
};

function splitSql({ expression }: Metric, hasBuckets: boolean): string {
  const part = `case when ${expression.terms[0]!.where} then cast(${expression.sql} as double precision) end`;
  return `${part} / nullif(sum(${part}) over (partition by ${hasBuckets ? "bucket, " : ""}${expression.over}), 0)`;
}

/** Writes out `{day}`, `{days}`, `{working_days}` and `{t}`. */
export function fillPlaceholders(sql: string, plan: Plan, binder: Binder): string {
  return sql.replaceAll(/\{(day|days|working_days|t)\}/g, (_, name: string) => {
    if (name === "t") return "closes_at";
    if (name === "day") return `cast(${plan.when.column} at time zone ${binder.text(plan.settings.zone)} as date)`;
    return name === "days" ? daysSql(plan, binder) : "coalesce(max(working_days), 0)";
  });
}

/** Local calendar days of the bucket inside the range, none after today. */
function daysSql({ query, days }: Plan, binder: Binder): string {
  const [since, until] = [binder.day(days.since), binder.day(days.until)];
  if (!query.grain) return `greatest(0, ${until} - ${since})`;
  const end = `cast(f.bucket + interval '${intervals[query.grain]}' as date)`;
  return `greatest(0, least(${end}, ${until}) - greatest(f.bucket, ${since}))`;
}

/** The working days of each bucket in the calendar of the query, only where a metric divides by them. */
function workingDaysJoin({ metrics, query, settings, days }: Plan, binder: Binder): string {
  if (!metrics.some(({ expression }) => expression.sql.includes("{working_days}"))) return "";
  const bucket = query.grain ? `${bucketSql("cast(c.day as timestamp)", query.grain, binder)} as working_bucket, ` : "";
  const working = `select ${bucket}count(*) as working_days from calendar_day as c
  where c.calendar_id = ${binder.text(settings.calendarId)} and c.deleted_at is null and c.is_working and c.day >= ${binder.day(days.since)} and c.day < ${binder.day(days.until)}${query.grain ? " group by 1" : ""}`;
  return `\nleft join (${working}) as w on ${query.grain ? "w.working_bucket = f.bucket" : "true"}`;
}

const DERIVED = /_(before|change)$/;

/** The order of the answer as far as SQL knows it, so that what is cut is the end of it. */
function orderOf(plan: Plan): string[] {
  const { query, fact } = plan;
  const keys = [...(query.grain ? ["bucket"] : []), ...query.dimensions];
  const asked = query.order.filter(([column]) => !DERIVED.test(column));
  const named = new Set(asked.map(([column]) => column));
  const all = [...asked, ...keys.filter((key) => !named.has(key)).map((key) => [key, "asc"] as const)];
  return all.map(([column, direction]) => {
    const isText = column === "team" || column.endsWith("_label") || fact.columns[column]?.type === "text";
    return `a.${column}${isText ? ' collate "C"' : ""} ${direction} nulls last`;
  });
}
