/*
 * The building blocks of metric expressions (`docs/design/metrics.md` §6). Each writes SQL over the columns of one fact and
 * remembers which rows enter it, so that a number can be opened. `p` is a condition whose parts are joined by ` and `.
 * `{days}`, `{working_days}`, `{day}` and `{t}` are filled in by `compile.ts`.
 */

/** Rows enter where `where` holds and `of`, if any, is not NULL. */
export interface Term {
  readonly where: string;
  readonly of: string | null;
  /** Different values of `of` are counted, not added. */
  readonly isDistinct?: boolean;
}

export interface Expression {
  readonly kind: "count" | "sum" | "distinct" | "ratio" | "value" | "deviation" | "mean" | "share" | "split";
  /** An aggregate; for a value metric the value of one row. */
  readonly sql: string;
  /** The number of items that entered: of a ratio, its denominator. */
  readonly n: string;
  /** The numerator's terms first, the denominator's last. */
  readonly terms: readonly Term[];
  /** Rows of this condition make the value differ from empty. */
  readonly entered: string;
  /** The dimension a share adds up over; the column that weighs 1 in a split. */
  readonly over?: string;
}

/** Number of rows. */
export function n(p: string): Expression {
  const sql = `count(*) filter (where ${p})`;
  return { kind: "count", sql, n: sql, terms: [{ where: p, of: null }], entered: sql };
}

const valued = (x: string, p: string) => ({
  n: `count(${x}) filter (where ${p})`,
  terms: [{ where: p, of: x }],
  entered: `count(*) filter (where ${p})`,
});

/** Sum; unknown values are left out, and all unknown is unknown. */
export const s = (x: string, p: string): Expression => ({ kind: "sum", sql: `sum(${x}) filter (where ${p})`, ...valued(x, p) });

/** Number of distinct values. */
export const d = (x: string, p: string): Expression => ({
  kind: "distinct",
  sql: `count(distinct ${x}) filter (where ${p})`,
  ...valued(x, p),
  terms: [{ where: p, of: x, isDistinct: true }],
});

/** Value metric: the query's statistic condenses `x` over the rows of `p`. */
export const v = (x: string, p: string): Expression => ({ kind: "value", sql: x, ...valued(x, p) });

/** Sample deviation; fewer than two rows give NULL. */
export const sd = (x: string, p: string): Expression => ({
  kind: "deviation",
  sql: `stddev_samp(${x}) filter (where ${p})`,
  ...valued(x, p),
});

/** Mean, as the denominator of a coefficient of variation. */
export const mean = (x: string, p: string): Expression => ({
  kind: "mean",
  sql: `avg(${x}) filter (where ${p})`,
  ...valued(x, p),
});

/** Ratio of two sums over the same rows; a text as denominator is a number that is no item, such as `{days}`. */
export function r(a: Expression, b: Expression | string): Expression {
  const over = typeof b === "string" ? b : b.sql;
  return {
    kind: "ratio",
    sql: `cast(${a.sql} as double precision) / nullif(${over}, 0)`,
    n: typeof b === "string" ? a.n : b.kind === "mean" ? b.n : b.sql,
    terms: typeof b === "string" ? a.terms : [...a.terms, ...b.terms],
    entered: a.entered,
  };
}

/** Part of the whole that all values of `dimension` make; the query must group by it. */
export const share = (a: Expression, dimension: string): Expression => ({ ...a, kind: "share", over: dimension });

/** Every `who` of a bucket weighs 1, divided over its rows by `x`; the sum of these parts. */
export const split = (x: string, who: string, p: string): Expression => ({ ...s(x, p), kind: "split", sql: x, over: who });

/**
 * Seconds from `x` to the closing instant of the bucket, to the microsecond. DuckDB subtracts instants by the calendar, which
 * takes 170 times as long as subtracting their epochs; rounding takes back what doubles lose on the way.
 */
export const age = (x: string): string => `round(extract(epoch from {t}) - extract(epoch from ${x}), 6)`;

/** Whether a row carries the flag. */
export const flag = (code: string): string => `coalesce(',' || flags || ',' like '%,${code},%', false)`;

/** The parts of a condition, each of which must hold. No part holds `and` itself. */
export const partsOf = (condition: string): string[] => condition.split(" and ");
