-- index: repository_id, landing_sha
-- One merged pull request, or one commit pushed straight to the default branch, with the commit that landed (domain.md §8.4).
with
issue_of_commit as (
  select k.commit_id, k.issue_id, row_number() over (partition by k.commit_id order by k.confidence desc, k.issue_id) as n
  from commit_issue as k where k.deleted_at is null and k.issue_id is not null
),
direct as (
  select c.id as change_id, cast(null as text) as pull_request_id, 'direct_commit' as kind, c.integration_id, c.url, c.repository_id,
         c.sha as landing_sha, a.person_id as author_id, a.kind as author_kind, i.id as issue_id, c.reverts_sha is not null as is_revert, {{hotfix}} as is_hotfix,
         c.reverts_sha, cast(null as bigint) as reverts_number, cast(null as bigint) as number, c.authored_at as first_commit_at, c.authored_at as started_at,
         cast(null as timestamptz) as opened_at, cast(null as timestamptz) as ready_at, c.committed_at as merged_at, c.additions + c.deletions as lines_changed,
         coalesce(a.kind, 'other') not in ({{excluded_kinds}}) and {{direct_commits}} and not c.is_merge as is_eligible,
         cast(null as double precision) as coding_seconds, cast(null as double precision) as drafting_seconds, cast(null as double precision) as pickup_seconds,
         cast(null as double precision) as review_seconds, cast(null as double precision) as merge_wait_seconds, cast(null as double precision) as unreviewed_seconds,
         concat_ws(',', case when c.is_merge then 'merge' end) as flags
  from pushed_commit as c
  left join actor as a on a.account_id = c.author_account_id
  left join issue_of_commit as k on k.commit_id = c.id and k.n = 1
  left join live_issue as i on i.id = k.issue_id
  left join pull_request as pr on pr.id = c.id -- never: a filter over requests finds nothing here
),
change as (select * from landed_request union all select * from direct),
-- what the few reverts undo: by the number that they name, else by the hash
undone as (
  select u.change_id, coalesce(min(n.change_id), min(c.change_id)) as reverts_change_id
  from (select d.* from change as d where d.reverts_number is not null or d.reverts_sha is not null) as u
  left join landed_request as n on n.repository_id = u.repository_id and n.number = u.reverts_number
  left join change as c on c.repository_id = u.repository_id and c.landing_sha = u.reverts_sha
  group by u.change_id
)
select c.*, u.reverts_change_id
from change as c
left join undone as u on u.change_id = c.change_id
