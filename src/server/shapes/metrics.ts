import { z } from "zod";

import { instant, problem } from "./shared.ts";

/* The query object and its answer are those of `docs/design/metrics.md` §7; their words stay snake_case where it writes them so. */

/** A value of an answer: instants and days are text, numbers are doubles, text[] columns are lists. */
const cell = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]).meta({ id: "Cell" });
const row = z.record(z.string(), cell);

export const metric = z
  .looseObject({
    name: z.string(),
    label: z.string(),
    description: z.string(),
    group: z.string().meta({ description: "chapter of the catalogue" }),
    fact: z.string(),
    when: z.string(),
    unit: z.string(),
    better: z.enum(["higher", "lower", "neither"]),
    empty: z.enum(["zero", "null"]),
    takesStatistic: z.boolean().meta({ description: "a value metric: median, mean, p75 … apply" }),
    sql: z.string().nullable(),
    value: z.string().nullable(),
    where: z.string().nullable(),
    variantOf: z.string().nullable(),
    version: z.int(),
    dimensions: z.array(z.string()).meta({ description: "by which it may be grouped" }),
    bands: z.array(z.looseObject({})),
  })
  .meta({ id: "Metric" });

const fact = z
  .looseObject({
    name: z.string(),
    grain: z.string().meta({ description: "what one row is" }),
    dimensions: z.array(z.looseObject({ name: z.string(), label: z.string(), type: z.string() })),
  })
  .meta({ id: "Fact" });

export const catalogue = z
  .object({
    items: z.array(metric),
    facts: z.array(fact),
    statistics: z.array(z.string()),
    grains: z.array(z.string()),
  })
  .meta({ id: "Catalogue" });

/** Loose on purpose: unknown names are refused by the query pipeline, which knows the nearest ones. */
export const query = z
  .looseObject({
    metrics: z.array(z.string()),
    from: z.string(),
    to: z.string(),
    grain: z.string().optional(),
    statistic: z.string().optional(),
    dimensions: z.array(z.string()).optional(),
    filters: z.array(z.unknown()).optional(),
    project: z.string().optional(),
    compare: z.union([z.string(), z.object({ from: z.string(), to: z.string() })]).optional(),
    order: z.array(z.tuple([z.string(), z.string()])).optional(),
    limit: z.int().optional(),
    timezone: z.string().optional(),
    profile: z.string().optional(),
    membership: z.string().optional(),
    rows: z.boolean().optional(),
    cursor: z.string().optional(),
    now: z.string().optional(),
  })
  .meta({ id: "Query" });

const column = z
  .looseObject({
    name: z.string(),
    kind: z.string().meta({ description: "bucket, dimension, label, metric, n, before, change …" }),
    type: z.string(),
    unit: z.string().nullish(),
    label: z.string().nullish(),
  })
  .meta({ id: "Column" });

const answerMeta = z
  .looseObject({
    profile: z.string().nullish(),
    profile_version: z.int().nullish(),
    rule_versions: z.record(z.string(), z.number()).nullish(),
    data_through: instant.nullish(),
    calendar: z.string().nullish(),
    warnings: z.array(z.unknown()),
    truncated: z.boolean(),
  })
  .meta({ id: "AnswerMeta" });

export const answer = z
  .object({ columns: z.array(column), rows: z.array(row), query: z.record(z.string(), z.unknown()), meta: answerMeta })
  .meta({ id: "Answer" });

export const queries = z.strictObject({ queries: z.array(query).min(1).max(30) });
export const answers = z
  .object({ answers: z.array(z.object({ answer: answer.nullable(), problem: problem.nullable() })) })
  .meta({ id: "Answers" });

export const factRows = z
  .object({
    columns: z.array(column),
    rows: z.array(row).meta({ description: "fact rows with `included` and `reason`" }),
    query: z.record(z.string(), z.unknown()),
    meta: answerMeta,
    nextCursor: z.string().nullable(),
  })
  .meta({ id: "FactRows" });

export const histogram = z
  .object({
    metric: z.string(),
    label: z.string(),
    unit: z.string(),
    n: z.number().meta({ description: "items with a value" }),
    levels: z.object({ median: z.number().nullable(), p85: z.number().nullable(), p95: z.number().nullable() }),
    bins: z
      .array(z.object({ from: z.number(), to: z.number().nullable(), items: z.number() }))
      .meta({ description: "`from` belongs to the bin, `to` does not; null: the last one is open" }),
    query: z.record(z.string(), z.unknown()),
    meta: answerMeta,
  })
  .meta({ id: "Histogram" });

export const explainRequest = z.strictObject({
  query: query.meta({ description: "the cell: its metric, its bucket as from and to, its dimensions as filters" }),
  row: z.string().optional().meta({ description: "id of one fact row: its entities and payloads" }),
});

export const explanation = z
  .object({
    metric: z.looseObject({ name: z.string(), label: z.string(), description: z.string(), unit: z.string(), version: z.int() }),
    value: z.number().nullable(),
    n: z.number().meta({ description: "items that entered the number" }),
    query: z.record(z.string(), z.unknown()).meta({ description: "normalised" }),
    sql: z.string(),
    values: z.array(z.unknown()).meta({ description: "bound to $1, $2 …" }),
    profile: z.object({ id: z.string(), version: z.int(), settings: z.record(z.string(), z.unknown()) }),
    fact: z.object({
      name: z.string(),
      grain: z.string(),
      rule_version: z.number().nullable(),
      built_at: instant.nullable(),
      data_through: instant.nullable(),
    }),
    counted: z.number(),
    leftOut: z.array(z.object({ reason: z.string(), rows: z.number() })),
    columns: z.array(column),
    rows: z.array(row).meta({ description: "the first rows, or the one asked for; the rest by query/rows" }),
    nextCursor: z.string().nullable(),
    entities: z
      .array(z.object({ entity: z.string(), id: z.string(), url: z.string().nullable(), rawHash: z.string().nullable() }))
      .meta({ description: "what the row asked for was built from" }),
    payloads: z.array(
      z.object({
        hash: z.string().meta({ description: "see /archive/{hash}" }),
        integrationId: z.string(),
        stream: z.string(),
        nativeKey: z.string(),
        position: z.int(),
        isLatest: z.boolean(),
        pageId: z.string(),
        request: z.string().nullable(),
        fetchedAt: instant.nullable(),
        bodyHash: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "Explanation" });

export const payload = z
  .object({
    hash: z.string(),
    kind: z.enum(["record", "page"]),
    integration: z.string(),
    stream: z.string(),
    scopeId: z.string(),
    nativeKey: z.string().nullable(),
    request: z.string().nullable(),
    status: z.int().nullable(),
    fetchedAt: instant,
    firstSeenAt: instant.nullable(),
    isLatest: z.boolean().nullable(),
    task: z.string().nullable(),
    body: z.unknown().meta({ description: "what the vendor sent, secrets removed" }),
  })
  .meta({ id: "Payload" });

export const sqlRequest = z.strictObject({
  sql: z.string().min(1).max(100_000),
  values: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  limit: z.int().min(1).max(100_000).default(1000),
});

export const sqlAnswer = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.record(z.string(), z.unknown())),
    isTruncated: z.boolean(),
  })
  .meta({ id: "SqlAnswer" });

export type MetricBody = z.output<typeof metric>;
export type Catalogue = z.output<typeof catalogue>;
export type Query = z.output<typeof query>;
export type Answer = z.output<typeof answer>;
export type Answers = z.output<typeof answers>;
export type FactRows = z.output<typeof factRows>;
export type Histogram = z.output<typeof histogram>;
export type Explanation = z.output<typeof explanation>;
export type ExplainRequest = z.output<typeof explainRequest>;
export type Payload = z.output<typeof payload>;
export type SqlRequest = z.output<typeof sqlRequest>;
export type SqlAnswer = z.output<typeof sqlAnswer>;

/** A query given as JSON text in an address. */
export function parseQuery(text: string): Query {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RangeError("`query` is not JSON");
  }
  return query.parse(value);
}
