import { z } from "zod";

import { type Instant, addSeconds } from "../domain/instant.ts";
import { type Table, toSnake } from "../domain/table.ts";
import { tables } from "../domain/tables.ts";
import { columnsOf, quote } from "./engine.ts";
import type { SqlValue, Warehouse } from "./warehouse.ts";

/** One broken rule of `docs/design/domain.md` §10. */
export interface Finding {
  readonly check: string;
  readonly table: string;
  /** A fault is ours to mend; a notice tells of data that we understand in part. */
  readonly severity: "fault" | "notice";
  readonly failures: number;
  /** Up to five ids of rows that break the rule. */
  readonly sample: readonly string[];
  readonly what: string;
  readonly rule: string;
  readonly next: string;
}

interface Check {
  readonly name: string;
  readonly table: string;
  readonly severity?: "notice";
  readonly rule: string;
  readonly next?: string;
  /** One row per failure with its `id`; shared SQL. */
  readonly sql: string;
  readonly values?: readonly SqlValue[];
}

const SAMPLE = 5;
const rebuild = "Run `leadline rebuild`; if the finding stays, report it.";

/** Asks the warehouse whether its rows keep the rules; answers what is broken, worst first. No findings: all is well. */
export async function checkWarehouse(
  warehouse: Warehouse,
  options: { readonly now?: Instant; readonly withNotices?: boolean } = {},
): Promise<Finding[]> {
  const now = options.now ?? new Date().toISOString();
  const findings: Finding[] = [];
  for (const check of allChecks(now)) {
    if (check.severity === "notice" && !options.withNotices) continue;
    const { rows } = await warehouse.query<{ failures: number; id: string }>(
      `with broken as (${check.sql}) select (select count(*) from broken) as failures, cast(id as varchar) as id
       from broken order by id limit ${SAMPLE}`,
      check.values ?? [],
      { timeoutMs: 120_000 },
    );
    if (rows[0]) findings.push(toFinding(check, { failures: rows[0].failures, sample: rows.map((row) => row.id) }));
  }
  return findings.sort((a, b) => b.failures - a.failures);
}

function toFinding(check: Check, { failures, sample }: { failures: number; sample: string[] }): Finding {
  const times = failures === 1 ? "once" : `${failures} times`;
  return {
    check: check.name,
    table: check.table,
    severity: check.severity ?? "fault",
    failures,
    sample,
    what: `Table ${check.table} breaks the rule "${check.name}" ${times}, for example at ${sample[0]}.`,
    rule: check.rule,
    next: check.next ?? rebuild,
  };
}

function* allChecks(now: Instant): Generator<Check> {
  for (const table of tables) {
    if (table.kind !== "C") yield* idChecks(table);
    yield* columnChecks(table);
    yield* timeChecks(table, now);
  }
  yield* linkChecks;
}

function* idChecks({ name }: Table): Generator<Check> {
  const from = quote(name);
  yield {
    name: "id is unique",
    table: name,
    rule: "An id names one row of its table.",
    sql: `select id from ${from} group by id having count(*) > 1`,
  };
  yield {
    name: "id is well formed",
    table: name,
    rule: "An id is <connector>:<table>:<integration>:<native key>, with the row's own integration and native key.",
    sql: `select id from ${from} where native_id = '' or split_part(id, ':', 1) = ''
          or id <> split_part(id, ':', 1) || ':${name}:' || integration_id || ':' || native_id`,
  };
}

function* columnChecks(table: Table): Generator<Check> {
  const from = quote(table.name);
  const identity = table.kind === "C" ? firstColumn(table) : "id";
  const required = columnsOf(table).filter((column) => column.required);
  yield {
    name: "required columns are filled",
    table: table.name,
    rule: "Columns marked ! in the domain model are never NULL.",
    sql: `select ${identity} as id from ${from} where ${required.map((column) => `${column.sql} is null`).join(" or ")}`,
  };
  for (const column of columnsOf(table)) {
    const words = wordsOf(table.all[column.name]);
    if (!words) continue;
    yield {
      name: `${toSnake(column.name)} is a word of its list`,
      table: table.name,
      rule: `It is one of ${words.join(", ")}.`,
      sql: `select ${identity} as id from ${from} where ${column.sql} not in (${words.map((word) => `'${word}'`).join(", ")})`,
    };
    const raw = column.name.replace(/Category$/, "");
    if (table.kind === "E" && words.includes("other") && raw !== column.name && raw in table.all) yield unmapped(table, raw);
  }
}

const firstColumn = (table: Table) => columnsOf(table)[0]!.sql;

/** The words of a closed list; null for every other column. */
function wordsOf(schema: z.ZodType | undefined): string[] | null {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap() as z.ZodType;
  return inner instanceof z.ZodEnum ? (inner.options as string[]) : null;
}

/** The provider said a word that we do not know: counted per integration. */
function unmapped(table: Table, raw: string): Check {
  const category = quote(`${toSnake(raw)}_category`);
  const other = `${category} = 'other' and ${quote(toSnake(raw))} is not null`;
  return {
    name: `${toSnake(raw)}_category is seldom other`,
    table: table.name,
    severity: "notice",
    rule: "At most 2 % of an integration's rows carry a word of the provider that Leadline does not map.",
    next: `Look at the words: select ${toSnake(raw)}, count(*) from ${table.name} where ${toSnake(raw)}_category = 'other' group by 1.`,
    sql: `select integration_id as id from ${quote(table.name)} where deleted_at is null group by integration_id
          having count(*) filter (where ${other}) > 0.02 * count(*)`,
  };
}

const periods: readonly (readonly [string, string])[] = [
  ["validFrom", "validTo"],
  ["addedAt", "removedAt"],
  ["startsAt", "endsAt"],
];

function* timeChecks(table: Table, now: Instant): Generator<Check> {
  for (const [from, to] of periods) {
    if (!(from in table.all) || !(to in table.all)) continue;
    yield {
      name: `${toSnake(from)} is before ${toSnake(to)}`,
      table: table.name,
      rule: "A period ends after it begins.",
      next: "Correct the dates where they are kept.",
      sql: `select id from ${quote(table.name)} where ${toSnake(to)} <= ${toSnake(from)}`,
    };
  }
  if ("occurredAt" in table.all)
    yield {
      name: "occurred_at is not in the future",
      table: table.name,
      rule: "Nothing has happened more than one day from now.",
      next: "Check the clock of the provider and of this machine.",
      sql: `select id from ${quote(table.name)} where occurred_at > cast($1 as timestamptz)`,
      values: [addSeconds(now, 86_400)],
    };
}

const linkChecks: readonly Check[] = [
  {
    name: "only merged requests have a merge",
    table: "pull_request",
    rule: "merge_sha and merged_at are NULL unless the request is merged.",
    sql: "select id from pull_request where state_category <> 'merged' and (merge_sha is not null or merged_at is not null)",
  },
  {
    name: "one primary issue per linked request",
    table: "pull_request_issue",
    rule: "Of the known issues that a request names exactly one is primary.",
    sql: `select pull_request_id as id from pull_request_issue where deleted_at is null group by pull_request_id
          having count(*) filter (where is_primary) > 1
          or (count(issue_id) > 0 and count(*) filter (where is_primary) = 0)`,
  },
  {
    name: "at most one primary deployment per incident",
    table: "incident_deployment",
    rule: "An incident has at most one primary deployment.",
    sql: `select incident_id as id from incident_deployment where is_primary and deleted_at is null
          group by incident_id having count(*) > 1`,
  },
  {
    name: "at most one person per account",
    table: "account_person",
    rule: "One person acts through an account.",
    sql: "select account_id as id from account_person where deleted_at is null group by account_id having count(*) > 1",
  },
  {
    name: "a commit is new in one deployment",
    table: "deployment_commit",
    rule: "A commit is new in exactly one successful deployment of an application and environment.",
    sql: `select max(c.id) as id from deployment_commit as c
          join deployment as d on d.id = c.deployment_id
          join (select distinct deployment_id, application_id from deployment_lineage where deleted_at is null) as l
            on l.deployment_id = c.deployment_id
          where c.is_new and c.deleted_at is null and d.deleted_at is null
          group by l.application_id, coalesce(d.environment_category, ''), coalesce(d.environment, ''), c.repository_id, c.sha
          having count(*) > 1`,
  },
  {
    name: "new commits belong to successful deployments",
    table: "deployment_commit",
    rule: "Only successful deployments bring commits.",
    sql: `select c.id from deployment_commit as c join deployment as d on d.id = c.deployment_id
          where c.is_new and c.deleted_at is null and d.status_category <> 'success'`,
  },
  {
    name: "stored counts equal the provider's",
    table: "source_count",
    severity: "notice",
    rule: "What is stored differs from what the provider counts by at most 0.5 %.",
    next: "Run `leadline ingest NAME --full` for the integration.",
    sql: `select integration_id || '/' || scope_id || '/' || entity as id from (
            select s.*, row_number() over (partition by integration_id, scope_id, entity order by counted_at desc) as n from source_count as s
          ) as latest
          where n = 1 and source_count is not null and abs(source_count - stored_count) > 0.005 * source_count`,
  },
];
