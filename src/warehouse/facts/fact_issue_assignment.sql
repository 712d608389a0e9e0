-- One spell of one issue with one assignee (issue_holder).
with
active as (
  -- the part of each stay in an active status that falls into a spell
  select h.issue_id, h.n, sum({{seconds(greatest(h.entered_at, v.entered_at), least(h.left_at, v.left_at))}}) as seconds
  from issue_holder as h
  join issue_visit as v on v.issue_id = h.issue_id and v.is_active and v.entered_at < h.left_at and v.left_at > h.entered_at
  where h.left_at is not null group by h.issue_id, h.n
)
select
  h.issue_id || '/' || cast(h.n as text) as id,
  {{profile_id}} as profile_id,
  x.integration_id,
  m.primary_team_id,
  x.url,
  nullif(concat_ws(',', case when not h.is_counted then 'after_end' end, case when h.left_at < h.entered_at then 'left_before_entry' end), '') as flags,
  h.issue_id,
  x.project_id,
  x.issue_type,
  x.work_type,
  x.investment_category,
  h.person_id as assignee_id,
  x.is_eligible and h.is_counted as is_eligible,
  s.completed_at is not null as is_completed,
  h.place = 1 as is_first,
  h.is_return as is_bounce,
  h.is_move as is_hop,
  h.entered_at,
  h.left_at,
  s.completed_at,
  {{seconds(h.entered_at, h.left_at)}} as held_seconds,
  case when h.left_at is not null then cast(coalesce(a.seconds, 0) as double precision) end as in_progress_seconds,
  case when h.is_counted then {{seconds(h.entered_at, h.left_at)}} / nullif({{seconds(i.created_at, s.completed_at)}}, 0) end as portion
from issue_holder as h
join live_issue as i on i.id = h.issue_id
join issue_state as s on s.issue_id = h.issue_id
join issue_words as x on x.issue_id = h.issue_id
left join active as a on a.issue_id = h.issue_id and a.n = h.n
left join person_calendar as m on m.person_id = h.person_id and m.valid_from <= coalesce(h.left_at, {{now}}) and m.valid_to > coalesce(h.left_at, {{now}})
