import type { AnswerRow, Warning } from "./answer.ts";
import { missingOf } from "./compile.ts";
import type { Plan } from "./plan.ts";
import type { Readable } from "./settings.ts";

/** Below this many items a value says little. */
export const LOW_N = 5;

interface Rows {
  readonly answered: readonly AnswerRow[];
  /** As read, with the counts of rows that have no value. */
  readonly all: readonly AnswerRow[];
}

/** What a reader of the answer should know before trusting it. */
export async function warningsOf(warehouse: Readable, plan: Plan, rows: Rows): Promise<Warning[]> {
  const warnings: Warning[] = [...lowCounts(plan, rows.answered), ...missingValues(plan, rows.all)];
  if (!plan.settings.build) warnings.push(general("not_built", `${plan.fact.label} have not been computed yet.`));
  const { project } = plan.query;
  if (project !== undefined && !(await hasIntegrations(warehouse, project)))
    warnings.push(general("no_integrations", `No integration is mapped to the project "${project}".`));
  return warnings;
}

const general = (code: Warning["code"], text: string): Warning => ({ code, metric: null, flag: null, count: 0, text });

function lowCounts({ metrics }: Plan, rows: readonly AnswerRow[]): Warning[] {
  return metrics.flatMap(({ name, label, expression }) => {
    const isLow = (row: AnswerRow) => Number(row[`${name}_n`]) > 0 && Number(row[`${name}_n`]) < LOW_N;
    const count = expression.kind === "value" || expression.kind === "ratio" ? rows.filter(isLow).length : 0;
    const text = `${label} rests on fewer than ${LOW_N} items in ${count} of ${rows.length} values.`;
    return count ? [{ code: "low_n" as const, metric: name, flag: null, count, text }] : [];
  });
}

/** Rows that would count but have no value; grouped by team a row may appear twice, so nothing is said there. */
function missingValues({ metrics, fact, query }: Plan, rows: readonly AnswerRow[]): Warning[] {
  if (query.dimensions.includes("team")) return [];
  return metrics.flatMap((metric) =>
    missingOf(metric, fact).flatMap(({ name, code }) => {
      const count = rows.reduce((sum, row) => sum + Number(row[name]), 0);
      const text = `${metric.label} leaves out ${count} rows flagged ${code}.`;
      return count ? [{ code: "no_values" as const, metric: metric.name, flag: code, count, text }] : [];
    }),
  );
}

/** The row as the answer shows it. */
export function withoutMissing({ metrics, fact }: Plan, row: AnswerRow): AnswerRow {
  const hidden = new Set(metrics.flatMap((metric) => missingOf(metric, fact).map(({ name }) => name)));
  return hidden.size ? Object.fromEntries(Object.entries(row).filter(([name]) => !hidden.has(name))) : row;
}

async function hasIntegrations(warehouse: Readable, project: string): Promise<boolean> {
  const { rows } = await warehouse.query(
    "select 1 as found from integration_mapping where project_key = cast($1 as text) and deleted_at is null limit 1",
    [project],
  );
  return rows.length > 0;
}
