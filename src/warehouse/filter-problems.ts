import { filterOperators, isShallow, maximumFilterDepth } from "../domain/filter.ts";
import { Problem } from "../domain/problem.ts";

/** The operator does not fit the type of the column. */
export const operatorMisfit = (operator: string, column: string, type: string) =>
  new Problem({
    code: "bad_filter",
    what: `The filter ["${operator}", "${column}"] cannot be applied: "${column}" is of type ${type}.`,
    rule: "contains, starts, ends and matches need text; has and has_not need a list; gt, gte, lt and lte need a number, a date or a time; is and is_not need a single value.",
    next: "Use an operator that fits the column.",
  });

/** A value cannot be read as the column's type. */
export const valueMisfit = (column: string, type: string, value: unknown) =>
  new Problem({
    code: "bad_filter_value",
    what: `The filter on "${column}" names ${JSON.stringify(value)}, which is no ${type}.`,
    rule: "Numbers are written as 12.5, booleans as true or false, dates as YYYY-MM-DD, times as ISO 8601 with Z or an offset.",
    next: "Correct the value.",
  });

/** The filter has none of the forms of the grammar. */
export const malformedFilter = (input: unknown) =>
  new Problem({
    code: "bad_filter",
    what: isShallow(input) ? `${JSON.stringify(input)?.slice(0, 200)} is not a filter.` : "The filter is nested too deep.",
    rule: `A filter, at most ${maximumFilterDepth} groups deep, is [operator, column, [values]], ["and" or "or", filter, …] or ["not", filter]; operators are ${filterOperators.join(", ")}.`,
    next: "Write the filter in one of these forms.",
  });

/** The pattern of `matches` uses something that the two engines read differently. */
export const patternMisfit = (pattern: string, reason: string) =>
  new Problem({
    code: "bad_pattern",
    what: `The pattern "${pattern}" cannot be used: ${reason}.`,
    rule: "matches compares the whole value and knows literals, . [ ] ( ) (?: ) | * + ? {m,n} and the escapes \\d \\w \\s and \\ before punctuation.",
    next: "Write the pattern with these alone.",
  });
