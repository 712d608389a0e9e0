-- index: change_id
-- The first successful production deployment that brought a change to an application; and, without application, the changes
-- that were there before the first known one.
with
arrived as (
  select c.*, row_number() over (partition by c.change_id, c.chain order by c.deployed_at, c.deployment_id) as n
  from change_containment as c where c.is_new and c.confidence >= {{minimum_confidence}}
)
select a.change_id, a.application_id, a.service_id, a.deployment_id, a.deployed_at, a.evidence_category as evidence, a.confidence, false as is_before_history
from arrived as a where a.n = 1
union all
select distinct c.change_id, cast(null as text), cast(null as text), cast(null as text), cast(null as timestamptz), cast(null as text), cast(null as double precision), true
from change_containment as c
where not c.is_new and c.evidence_category in ('graph', 'time') and not exists (select 1 from arrived as a where a.change_id = c.change_id)
