-- index: id
-- One deployment per row: attempts at the same version joined until one succeeds (metrics.md §3.1, §4.2).
with
-- the first source with any production row speaks for the production of an application, and likewise elsewhere
placed as (
  select c.*, coalesce(c.finished_at, c.started_at, c.created_at) as moment, coalesce(c.head_sha, c.version, c.tag) as version_key,
         coalesce(c.application_id, c.id) as chain,
         case when c.is_production then 'production' else coalesce(c.environment, c.environment_category, '') end as place
  from deployment_candidate as c
),
chosen as (
  select p.*, min(p.source) over (partition by p.chain, p.place) as first_source from placed as p
),
kept as (select c.* from chosen as c where c.source = c.first_source),
final as (
  select k.*, lag(k.version_key) over w as key_before, lag(k.status_category) over w as status_before
  from kept as k where k.status_category in ('success', 'failure')
  window w as (partition by k.chain, k.environment, k.is_production order by k.moment, k.id)
),
grouped as (
  select f.*, sum(case when f.version_key = f.key_before and f.status_before <> 'success' then 0 else 1 end)
           over (partition by f.chain, f.environment, f.is_production order by f.moment, f.id rows between unbounded preceding and current row) as attempt_group
  from final as f
),
counted as (
  select g.*, count(*) over whole as attempt_count, min(g.started_at) over whole as first_started_at,
         max(case when g.is_change_failure then 1 else 0 end) over whole as marked, max(case when g.kind_category = 'rollback' then 1 else 0 end) over whole as said_rollback,
         row_number() over (partition by g.chain, g.environment, g.is_production, g.attempt_group order by g.moment desc, g.id desc) as from_last
  from grouped as g
  window whole as (partition by g.chain, g.environment, g.is_production, g.attempt_group)
)
select c.id, c.integration_id, c.url, c.detector, c.is_production, c.status_category, c.service_id, c.repository_id, c.pipeline_id, c.pipeline_run_id,
       c.application_id, c.project_id, c.chain, c.environment, c.environment_category, c.head_sha, c.tag, c.version, c.change_request_key, c.actor_account_id,
       c.first_started_at as started_at, c.finished_at, c.moment, c.attempt_count, c.marked = 1 as is_marked, c.said_rollback = 1 as is_stated_rollback
from counted as c where c.from_last = 1
union all
select k.id, k.integration_id, k.url, k.detector, k.is_production, k.status_category, k.service_id, k.repository_id, k.pipeline_id, k.pipeline_run_id,
       k.application_id, k.project_id, k.chain, k.environment, k.environment_category, k.head_sha, k.tag, k.version, k.change_request_key, k.actor_account_id,
       k.started_at, k.finished_at, k.moment, 1, coalesce(k.is_change_failure, false), coalesce(k.kind_category = 'rollback', false)
from kept as k where k.status_category not in ('success', 'failure')
