-- One person on one issue on one working day: the assignee of an issue in an active status at any moment of that day.
with
hold as (
  select h.person_id, h.issue_id, greatest(h.entered_at, v.entered_at) as from_at, least(h.left_at, v.left_at, {{now}}) as to_at
  from issue_holder as h
  join issue_visit as v on v.issue_id = h.issue_id and v.is_active and (h.left_at is null or v.entered_at < h.left_at) and (v.left_at is null or v.left_at > h.entered_at)
  join issue_words as x on x.issue_id = h.issue_id and not x.is_excluded
  where h.person_id is not null and h.is_counted
),
spread as (
  select o.person_id, o.issue_id, cast(o.from_at at time zone coalesce(w.timezone, {{timezone}}) as date) as first_day,
         cast((o.to_at - interval '1 microsecond') at time zone coalesce(w.timezone, {{timezone}}) as date) as last_day
  from hold as o
  left join person_calendar as w on {{calendar_of(o.person_id, o.from_at)}}
  where o.to_at > o.from_at
),
held_day as (
  select distinct s.person_id, s.issue_id, cast(s.first_day + cast(o.step as integer) as date) as day
  from spread as s cross join generate_series(0, s.last_day - s.first_day) as o(step)
),
worked as (
  select d.person_id, d.issue_id, d.day, w.primary_team_id
  from held_day as d
  left join person_calendar as w on {{calendar_of(d.person_id, cast(d.day as timestamptz))}}
  join working_day as k on k.is_working and k.day = d.day and k.calendar_id = coalesce(w.calendar_id, {{calendar_id}})
)
select
  d.person_id || '/' || d.issue_id || '/' || cast(d.day as text) as id,
  {{profile_id}} as profile_id,
  x.integration_id,
  d.primary_team_id,
  x.url,
  cast(null as text) as flags,
  d.person_id,
  d.issue_id,
  x.project_id,
  x.issue_type,
  x.work_type,
  x.investment_category,
  d.day,
  cast(1 as double precision) / count(*) over (partition by d.person_id, d.day) as effort_days
from worked as d
join issue_words as x on x.issue_id = d.issue_id
