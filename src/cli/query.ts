import type { Command } from "commander";

import { Problem } from "../domain/problem.ts";
import { answerToCsv } from "../server/csv.ts";
import type { Answer, Explanation } from "../server/shapes/metrics.ts";
import { acting, command, listed, repeated, withClient, type Shared } from "./command.ts";
import { print, printJson, say, table } from "./output.ts";

interface Options extends Shared {
  readonly from?: string;
  readonly to?: string;
  readonly project?: string;
  readonly team?: string[];
  readonly by?: string[];
  readonly grain?: string;
  readonly statistic?: string;
  readonly filter?: string[];
  readonly compare?: string;
  readonly timezone?: string;
  readonly limit?: string;
  readonly csv?: boolean;
  readonly row?: string;
}

export function query(program: Command): void {
  withQueryOptions(command(program, "query <metrics...>", "ask the metric engine"))
    .option("--by <dimensions>", "group by", listed)
    .option("--compare <range>", "previous, previous_year or FROM..TO")
    .option("--limit <rows>", "at most so many rows")
    .option("--csv", "comma-separated values")
    .action(
      acting(async (metrics: string[], options: Options) => {
        const answer = await withClient((client) =>
          client.call<Answer>(
            "POST",
            "/api/v1/query",
            queryOf(
              metrics.flatMap((one) => listed(one)),
              options,
            ),
          ),
        );
        for (const warning of answer.meta.warnings)
          say(`Note: ${(warning as { text?: string }).text ?? JSON.stringify(warning)}`);
        if (options.json) printJson(answer);
        else if (options.csv) process.stdout.write(answerToCsv(answer));
        else print(answerTable(answer));
      }),
    );
}

export function explain(program: Command): void {
  withQueryOptions(command(program, "explain <metric>", "from a number to its rule, rows, entities and payloads"))
    .option("--row <id>", "one fact row: its entities and archived payloads")
    .action(
      acting(async (metric: string, options: Options) => {
        const body = { query: queryOf([metric], options), ...(options.row === undefined ? {} : { row: options.row }) };
        const explanation = await withClient((client) => client.call<Explanation>("POST", "/api/v1/explain", body));
        if (options.json) printJson(explanation);
        else print(explanationText(explanation));
      }),
    );
}

const withQueryOptions = (to: Command): Command =>
  to
    .option("--from <day>", "first day (default: 28 days ago)")
    .option("--to <day>", "day after the last (default: tomorrow)")
    .option("--project <key>", "of one project")
    .option("--team <ids>", "of these teams", listed)
    .option("--grain <word>", "day, week, fortnight, month, quarter or year")
    .option("--statistic <word>", "median, mean, p75, p90, p95 …")
    .option("--filter <dim=a,b>", "rows whose dimension is one of these; !dim=… for none of these", repeated)
    .option("--timezone <name>", "IANA name");

/** The query object of what was typed; the engine refuses names it does not know. */
function queryOf(metrics: readonly string[], options: Options): Record<string, unknown> {
  const { from, to, project, by, grain, statistic, compare, timezone, limit, team } = options;
  const given = {
    from: from ?? dayFromNow(-28),
    to: to ?? dayFromNow(1),
    project,
    grain,
    statistic,
    timezone,
    dimensions: by,
    compare: compare === undefined ? undefined : readCompare(compare),
    limit: limit === undefined ? undefined : Number(limit),
  };
  const filters = [...(options.filter ?? []).map(readFilter), ...(team ? [["is", "team", team]] : [])];
  return {
    metrics,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(filters.length > 0 ? { filters } : {}),
  };
}

const dayFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

function readFilter(text: string): [string, string, string[]] {
  const [, not, column, values] = /^(!?)([\w.]+)=(.*)$/s.exec(text) ?? [];
  if (column === undefined)
    throw new Problem({
      code: "bad_filter",
      what: `"${text}" is not a filter.`,
      rule: "Filters are written dimension=value,value or !dimension=value.",
      next: "Correct it; `leadline metrics NAME` lists the dimensions.",
    });
  return [not ? "is_not" : "is", column, values!.split(",")];
}

function readCompare(text: string): string | { from: string; to: string } {
  const [from, to] = text.split("..");
  return to === undefined ? text : { from: from!, to };
}

const answerTable = ({ columns, rows }: Answer): string => {
  const shown = columns.filter(
    ({ kind, name }) => kind !== "n" && !columns.some((other) => other.kind === "label" && other.name === `${name}_label`),
  );
  return table(
    shown.map(({ name, unit }) => (unit ? `${name} (${unit})` : name)),
    rows.map((row) => shown.map(({ name }) => plain(row[name]))),
  );
};

const plain = (value: Answer["rows"][number][string] | undefined) => (Array.isArray(value) ? value.join(", ") : value);

function explanationText({
  metric,
  value,
  n,
  fact,
  profile,
  counted,
  leftOut,
  columns,
  rows,
  entities,
  payloads,
  sql,
}: Explanation): string {
  const shown = columns.slice(0, 8);
  return [
    `${metric.label} = ${value ?? "no value"} ${metric.unit} (n ${n}, version ${metric.version})`,
    metric.description,
    `Fact ${fact.name}: ${fact.grain}; data through ${fact.data_through ?? "nothing yet"}; profile ${profile.id} version ${profile.version}.`,
    "",
    sql,
    "",
    `${counted} rows counted.`,
    ...leftOut.map(({ reason, rows: count }) => `${count} rows left out: ${reason}`),
    ...(rows.length > 0
      ? [
          "",
          table(
            shown.map(({ name }) => name),
            rows.slice(0, 20).map((row) => shown.map(({ name }) => plain(row[name]))),
          ),
        ]
      : []),
    ...(entities.length > 0
      ? [
          "",
          table(
            ["entity", "id", "payload"],
            entities.map((one) => [one.entity, one.id, one.rawHash]),
          ),
        ]
      : []),
    ...(payloads.length > 0
      ? [
          "",
          table(
            ["payload", "request", "fetched"],
            payloads.map((one) => [one.hash, one.request, one.fetchedAt]),
          ),
        ]
      : []),
  ].join("\n");
}
