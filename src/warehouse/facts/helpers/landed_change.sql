-- index: repository_id, landing_sha
-- One merged pull request, or one commit pushed straight to the default branch, with the commit that landed (domain.md §8.4).
with
-- without a merge hash: a commit of the default branch with the author, time and title of the request's last commit
last_commit as (
  select k.pull_request_id, k.repository_id, c.author_account_id, c.authored_at, c.title,
         row_number() over (partition by k.pull_request_id order by k.position desc nulls last, k.committed_at desc nulls last, k.sha) as n
  from pull_request_commit as k
  join pull_request_timeline as t on t.id = k.pull_request_id and t.merged_at is not null and t.merge_sha is null
  join commit as c on c.repository_id = k.repository_id and c.sha = k.sha and c.deleted_at is null
  where k.deleted_at is null and k.removed_at is null
),
copied as (
  select l.pull_request_id, c.sha, row_number() over (partition by l.pull_request_id order by c.committed_at, c.sha) as n
  from last_commit as l
  join commit as c on c.repository_id = l.repository_id and c.authored_at = l.authored_at and c.author_account_id = l.author_account_id
       and c.title = l.title and c.is_on_default and c.deleted_at is null
  where l.n = 1
),
request as (
  select t.id as change_id, t.id as pull_request_id, 'pull_request' as kind, t.integration_id, t.url, t.repository_id,
         coalesce(pr.merge_sha, c.sha, pr.head_sha) as landing_sha, t.author_id, t.author_kind, q.issue_id, q.is_revert, q.is_hotfix,
         q.reverts_sha, pr.reverts_number, pr.number, t.first_commit_at, t.started_at, t.opened_at, t.ready_at, t.merged_at, t.additions + t.deletions as lines_changed,
         coalesce(t.author_kind, 'other') not in ({{excluded_kinds}}) and {{change_branches}} as is_eligible,
         t.coding_seconds, t.drafting_seconds, t.pickup_seconds, t.review_seconds, t.merge_wait_seconds, t.unreviewed_seconds,
         concat_ws(',', case when t.first_commit_at > t.opened_at then 'commit_after_open' end, case when t.first_commit_at is null then 'no_commits' end,
           case when t.is_unreviewed then 'unreviewed' end, case when t.is_reviewed_in_draft then 'reviewed_in_draft' end,
           case when t.opened_as_draft and t.ready_at is null then 'never_ready' end, case when not {{change_branches}} then 'other_branch' end) as flags
  from pull_request_timeline as t
  join pull_request as pr on pr.id = t.id
  left join repository as r on r.id = t.repository_id
  left join request_class as q on q.pull_request_id = t.id
  left join copied as c on c.pull_request_id = t.id and c.n = 1
  where t.merged_at is not null
),
-- forks and second repositories collapse to the oldest repository that is not a fork
pushed as (
  select c.*, row_number() over (partition by c.sha order by coalesce(r.is_fork, false), r.created_at nulls last, c.id) as n
  from commit as c join live_repository as r on r.id = c.repository_id
  where c.deleted_at is null
),
requested as (
  select k.repository_id, k.sha from pull_request_commit as k where k.deleted_at is null
  union
  select r.repository_id, r.landing_sha from request as r where r.landing_sha is not null
),
-- a rebase lands new hashes of commits that a request holds
rebased as (
  select distinct k.repository_id, k.author_account_id, k.authored_at from pull_request_commit as k
  where k.deleted_at is null and k.author_account_id is not null and k.authored_at is not null
),
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
  from pushed as c
  left join requested as q on q.repository_id = c.repository_id and q.sha = c.sha
  left join rebased as b on b.repository_id = c.repository_id and b.author_account_id = c.author_account_id and b.authored_at = c.authored_at
  left join actor as a on a.account_id = c.author_account_id
  left join issue_of_commit as k on k.commit_id = c.id and k.n = 1
  left join live_issue as i on i.id = k.issue_id
  left join pull_request as pr on pr.id = c.id -- never: a filter over requests finds nothing here
  where c.n = 1 and c.is_on_default and q.sha is null and b.repository_id is null
),
change as (select * from request union all select * from direct)
select c.*, coalesce(by_number.change_id, by_sha.change_id) as reverts_change_id
from change as c
left join request as by_number on by_number.repository_id = c.repository_id and by_number.number = c.reverts_number
left join change as by_sha on by_sha.repository_id = c.repository_id and by_sha.landing_sha = c.reverts_sha
