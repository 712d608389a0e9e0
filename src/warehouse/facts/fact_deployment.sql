-- One deployment of one application to one environment; consecutive attempts at the same version are one row.
with
-- how each successful deployment follows the one before it; of several repositories the strongest word counts
lineage as (
  select l.deployment_id, max(case when l.relation_category = 'rollback' then 1 else 0 end) as is_rollback,
         min(case when l.relation_category = 'redeploy' then 1 else 0 end) as is_redeploy,
         max(case when l.relation_category in ('unknown', 'other') then 1 else 0 end) as is_unknown,
         max(case when l.relation_category = 'first' then 1 else 0 end) as is_start,
         min(l.repository_id) as repository_id
  from deployment_lineage as l where l.deleted_at is null group by l.deployment_id
),
shipped as (
  select c.deployment_id, count(*) filter (where c.is_eligible) as change_count, sum(c.lines_changed) filter (where c.is_eligible) as lines_changed,
         max(case when c.is_hotfix then 1 else 0 end) as has_hotfix, max(case when c.is_revert then 1 else 0 end) as has_revert,
         case when min(c.project_id) = max(c.project_id) then min(c.project_id) end as project_id
  from fact_change as c where c.profile_id = {{profile_id}} and c.deployment_id is not null
  group by c.deployment_id
),
known as (
  select a.*, a.status_category = 'success' as is_success, a.is_production and a.status_category = 'success' as is_live,
         coalesce(a.finished_at, a.moment) as ended_at,
         a.is_stated_rollback or coalesce(l.is_rollback = 1, false) as is_rollback, coalesce(l.is_redeploy = 1, false) as is_redeploy,
         coalesce(s.has_hotfix = 1, false) as is_hotfix, coalesce(s.has_revert = 1, false) as is_revert,
         l.repository_id as head_repository_id, s.project_id as change_project_id,
         -- no row of the lineage, or one that could not be judged: what was shipped is not known to be nothing
         case when s.change_count is not null then s.change_count
              when l.deployment_id is not null and l.is_unknown = 0 and l.is_start = 0 and a.is_production then 0 end as change_count,
         case when s.change_count is not null then coalesce(s.lines_changed, case when s.change_count = 0 then 0 end)
              when l.deployment_id is not null and l.is_unknown = 0 and l.is_start = 0 and a.is_production then 0 end as lines_changed
  from deployment_attempt as a
  left join lineage as l on l.deployment_id = a.id
  left join shipped as s on s.deployment_id = a.id
),
live as (
  select k.id, k.chain, k.ended_at,
         lag(k.ended_at) over (partition by k.chain order by k.ended_at, k.id) as ended_before,
         lead(k.ended_at) over w as next_ended_at, lead(k.is_rollback) over w as next_is_rollback, lead(k.is_hotfix) over w as next_is_hotfix
  from known as k where k.is_live
  window w as (partition by k.chain, k.environment order by k.ended_at, k.id)
),
trouble as (
  select n.deployment_id, n.id as incident_id, n.started_at, n.resolved_at, k.confidence
  from fact_incident as n
  join incident_deployment as k on k.incident_id = n.id and k.deployment_id = n.deployment_id and k.deleted_at is null
  where n.profile_id = {{profile_id}} and n.is_counted
),
linked as (
  select t.deployment_id, count(*) as incident_count,
         count(*) filter (where t.confidence >= {{incident_minimum_confidence}}) as strong_count,
         case when count(*) filter (where t.confidence >= {{incident_minimum_confidence}} and t.resolved_at is null) = 0
              then max(t.resolved_at) filter (where t.confidence >= {{incident_minimum_confidence}}) end as resolved_at
  from trouble as t group by t.deployment_id
),
-- the few changes that were undone, each with the application it had reached; made first, so that no join meets whole applications
undone as materialized (
  select u.change_id as undo_id, c.deployment_id, c.application_id
  from (select l.change_id, l.reverts_change_id from landed_change as l where l.reverts_change_id is not null) as u
  join fact_change as c on c.change_id = u.reverts_change_id and c.profile_id = {{profile_id}} and c.deployment_id is not null
),
-- the first deployment of the application that ships a revert of a change first shipped here
reverted as (
  select u.deployment_id, min(later.ended_at) as reverted_at
  from undone as u
  join fact_change as ship on ship.change_id = u.undo_id and ship.application_id = u.application_id and ship.profile_id = {{profile_id}}
  join known as own on own.id = u.deployment_id
  join known as later on later.id = ship.deployment_id and later.id <> u.deployment_id
       and later.ended_at >= own.ended_at and later.ended_at <= own.ended_at + {{window_seconds}} * interval '1 second'
  group by u.deployment_id
),
reported as (
  select d.id from deployment_attempt as d
  join change_request as c on (c.number = d.change_request_key or c.id = d.id) and c.result_category = 'failure' and c.deleted_at is null
  where d.change_request_key is not null
),
mends as (
  select f.from_id as id from reference as f
  where f.deleted_at is null and f.from_entity = 'deployment' and f.to_entity in ('incident', 'issue') and f.relation_category = 'fixes'
  union
  select f.to_id from reference as f
  where f.deleted_at is null and f.to_entity = 'deployment' and f.from_entity in ('incident', 'issue') and f.relation_category = 'fixes' and f.to_id is not null
),
-- finished while an incident of an earlier deployment of the application was open
during as (
  select distinct f.id
  from (select t.incident_id, t.started_at, t.resolved_at, k.chain, k.id, k.ended_at from trouble as t join known as k on k.id = t.deployment_id) as c
  join (select k.id, k.chain, k.ended_at from known as k where k.is_success and (k.is_rollback or k.is_hotfix or k.is_revert)) as f
    on f.chain = c.chain and f.id <> c.id and f.ended_at >= c.ended_at and f.ended_at >= c.started_at and (c.resolved_at is null or f.ended_at <= c.resolved_at)
),
judged as (
  select k.*, v.ended_before, coalesce(n.incident_count, 0) as incident_count,
         {{uses_evidence(marked)}} and (k.is_marked or r.id is not null) and k.status_category in ('success', 'failure') as by_mark,
         {{uses_evidence(incident)}} and coalesce(n.strong_count, 0) > 0 as by_incident,
         case when {{uses_evidence(rollback)}} and v.next_is_rollback and v.next_ended_at <= k.ended_at + {{window_seconds}} * interval '1 second' then v.next_ended_at end as rolled_back_at,
         case when {{uses_evidence(revert)}} and k.is_live then b.reverted_at end as reverted_at,
         case when {{uses_evidence(hotfix)}} and v.next_is_hotfix and v.next_ended_at <= k.ended_at + {{window_seconds}} * interval '1 second' then v.next_ended_at end as hotfixed_at,
         case when {{uses_evidence(incident)}} then n.resolved_at end as restored_at,
         m.id is not null or x.id is not null as is_incident_fix
  from known as k
  left join live as v on v.id = k.id
  left join linked as n on n.deployment_id = k.id
  left join reverted as b on b.deployment_id = k.id
  left join (select distinct id from reported) as r on r.id = k.id
  left join mends as m on m.id = k.id
  left join during as x on x.id = k.id
),
failed as (
  select j.*, least(j.rolled_back_at, j.reverted_at, j.hotfixed_at, j.restored_at) as mended_at,
         case when not j.is_production then null when j.by_mark then 'marked' when j.by_incident then 'incident' when j.rolled_back_at is not null then 'rollback'
              when j.reverted_at is not null then 'revert' when j.hotfixed_at is not null then 'hotfix' end as failure_evidence
  from judged as j
)
select
  d.id,
  {{profile_id}} as profile_id,
  d.integration_id,
  t.primary_team_id,
  d.url,
  nullif(concat_ws(',', case when d.failure_evidence is not null and d.mended_at < d.ended_at then 'recovered_before_finish' end,
    case when d.finished_at < d.started_at then 'finished_before_start' end), '') as flags,
  d.application_id,
  d.service_id,
  coalesce(d.repository_id, d.head_repository_id) as repository_id,
  d.pipeline_id,
  coalesce(d.project_id, d.change_project_id) as project_id,
  d.environment,
  d.environment_category,
  a.person_id as actor_id,
  coalesce(d.version, d.tag) as version,
  d.detector,
  d.status_category as status,
  d.is_production,
  d.is_success,
  d.is_production and (d.is_success or d.failure_evidence is not null) as is_counted,
  d.failure_evidence is not null as is_failed,
  d.failure_evidence,
  d.is_rollback,
  d.is_hotfix,
  d.is_revert,
  d.is_incident_fix,
  d.is_rollback or d.is_hotfix or d.is_revert or d.is_incident_fix as is_rework,
  d.is_redeploy,
  d.started_at,
  case when d.status_category in ('pending', 'running') then d.finished_at else d.ended_at end as finished_at,
  case when d.failure_evidence is not null and d.mended_at >= d.ended_at then d.mended_at end as recovered_at,
  {{seconds(d.started_at, d.finished_at)}} as duration_seconds,
  case when d.is_live then {{seconds(d.ended_before, d.ended_at)}} end as gap_seconds,
  case when d.failure_evidence is not null then {{seconds(d.ended_at, d.mended_at)}} end as recovery_seconds,
  cast(d.attempt_count as bigint) as attempt_count,
  cast(d.change_count as bigint) as change_count,
  cast(d.lines_changed as bigint) as lines_changed,
  cast(d.incident_count as bigint) as incident_count
from failed as d
left join actor as a on a.account_id = d.actor_account_id
left join deployment_team as t on t.deployment_id = d.id
