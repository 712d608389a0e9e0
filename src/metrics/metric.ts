import type { Expression, Term } from "./expression.ts";
import type { FactName } from "./fact.ts";

export const statistics = ["median", "mean", "p75", "p85", "p90", "p95", "min", "max", "sum"] as const;
export type Statistic = (typeof statistics)[number];

export type Unit = "count" | "seconds" | "percent" | "ratio" | "points" | "items" | "lines" | "days" | "per_day" | "fte";

/** One definition of one number, over one fact (`docs/design/metrics.md` §6). */
export interface Metric {
  readonly name: string;
  readonly label: string;
  readonly fact: FactName;
  /**
   * The time column that gives the bucket; `opened_at..closed_at` for a state at the bucket's closing instant, `occurred_at..` for
   * all that has happened until then; `now` for what is known of the present only.
   */
  readonly when: string;
  /** Aggregate over the fact's columns; null for a value metric. */
  readonly sql: string | null;
  /** Value of one row; the query's statistic condenses it. */
  readonly value: string | null;
  /** Condition on the rows of a value metric; the aggregate of others holds its own. */
  readonly where: string | null;
  readonly unit: Unit;
  readonly better: "higher" | "lower" | "neither";
  /** What a bucket without rows shows. */
  readonly empty: "zero" | "null";
  /** The statistic used when a query names none; null when statistics do not apply. */
  readonly statistic: Statistic | null;
  readonly description: string;
  /** The default definition that this one departs from. */
  readonly variant_of: string | null;
  /** Raised with every change of the expression, so that old reports stay what they were. */
  readonly version: number;
  /** Later evidence can still change it until `failure.window_hours` have passed. */
  readonly matures: boolean;
  readonly expression: Expression;
}

export interface MetricSource {
  readonly name: string;
  readonly label: string;
  readonly when: string;
  readonly is: Expression;
  readonly unit: Unit;
  readonly better: Metric["better"];
  readonly description: string;
  readonly variant_of?: string;
  readonly empty?: Metric["empty"];
  readonly version?: number;
  readonly matures?: boolean;
}

const COUNTED = new Set(["count", "sum", "distinct", "split"]);

/** Completes the records of one fact. */
export const metricsOf = (fact: FactName, sources: readonly MetricSource[]): readonly Metric[] =>
  sources.map(({ is, variant_of, empty, version, matures, ...source }) => ({
    ...source,
    fact,
    sql: is.kind === "value" ? null : is.sql,
    value: is.kind === "value" ? is.sql : null,
    where: is.kind === "value" ? is.terms[0]!.where : null,
    empty: empty ?? (COUNTED.has(is.kind) ? "zero" : "null"),
    statistic: is.kind === "value" ? "median" : null,
    variant_of: variant_of ?? null,
    version: version ?? 1,
    matures: matures ?? false,
    expression: is,
  }));

export interface When {
  readonly kind: "event" | "state" | "now";
  /** The time column of an event; the opening one of a state; what the rows of the present are listed by. */
  readonly column: string;
  /** The closing column of a state; null where it lasts. */
  readonly until: string | null;
}

export function whenOf({ when }: Metric): When {
  if (when === "now") return { kind: "now", column: "created_at", until: null };
  const [column, until] = when.split("..");
  return { kind: until === undefined ? "event" : "state", column: column!, until: until || null };
}

/** The terms whose rows make the items that the metric counts: of a ratio those of its denominator. */
export const baseTerm = (metric: Metric): Term => metric.expression.terms.at(-1)!;
