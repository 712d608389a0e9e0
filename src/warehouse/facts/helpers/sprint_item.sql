-- index: sprint_id
-- One issue in one sprint, with the estimate when it came in and when it left, and what became of it (metrics.md §3.4).
with
stay as (
  select m.sprint_id, m.issue_id, m.from_at, m.to_at, m.commit_at, m.is_closed, min(m.added_at) as added_at,
         max(case when m.added_at <= m.commit_at and (m.removed_at is null or m.removed_at > m.commit_at) then 1 else 0 end) = 1 as is_committed,
         max(case when m.is_to_end then 1 else 0 end) = 1 as is_at_end,
         case when count(*) = count(m.removed_at) then max(m.removed_at) end as removed_at
  from sprint_membership as m where m.added_at is not null
  group by m.sprint_id, m.issue_id, m.from_at, m.to_at, m.commit_at, m.is_closed
),
placed as (
  select s.*, greatest(s.commit_at, s.added_at) as in_at, case when s.is_at_end then s.to_at else s.removed_at end as out_at from stay as s
),
valued as (
  select p.*, b.points as in_points, z.points as out_points, d.done_at,
         coalesce(d.done_at < p.from_at - interval '1 second' * ({{early_done_days}} * 86400) or d.done_at < p.added_at, false) as is_early
  from placed as p
  left join issue_points as b on b.issue_id = p.issue_id and b.since <= p.in_at and b.until_at > p.in_at
  left join issue_points as z on z.issue_id = p.issue_id and z.since <= p.out_at and z.until_at > p.out_at
  left join issue_done_stay as d on d.issue_id = p.issue_id and d.done_at <= p.to_at and d.until_at > p.to_at
),
judged as (
  select v.*, v.done_at is not null and not v.is_early and (v.is_at_end or v.removed_at >= v.done_at) as is_delivered from valued as v
)
select j.*, case when j.is_early then 'early' when j.is_delivered then 'delivered' when j.is_at_end then 'carried_over' else 'removed' end as outcome,
       not j.is_early and ({{sprint_subtasks}} or not i.is_subtask) as is_counted
from judged as j join live_issue as i on i.id = j.issue_id
