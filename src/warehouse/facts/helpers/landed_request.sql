-- index: repository_id, landing_sha
-- One merged pull request with the commit that landed (domain.md §8.4).
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
)
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
