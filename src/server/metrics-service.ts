import type { Archive } from "../ingest/sink.ts";
import {
  bandSets,
  catalogue,
  describeMetric,
  dimensionsOf,
  drillDown,
  explain,
  facts,
  grains,
  histogram,
  runQueries,
  runQuery,
  statistics,
  type Metric,
} from "../metrics/index.ts";
import type { Context } from "./context.ts";
import { payload } from "./payload-view.ts";
import { problemBody } from "./problem-json.ts";
import { notFound } from "./problems.ts";
import type { Services } from "./services.ts";
import type { Answer, Catalogue, Explanation, FactRows, Histogram, MetricBody } from "./shapes/metrics.ts";
import { runSql } from "./sql-console.ts";

export function metricsService(context: Context, archive: Archive): Services["metrics"] {
  const { warehouse, workspace } = context;
  const asked = () => ({ now: workspace.now() });
  return {
    catalogue: async () => catalogueBody(),
    metric: async (name) => metricNamed(name),
    query: async (query) => (await runQuery(warehouse, query, asked())) as unknown as Answer,
    async queries(queries) {
      const settled = await runQueries(warehouse, queries, asked());
      return {
        answers: settled.map((one) =>
          one.status === "fulfilled"
            ? { answer: one.value as unknown as Answer, problem: null }
            : { answer: null, problem: reported(context, one.reason) },
        ),
      };
    },
    histogram: async (query) => (await histogram(warehouse, query, asked())) as unknown as Histogram,
    rows: async (query) => (await drillDown(warehouse, query, asked())) as unknown as FactRows,
    explain: async ({ query, row }) =>
      (await explain(warehouse, query, { ...asked(), ...(row === undefined ? {} : { rowId: row }) })) as unknown as Explanation,
    sql: (request) => runSql(warehouse, request),
    payload: (hash) => payload({ warehouse, archive }, hash),
  };
}

function reported({ log }: Context, error: unknown) {
  const body = problemBody(error);
  if (body.status >= 500) log.error({ err: error }, "a query failed");
  return body;
}

let cached: Catalogue | null = null;

function catalogueBody(): Catalogue {
  cached ??= {
    items: [...catalogue.values()].map(metricBody),
    facts: Object.values(facts).map((fact) => ({
      name: fact.name,
      label: fact.label,
      grain: fact.grain,
      settings: [...fact.settings],
      dimensions: dimensionsOf(fact).map((name) => {
        const column = fact.columns[name];
        return { name, label: column?.label ?? "Team", type: column?.type ?? "text", entity: column?.entity ?? null };
      }),
      columns: Object.entries(fact.columns).map(([name, { role, type, label }]) => ({ name, role, type, label })),
    })),
    statistics: [...statistics],
    grains: [...grains],
  };
  return cached;
}

function metricNamed(name: string): MetricBody {
  const found = catalogue.get(name);
  if (!found) throw notFound("metric", name, [...catalogue.keys()]);
  return metricBody(found);
}

function metricBody(metric: Metric): MetricBody {
  const { variant_of, ...record } = describeMetric(metric);
  return {
    ...record,
    group: facts[metric.fact].label,
    takesStatistic: metric.statistic !== null,
    variantOf: variant_of,
    dimensions: [...dimensionsOf(facts[metric.fact])],
    bands: bandSets.flatMap(({ bands, source, published_on }) =>
      bands.filter((band) => band.metric === metric.name).map((band) => ({ ...band, source, published_on })),
    ),
  };
}

/** Metrics whose facts hold rows of an integration. */
export async function metricsWithRowsOf(
  { warehouse }: Pick<Context, "warehouse">,
  integrationId: string,
): Promise<{ name: string; label: string }[]> {
  const built = await warehouse.query<{ fact: string }>("select distinct fact from fact_build");
  const names = built.rows.map((row) => row.fact).filter((name) => name in facts);
  if (names.length === 0) return [];
  const parts = names.map((name) => `select '${name}' as fact where exists (select 1 from ${name} where integration_id = $1)`);
  const { rows } = await warehouse.query<{ fact: string }>(parts.join(" union all "), [integrationId]);
  const touched = new Set(rows.map((row) => row.fact));
  return [...catalogue.values()].filter((metric) => touched.has(metric.fact)).map(({ name, label }) => ({ name, label }));
}
