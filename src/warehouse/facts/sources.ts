import type { DeploymentSource, ProfileSettings } from "../../domain/profile.ts";
import { entityFilter } from "./entity-filter.ts";
import { textLiteral } from "./literal.ts";

/**
 * How each kind of `deployment.sources` gives rows of the shape of `deployment`: SQL of its columns over `x`, the table
 * `x` is and what is joined to it. Columns left out are NULL.
 */
interface SourceKind {
  readonly table: string;
  readonly join?: string;
  readonly where?: string;
  /** Production whatever the profile's filter says. */
  readonly isProduction?: true;
  readonly columns: Readonly<Record<string, string>>;
}

const columnTypes: Readonly<Record<string, string>> = {
  service_id: "text",
  service: "text",
  environment_category: "text",
  environment: "text",
  kind_category: "text",
  kind: "text",
  status_category: "text",
  status: "text",
  repository_id: "text",
  head_sha: "text",
  tag: "text",
  version: "text",
  pipeline_id: "text",
  pipeline_run_id: "text",
  pipeline_job_id: "text",
  project_id: "text",
  change_request_key: "text",
  actor_account_id: "text",
  created_at: "timestamptz",
  started_at: "timestamptz",
  finished_at: "timestamptz",
  is_change_failure: "boolean",
};

const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, `x.${name}`]));

/** A deployment's status from the state and result of a run or job; a partial result did not put everything in place. */
const runStatus = `case x.result_category when 'partial' then 'failure' when 'success' then 'success' when 'failure' then 'failure'
  when 'canceled' then 'canceled' when 'skipped' then 'skipped'
  else case when x.state_category in ('queued', 'waiting') then 'pending' when x.state_category = 'running' then 'running' else 'other' end end`;

const kinds: Readonly<Record<DeploymentSource["kind"], SourceKind>> = {
  deployment: { table: "deployment", columns: same(...Object.keys(columnTypes).filter((name) => name !== "project_id")) },
  pipeline_job: {
    table: "pipeline_job",
    join: "join pipeline_run as u on u.id = x.pipeline_run_id and u.deleted_at is null left join pipeline as p on p.id = u.pipeline_id",
    columns: {
      ...same("environment_category", "environment", "started_at", "finished_at"),
      status_category: runStatus,
      status: "coalesce(x.result, x.state)",
      repository_id: "coalesce(u.repository_id, p.repository_id)",
      pipeline_id: "u.pipeline_id",
      pipeline_run_id: "u.id",
      pipeline_job_id: "x.id",
      tag: "u.tag",
      actor_account_id: "u.actor_account_id",
      created_at: "x.queued_at",
      is_change_failure: "u.is_change_failure",
    },
  },
  pipeline_run: {
    table: "pipeline_run",
    join: "left join pipeline as p on p.id = x.pipeline_id",
    columns: {
      ...same(
        "environment_category",
        "environment",
        "pipeline_id",
        "tag",
        "actor_account_id",
        "started_at",
        "finished_at",
        "is_change_failure",
      ),
      status_category: runStatus,
      status: "coalesce(x.result, x.state)",
      repository_id: "coalesce(x.repository_id, p.repository_id)",
      pipeline_run_id: "x.id",
      created_at: "x.queued_at",
    },
  },
  release: {
    table: "release",
    where: "x.repository_id is not null and x.state_category = 'released'",
    isProduction: true,
    columns: {
      ...same("repository_id", "tag", "created_at"),
      head_sha: "x.sha",
      version: "x.name",
      status_category: "'success'",
      status: "x.state",
      actor_account_id: "x.author_account_id",
      finished_at: "coalesce(x.released_at, x.created_at)",
    },
  },
  tag: {
    table: "git_ref",
    where: "x.type_category = 'tag'",
    isProduction: true,
    columns: {
      ...same("repository_id", "created_at"),
      head_sha: "x.sha",
      tag: "x.name",
      status_category: "'success'",
      finished_at: "x.created_at",
    },
  },
  pull_request: {
    table: "pull_request",
    where: "x.merged_at is not null",
    isProduction: true,
    columns: {
      ...same("repository_id"),
      head_sha: "coalesce(x.merge_sha, x.head_sha)",
      status_category: "'success'",
      actor_account_id: "x.merged_by_account_id",
      created_at: "x.opened_at",
      finished_at: "x.merged_at",
    },
  },
  commit: {
    table: "commit",
    where: "x.is_on_default",
    isProduction: true,
    columns: {
      ...same("repository_id"),
      head_sha: "x.sha",
      status_category: "'success'",
      actor_account_id: "x.committer_account_id",
      created_at: "x.committed_at",
      finished_at: "x.committed_at",
    },
  },
  issue_release: {
    table: "release",
    join: "left join project as p on p.id = x.project_id",
    where: "x.project_id is not null and x.state_category = 'released'",
    isProduction: true,
    columns: {
      ...same("project_id", "created_at"),
      repository_id: "p.repository_id",
      version: "x.name",
      status_category: "'success'",
      status: "x.state",
      finished_at: "coalesce(x.released_at, x.created_at)",
    },
  },
  change_request: {
    table: "change_request",
    isProduction: true,
    columns: {
      ...same("service_id", "service", "environment", "created_at", "started_at"),
      status_category: `case when x.state_category = 'canceled' then 'canceled' when x.result_category in ('success', 'partial') then 'success'
        when x.result_category = 'failure' then 'failure' when x.state_category = 'closed' then 'other' else 'running' end`,
      status: "coalesce(x.result, x.state)",
      change_request_key: "x.number",
      actor_account_id: "x.assignee_account_id",
      finished_at: "coalesce(x.finished_at, x.closed_at)",
      is_change_failure: "x.result_category = 'failure'",
    },
  },
};

/**
 * One SELECT of every row that any source of the profile detects, in the shape of `deployment`, with `source` (place in
 * the list), `detector` (its kind), `is_production`, and `status_category` and `finished_at` as the profile reads them.
 */
export function sourcesSql(settings: ProfileSettings): string {
  const statuses = (["success", "failure"] as const).flatMap((word) => {
    const filter = settings[`deployment.${word}`];
    return filter ? [`when ${entityFilter(filter, { table: "deployment", as: "c" })} then '${word}'`] : [];
  });
  const status = statuses.length ? `case ${statuses.join(" ")} else c.status_category end` : "c.status_category";
  const production = entityFilter(settings["deployment.production"], { table: "deployment", as: "c" });
  const names = Object.keys(columnTypes).filter((name) => name !== "status_category");
  return `select c.id, c.integration_id, c.url, c.source, c.detector, ${names.map((name) => `c.${name}`).join(", ")},
  ${status} as status_category, (c.by_definition or ${production}) as is_production
from (${settings["deployment.sources"].map(sourceSql).join("\nunion all\n") || sourceSql({ kind: "deployment", moment: "finished" }, -1)}) as c`;
}

function sourceSql(source: DeploymentSource, place: number): string {
  const { table, join = "", where, isProduction, columns } = kinds[source.kind];
  const own: Record<string, string> = source.moment === "started" ? { ...columns, finished_at: "x.started_at" } : columns;
  const selected = Object.entries(columnTypes).map(([name, type]) => `cast(${own[name] ?? "null"} as ${type}) as ${name}`);
  const conditions = [
    "x.deleted_at is null",
    where,
    source.filter && entityFilter(source.filter, { table, as: "x" }),
    place < 0 && "false",
  ];
  return `select x.id, x.integration_id, x.url, ${place} as source, ${textLiteral(source.kind)} as detector,
  ${isProduction ?? false} as by_definition, ${selected.join(", ")}
from ${table} as x ${join} where ${conditions.filter(Boolean).join(" and ")}`;
}
