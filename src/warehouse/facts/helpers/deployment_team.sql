-- One deployment with the smallest of the teams that own it by scope, else of its authors' teams.
with
owner as (
  select a.id as deployment_id, s.team_id
  from deployment_attempt as a
  join team_scope_match as s on s.subject = 'deployment' and s.entity_id = a.id
  where (s.valid_from is null or s.valid_from <= a.moment) and (s.valid_to is null or s.valid_to > a.moment)
  union
  select a.id, s.team_id
  from deployment_attempt as a
  join team_scope_match as s on s.subject = 'service' and s.entity_id = a.service_id
  where (s.valid_from is null or s.valid_from <= a.moment) and (s.valid_to is null or s.valid_to > a.moment)
  union
  select a.id, s.team_id
  from deployment_attempt as a
  join team_scope_match as s on s.subject = 'pipeline' and s.entity_id = a.pipeline_id
  where (s.valid_from is null or s.valid_from <= a.moment) and (s.valid_to is null or s.valid_to > a.moment)
  union
  select a.id, s.team_id
  from deployment_attempt as a
  join team_scope_match as s on s.subject = 'repository' and s.entity_id = a.repository_id
  where (s.valid_from is null or s.valid_from <= a.moment) and (s.valid_to is null or s.valid_to > a.moment)
),
owned as (select deployment_id, min(team_id) as team_id from owner group by deployment_id),
written as (
  select c.deployment_id, min(w.primary_team_id) as team_id
  from fact_change as c
  join deployment_attempt as a on a.id = c.deployment_id
  join person_calendar as w on w.person_id = c.author_id and w.valid_from <= a.moment and w.valid_to > a.moment
  where c.profile_id = {{profile_id}}
  group by c.deployment_id
)
select a.id as deployment_id,
       case when {{attribution(deployment)}} = 'person' then w.team_id else coalesce(o.team_id, w.team_id) end as primary_team_id
from deployment_attempt as a
left join owned as o on o.deployment_id = a.id
left join written as w on w.deployment_id = a.id
