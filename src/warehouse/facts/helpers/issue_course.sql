-- index: id
-- One issue with its milestones, its estimate and assignee at completion, and the calendar of its row.
with
ended as (
  select s.*, coalesce(s.completed_at, s.terminated_at) as ended_at,
         coalesce(s.completed_at, s.terminated_at, cast('9998-01-01 00:00:00+00' as timestamptz)) as read_at
  from issue_state as s
),
-- as of the end, of open issues as of now
held as (
  select e.issue_id, p.account_id
  from ended as e join issue_spell as p on p.issue_id = e.issue_id and p.since <= e.read_at and p.until_at > e.read_at
),
estimate as (
  select e.issue_id, p.points
  from ended as e join issue_points as p on p.issue_id = e.issue_id and p.since <= e.read_at and p.until_at > e.read_at
),
assigned as (
  select p.issue_id, min(p.entered_at) as first_assigned_at, max(case when p.place = 1 then a.person_id end) as first_assignee_id,
         count(*) filter (where p.is_return) as bounce_count, count(*) filter (where p.is_move) as hop_count
  from issue_holder as p left join actor as a on a.account_id = p.account_id
  where p.is_counted group by p.issue_id
)
select e.issue_id as id, e.started_at, e.completed_at, e.terminated_at, e.ended_at, e.last_category, e.reopen_count, e.active_seconds, e.waiting_seconds,
       x.points, a.person_id as assignee_id, d.first_assigned_at, d.first_assignee_id, d.bounce_count, d.hop_count,
       coalesce(o.team_id, m.primary_team_id) as primary_team_id,
       case when o.team_id is not null then g.calendar_id else m.calendar_id end as calendar_id,
       case when o.team_id is not null then g.timezone else m.timezone end as timezone
from ended as e
left join estimate as x on x.issue_id = e.issue_id
left join held as h on h.issue_id = e.issue_id
left join actor as a on a.account_id = h.account_id
left join assigned as d on d.issue_id = e.issue_id
left join issue_owner as o on o.issue_id = e.issue_id
left join team_calendar as g on g.team_id = o.team_id
left join person_calendar as m on m.person_id = a.person_id and m.valid_from <= coalesce(e.ended_at, {{now}}) and m.valid_to > coalesce(e.ended_at, {{now}})
