import type { AnswerMeta } from "./answer.ts";
import { judgedRows, rowConditions } from "./drill-down.ts";
import type { Metric, Unit } from "./metric.ts";
import type { Plan } from "./plan.ts";
import { problems } from "./problems.ts";
import type { Query } from "./query.ts";
import { metaOf, planQuery } from "./run.ts";
import type { QueryContext } from "./run.ts";
import { SettingsReader } from "./settings.ts";
import type { Readable } from "./settings.ts";
import { Binder } from "./statement.ts";

/** How the values of one metric are spread over one range: bins of equal width, the last one open where few items go far. */
export interface Histogram {
  readonly metric: string;
  readonly label: string;
  readonly unit: Unit;
  /** Items with a value. */
  readonly n: number;
  /** NULL without items. */
  readonly levels: { readonly median: number | null; readonly p85: number | null; readonly p95: number | null };
  /** `from` belongs to the bin, `to` does not; NULL: without end. Empty without items. */
  readonly bins: readonly Bin[];
  readonly query: Query;
  readonly meta: AnswerMeta;
}

interface Bin {
  readonly from: number;
  readonly to: number | null;
  readonly items: number;
}

/** Regular bins up to where 95 of 100 items are. */
const MOST_BINS = 20;

/** The histogram of a query of one metric that gives one value per item. Its grain, dimensions, order and statistic play no part. */
export async function histogram(warehouse: Readable, input: unknown, context: QueryContext): Promise<Histogram> {
  const asked = typeof input === "object" && input !== null ? { ...input, rows: true } : input;
  const plan = await planQuery(asked, { ...context, reader: new SettingsReader(warehouse) });
  const metric = plan.metrics[0]!;
  if (metric.expression.kind !== "value") throw problems.notSpread(metric.name);
  const ask = async <Row>(select: (binder: Binder) => readonly string[]): Promise<Row> => {
    const binder = new Binder();
    const items = select(binder).map((item) => `cast(${item} as double precision)`);
    const names = items.map((item, index) => `${item} as n${index}`);
    const rows = `(${judgedRows(plan, binder)}) as r\nwhere ${["r.included", ...rowConditions(plan, binder)].join(" and ")}`;
    const answer = await warehouse.query(
      `select ${names.join(", ")} from ${rows}`,
      binder.values,
      context.signal ? { signal: context.signal } : {},
    );
    return items.map((_, index) => answer.rows[0]![`n${index}`]) as Row;
  };
  return { ...about(metric), ...(await spreadOf(metric, plan, ask)), query: plan.query, meta: meta(plan) };
}

type Ask = <Row>(select: (binder: Binder) => readonly string[]) => Promise<Row>;

async function spreadOf(metric: Metric, { settings }: Plan, ask: Ask): Promise<Pick<Histogram, "n" | "levels" | "bins">> {
  const nothing = { n: 0, levels: { median: null, p85: null, p95: null }, bins: [] };
  if (!settings.isBuilt) return nothing;
  const level = (share: number) => `percentile_cont(${share}) within group (order by r.value)`;
  const [n, least, most, median, p85, p95] = await ask<[number, number, number, number, number, number]>(() => [
    "count(*)",
    "min(r.value)",
    "max(r.value)",
    level(0.5),
    level(0.85),
    level(0.95),
  ]);
  if (n === 0) return nothing;
  const levels = { median: sameOnBoth(median), p85: sameOnBoth(p85), p95: sameOnBoth(p95) };
  const edges = edgesOf({ least, p95: levels.p95, most }, metric.unit);
  const counts = await ask<number[]>((binder) => {
    const bound = edges.map((edge) => `cast(${binder.bind(edge)} as double precision)`);
    return bound.map((from, index) => {
      const to = bound[index + 1];
      return `count(*) filter (where r.value >= ${from}${to === undefined ? "" : ` and r.value < ${to}`})`;
    });
  });
  const bins = edges.map((from, index) => ({ from, to: edges[index + 1] ?? null, items: counts[index]! }));
  // The last one is open only if something lies there.
  return { n, levels, bins: bins.at(-1)!.items === 0 ? bins.slice(0, -1) : bins };
}

/** What is interpolated is told in as many digits as both engines share. */
const sameOnBoth = (value: number) => Number(value.toPrecision(15));

/** Where bins begin; the last edge is that of the open bin. */
function edgesOf({ least, p95, most }: { least: number; p95: number; most: number }, unit: Unit): number[] {
  const width = widthOf(p95 - Math.min(0, least), unit);
  const first = Math.min(0, Math.floor(least / width));
  const last = Math.max(first + 1, Math.min(Math.floor(p95 / width), Math.floor(most / width)) + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * width).toPrecision(12)));
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Widths that people read as times. */
const times = [
  1,
  5,
  15,
  30,
  ...[1, 5, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 8, 12].map((hours) => hours * HOUR),
  ...[1, 2, 4, 7, 14, 28, 56, 112, 224, 448].map((days) => days * DAY),
];
const decimals = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** (power - 3))).flat();
const WHOLE: ReadonlySet<Unit> = new Set(["count", "items", "lines", "days"]);

function widthOf(span: number, unit: Unit): number {
  const wanted = span / MOST_BINS;
  const widths = unit === "seconds" ? times : decimals.filter((width) => width >= 1 || !WHOLE.has(unit));
  return widths.find((width) => width >= wanted) ?? widths.at(-1)!;
}

const about = ({ name, label, unit }: Metric) => ({ metric: name, label, unit });

const meta = (plan: Plan): AnswerMeta => ({ ...metaOf(plan), warnings: [], truncated: false });
