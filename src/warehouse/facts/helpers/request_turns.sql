-- index: pull_request_id
-- The drafts, reopenings and force pushes of one pull request; requests without any have no row.
with
draft_event as (
  select e.pull_request_id, e.occurred_at, e.kind_category,
         row_number() over (partition by e.pull_request_id order by e.occurred_at, e.id) as n,
         lead(e.occurred_at) over (partition by e.pull_request_id order by e.occurred_at, e.id) as next_at
  from pull_request_event as e
  where e.deleted_at is null and e.kind_category in ('ready_for_review', 'converted_to_draft')
),
draft as (
  select pull_request_id,
         min(occurred_at) filter (where kind_category = 'ready_for_review') as first_ready_at,
         min(occurred_at) filter (where n = 1) as first_event_at,
         max(case when n = 1 and kind_category = 'ready_for_review' then 1 else 0 end) as opened_as_draft
  from draft_event group by pull_request_id
),
-- drafts that were begun after the request was opened; the first one, if it was opened as a draft, is added in the timeline
redraft as (
  select e.pull_request_id,
         sum({{seconds(e.occurred_at, coalesce(e.next_at, r.closed_at, {{now}}))}}) as seconds
  from draft_event as e join request_base as r on r.id = e.pull_request_id
  where e.kind_category = 'converted_to_draft' group by e.pull_request_id
),
turn as (
  select pull_request_id,
         count(*) filter (where kind_category = 'reopened') as reopen_count,
         count(*) filter (where kind_category = 'force_pushed') as force_push_count
  from pull_request_event where deleted_at is null and kind_category in ('reopened', 'force_pushed') group by pull_request_id
)
select coalesce(d.pull_request_id, n.pull_request_id) as pull_request_id, d.pull_request_id is not null as has_draft_event,
       d.first_ready_at, d.first_event_at, d.opened_as_draft, rd.seconds as redraft_seconds, n.reopen_count, n.force_push_count
from draft as d
full join turn as n on n.pull_request_id = d.pull_request_id
left join redraft as rd on rd.pull_request_id = d.pull_request_id
