-- Periods of one person with the primary team (largest allocation, then smallest id) and its calendar, inherited upwards.
with
member as (
  select m.person_id, m.team_id, m.allocation_share,
         coalesce(m.valid_from, cast('0001-01-01 00:00:00+00' as timestamptz)) as valid_from,
         coalesce(m.valid_to, cast('9999-12-31 00:00:00+00' as timestamptz)) as valid_to
  from team_member as m
  join team as t on t.id = m.team_id and t.deleted_at is null
  where m.deleted_at is null
),
edge as (
  select person_id, valid_from as since from member
  union
  select person_id, valid_to from member
),
period as (
  select person_id, since as valid_from, lead(since) over (partition by person_id order by since) as valid_to from edge
),
ranked as (
  select p.person_id, p.valid_from, p.valid_to, m.team_id,
         row_number() over (partition by p.person_id, p.valid_from order by m.allocation_share desc, m.team_id) as n
  from period as p
  join member as m on m.person_id = p.person_id and m.valid_from <= p.valid_from and m.valid_to > p.valid_from
  where p.valid_to is not null
)
select r.person_id, r.team_id as primary_team_id, r.valid_from, r.valid_to, c.calendar_id, c.timezone
from ranked as r
join team_calendar as c on c.team_id = r.team_id
where r.n = 1
