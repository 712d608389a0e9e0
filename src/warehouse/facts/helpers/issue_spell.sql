-- index: issue_id
-- One spell of one issue with one assignee, or with none; neighbours differ. Exactly one holds at any instant: `since` to `until_at`.
with
change as (
  select t.issue_id, t.occurred_at, t.sequence, t.id, t.from_id, t.to_id,
         lag(t.to_id) over (partition by t.issue_id order by t.occurred_at, t.sequence, t.id) as held_by
  from issue_transition as t where t.field_category = 'assignee' and t.deleted_at is null
),
step as (
  -- where several may be assigned at once, the last one holds: taking away another changes nothing
  select c.issue_id, c.occurred_at, c.from_id, c.to_id,
         row_number() over (partition by c.issue_id order by c.occurred_at, c.sequence, c.id) as n
  from change as c where c.to_id is not null or c.held_by is null or c.from_id is null or c.held_by = c.from_id
),
period as (
  select i.id as issue_id, cast(0 as bigint) as n, i.created_at as entered_at,
         case when s.n is null then i.assignee_account_id else s.from_id end as account_id
  from live_issue as i left join step as s on s.issue_id = i.id and s.n = 1
  union all
  select s.issue_id, s.n, s.occurred_at, s.to_id from step as s join live_issue as i on i.id = s.issue_id
),
turned as (
  select p.*, p.n = 0 or p.account_id is distinct from lag(p.account_id) over (partition by p.issue_id order by p.n) as is_turn from period as p
)
select t.issue_id, t.n, t.account_id, t.entered_at, lead(t.entered_at) over w as left_at,
       case when t.n = 0 then cast('0001-01-01 00:00:00+00' as timestamptz) else t.entered_at end as since, coalesce(lead(t.entered_at) over w, cast('9999-12-31 00:00:00+00' as timestamptz)) as until_at
from turned as t where t.is_turn
window w as (partition by t.issue_id order by t.n)
