-- index: change_id
-- Every successful production deployment that holds the commit of a change.
with
-- a cherry-picked change counts where its landing commit or a copy of it arrives first
mark as (
  select l.change_id, l.repository_id, l.landing_sha as sha from landed_change as l where l.landing_sha is not null
  union all
  select l.change_id, l.repository_id, x.sha
  from landed_change as l
  join commit as c on c.repository_id = l.repository_id and c.sha = l.landing_sha and not c.is_merge and c.deleted_at is null
  join commit as x on x.repository_id = c.repository_id and x.authored_at = c.authored_at and x.author_account_id = c.author_account_id
       and x.title = c.title and x.sha <> c.sha and not x.is_merge and x.deleted_at is null
),
-- a service that takes only parts of a repository ships only the changes under them
part as (
  select s.service_id, s.repository_id, s.path_prefix from service_map as s
  where s.deleted_at is null and s.repository_id is not null
    and not exists (select 1 from service_map as w where w.service_id = s.service_id and w.repository_id = s.repository_id and w.path_prefix is null and w.deleted_at is null)
),
partial as (select distinct service_id, repository_id from part),
inside as (
  select distinct p.service_id, p.repository_id, t.entity_id as change_id from part as p join path_touch as t on t.path_prefix = p.path_prefix
)
select m.change_id, a.chain, a.application_id, a.service_id, a.id as deployment_id, coalesce(a.finished_at, a.moment) as deployed_at,
       k.is_new, k.evidence_category, k.confidence
from mark as m
join deployment_commit as k on k.repository_id = m.repository_id and k.sha = m.sha and k.deleted_at is null
join deployment_attempt as a on a.id = k.deployment_id and a.is_production and a.status_category = 'success'
left join partial as p on p.service_id = a.service_id and p.repository_id = m.repository_id
left join inside as i on i.service_id = a.service_id and i.repository_id = m.repository_id and i.change_id = m.change_id
where p.service_id is null or i.change_id is not null
