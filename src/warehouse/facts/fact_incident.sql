-- One incident, from an incident tool or a ticket that the profile calls an incident.
with
log as (
  select e.incident_id, min(e.occurred_at) filter (where e.kind_category = 'acknowledged') as acknowledged_at,
         count(*) filter (where e.kind_category = 'escalated') as escalations, count(*) filter (where e.kind_category = 'reassigned') as reassignments,
         count(*) filter (where e.kind_category = 'reopened') as reopenings
  from incident_event as e where e.deleted_at is null group by e.incident_id
),
alarm as (select a.incident_id, count(*) as alerts from alert as a where a.deleted_at is null and a.incident_id is not null group by a.incident_id),
same_service as (
  select same_as_service_id, min(service_id) as service_id from service_map
  where deleted_at is null and same_as_service_id is not null group by same_as_service_id
),
trouble as (
  select n.id, n.integration_id, n.url, 'incident' as origin, coalesce(s.service_id, n.service_id) as service_id, cast(null as text) as project_id,
         n.environment, n.status_category as status, n.severity_category as severity, n.priority_category as priority, n.urgency_category as urgency,
         n.assignee_account_id, {{incident_filter}} and n.status_category <> 'canceled' as is_counted, coalesce(n.is_major, false) as is_major,
         coalesce(n.started_at, n.created_at) as started_at, coalesce(n.acknowledged_at, l.acknowledged_at) as acknowledged_at,
         case when {{incident_end}} = 'closed' then n.closed_at else coalesce(n.resolved_at, n.closed_at) end as ended_at,
         coalesce(n.escalation_count, l.escalations) as escalation_count, coalesce(n.reassignment_count, l.reassignments) as reassignment_count,
         coalesce(n.reopen_count, l.reopenings) as reopen_count, coalesce(n.alert_count, a.alerts) as alert_count
  from incident as n
  left join log as l on l.incident_id = n.id
  left join alarm as a on a.incident_id = n.id
  left join same_service as s on s.same_as_service_id = n.service_id
  left join duplicate as twin on twin.entity = 'service' and twin.duplicate_id = n.service_id and twin.deleted_at is null
  where n.deleted_at is null and twin.id is null
  union all
  select i.id, i.integration_id, i.url, 'issue', cast(null as text), i.project_id, i.environment,
         case when s.completed_at is not null then 'resolved' when s.terminated_at is not null then 'canceled' when s.started_at is not null then 'acknowledged' else 'open' end,
         i.severity_category, i.priority_category, cast(null as text), i.assignee_account_id, s.terminated_at is null, coalesce(i.severity_category = 'critical', false),
         i.created_at, s.started_at, s.completed_at, cast(null as bigint), cast(null as bigint), s.reopen_count, cast(null as bigint)
  from live_issue as i left join issue_state as s on s.issue_id = i.id
  where {{incident_issue_filter}}
),
cause as (
  select k.incident_id, k.deployment_id, k.evidence_category
  from incident_deployment as k
  where k.is_primary and k.deleted_at is null
    and (k.evidence_category not in ('service_window', 'team_window') or k.seconds_between <= {{incident_match_seconds}})
),
owner as (
  select t.id, s.team_id
  from trouble as t join team_scope_match as s on (s.subject = 'incident' and s.entity_id = t.id)
  where {{attribution(incident)}} <> 'person' and (s.valid_from is null or s.valid_from <= t.started_at) and (s.valid_to is null or s.valid_to > t.started_at)
  union
  select t.id, s.team_id
  from trouble as t join team_scope_match as s on (s.subject = 'service' and s.entity_id = t.service_id)
  where {{attribution(incident)}} <> 'person' and (s.valid_from is null or s.valid_from <= t.started_at) and (s.valid_to is null or s.valid_to > t.started_at)
),
owned as (select id, min(team_id) as team_id from owner group by id),
-- the counted incident of the service that started before this one
ranked as (
  select t.id, lag(t.ended_at) over w as ended_before, lag(t.id) over w as before
  from trouble as t where t.is_counted and t.service_id is not null
  window w as (partition by t.service_id order by t.started_at, t.id)
),
placed as (
  select t.*, c.deployment_id, c.evidence_category as deployment_evidence, a.person_id as assignee_id, r.before, r.ended_before, o.team_id as owner_team_id
  from trouble as t
  left join cause as c on c.incident_id = t.id
  left join actor as a on a.account_id = t.assignee_account_id
  left join ranked as r on r.id = t.id
  left join owned as o on o.id = t.id
),
calendared as (
  select p.*, coalesce(p.owner_team_id, m.primary_team_id) as primary_team_id,
         case when p.owner_team_id is not null then g.calendar_id else m.calendar_id end as calendar_id,
         case when p.owner_team_id is not null then g.timezone else m.timezone end as timezone
  from placed as p
  left join person_calendar as m on m.person_id = p.assignee_id and m.valid_from <= p.started_at and m.valid_to > p.started_at
  left join team_calendar as g on g.team_id = p.owner_team_id
)
select
  w.id,
  {{profile_id}} as profile_id,
  w.integration_id,
  w.primary_team_id,
  w.url,
  nullif(concat_ws(',', case when w.ended_at < w.started_at then 'negative_restore' end, case when w.acknowledged_at < w.started_at then 'negative_acknowledge' end,
    case when w.before is not null and (w.ended_before is null or w.ended_before > w.started_at) then 'overlapping' end), '') as flags,
  w.origin,
  w.service_id,
  w.project_id,
  w.environment,
  w.status,
  w.severity,
  w.priority,
  w.urgency,
  w.assignee_id,
  w.deployment_id,
  w.deployment_evidence,
  w.is_counted,
  w.ended_at is null and w.status <> 'canceled' as is_open,
  not coalesce(d.is_working and w.started_at >= d.opens_at and w.started_at < d.closes_at, false) as is_after_hours,
  coalesce(w.reopen_count > 0, false) as is_reopened,
  w.is_major,
  w.started_at,
  w.acknowledged_at,
  w.ended_at as resolved_at,
  {{seconds(w.started_at, w.acknowledged_at)}} as acknowledge_seconds,
  {{seconds(w.started_at, w.ended_at)}} as restore_seconds,
  {{seconds(w.ended_before, w.started_at)}} as since_previous_seconds,
  cast(w.escalation_count as bigint) as escalation_count,
  cast(w.reassignment_count as bigint) as reassignment_count,
  cast(w.reopen_count as bigint) as reopen_count,
  cast(w.alert_count as bigint) as alert_count
from calendared as w
left join working_day as d on {{day_of(d, w.started_at)}}
