-- One stay of one issue in one status (issue_visit), with whoever held it on entry.
with
holder as (
  select v.issue_id, v.n, a.person_id
  from issue_visit as v
  join issue_spell as p on p.issue_id = v.issue_id and p.since <= v.entered_at and p.until_at > v.entered_at
  join actor as a on a.account_id = p.account_id
),
stay as (
  select v.*, h.person_id as assignee_id, c.started_at as issue_started_at, coalesce(o.team_id, m.primary_team_id) as primary_team_id,
         case when o.team_id is not null then g.calendar_id else m.calendar_id end as calendar_id,
         case when o.team_id is not null then g.timezone else m.timezone end as timezone
  from issue_visit as v
  join issue_state as c on c.issue_id = v.issue_id
  left join holder as h on h.issue_id = v.issue_id and h.n = v.n
  left join issue_owner as o on o.issue_id = v.issue_id
  left join team_calendar as g on g.team_id = o.team_id
  left join person_calendar as m on m.person_id = h.person_id and m.valid_from <= v.entered_at and m.valid_to > v.entered_at
)
select
  w.issue_id || '/' || cast(w.n as text) as id,
  {{profile_id}} as profile_id,
  w.integration_id,
  w.primary_team_id,
  x.url,
  case when w.left_at < w.entered_at then 'left_before_entry' end as flags,
  w.issue_id,
  w.project_id,
  x.issue_type,
  x.work_type,
  w.status_id,
  w.status,
  w.status_category,
  w.assignee_id,
  x.is_eligible,
  w.is_active,
  w.is_waiting,
  coalesce(case w.before when 'in_progress' then w.status_category = 'todo' when 'done' then w.status_category in ('todo', 'in_progress') end, false) as is_backward,
  coalesce({{seconds(w.entered_at, w.left_at)}} <= {{speeding_seconds}}, false) as is_speeding,
  w.entered_at,
  w.left_at,
  w.issue_started_at,
  {{seconds(w.entered_at, w.left_at)}} as stay_seconds,
  {{working_seconds(d_entered, w.entered_at, d_left, w.left_at)}} as stay_working_seconds
from stay as w
join issue_words as x on x.issue_id = w.issue_id
left join working_day as d_entered on {{day_of(d_entered, w.entered_at)}}
left join working_day as d_left on {{day_of(d_left, w.left_at)}}
