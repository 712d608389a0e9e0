-- One team with its calendar, inherited upwards, else the profile's.
with named as (
  select t.team_id, a.calendar_id, row_number() over (partition by t.team_id order by t.depth, a.id) as n
  from team_tree as t
  join team as a on a.id = t.ancestor_team_id and a.deleted_at is null and a.calendar_id is not null
  where t.deleted_at is null
)
select t.id as team_id, coalesce(c.id, {{calendar_id}}) as calendar_id, coalesce(c.timezone, {{timezone}}) as timezone
from team as t
left join named as n on n.team_id = t.id and n.n = 1
left join calendar as c on c.id = n.calendar_id and c.deleted_at is null
where t.deleted_at is null
