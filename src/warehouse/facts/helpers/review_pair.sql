-- index: pull_request_id, identity
-- One person (or account) asked to review or reviewing one pull request, and from when the clock runs.
with
pair as (
  select pull_request_id, identity, max(person_id) as person_id, max(kind) as kind, max(case when is_human then 1 else 0 end) = 1 as is_human,
         min(requested_at) as requested_at,
         min(responded_at) filter (where is_timely) as responded_at,
         max(submitted_at) filter (where verdict_category = 'approved' and is_timely and (merged_at is null or submitted_at <= merged_at)) as approved_at,
         sum(is_review) as review_count, sum(is_comment) as comment_count
  from review_involvement group by pull_request_id, identity
)
select p.*, t.integration_id, t.url, t.repository_id, t.author_id, t.author_kind, t.ready_at, t.closed_at,
       case when t.ready_at is not null then greatest(coalesce(p.requested_at, t.ready_at), t.ready_at) end as clock_from,
       coalesce(p.responded_at, t.closed_at, {{now}}) as team_at
from pair as p join pull_request_timeline as t on t.id = p.pull_request_id
