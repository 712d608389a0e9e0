import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { toSnake } from "../domain/table.ts";
import { tableNamed, tablesByName } from "../domain/tables.ts";
import { engines as engineNames } from "../warehouse/testing/engines.ts";
import type { AnswerRow } from "./answer.ts";
import { catalogue } from "./catalogue.ts";
import { cellQuery } from "./cell.ts";
import { drillDown } from "./drill-down.ts";
import { entityLabels } from "./entities.ts";
import { explain } from "./explain.ts";
import type { Fact, FactName } from "./fact.ts";
import { facts } from "./facts.ts";
import { statistics, whenOf } from "./metric.ts";
import type { Metric } from "./metric.ts";
import { dimensionsOf } from "./parse.ts";
import type { FactRow } from "./testing/fact-tables.ts";
import { MetricEngines } from "./testing/metric-engines.ts";

const engines = new MetricEngines();
const range = { from: "2026-05-01", to: "2026-06-01" };
const now = "2026-05-28T12:00:00Z";

/** A small generator with a fixed seed, so that a failure repeats. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

const words: Record<string, readonly string[]> = {
  state: ["open", "merged", "closed"],
  result: ["success", "failure", "partial", "canceled"],
  status: ["success", "failure", "canceled"],
  size: ["small", "large"],
  status_category: ["todo", "in_progress", "done"],
  work_type: ["bug", "feature", "other"],
  kind: ["committed", "added", "done"],
  author_kind: ["human", "bot", "service"],
};

/** Rows with every column filled or NULL at random; times in order of the record, whole seconds and small counts. */
function randomRows(fact: Fact, count: number, seed: number): FactRow[] {
  const random = numbers(seed);
  const next = () => random.next().value;
  return Array.from({ length: count }, (_, index) => {
    let at = Date.UTC(2026, 3, 25) + Math.floor(next() * 35 * 86_400) * 1000;
    const row: Record<string, FactRow[string]> = {
      id: `${fact.name}-${String(index).padStart(3, "0")}`,
      flags: next() < 0.2 ? "no_commits,unreviewed" : null,
    };
    for (const [name, { type, role }] of Object.entries(fact.columns)) {
      if (name in row || name === "profile_id") continue;
      const isMissing = next() < 0.15;
      if (type === "boolean") row[name] = next() < 0.6;
      else if (isMissing) row[name] = null;
      else if (type === "date") row[name] = new Date(at).toISOString().slice(0, 10);
      else if (type === "json") row[name] = JSON.stringify({ tier: next() < 0.5 ? "gold" : "tin" });
      else if (type === "timestamptz") row[name] = new Date((at += Math.floor(next() * 4 * 86_400) * 1000)).toISOString();
      else if (role === "measure") row[name] = Math.floor(next() * 1000);
      else if (type === "text[]") row[name] = ["a", "b"].slice(0, Math.floor(next() * 3));
      else row[name] = (words[name] ?? ["x", "y", "z"])[Math.floor(next() * (words[name]?.length ?? 3))]!;
    }
    return row;
  });
}

beforeAll(async () => {
  await engines.open();
  await engines.given({
    repository: ["x", "y", "z"].map((id) => ({ id, fullName: `acme/${id}` })),
    calendar_day: Array.from({ length: 31 }, (_, day) => ({
      id: `day-${day}`,
      calendarId: "leadline:calendar:leadline:default/UTC",
      day: `2026-05-${String(day + 1).padStart(2, "0")}`,
      isWorking: (day + 4) % 7 < 5,
    })),
    team: [{ id: "eng" }, { id: "pay", parentTeamId: "eng" }],
    team_tree: [
      { ancestorTeamId: "eng", teamId: "eng" },
      { ancestorTeamId: "eng", teamId: "pay" },
      { ancestorTeamId: "pay", teamId: "pay" },
    ],
  });
  let seed = 1;
  for (const fact of Object.values(facts)) {
    await engines.insert(fact.name, randomRows(fact, 120, (seed += 1)));
    await engines.each((warehouse) =>
      warehouse.run([
        {
          sql: `insert into fact_team select '${fact.subject}', profile_id, id, case when id like '%1' then 'eng' else 'pay' end, 'then' from ${fact.name} where id not like '%5'`,
        },
      ]),
    );
  }
});
afterAll(() => engines.close());

const metrics = [...catalogue.values()];
/** What a query needs to ask for a metric at all. */
const shapeOf = ({ expression: { kind, over } }: Metric) => (kind === "share" ? { dimensions: [over!] } : {});
const isShare = ({ expression }: Metric) => expression.kind === "share";

/** Metrics that one query may ask for, at most twenty at a time. */
function together(): { fact: FactName; when: string; names: string[]; shape: object }[] {
  const keyOf = (metric: Metric) => `${metric.fact} ${metric.when} ${JSON.stringify(shapeOf(metric))}`;
  const groups = Object.values(Object.groupBy(metrics, keyOf)) as Metric[][];
  return groups.flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / 20) }, (_, page) => ({
      fact: group[0]!.fact,
      when: group[0]!.when,
      names: group.slice(page * 20, page * 20 + 20).map(({ name }) => name),
      shape: shapeOf(group[0]!),
    })),
  );
}
const byFact = (name: FactName) => metrics.filter(({ fact }) => fact === name);

describe("the catalogue", () => {
  it("runs on every engine", () => {
    expect(engines.warehouses).toHaveLength(engineNames.filter(({ missing }) => !missing).length);
  });

  it.each(metrics)("$name is a whole record", (metric) => {
    expect(metric.description).toMatch(/^[A-Z].{15,}\.$/);
    expect(metric.label.length).toBeGreaterThan(3);
    const { columns } = facts[metric.fact];
    const { column, until } = whenOf(metric);
    expect(columns[column]?.role).toBe("time");
    if (until) expect(columns[until]?.role).toBe("time");
    if (metric.variant_of) expect(catalogue.has(metric.variant_of)).toBe(true);
    const known = new Set([...Object.keys(columns), ...sqlWords]);
    const named = `${metric.sql ?? ""} ${metric.value ?? ""} ${metric.where ?? ""}`.replaceAll(/'[^']*'/g, "").match(/[a-z_]+/g);
    expect((named ?? []).filter((word) => !known.has(word))).toEqual([]);
  });

  it.each(together())(
    "$fact by $when agrees on both engines, by bucket, statistic and every dimension",
    async ({ fact, when, names, shape }) => {
      const query = { metrics: names, ...range, ...shape };
      expect((await engines.ask(query, now)).rows.length).toBeGreaterThan(0);
      for (const statistic of statistics) await engines.ask({ ...query, statistic }, now);
      if (when === "now") return;
      for (const grain of ["day", "week", "fortnight", "month", "quarter", "year"])
        await engines.ask({ ...query, grain, timezone: "America/New_York" }, now);
      for (const dimension of dimensionsOf(facts[fact])) {
        const dimensions = [...new Set([...("dimensions" in shape ? (shape.dimensions as string[]) : []), dimension])];
        const { rows } = await engines.ask({ ...query, dimensions, grain: "week", compare: "previous" }, now);
        expect(rows.length).toBeGreaterThan(0);
      }
    },
  );

  it.each(metrics.filter(({ expression, name }) => ["count", "sum"].includes(expression.kind) && name !== "deployment_days"))(
    "$name adds up over groups",
    async ({ name, fact }) => {
      for (const dimension of ["repository_id", "project_id", "integration_id", "flags"]) {
        if (!facts[fact].columns[dimension]) continue;
        const groups = await engines.values({ metrics: [name], ...range, dimensions: [dimension] }, now);
        const [total] = await engines.values({ metrics: [name], ...range }, now);
        expect(groups.reduce((sum: number, value) => sum + Number(value), 0)).toBe(total);
      }
    },
  );

  it.each(metrics.filter(({ when }) => when.includes("..")))("$name is asked at an instant", async ({ name }) => {
    const [late] = await engines.values({ metrics: [name], from: "2026-05-27", to: "2026-06-30" }, now);
    const [same] = await engines.values({ metrics: [name], from: "2026-05-27", to: now }, now);
    expect(late).toBe(same);
  });

  it.each(metrics)("the rows of $name give its number again", async (metric) => {
    const rows = await engines.same(
      async (warehouse) => (await drillDown(warehouse, { metrics: [metric.name], ...range }, { now })).rows,
    );
    const included = rows.filter((row) => row["included"]).map((row) => row["id"] as string);
    for (const row of rows) expect(row["reason"] === null).toBe(row["included"]);
    const asked = { metrics: [metric.name], ...range, ...shapeOf(metric) };
    const { rows: whole } = await engines.ask(asked, now);
    const { rows: fromRows } = await engines.ask({ ...asked, filters: [["is", "id", [...included, "-"]]] }, now);
    // a group without any counted row has no share
    expect(fromRows).toEqual(isShare(metric) ? whole.filter((row) => Number(row[`${metric.name}_n`]) > 0) : whole);
    if (!isShare(metric)) expect(recomputed(metric, rows)).toEqual(whole[0]![metric.name]);
  });
});

/** The number from the `value` column of included rows, where that column says it all. */
function recomputed(metric: Metric, rows: readonly AnswerRow[]): unknown {
  const values = rows.filter((row) => row["included"]).flatMap((row) => (row["value"] === null ? [] : Number(row["value"])));
  const sum = values.reduce((total, value) => total + value, 0);
  if (metric.expression.kind === "count" || metric.expression.kind === "sum") return sum;
  if (metric.expression.kind !== "value") return expect.anything();
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) / 2;
  return (sorted[Math.floor(place)]! + sorted[Math.ceil(place)]!) / 2;
}

describe("open work", () => {
  const flows = [
    ["pull_requests_open", "fact_pull_request", "opened_at", "closed_at", "is_eligible"],
    ["changes_waiting", "fact_change", "merged_at", "deployed_at", "is_eligible and is_first and not is_before_history"],
    ["incidents_open", "fact_incident", "started_at", "resolved_at", "is_counted"],
    ["review_requests_waiting", "fact_review", "requested_at", "waiting_until", "is_eligible"],
    ["issues_open", "fact_issue", "created_at", "ended_at", "is_eligible"],
    ["work_in_progress", "fact_issue_stage", "entered_at", "left_at", "is_eligible and status_category = 'in_progress'"],
    ["failed_deployments_open", "fact_deployment", "finished_at", "recovered_at", "is_counted and is_failed"],
  ] as const;
  it.each(flows)("%s: the end is the start, plus what came, minus what went", async (metric, fact, opened, closed, where) => {
    for (const timezone of ["UTC", "America/New_York"]) {
      const answer = await engines.ask({ metrics: [metric], ...range, grain: "week", timezone });
      const { rows } = answer;
      const open = rows.map((row) => row[metric] as number);
      for (const row of rows) expect(await engines.values({ ...cellQuery(answer, row, metric) })).toEqual([row[metric]]);
      const flow = await engines.same(async (warehouse) => {
        const count = (column: string) =>
          warehouse.query<{ bucket: string; n: number }>(
            `select cast(date_trunc('week', ${column} at time zone $1) as date) as bucket, cast(count(*) as double precision) as n
             from ${fact} where ${where} and ${opened} is not null and ${column} >= (cast($2 as timestamp) at time zone $1) and ${column} < (cast($3 as timestamp) at time zone $1)
             and (${closed} is null or ${closed} >= ${opened}) group by 1 order by 1`,
            [timezone, "2026-05-01 00:00:00", "2026-06-01 00:00:00"],
          );
        return [(await count(opened)).rows, (await count(closed)).rows];
      });
      const of = (side: number, bucket: unknown) => flow[side]!.find((row) => row.bucket === bucket)?.n ?? 0;
      for (let at = 1; at < open.length; at += 1) {
        const { bucket } = rows[at]!;
        expect(open[at]).toBe(open[at - 1]! + of(0, bucket) - of(1, bucket));
      }
    }
  });
});

describe("what facts name", () => {
  it.each(Object.values(facts))("$name feeds and settings exist", ({ feeds, columns }) => {
    for (const table of Object.keys(feeds)) expect(tablesByName.has(table)).toBe(true);
    for (const { entity } of Object.values(columns))
      for (const { table, id, label } of entity ? entityLabels[entity] : []) {
        const known = Object.keys(tableNamed(table).all).map(toSnake);
        for (const name of [id, ...[...label.matchAll(/e\.(\w+)/g)].map((match) => match[1]!)]) expect(known).toContain(name);
      }
  });

  it.each(Object.values(facts))("a row of $name can be traced to its sources", async ({ name }) => {
    const [metric] = byFact(name);
    const explanation = await engines.same((warehouse) =>
      explain(warehouse, { metrics: [metric!.name], from: "2026-04-01", to: "2026-08-01" }, { now, rowId: `${name}-000` }),
    );
    expect(explanation.metric.fact).toBe(name);
  });

  it.each(Object.values(facts))("metrics of $name exist", ({ name }) => {
    expect(byFact(name).length).toBeGreaterThan(0);
  });
});

const sqlWords =
  "stddev_samp avg true count filter where and or not is null in true cast as double precision nullif sum distinct coalesce round extract epoch from t day days working_days".split(
    " ",
  );
