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
select pr.id as change_id, pr.id as pull_request_id, 'pull_request' as kind, pr.integration_id, pr.url, pr.repository_id,
       coalesce(pr.merge_sha, c.sha, pr.head_sha) as landing_sha, pr.author_id, pr.author_kind, pr.issue_id, pr.is_revert, pr.is_hotfix,
       q.reverts_sha, pr.reverts_number, pr.number, pr.first_commit_at, pr.started_at, pr.opened_at, pr.ready_at, pr.merged_at, pr.additions + pr.deletions as lines_changed,
       coalesce(pr.author_kind, 'other') not in ({{excluded_kinds}}) and {{change_branches}} as is_eligible,
       pr.coding_seconds, pr.drafting_seconds, pr.pickup_seconds, pr.review_seconds, pr.merge_wait_seconds, pr.unreviewed_seconds,
       concat_ws(',', case when pr.first_commit_at > pr.opened_at then 'commit_after_open' end, case when pr.first_commit_at is null then 'no_commits' end,
         case when pr.is_unreviewed then 'unreviewed' end, case when pr.is_reviewed_in_draft then 'reviewed_in_draft' end,
         case when pr.opened_as_draft and pr.ready_at is null then 'never_ready' end, case when not {{change_branches}} then 'other_branch' end) as flags
from classified_request as pr
left join repository as r on r.id = pr.repository_id
left join (select k.pull_request_id, k.reverts_sha from request_class as k where k.reverts_sha is not null) as q on q.pull_request_id = pr.id
left join copied as c on c.pull_request_id = pr.id and c.n = 1
where pr.merged_at is not null
