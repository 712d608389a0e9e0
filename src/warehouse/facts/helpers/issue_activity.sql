-- index: issue_id
-- What was said about an issue and when it was last touched.
with
said as (
  select c.issue_id, min(c.created_at) filter (where a.is_human and a.identity is distinct from r.identity) as first_response_at,
         max(c.created_at) as last_comment_at, count(*) as comment_count
  from issue_comment as c
  join live_issue as i on i.id = c.issue_id
  left join actor as a on a.account_id = c.author_account_id
  left join actor as r on r.account_id = i.reporter_account_id
  where c.deleted_at is null group by c.issue_id
),
changed as (select t.issue_id, max(t.occurred_at) as last_change_at from issue_transition as t where t.deleted_at is null group by t.issue_id),
logged as (select w.issue_id, sum(w.seconds) as spent_seconds from worklog as w where w.deleted_at is null group by w.issue_id),
idle_account as (
  select a.id as account_id from account as a
  left join account_person as k on k.account_id = a.id and k.deleted_at is null
  left join person as p on p.id = k.person_id and p.deleted_at is null
  where a.is_active = false or p.ended_on <= cast({{now}} as date)
)
select i.id as issue_id, s.first_response_at, s.comment_count, greatest(c.last_change_at, s.last_comment_at) as last_change_at, l.spent_seconds,
       i.assignee_account_id in (select u.account_id from idle_account as u) as is_assignee_inactive
from live_issue as i
left join said as s on s.issue_id = i.id
left join changed as c on c.issue_id = i.id
left join logged as l on l.issue_id = i.id
