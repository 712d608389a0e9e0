-- One request for review, review or comment by an account that is not the author's.
with
involved as (
  select e.pull_request_id, e.subject_account_id as account_id, e.occurred_at as requested_at, cast(null as timestamptz) as responded_at, cast(null as timestamptz) as submitted_at,
         cast(null as text) as verdict_category, 0 as is_review, 0 as is_comment
  from pull_request_event as e
  where e.deleted_at is null and e.kind_category = 'review_requested' and e.subject_account_id is not null
  union all
  select v.pull_request_id, v.reviewer_account_id, null, v.submitted_at, v.submitted_at, v.verdict_category, 1, 0
  from pull_request_review as v
  where v.deleted_at is null and v.verdict_category <> 'pending' and v.submitted_at is not null and v.reviewer_account_id is not null
  union all
  select c.pull_request_id, c.author_account_id, null, c.created_at, null, null, 0, 1
  from pull_request_comment as c
  where c.deleted_at is null and c.kind_category <> 'system' and c.author_account_id is not null
)
select v.*, a.identity, a.person_id, a.kind, a.is_human, t.opened_at, t.closed_at, t.merged_at,
       v.responded_at >= t.opened_at and (t.closed_at is null or v.responded_at <= t.closed_at) as is_timely
from involved as v
join request_base as t on t.id = v.pull_request_id
join actor as a on a.account_id = v.account_id
where a.identity <> coalesce(t.author_identity, '')
