import type { Warehouse } from "../src/warehouse/warehouse.ts";

/** Sizes of a synthetic organisation that is written straight into the entity tables, past HTTP and mapping. */
export interface SyntheticSize {
  readonly pullRequests: number;
  readonly repositories: number;
  readonly people: number;
  readonly teams: number;
  readonly days: number;
}

export const million: SyntheticSize = { pullRequests: 1_000_000, repositories: 500, people: 2_000, teams: 50, days: 730 };

const start = "timestamptz '2024-11-01 00:00:00+00'";
const common = (id: string) =>
  `${id} as id, 'bench' as integration_id, ${id} as native_id, timestamptz '2026-11-01 00:00:00+00' as ingested_at`;
/** A number in [0, 1) that is the same in every run. */
const random = (salt: number) => `(hash(n * 31 + ${salt}) % 1000003) / 1000003.0`;
const seconds = (sql: string) => `to_microseconds(cast((${sql}) * 1000000 as bigint))`;

/**
 * Fills people, repositories, pull requests with commits, reviews and comments, and deployments whose lineage is a straight line per
 * repository. DuckDB only: the point is to have a million requests in a minute, not to be portable.
 */
export async function fillSynthetic(warehouse: Warehouse, size: SyntheticSize): Promise<void> {
  const step = `${size.days} * 86400.0 / ${size.pullRequests}`;
  const request = `
    select n, n % ${size.repositories} as repo, cast(floor(${random(1)} * ${size.people}) as bigint) as author,
           ${start} + ${seconds(`n * ${step}`)} as opened_at,
           ${seconds(`600 + 86400 * 3 * power(${random(2)}, 3)`)} as coding, ${seconds(`300 + 86400 * 2 * power(${random(3)}, 4)`)} as pickup,
           ${seconds(`300 + 86400 * 3 * power(${random(4)}, 4)`)} as review, ${random(5)} as fate, ${random(6)} as lines,
           cast(floor(${random(7)} * ${size.people}) as bigint) as reviewer
    from generate_series(0, ${size.pullRequests - 1}) as s(n)`;
  const statements = [
    `create temp table bench_request as ${request}`,
    `insert into repository by name select ${common("'repo' || n")}, 'repo' || n as name, 'acme/repo' || n as full_name, 'main' as default_branch, false as is_fork, false as is_archived, 'bench/repository/' || n as canonical_key from generate_series(0, ${size.repositories - 1}) as s(n)`,
    `insert into account by name select ${common("'account' || n")}, 'dev' || n as username, 'Dev ' || n as name, case when n % 50 = 0 then 'bot' else 'human' end as kind_category, 'bench/account/' || n as canonical_key from generate_series(0, ${size.people - 1}) as s(n)`,
    `insert into account_group by name select ${common("'group' || n")}, 'Team ' || n as name, 'acme/team' || n as full_name, 'bench/group/' || n as canonical_key from generate_series(0, ${size.teams - 1}) as s(n)`,
    `insert into account_group_member by name select ${common("'group' || (n % " + size.teams + ") || '/account' || n")}, 'group' || (n % ${size.teams}) as account_group_id, 'account' || n as account_id, 'member' as role_category from generate_series(0, ${size.people - 1}) as s(n)`,
    `insert into pull_request by name select ${common("'repo' || repo || '/' || n")}, 'repo' || repo as repository_id, n as number, 'Change ' || n as title,
       case when fate < 0.9 then 'merged' when fate < 0.96 then 'closed' else 'open' end as state_category, false as is_draft, 'account' || author as author_account_id,
       'account' || reviewer as merged_by_account_id, 'topic' as source_branch, 'main' as target_branch, false as is_from_fork,
       case when fate < 0.9 then 'm' || n end as merge_sha, opened_at, case when fate < 0.9 then opened_at + pickup + review end as merged_at,
       case when fate < 0.96 then opened_at + pickup + review end as closed_at, cast(1 + 400 * power(lines, 4) as bigint) as additions,
       cast(1 + 100 * power(lines, 4) as bigint) as deletions, cast(1 + 10 * lines as bigint) as files_count, 2 as commit_count from bench_request`,
    `insert into pull_request_commit by name select ${common("'repo' || repo || '/' || n || '/c' || n || 'x' || k")}, 'repo' || repo || '/' || n as pull_request_id, 'repo' || repo as repository_id,
       'c' || n || 'x' || k as sha, 'account' || author as author_account_id, opened_at - coding + k * interval 5 minutes as authored_at, opened_at - coding + k * interval 5 minutes as committed_at,
       false as is_merge, k as position from bench_request, generate_series(0, 1) as g(k)`,
    `insert into commit by name select ${common("'repo' || repo || '/m' || n")}, 'repo' || repo as repository_id, 'm' || n as sha, 'Change ' || n as title, 'account' || author as author_account_id,
       opened_at as authored_at, opened_at + pickup + review as committed_at, false as is_merge, true as is_on_default, 10 as additions, 5 as deletions, 2 as files_count, 1 as parent_count
       from bench_request where fate < 0.9`,
    `create temp table bench_landing as select n, repo, opened_at + pickup + review as landed_at,
       row_number() over (partition by repo order by opened_at + pickup + review, n) as k from bench_request where fate < 0.9`,
    `insert into commit_parent by name select ${common("'repo' || a.repo || '/m' || a.n || '/0'")}, 'repo' || a.repo as repository_id, 'm' || a.n as sha, 'm' || b.n as parent_sha, 0 as position
       from bench_landing as a join bench_landing as b on b.repo = a.repo and b.k = a.k - 1`,
    `insert into pull_request_review by name select ${common("'repo' || repo || '/' || n || '/r'")}, 'repo' || repo || '/' || n as pull_request_id, 'account' || reviewer as reviewer_account_id,
       'commented' as verdict_category, opened_at + pickup as submitted_at from bench_request where fate < 0.8`,
    `insert into pull_request_review by name select ${common("'repo' || repo || '/' || n || '/a'")}, 'repo' || repo || '/' || n as pull_request_id, 'account' || reviewer as reviewer_account_id,
       'approved' as verdict_category, opened_at + pickup + review * 0.8 as submitted_at from bench_request where fate < 0.75`,
    `insert into pull_request_comment by name select ${common("'repo' || repo || '/' || n || '/k'")}, 'repo' || repo || '/' || n as pull_request_id, 'account' || reviewer as author_account_id,
       'inline' as kind_category, opened_at + pickup as created_at from bench_request where fate < 0.6`,
    `insert into deployment by name select ${common("'repo' || repo || '/d' || n")}, 'production' as environment, 'production' as environment_category,
       case when n % 23 = 0 then 'failure' else 'success' end as status_category, 'repo' || repo as repository_id, 'm' || n as head_sha,
       landed_at + interval 1 hour as created_at, landed_at + interval 1 hour as started_at, landed_at + interval 70 minutes as finished_at
       from bench_landing where k % 8 = 0`,
  ];
  await warehouse.run(statements.map((sql) => ({ sql })));
}
