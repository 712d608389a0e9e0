import { z } from "zod";

/*
 * Filters as people and queries write them (`docs/design/metrics.md` §7.2): `["is", "state", ["merged"]]`,
 * `["null", "issue_id"]`, and the groups `["and", …]`, `["or", …]`, `["not", …]`.
 */

/** Operators that take one or more values, any of which may hold (`is_not`, `has_not`: none of them). */
export const listOperators = ["is", "is_not", "contains", "starts", "ends", "matches", "has", "has_not"] as const;
/** Operators that compare with exactly one value. */
export const orderOperators = ["gt", "gte", "lt", "lte"] as const;
/** Operators that take no value. */
export const nullOperators = ["null", "not_null"] as const;
export const groupOperators = ["and", "or", "not"] as const;

export const filterOperators = [...listOperators, ...orderOperators, ...nullOperators, ...groupOperators] as const;

export type ListOperator = (typeof listOperators)[number];
export type OrderOperator = (typeof orderOperators)[number];
export type NullOperator = (typeof nullOperators)[number];

export type FilterValue = string | number | boolean;

export type Predicate =
  | readonly [ListOperator, string, readonly FilterValue[]]
  | readonly [OrderOperator, string, readonly FilterValue[]]
  | readonly [NullOperator, string];

export type Filter =
  | Predicate
  | readonly ["and", Filter, ...Filter[]]
  | readonly ["or", Filter, ...Filter[]]
  | readonly ["not", Filter];

/** Groups deeper than this are refused, so that no filter can exhaust the stack. */
export const maximumFilterDepth = 20;

const value = z.union([z.string(), z.number(), z.boolean()]);

/** A predicate or a group of them. */
export const filter: z.ZodType<Filter> = z.lazy(() =>
  z.union([
    z.tuple([z.enum(listOperators), z.string(), z.array(value).min(1)]),
    z.tuple([z.enum(orderOperators), z.string(), z.array(value).length(1)]),
    z.tuple([z.enum(nullOperators), z.string()]),
    z.tuple([z.enum(["and", "or"]), filter], filter),
    z.tuple([z.literal("not"), filter]),
  ]),
) as z.ZodType<Filter>;

/** Whether `input` is nested at most `maximumFilterDepth` arrays deep; to be asked before `filter` parses foreign input. */
export function isShallow(input: unknown, depth = maximumFilterDepth + 1): boolean {
  if (!Array.isArray(input)) return true;
  return depth > 0 && input.every((inner) => isShallow(inner, depth - 1));
}

/** The predicates of a filter, groups left out. */
export function predicatesOf(filter: Filter): Predicate[] {
  if (filter[0] === "and" || filter[0] === "or" || filter[0] === "not")
    return (filter.slice(1) as Filter[]).flatMap((inner) => predicatesOf(inner));
  return [filter];
}
