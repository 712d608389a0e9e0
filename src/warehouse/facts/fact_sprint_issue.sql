-- One issue that was in one sprint at any moment between its start and end (sprint_item), and those of which the date is unknown.
with
unknown as (
  select distinct m.sprint_id, m.issue_id, m.from_at, m.to_at, m.is_closed, m.removed_at
  from sprint_membership as m
  left join sprint_item as k on k.sprint_id = m.sprint_id and k.issue_id = m.issue_id
  where m.added_at is null and k.issue_id is null
),
item as (
  select k.sprint_id, k.issue_id, k.from_at, k.to_at, k.is_closed, k.added_at, k.removed_at, k.done_at, k.outcome, k.is_counted, k.is_committed,
         k.is_delivered, k.in_points, k.out_points, k.is_counted and k.is_committed as counts_committed, k.is_counted and not k.is_committed as counts_added,
         k.is_counted and k.outcome = 'removed' as counts_removed, k.is_counted and k.is_delivered as counts_delivered,
         coalesce(k.in_points, 0) as b, coalesce(k.out_points, 0) as z
  from sprint_item as k
  union all
  select u.sprint_id, u.issue_id, u.from_at, u.to_at, u.is_closed, cast(null as timestamptz), u.removed_at, cast(null as timestamptz), cast(null as text),
         false, false, false, cast(null as double precision), cast(null as double precision), false, false, false, false, 0, 0
  from unknown as u
)
select
  t.sprint_id || '/' || t.issue_id as id,
  {{profile_id}} as profile_id,
  x.integration_id,
  w.primary_team_id,
  x.url,
  nullif(concat_ws(',', case when t.outcome is null then 'unknown_membership' end, case when x.is_subtask then 'subtask' end,
    case when t.in_points < 0 or t.out_points < 0 then 'negative_estimate' end), '') as flags,
  t.sprint_id,
  s.board_id,
  t.issue_id,
  x.project_id,
  x.issue_type,
  x.work_type,
  a.person_id as assignee_id,
  t.outcome,
  t.is_counted,
  t.is_committed,
  t.outcome is not null and not t.is_committed as is_added,
  coalesce(t.outcome = 'removed', false) as is_removed,
  t.is_delivered,
  t.out_points is not null as is_estimated,
  t.outcome is not null and t.in_points is distinct from t.out_points as is_reestimated,
  t.is_closed,
  t.from_at as started_at,
  t.to_at as ended_at,
  t.added_at,
  t.removed_at,
  t.done_at,
  cast(case when t.counts_committed then t.b else 0 end as double precision) as committed_points,
  cast(case when t.counts_added then t.b else 0 end as double precision) as added_points,
  cast(case when t.counts_removed then t.z else 0 end as double precision) as removed_points,
  cast(case when t.is_counted then greatest(0, t.z - t.b) else 0 end as double precision) as raised_points,
  cast(case when t.is_counted then greatest(0, t.b - t.z) else 0 end as double precision) as lowered_points,
  cast(case when t.counts_delivered then t.z else 0 end as double precision) as delivered_points,
  cast(case when t.counts_delivered and t.is_committed then least(t.b, t.z) else 0 end as double precision) as delivered_committed_points,
  cast(case when t.counts_delivered and not t.is_committed then t.z else 0 end as double precision) as delivered_added_points,
  cast(case when t.counts_delivered and t.is_committed then greatest(0, t.z - t.b) else 0 end as double precision) as delivered_raised_points
from item as t
join sprint_period as s on s.sprint_id = t.sprint_id
join issue_words as x on x.issue_id = t.issue_id
left join issue_spell as h on h.issue_id = t.issue_id and h.since <= t.to_at and h.until_at > t.to_at
left join actor as a on a.account_id = h.account_id
left join person_calendar as w on {{calendar_of(a.person_id, t.to_at)}}
