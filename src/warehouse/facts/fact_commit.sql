-- One distinct commit hash: forks and second repositories collapse to the oldest repository that is not a fork.
with
-- only hashes seen more than once, and instants with more than one hash, are put in order: nearly all commits are neither
repeated as (
  select c.sha from commit as c join live_repository as r on r.id = c.repository_id where c.deleted_at is null group by c.sha having count(*) > 1
),
sighting as (
  select c.id, row_number() over (partition by c.sha order by coalesce(r.is_fork, false), r.created_at nulls last, c.id) as n
  from commit as c
  join repeated as s on s.sha = c.sha
  join live_repository as r on r.id = c.repository_id
  where c.deleted_at is null
),
-- a rebase or cherry-pick keeps author, authored time and title: only the earliest hash counts
rewritten as (
  select c.author_account_id, c.authored_at
  from commit as c join live_repository as r on r.id = c.repository_id
  where c.deleted_at is null and c.author_account_id is not null and c.title is not null
  group by c.author_account_id, c.authored_at having min(c.sha) <> max(c.sha)
),
rewrite as (
  select c.id, row_number() over (partition by c.author_account_id, c.authored_at, c.title order by c.committed_at, c.sha) as n
  from commit as c
  join rewritten as w on w.author_account_id = c.author_account_id and w.authored_at = c.authored_at
  join live_repository as r on r.id = c.repository_id
  left join sighting as s on s.id = c.id
  where c.deleted_at is null and c.title is not null and coalesce(s.n, 1) = 1
),
originals as (
  select c.id, c.integration_id, c.url, c.repository_id, c.sha, c.author_account_id, c.assistant, c.is_merge, c.is_on_default, c.authored_at, c.committed_at,
         c.additions, c.deletions, c.files_count, coalesce(w.n, 1) as copy
  from commit as c
  join live_repository as r on r.id = c.repository_id
  left join sighting as s on s.id = c.id
  left join rewrite as w on w.id = c.id
  where c.deleted_at is null and coalesce(s.n, 1) = 1
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
  coalesce(c.is_on_default, false) and q.id is not null as is_direct,
  coalesce(l.has_issue, 0) = 1 as has_issue,
  c.authored_at,
  c.committed_at,
  c.additions,
  c.deletions,
  c.additions + c.deletions as lines_changed,
  c.files_count
from originals as c
left join actor as a on a.account_id = c.author_account_id
left join pushed_commit as q on q.id = c.id
left join linked as l on l.commit_id = c.id
left join live_issue as i on i.id = l.issue_id
left join person_calendar as w on {{calendar_of(a.person_id, c.authored_at)}}
