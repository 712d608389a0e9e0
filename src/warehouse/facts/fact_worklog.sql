-- One entry of logged work.
select
  g.id,
  {{profile_id}} as profile_id,
  g.integration_id,
  w.primary_team_id,
  coalesce(g.url, x.url) as url,
  cast(null as text) as flags,
  g.issue_id,
  x.project_id,
  x.issue_type,
  x.work_type,
  x.investment_category,
  a.person_id,
  g.started_at,
  g.seconds as spent_seconds
from worklog as g
join issue_words as x on x.issue_id = g.issue_id
left join actor as a on a.account_id = g.author_account_id
left join person_calendar as w on {{calendar_of(a.person_id, g.started_at)}}
where g.deleted_at is null
