-- One change of scope, estimate or completion of one counted issue in one sprint. Added up to any instant they give the
-- scope and the work done at that instant; at the end of the sprint they give the sums of fact_sprint.
with
counted as (select k.* from sprint_item as k where k.is_counted),
period as (
  select m.sprint_id, m.issue_id, m.added_at, case when not m.is_to_end then m.removed_at end as removed_at
  from sprint_membership as m where m.added_at is not null
),
moment as (
  select c.sprint_id, c.issue_id, c.commit_at as since from counted as c
  union
  select p.sprint_id, p.issue_id, p.added_at from period as p
  union
  select p.sprint_id, p.issue_id, p.removed_at from period as p
  union
  select c.sprint_id, c.issue_id, x.since from counted as c join issue_points as x on x.issue_id = c.issue_id
  union
  select c.sprint_id, c.issue_id, d.done_at from counted as c join issue_done_stay as d on d.issue_id = c.issue_id
  union
  select c.sprint_id, c.issue_id, d.until_at from counted as c join issue_done_stay as d on d.issue_id = c.issue_id
),
inside as (
  select m.sprint_id, m.issue_id, m.since, c.commit_at
  from moment as m join counted as c on c.sprint_id = m.sprint_id and c.issue_id = m.issue_id
  where m.since >= c.commit_at and m.since <= c.to_at
),
member as (
  select n.sprint_id, n.issue_id, n.since, n.commit_at,
         max(case when p.added_at <= n.since and (p.removed_at is null or p.removed_at > n.since) then 1 else 0 end) = 1 as is_member,
         max(case when p.removed_at <= n.since then p.removed_at end) as gone_at
  from inside as n join period as p on p.sprint_id = n.sprint_id and p.issue_id = n.issue_id
  group by n.sprint_id, n.issue_id, n.since, n.commit_at
),
state as (
  -- what was done before it was removed stays delivered
  select m.sprint_id, m.issue_id, m.since, m.commit_at, m.is_member or coalesce(d.done_at <= m.gone_at, false) as is_in,
         d.done_at is not null and (m.is_member or coalesce(d.done_at <= m.gone_at, false)) as is_done, coalesce(x.points, 0) as points
  from member as m
  left join issue_done_stay as d on d.issue_id = m.issue_id and d.done_at <= m.since and d.until_at > m.since
  left join issue_points as x on x.issue_id = m.issue_id and x.since <= case when m.is_member then m.since else m.gone_at end
       and x.until_at > case when m.is_member then m.since else m.gone_at end
),
turn as (
  select s.*, coalesce(lag(s.is_in) over w, false) as was_in, coalesce(lag(s.is_done) over w, false) as was_done, lag(s.points) over w as points_before,
         row_number() over w as n
  from state as s window w as (partition by s.sprint_id, s.issue_id order by s.since)
),
change as (
  select t.*, k.part,
         case k.part when 'estimate' then t.points - t.points_before when 'done' then 0 else case when t.is_in then t.points else -t.points_before end end as scope_points,
         case when k.part <> 'scope' then 0 when t.is_in then 1 else -1 end as scope_items,
         case k.part when 'done' then case when t.is_done then t.points else -t.points_before end
                     when 'estimate' then case when t.is_done and t.was_done then t.points - t.points_before else 0 end else 0 end as done_points,
         case when k.part <> 'done' then 0 when t.is_done then 1 else -1 end as done_items
  from turn as t cross join (values ('scope'), ('estimate'), ('done')) as k(part)
  where (k.part = 'scope' and t.is_in <> t.was_in) or (k.part = 'done' and t.is_done <> t.was_done)
     or (k.part = 'estimate' and t.is_in and t.was_in and t.points <> t.points_before)
)
select
  c.sprint_id || '/' || c.issue_id || '/' || cast(c.n as text) || '/' || c.part as id,
  {{profile_id}} as profile_id,
  f.integration_id,
  f.primary_team_id,
  f.url,
  f.flags,
  c.sprint_id,
  f.board_id,
  c.issue_id,
  f.project_id,
  f.issue_type,
  f.work_type,
  f.assignee_id,
  case c.part when 'scope' then case when not c.is_in then 'removed' when c.since = c.commit_at then 'committed' else 'added' end
              when 'estimate' then case when c.points > c.points_before then 'raised' else 'lowered' end
              else case when c.is_done then 'done' else 'reopened' end end as kind,
  f.is_closed,
  c.since as occurred_at,
  cast(c.scope_points as double precision) as scope_points,
  cast(c.scope_items as bigint) as scope_items,
  cast(c.done_points as double precision) as done_points,
  cast(c.done_items as bigint) as done_items
from change as c
join fact_sprint_issue as f on f.sprint_id = c.sprint_id and f.issue_id = c.issue_id and f.profile_id = {{profile_id}}
