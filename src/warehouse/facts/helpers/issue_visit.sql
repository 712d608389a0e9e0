-- index: issue_id
-- One stay of one issue in one status, n = 0 the initial one (metrics.md §4.1); `before` is the category of the stay before it.
with
step as (
  select t.issue_id, t.occurred_at, t.from_id, t.from_name, t.from_category, t.to_id, t.to_name, t.to_category,
         row_number() over (partition by t.issue_id order by t.occurred_at, t.sequence, t.id) as n
  from issue_transition as t where t.field_category = 'status' and t.deleted_at is null
),
visit as (
  select i.id as issue_id, i.integration_id, i.project_id, i.created_at as entered_at, cast(0 as bigint) as n,
         case when s.n is null then i.status_id else s.from_id end as status_id,
         case when s.n is null then i.status else s.from_name end as status,
         case when s.n is null then i.status_category else s.from_category end as stated
  from live_issue as i left join step as s on s.issue_id = i.id and s.n = 1
  union all
  select s.issue_id, i.integration_id, i.project_id, s.occurred_at, s.n, s.to_id, s.to_name, s.to_category
  from step as s join live_issue as i on i.id = s.issue_id
),
known as (
  select w.integration_id, w.status_id, w.project_id, w.name, w.status_category from workflow_status as w where w.deleted_at is null
),
-- statuses that history knows by name only
by_name as (
  select k.integration_id, lower(k.name) as name, min(k.status_category) as status_category from known as k
  group by k.integration_id, lower(k.name) having count(distinct k.status_category) = 1
),
timed as (
  select v.*, lead(v.entered_at) over (partition by v.issue_id order by v.n) as left_at from visit as v
),
named as (
  select v.issue_id, v.integration_id, v.project_id, v.n, v.entered_at, v.left_at, v.status_id,
         coalesce(v.status, own.name, shared.name) as status, coalesce(own.name, shared.name, v.status) as today,
         coalesce(own.status_category, shared.status_category, v.stated, b.status_category,
                  case when v.left_at is null then i.status_category end, 'other') as category
  from timed as v
  left join known as own on own.integration_id = v.integration_id and own.status_id = v.status_id and own.project_id = v.project_id
  left join known as shared on shared.integration_id = v.integration_id and shared.status_id = v.status_id and shared.project_id is null
  left join by_name as b on b.integration_id = v.integration_id and b.name = case when v.status_id is null then lower(v.status) end
  left join live_issue as i on i.id = case when v.left_at is null then v.issue_id end
),
judged as (
  select n.issue_id, n.integration_id, n.project_id, n.n, n.entered_at, n.left_at, n.status_id, n.status,
         coalesce({{status_override(n.today, n.status_id)}}, n.category) as status_category,
         {{status_in(issue.active, n.today, n.status_id)}} as is_named_active, {{status_in(issue.waiting, n.today, n.status_id)}} as is_named_waiting
  from named as n
)
select j.issue_id, j.integration_id, j.project_id, j.n, j.entered_at, j.left_at, j.status_id, j.status, j.status_category,
       lag(j.status_category) over (partition by j.issue_id order by j.n) as before,
       j.is_named_active or (j.status_category = 'in_progress' and not j.is_named_waiting) as is_active,
       j.is_named_waiting and not j.is_named_active and j.status_category not in ('done', 'canceled') as is_waiting
from judged as j
