-- index: pull_request_id
-- One review or comment of one pull request, and who said it: the author, another human, or automation; unknown accounts are neither.
with
remark as (
  select v.pull_request_id, v.submitted_at as given_at, v.reviewer_account_id as account_id, v.verdict_category, false as is_comment
  from pull_request_review as v
  where v.deleted_at is null and v.verdict_category <> 'pending' and v.submitted_at is not null
  union all
  select c.pull_request_id, c.created_at, c.author_account_id, null, true
  from pull_request_comment as c
  where c.deleted_at is null and c.kind_category <> 'system'
)
select s.pull_request_id, s.given_at, s.verdict_category, s.is_comment, a.identity,
       coalesce(a.identity = r.author_identity, false) as by_author,
       coalesce(a.is_human and a.identity <> coalesce(r.author_identity, ''), false) as by_other,
       coalesce(a.kind in ('bot', 'service', 'agent'), false) as by_automation,
       s.given_at < r.opened_at as is_early,
       s.given_at >= r.opened_at and (r.closed_at is null or s.given_at <= r.closed_at) as is_timely,
       r.merged_at is null or s.given_at <= r.merged_at as before_merge
from remark as s
join request_base as r on r.id = s.pull_request_id
left join actor as a on a.account_id = s.account_id
