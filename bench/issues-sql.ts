import type { Warehouse } from "../src/warehouse/warehouse.ts";

const start = "timestamptz '2024-11-01 00:00:00+00'";
const common = (id: string) =>
  `${id} as id, 'bench' as integration_id, ${id} as native_id, timestamptz '2026-11-01 00:00:00+00' as ingested_at`;
/** A number in [0, 1) that is the same in every run. */
const random = (salt: string) => `(hash(n * 31 + ${salt}) % 1000003) / 1000003.0`;
const PEOPLE = 300;
const BOARDS = 10;
const SPRINTS = 50;

const statuses = [
  ["backlog", "Backlog", "todo"],
  ["ready", "Ready for development", "todo"],
  ["progress", "In Progress", "in_progress"],
  ["review", "In Review", "in_progress"],
  ["blocked", "Blocked", "in_progress"],
  ["done", "Done", "done"],
];
/** The status after each of ten moves: with a block and a reopening on the way. */
const path = ["ready", "progress", "blocked", "progress", "review", "done", "progress", "review", "blocked", "done"];
const list = (words: readonly string[]) => `[${words.map((word) => `'${word}'`).join(", ")}]`;
const statusOf = (k: string) => `case when ${k} = 0 then 'backlog' else ${list(path)}[${k}] end`;

/**
 * Issues with twenty changes each: ten moves through statuses, three hand-overs, four estimates and sprints, three of other fields.
 * DuckDB only: the point is to have two million changes in seconds, not to be portable.
 */
export async function fillIssues(warehouse: Warehouse, issues: number): Promise<void> {
  const change = (field: string, salt: number, count: number, columns: string) =>
    `insert into issue_transition by name select ${common(`'i' || n || '/${field}' || k`)}, 'i' || n as issue_id, '${field}' as field_category,
       created_at + (k - 0.5 + ${random(`${salt} + k`)} / 4) * pace as occurred_at, k as sequence, ${columns}
       from bench_issue cross join generate_series(1, ${count}) as g(k) where created_at + k * pace < timestamptz '2026-11-01 00:00:00+00'`;
  const statements = [
    `create temp table bench_issue as select n, ${start} + to_microseconds(cast(n * 700.0 * 86400000000 / ${issues} as bigint)) as created_at,
       to_microseconds(cast(3600000000 * (1 + 60 * power(${random("1")}, 2)) as bigint)) as pace, ${random("2")} as kind, cast(floor(${random("3")} * ${PEOPLE}) as bigint) as who,
       cast(floor(${random("4")} * 8) as double) as points from generate_series(0, ${issues - 1}) as s(n)`,
    `insert into account by name select ${common("'account' || n")}, 'dev' || n as username, 'human' as kind_category, 'bench/account/' || n as canonical_key from generate_series(0, ${PEOPLE - 1}) as s(n)`,
    `insert into project by name select ${common("'project' || n")}, 'P' || n as key, 'Project ' || n as name, 'bench/project/' || n as canonical_key from generate_series(0, ${BOARDS - 1}) as s(n)`,
    `insert into board by name select ${common("'board' || n")}, 'Board ' || n as name, 'bench/board/' || n as canonical_key from generate_series(0, ${BOARDS - 1}) as s(n)`,
    `insert into sprint by name select ${common("'sprint' || n")}, 'board' || (n % ${BOARDS}) as board_id, 'Sprint ' || n as name, 'closed' as state_category,
       ${start} + (n // ${BOARDS}) * interval 140 days as started_at, ${start} + (n // ${BOARDS} + 1) * interval 140 days as completed_at from generate_series(0, ${SPRINTS - 1}) as s(n)`,
    ...statuses.map(
      ([id, name, category]) =>
        `insert into workflow_status by name select ${common(`'-/${id}'`)}, '${id}' as status_id, '${name}' as name, '${category}' as status_category`,
    ),
    change("status", 10, 10, `${statusOf("k - 1")} as from_id, ${statusOf("k")} as to_id`),
    change(
      "assignee",
      20,
      3,
      "case when k > 1 then 'account' || ((who + k - 1) % 300) end as from_id, 'account' || ((who + k) % 300) as to_id",
    ),
    change("points", 30, 2, "case when k > 1 then points end as from_number, points + k - 1 as to_number"),
    change(
      "sprint",
      40,
      2,
      `case when k = 2 then 'sprint' || (n % ${SPRINTS}) end as from_id, case when k = 1 then 'sprint' || (n % ${SPRINTS}) end as to_id`,
    ),
    change("labels", 50, 3, "cast(null as text) as from_id, cast(null as text) as to_id"),
    `insert into issue by name select ${common("'i' || n")}, 'project' || (n % ${BOARDS}) as project_id, 'P' || (n % ${BOARDS}) || '-' || n as key, 'Item ' || n as title,
       case when kind < 0.3 then 'bug' when kind < 0.7 then 'feature' else 'task' end as type_category, 'Story' as type, false as is_subtask,
       w.status_category, w.name as status, w.status_id, points, 'account' || who as assignee_account_id, created_at, 30 as description_length
       from bench_issue
       join (select issue_id, arg_max(to_id, occurred_at) as last from issue_transition where field_category = 'status' group by issue_id) as t on t.issue_id = 'i' || n
       join workflow_status as w on w.status_id = t.last`,
    `insert into issue_comment by name select ${common("'i' || n || '/c'")}, 'i' || n as issue_id, 'account' || ((who + 1) % 300) as author_account_id, created_at + pace as created_at from bench_issue`,
    "drop table bench_issue",
  ];
  await warehouse.run(statements.map((sql) => ({ sql })));
}
