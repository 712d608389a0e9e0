import type { Filter } from "../domain/filter.ts";
import type { Instant } from "../domain/instant.ts";
import type { Answer, AnswerRow } from "./answer.ts";
import { bucketsOf } from "./buckets.ts";
import { rangeOf } from "./plan.ts";
import type { Query } from "./query.ts";

/** The query that one number of an answer is the answer to: its bucket as the range, its dimensions as filters. */
export function cellQuery(answer: Pick<Answer, "query" | "meta">, row: AnswerRow, metric: string): Query {
  const { grain, compare: _compare, order: _order, dimensions, filters, ...rest } = answer.query;
  const range = rangeOf(answer.query, answer.meta.timezone);
  const buckets = bucketsOf(range, grain, { zone: answer.meta.timezone, now: rest.now });
  const bucket = buckets.find(({ day }) => day === (row["bucket"] ?? null)) ?? range;
  return {
    ...rest,
    metrics: [metric],
    from: bucket.from,
    to: bucket.to satisfies Instant,
    timezone: answer.meta.timezone,
    profile: answer.meta.profile,
    dimensions: [],
    order: [],
    filters: [...filters, ...dimensions.map((name) => filterOn(name, row[name] ?? null))],
  };
}

const filterOn = (name: string, value: AnswerRow[string]): Filter =>
  value === null ? ["null", name] : ["is", name, [value as string]];
