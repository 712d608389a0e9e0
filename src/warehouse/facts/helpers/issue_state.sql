-- index: issue_id
-- When each issue started and ended, from its stays in statuses (metrics.md §3.3, §4.1).
with
step as (
  select t.issue_id, t.occurred_at, t.from_id, t.from_category, t.to_id, t.to_category,
         row_number() over (partition by t.issue_id order by t.occurred_at, t.sequence, t.id) as n
  from issue_transition as t where t.field_category = 'status' and t.deleted_at is null
),
visit as (
  select i.id as issue_id, i.integration_id, i.project_id, i.created_at as entered_at, 0 as n,
         case when s.n is null then i.status_id else s.from_id end as status_id,
         case when s.n is null then i.status_category else s.from_category end as stated
  from live_issue as i left join step as s on s.issue_id = i.id and s.n = 1
  union all
  select s.issue_id, i.integration_id, i.project_id, s.occurred_at, s.n, s.to_id, s.to_category
  from step as s join live_issue as i on i.id = s.issue_id
),
status as (
  select w.integration_id, w.status_id, w.project_id, w.name, w.status_category from workflow_status as w where w.deleted_at is null
),
named as (
  select v.issue_id, v.entered_at, v.n,
         coalesce({{status_override(coalesce(own.name, shared.name), v.status_id)}}, own.status_category, shared.status_category, v.stated, 'other') as status_category
  from visit as v
  left join status as own on own.integration_id = v.integration_id and own.status_id = v.status_id and own.project_id = v.project_id
  left join status as shared on shared.integration_id = v.integration_id and shared.status_id = v.status_id and shared.project_id is null
),
stay as (
  select n.*, lead(n.entered_at) over (partition by n.issue_id order by n.n) as left_at,
         lag(n.status_category) over (partition by n.issue_id order by n.n) as before
  from named as n
),
summary as (
  select s.issue_id, count(*) as visits,
         min(s.entered_at) filter (where s.status_category = 'in_progress') as started_at,
         max(s.status_category) filter (where s.left_at is null) as last_category,
         max(s.left_at) filter (where s.status_category <> 'done') as left_undone_at,
         max(s.left_at) filter (where s.status_category <> 'canceled') as left_uncanceled_at,
         count(*) filter (where s.before in ('done', 'canceled') and s.status_category not in ('done', 'canceled')) as reopen_count
  from stay as s group by s.issue_id
)
select s.issue_id, s.started_at, s.last_category, s.reopen_count,
       case when s.last_category = 'done' and coalesce(i.resolution_category, 'completed') not in ('canceled', 'duplicate')
            then case when s.visits = 1 then coalesce(i.resolved_at, i.closed_at) else coalesce(s.left_undone_at, i.created_at) end end as completed_at,
       case when s.last_category = 'canceled' then case when s.visits = 1 then coalesce(i.resolved_at, i.closed_at) else coalesce(s.left_uncanceled_at, i.created_at) end
            when s.last_category = 'done' and i.resolution_category in ('canceled', 'duplicate')
            then case when s.visits = 1 then coalesce(i.resolved_at, i.closed_at) else coalesce(s.left_undone_at, i.created_at) end end as terminated_at
from summary as s join live_issue as i on i.id = s.issue_id
