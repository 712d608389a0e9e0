-- One distinct commit hash: forks and second repositories collapse to the oldest repository that is not a fork.
with
copies as (
  select c.*, row_number() over (partition by c.sha order by coalesce(r.is_fork, false), r.created_at nulls last, c.id) as n
  from commit as c
  left join repository as r on r.id = c.repository_id
  left join duplicate as twin on twin.entity = 'repository' and twin.duplicate_id = c.repository_id and twin.deleted_at is null
  where c.deleted_at is null and r.deleted_at is null and twin.id is null
),
-- a rebase or cherry-pick keeps author, authored time and title: only the earliest hash counts
originals as (
  select c.*, row_number() over (partition by coalesce(c.author_account_id, c.id), c.authored_at, coalesce(c.title, c.id) order by c.committed_at, c.sha) as copy
  from copies as c
  where c.n = 1
),
requested as (
  select distinct repository_id, sha from pull_request_commit where deleted_at is null
  union
  select repository_id, merge_sha from pull_request where deleted_at is null and merge_sha is not null
),
linked as (
  select k.commit_id, max(case when k.issue_id is not null then 1 else 0 end) as has_issue, max(k.issue_id) as issue_id
  from commit_issue as k where k.deleted_at is null group by k.commit_id
)
select
  c.id,
  {{profile_id}} as profile_id,
  c.integration_id,
  w.primary_team_id,
  c.url,
  nullif(concat_ws(',',
    case when c.copy > 1 then 'copy' end,
    case when c.is_merge then 'merge' end,
    case when a.kind in ('bot', 'service') then 'bot_author' end), '') as flags,
  c.repository_id,
  a.person_id as author_id,
  a.kind as author_kind,
  case when i.id is null then 'missing' else {{work_type}} end as work_type,
  c.assistant,
  not c.is_merge and c.copy = 1 and coalesce(a.kind, 'other') not in ({{excluded_kinds}}) as is_eligible,
  c.is_merge,
  coalesce(c.is_on_default, false) as is_on_default,
  coalesce(c.is_on_default, false) and q.sha is null as is_direct,
  coalesce(l.has_issue, 0) = 1 as has_issue,
  c.authored_at,
  c.committed_at,
  c.additions,
  c.deletions,
  c.additions + c.deletions as lines_changed,
  c.files_count
from originals as c
left join actor as a on a.account_id = c.author_account_id
left join requested as q on q.repository_id = c.repository_id and q.sha = c.sha
left join linked as l on l.commit_id = c.id
left join live_issue as i on i.id = l.issue_id
left join person_calendar as w on {{calendar_of(a.person_id, c.authored_at)}}
