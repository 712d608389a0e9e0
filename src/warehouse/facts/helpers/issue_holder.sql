-- index: issue_id
-- One spell of one issue with one assignee, among the others; spells that begin when the issue has ended hold nothing.
with
spell as (
  select p.issue_id, p.n, p.account_id, coalesce(a.identity, p.account_id) as identity, a.person_id, p.entered_at, p.left_at as next_at,
         coalesce(s.completed_at, s.terminated_at) as ended_at
  from issue_spell as p
  join issue_state as s on s.issue_id = p.issue_id
  left join actor as a on a.account_id = p.account_id
  where p.account_id is not null
)
select s.issue_id, s.n, s.account_id, s.person_id, s.entered_at, s.ended_at,
       s.ended_at is null or s.entered_at < s.ended_at as is_counted,
       case when s.ended_at > s.entered_at then least(s.next_at, s.ended_at) else s.next_at end as left_at,
       row_number() over (partition by s.issue_id order by s.n) as place,
       row_number() over (partition by s.issue_id, s.identity order by s.n) > 1 as is_return,
       row_number() over (partition by s.issue_id, s.identity order by s.n) = 1
         and row_number() over (partition by s.issue_id order by s.n) > 1 as is_move
from spell as s
