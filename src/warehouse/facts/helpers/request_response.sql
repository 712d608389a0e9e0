-- index: pull_request_id
-- What was answered to one pull request: responses, approvals that still hold, commits after the first review.
with
dismissal as (
  select pull_request_id, identity, max(given_at) as dismissed_at
  from request_remark where verdict_category = 'dismissed' group by pull_request_id, identity
),
asked as (
  select distinct e.pull_request_id, a.identity
  from pull_request_event as e join actor as a on a.account_id = e.subject_account_id
  where e.deleted_at is null and e.kind_category = 'review_requested'
),
approval as (
  select s.pull_request_id, s.given_at, case when k.identity is null then 0 else 1 end as was_asked
  from request_remark as s
  left join dismissal as d on d.pull_request_id = s.pull_request_id and d.identity = s.identity
  left join asked as k on k.pull_request_id = s.pull_request_id and k.identity = s.identity
  where s.verdict_category = 'approved' and s.by_other and s.before_merge and (d.dismissed_at is null or s.given_at > d.dismissed_at)
),
approved as (
  select pull_request_id, min(given_at) as first_approval_at, max(given_at) as last_approval_at, count(*) as approval_count, max(was_asked) as by_asked
  from approval group by pull_request_id
),
talk as (
  select pull_request_id,
         min(given_at) filter (where by_other and is_timely) as first_review_at,
         min(given_at) filter (where by_other and is_timely and is_comment) as first_comment_at,
         count(distinct identity) filter (where by_other and is_timely) as reviewer_count,
         count(*) filter (where is_comment and by_other) as comment_count,
         count(*) filter (where is_comment and by_author) as author_comment_count,
         count(*) filter (where is_comment and by_automation and not by_author) as bot_comment_count,
         count(*) filter (where verdict_category = 'changes_requested' and by_other) as changes_requested_count,
         max(case when by_other and is_early then 1 else 0 end) as has_early,
         max(case when verdict_category = 'approved' and by_author then 1 else 0 end) as self_approved
  from request_remark group by pull_request_id
),
late_commit as (
  select c.pull_request_id, count(*) as commits_after_review
  from pull_request_commit as c join talk as t on t.pull_request_id = c.pull_request_id
  where c.deleted_at is null and c.is_merge is not true and c.removed_at is null and c.authored_at > t.first_review_at
  group by c.pull_request_id
)
select t.*, a.first_approval_at, a.last_approval_at, a.approval_count, a.by_asked, l.commits_after_review
from talk as t
left join approved as a on a.pull_request_id = t.pull_request_id
left join late_commit as l on l.pull_request_id = t.pull_request_id
