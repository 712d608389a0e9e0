-- index: id
-- Every row that a source of the profile detects, with its linked run, service and application (domain.md §7.3, §7.4, §8.1).
with
detected as (
  select s.*
  from ({{deployment_sources}}) as s
  left join repository as r on r.id = s.repository_id
  left join pipeline as p on p.id = s.pipeline_id
  left join duplicate as rt on rt.entity = 'repository' and rt.duplicate_id = s.repository_id and rt.deleted_at is null
  left join duplicate as pt on pt.entity = 'pipeline' and pt.duplicate_id = s.pipeline_id and pt.deleted_at is null
  where r.deleted_at is null and p.deleted_at is null and rt.id is null and pt.id is null
),
-- the run of the same repository, head and environment that was under way when the deployment started
run_environment as (
  select u.id, u.repository_id, u.head_sha, u.environment, u.started_at, u.finished_at
  from pipeline_run as u where u.deleted_at is null and u.environment is not null and u.head_sha is not null
  union
  select u.id, u.repository_id, u.head_sha, j.environment, u.started_at, u.finished_at
  from pipeline_job as j join pipeline_run as u on u.id = j.pipeline_run_id and u.deleted_at is null
  where j.deleted_at is null and j.environment is not null and u.head_sha is not null
),
found_run as (
  select d.id, min(u.id) as pipeline_run_id
  from detected as d
  join run_environment as u on u.repository_id = d.repository_id and u.head_sha = d.head_sha and u.environment = d.environment
       and u.started_at <= coalesce(d.started_at, d.created_at) and (u.finished_at is null or u.finished_at >= coalesce(d.started_at, d.created_at))
  where d.detector = 'deployment' and d.pipeline_run_id is null
  group by d.id
),
same_service as (
  select same_as_service_id, min(service_id) as service_id from service_map
  where deleted_at is null and same_as_service_id is not null group by same_as_service_id
),
by_pipeline as (
  select pipeline_id, environment, min(service_id) as service_id from service_map
  where deleted_at is null and pipeline_id is not null group by pipeline_id, environment
),
-- a repository of several services does not say which one was deployed
by_repository as (
  select repository_id, min(service_id) as service_id from service_map
  where deleted_at is null and repository_id is not null group by repository_id having count(distinct service_id) = 1
),
placed as (
  select d.*, coalesce(d.pipeline_run_id, f.pipeline_run_id) as linked_run_id,
         coalesce(d.repository_id, u.repository_id) as known_repository_id,
         coalesce(d.pipeline_id, u.pipeline_id) as known_pipeline_id
  from detected as d
  left join found_run as f on f.id = d.id
  left join pipeline_run as u on u.id = coalesce(d.pipeline_run_id, f.pipeline_run_id)
),
served as (
  select p.*, coalesce(s.service_id, p.service_id, e.service_id, w.service_id, r.service_id) as known_service_id
  from placed as p
  left join same_service as s on s.same_as_service_id = p.service_id
  left join by_pipeline as e on e.pipeline_id = p.known_pipeline_id and e.environment = p.environment
  left join by_pipeline as w on w.pipeline_id = p.known_pipeline_id and w.environment is null
  left join by_repository as r on r.repository_id = p.known_repository_id
),
-- runs and change requests that a deployment ran under are not deployments a second time
counted_run as (
  select s.linked_run_id, coalesce(s.environment, '') as environment, min(s.source) as source from served as s
  where s.detector = 'deployment' and s.linked_run_id is not null group by s.linked_run_id, coalesce(s.environment, '')
),
counted_request as (
  select s.change_request_key, min(s.source) as source from served as s
  where s.detector <> 'change_request' and s.change_request_key is not null group by s.change_request_key
)
select s.id, s.integration_id, s.url, s.source, s.detector, s.is_production, s.status_category, s.kind_category,
       s.known_service_id as service_id, s.known_repository_id as repository_id, s.known_pipeline_id as pipeline_id, s.linked_run_id as pipeline_run_id,
       coalesce(s.known_service_id, s.known_repository_id, s.known_pipeline_id, s.project_id) as application_id, s.project_id,
       s.environment, case when s.is_production then 'production' else s.environment_category end as environment_category,
       s.head_sha, s.tag, s.version, s.change_request_key, s.actor_account_id, s.is_change_failure, s.created_at, s.started_at, s.finished_at
from served as s
left join counted_run as u on s.detector in ('pipeline_run', 'pipeline_job') and u.linked_run_id = s.linked_run_id
     and u.environment = coalesce(s.environment, '') and u.source < s.source
left join counted_request as q on s.detector = 'change_request' and q.change_request_key = s.change_request_key and q.source < s.source
where u.linked_run_id is null and q.change_request_key is null
