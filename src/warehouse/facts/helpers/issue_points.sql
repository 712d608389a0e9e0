-- index: issue_id
-- One period of one issue with one estimate; exactly one holds at any instant (metrics.md §4.3).
with
step as (
  select t.issue_id, t.occurred_at, t.from_number, t.to_number,
         row_number() over (partition by t.issue_id order by t.occurred_at, t.sequence, t.id) as n
  from issue_transition as t where t.field_category = 'points' and t.deleted_at is null
),
period as (
  select i.id as issue_id, cast(0 as bigint) as n, cast('0001-01-01 00:00:00+00' as timestamptz) as since,
         case when s.n is null then i.points else s.from_number end as points
  from live_issue as i left join step as s on s.issue_id = i.id and s.n = 1
  union all
  select s.issue_id, s.n, s.occurred_at, s.to_number from step as s
)
select p.issue_id, p.points, p.since, coalesce(lead(p.since) over (partition by p.issue_id order by p.n), cast('9999-12-31 00:00:00+00' as timestamptz)) as until_at from period as p
