import type { Instant } from "../../domain/instant.ts";
import { entityFilter } from "../facts/entity-filter.ts";
import { HelperTables } from "../facts/helper-tables.ts";
import { type Profile, renderContext } from "../facts/profiles.ts";
import type { Warehouse } from "../warehouse.ts";
import { replaceBy } from "./link-rows.ts";

/**
 * Which deployment may have caused an incident (`domain.md` §7.5). `deployment_candidate` is the helper of the first profile; its
 * hotfix rule, its longest window and every profile's tickets are used, so that each profile finds its links here.
 */
const sql = ({ matchHours, ticketCondition }: { matchHours: number; ticketCondition: string }) => `with
trouble as (
  select n.id, n.integration_id, coalesce(n.started_at, n.created_at) as started_at, coalesce(s.service_id, n.service_id) as service_id,
         n.caused_by_key, n.assignee_account_id, 'incident' as entity
  from incident as n
  left join service_map as s on s.same_as_service_id = n.service_id and s.deleted_at is null
  where n.deleted_at is null
  union all
  select i.id, i.integration_id, i.created_at, cast(null as text), cast(null as text), i.assignee_account_id, 'issue'
  from live_issue as i where ${ticketCondition}
),
shipped as (
  select c.*, coalesce(c.finished_at, c.started_at, c.created_at) as moment from deployment_candidate as c where c.status_category = 'success'
),
live as (select s.* from shipped as s where s.is_production),
-- a record names what caused the incident: a deployment, its run, or a commit it brought
stated as (
  select f.from_id as incident_id, coalesce(f.to_id, f.to_key) as target from reference as f
  where f.deleted_at is null and f.from_entity in ('incident', 'issue') and f.relation_category = 'causes' and f.to_entity in ('deployment', 'commit')
  union
  select f.to_id, f.from_id from reference as f
  where f.deleted_at is null and f.to_entity in ('incident', 'issue') and f.relation_category = 'causes' and f.from_entity in ('deployment', 'commit', 'pipeline_run')
  union
  select t.id, t.caused_by_key from trouble as t where t.caused_by_key is not null
),
brought as (
  select k.deployment_id, k.sha, c.id as commit_id
  from deployment_commit as k
  join commit as c on c.repository_id = k.repository_id and c.sha = k.sha
  where k.is_new and k.deleted_at is null
),
-- rollbacks, hotfixes and reverts, with the deployment that each of them undoes
fix as (
  select s.id, l.previous_deployment_id as undone_id
  from live as s
  join deployment_lineage as l on l.deployment_id = s.id and l.deleted_at is null
  where s.kind_category = 'rollback' or l.relation_category = 'rollback'
  union
  select l.deployment_id, case when q.is_revert and o.deployment_id is not null then o.deployment_id else l.previous_deployment_id end
  from deployment_lineage as l
  join deployment_commit as k on k.deployment_id = l.deployment_id and k.is_new and k.deleted_at is null
  join pull_request as pr on pr.repository_id = k.repository_id and pr.merge_sha = k.sha and pr.deleted_at is null
  join request_class as q on q.pull_request_id = pr.id and (q.is_hotfix or q.is_revert)
  left join pull_request as undone on undone.repository_id = pr.repository_id and undone.number = pr.reverts_number and undone.deleted_at is null
  left join deployment_commit as o on o.repository_id = undone.repository_id and o.sha = undone.merge_sha and o.is_new and o.deleted_at is null
  where l.deleted_at is null
),
-- what a fix names as the incident that it is for
fix_names as (
  select f.from_id as deployment_id, f.to_id as incident_id from reference as f
  where f.deleted_at is null and f.from_entity = 'deployment' and f.to_entity in ('incident', 'issue') and f.relation_category in ('fixes', 'closes')
  union
  select k.deployment_id, i.issue_id
  from pull_request_issue as i
  join pull_request as pr on pr.id = i.pull_request_id and pr.deleted_at is null and pr.merge_sha is not null
  join deployment_commit as k on k.repository_id = pr.repository_id and k.sha = pr.merge_sha and k.is_new and k.deleted_at is null
  where i.deleted_at is null and i.issue_id is not null
),
-- latest deployment of a service that finished at or before the start of an incident
timeline as (
  select l.service_id, l.moment, l.id as deployment_id, cast(null as text) as incident_id, 0 as turn from live as l where l.service_id is not null
  union all
  select t.service_id, t.started_at, cast(null as text), t.id, 1 from trouble as t where t.service_id is not null
),
marked as (
  select x.*, count(x.deployment_id) over (partition by x.service_id order by x.moment, x.turn, x.deployment_id, x.incident_id rows between unbounded preceding and current row) as place
  from timeline as x
),
latest as (
  select m.incident_id, max(m.deployment_id) over (partition by m.service_id, m.place) as deployment_id from marked as m where m.place > 0
),
team_service as (
  select t.id as incident_id, s.entity_id as service_id
  from trouble as t
  join account_person as k on k.account_id = t.assignee_account_id and k.deleted_at is null
  join team_member as m on m.person_id = k.person_id and m.deleted_at is null
       and (m.valid_from is null or m.valid_from <= t.started_at) and (m.valid_to is null or m.valid_to > t.started_at)
  join team_scope_match as s on s.subject = 'service' and s.team_id = m.team_id
  where t.service_id is null
),
team_latest as (
  select x.incident_id, l.id as deployment_id,
         row_number() over (partition by x.incident_id order by l.moment desc, l.id desc) as n
  from team_service as x
  join trouble as t on t.id = x.incident_id
  join live as l on l.service_id = x.service_id and l.moment <= t.started_at and l.moment >= t.started_at - ${matchHours} * interval '1 hour'
),
found as (
  select d.from_id as incident_id, d.to_id as deployment_id, 'manual' as evidence_category, cast(null as text) as evidence, 1.0 as confidence, 0 as rank
  from link_decision as d where d.link = 'incident_deployment' and d.is_linked and d.deleted_at is null
  union all
  select s.incident_id, c.id, 'stated', s.target, 1.0, 1 from stated as s join shipped as c on c.id = s.target
  union all
  select s.incident_id, c.id, 'stated', s.target, 1.0, 1
  from stated as s join deployment as d on d.native_id = s.target and d.deleted_at is null join shipped as c on c.id = d.id
  union all
  select s.incident_id, c.id, 'stated', s.target, 1.0, 1 from stated as s join shipped as c on c.pipeline_run_id = s.target
  union all
  select s.incident_id, c.id, 'stated', s.target, 1.0, 1 from stated as s join brought as b on b.commit_id = s.target join live as c on c.id = b.deployment_id
  union all
  select s.incident_id, c.id, 'stated', s.target, 1.0, 1 from stated as s join brought as b on b.sha = lower(s.target) join live as c on c.id = b.deployment_id
  union all
  select t.id, c.id, 'change_request', t.caused_by_key, 0.95, 2 from trouble as t join shipped as c on c.change_request_key = t.caused_by_key
  union all
  select n.incident_id, x.undone_id, 'fix', x.id, 0.9, 3 from fix_names as n join fix as x on x.id = n.deployment_id where x.undone_id is not null
  union all
  select l.incident_id, l.deployment_id, 'service_window', cast(null as text), 0.6, 4 from latest as l where l.incident_id is not null
  union all
  select l.incident_id, l.deployment_id, 'team_window', cast(null as text), 0.3, 5 from team_latest as l where l.n = 1
),
timed as (
  select f.*, c.moment, cast(extract(epoch from (t.started_at - c.moment)) as double precision) as seconds_between
  from found as f
  join trouble as t on t.id = f.incident_id
  left join shipped as c on c.id = f.deployment_id
  left join link_decision as d on d.link = 'incident_deployment' and d.from_id = f.incident_id and d.to_id = f.deployment_id and not d.is_linked and d.deleted_at is null
  where d.id is null
),
strongest as (
  select t.*, row_number() over (partition by t.incident_id, t.deployment_id order by t.confidence desc, t.rank, t.evidence nulls last) as n
  from timed as t
  where t.evidence_category not in ('service_window', 'team_window') or t.seconds_between between 0 and ${matchHours * 3600}
)
select s.incident_id || '/' || s.deployment_id as native_id, s.incident_id, s.deployment_id, s.evidence_category, s.evidence, s.confidence, s.seconds_between,
       row_number() over (partition by s.incident_id order by s.confidence desc, s.moment desc nulls last, s.deployment_id) = 1 as is_primary
from strongest as s where s.n = 1`;

export async function buildIncidentLinks(
  warehouse: Warehouse,
  options: { now: Instant; profiles: readonly Profile[] },
): Promise<void> {
  const { now, profiles } = options;
  const helpers = new HelperTables(warehouse, await renderContext(warehouse, profiles[0]!, now));
  const ticketCondition = profiles
    .map(({ settings }) => entityFilter(settings["incident.issue_filter"], { table: "issue", as: "i" }))
    .join(" or ");
  const matchHours = Math.max(...profiles.map(({ settings }) => settings["incident.match_hours"]));
  try {
    await helpers.run(replaceBy("incident_deployment", sql({ matchHours, ticketCondition: `(${ticketCondition})` }), { now }));
  } finally {
    await helpers.drop();
  }
}
