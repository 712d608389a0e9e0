-- index: issue_id
-- When each issue started and ended, and how long it was worked on and waited, from its stays in statuses (metrics.md §3.3, §4.1).
with
summary as (
  select v.issue_id, count(*) as visits,
         min(v.entered_at) filter (where v.status_category = 'in_progress') as started_at,
         max(v.status_category) filter (where v.left_at is null) as last_category,
         max(v.left_at) filter (where v.status_category <> 'done') as left_undone_at,
         max(v.left_at) filter (where v.status_category <> 'canceled') as left_uncanceled_at,
         count(*) filter (where v.before in ('done', 'canceled') and v.status_category not in ('done', 'canceled')) as reopen_count,
         sum({{seconds(v.entered_at, v.left_at)}}) filter (where v.is_active) as active_seconds,
         sum({{seconds(v.entered_at, v.left_at)}}) filter (where v.is_waiting) as waiting_seconds
  from issue_visit as v group by v.issue_id
),
ending as (
  select s.*, coalesce(i.resolution_category, 'completed') in ('canceled', 'duplicate') as is_dropped, i.created_at,
         coalesce(i.resolved_at, i.closed_at) as stated_at
  from summary as s join live_issue as i on i.id = s.issue_id
)
select e.issue_id, e.started_at, e.last_category, e.reopen_count,
       case when e.last_category = 'done' and not e.is_dropped
            then case when e.visits = 1 then e.stated_at else coalesce(e.left_undone_at, e.created_at) end end as completed_at,
       case when e.last_category = 'canceled' then case when e.visits = 1 then e.stated_at else coalesce(e.left_uncanceled_at, e.created_at) end
            when e.last_category = 'done' and e.is_dropped
            then case when e.visits = 1 then e.stated_at else coalesce(e.left_undone_at, e.created_at) end end as terminated_at,
       -- without history nothing is known of the time in statuses
       case when e.visits > 1 then cast(coalesce(e.active_seconds, 0) as double precision) end as active_seconds,
       case when e.visits > 1 then cast(coalesce(e.waiting_seconds, 0) as double precision) end as waiting_seconds
from ending as e
