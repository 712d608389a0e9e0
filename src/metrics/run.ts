import { columnsOf } from "./answer.ts";
import type { Answer, AnswerMeta, AnswerRow } from "./answer.ts";
import { aligned, compare } from "./compare.ts";
import { compile, mostGroups } from "./compile.ts";
import { sameDigits } from "./digits.ts";
import { facts } from "./facts.ts";
import { fill } from "./fill.ts";
import { checkOrder, sorted } from "./order.ts";
import { parse } from "./parse.ts";
import type { ParseContext } from "./parse.ts";
import { comparedRange, plan } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { SettingsReader } from "./settings.ts";
import type { Readable } from "./settings.ts";
import { warningsOf, withoutMissing } from "./warnings.ts";

export type QueryContext = ParseContext & { readonly signal?: AbortSignal };

/** Answers one query (`docs/design/metrics.md` §7.5). Throws Problems for what cannot be asked. */
export const runQuery = (warehouse: Readable, input: unknown, context: QueryContext): Promise<Answer> =>
  answerOne(warehouse, input, { ...context, reader: new SettingsReader(warehouse) });

/** Answers several queries at once; each answers or fails on its own, and profiles, teams and builds are read once. */
export function runQueries(
  warehouse: Readable,
  inputs: readonly unknown[],
  context: QueryContext,
): Promise<PromiseSettledResult<Answer>[]> {
  const reader = new SettingsReader(warehouse);
  return Promise.allSettled(inputs.map((input) => answerOne(warehouse, input, { ...context, reader })));
}

/** A query read, its settings looked up and its meaning worked out. */
export async function planQuery(input: unknown, context: QueryContext & { readonly reader: SettingsReader }): Promise<Plan> {
  const parsed = parse(input, context);
  return plan(parsed, await context.reader.read(parsed, facts[parsed.metrics[0]!.fact]));
}

async function answerOne(
  warehouse: Readable,
  input: unknown,
  context: QueryContext & { readonly reader: SettingsReader },
): Promise<Answer> {
  const planned = await planQuery(input, context);
  const columns = columnsOf(planned);
  checkOrder(planned.query, columns);
  const earlier = earlierPlan(planned);
  const [all, before] = await Promise.all([
    read(warehouse, planned, context),
    earlier ? read(warehouse, earlier, context) : null,
  ]);
  const beforeRows = earlier && before ? aligned(planned, { plan: earlier, rows: before }) : [];
  const now = all.map((row) => withoutMissing(planned, row));
  const isCut = now.length > mostGroups || beforeRows.length > mostGroups;
  const rows = isCut ? now.map((row) => ({ ...row })) : fill(planned, now, beforeRows);
  if (earlier) compare(planned, rows, beforeRows);
  const { query } = planned;
  const ordered = sorted(query, rows);
  const answered = ordered.slice(0, query.limit);
  const warnings = await warningsOf(warehouse, planned, { answered, all });
  return {
    columns,
    rows: answered,
    query,
    meta: { ...metaOf(planned), warnings, truncated: isCut || ordered.length > query.limit },
  };
}

function earlierPlan(planned: Plan): Plan | null {
  const range = comparedRange(planned);
  return range && plan({ query: planned.query, metrics: planned.metrics, when: planned.when }, planned.settings, range);
}

async function read(warehouse: Readable, planned: Plan, { signal }: QueryContext): Promise<readonly AnswerRow[]> {
  const { sql, values } = compile(planned);
  if (!planned.settings.isBuilt) return [];
  const { rows } = await warehouse.query<AnswerRow>(sql, values, signal ? { signal } : {});
  return rows.map((row) => sameDigits(planned.metrics, row));
}

export function metaOf({ settings, fact }: Plan): Omit<AnswerMeta, "warnings" | "truncated"> {
  const { build, profile } = settings;
  return {
    profile: profile.id,
    profile_version: build?.profile_version ?? profile.version,
    rule_versions: build ? { [fact.name]: build.rule_version } : {},
    data_through: build?.data_through ?? null,
    calendar: settings.calendarId,
    timezone: settings.zone,
    bands: profile.settings.bands,
  };
}
