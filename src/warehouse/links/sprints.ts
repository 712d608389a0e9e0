import type { Instant } from "../../domain/instant.ts";
import type { Warehouse } from "../warehouse.ts";
import { replaceBy } from "./link-rows.ts";

/** Periods of issues in sprints from their transitions, and what only today's membership says (`domain.md` §7.6). */
const sql = `with
step as (
  select t.issue_id, coalesce(t.to_id, t.from_id) as sprint_id, t.to_id is not null as is_addition, t.occurred_at, t.sequence, t.id
  from issue_transition as t
  where t.field_category = 'sprint' and t.deleted_at is null and coalesce(t.to_id, t.from_id) is not null
),
placed as (
  select s.*, lag(s.is_addition) over w as after_addition
  from step as s
  window w as (partition by s.issue_id, s.sprint_id order by s.occurred_at, s.sequence, s.id)
),
-- an addition to a sprint it is in, or a removal from one it is not in, changes nothing
turn as (
  select p.*, lead(p.occurred_at) over (partition by p.issue_id, p.sprint_id order by p.occurred_at, p.sequence, p.id) as next_at
  from placed as p where p.after_addition is null or p.after_addition <> p.is_addition
),
period as (
  select t.issue_id, t.sprint_id, t.occurred_at as added_at, t.next_at as removed_at, 'history' as evidence_category
  from turn as t where t.is_addition
  union all
  select t.issue_id, t.sprint_id, i.created_at, t.occurred_at, 'created'
  from turn as t join issue as i on i.id = t.issue_id where not t.is_addition and t.after_addition is null
),
-- in it today although history says that it left: since when is not known
left_before as (select distinct p.issue_id, p.sprint_id from period as p),
today as (
  select x.issue_id, x.sprint_id, x.created_at, x.integration_id
  from (select i.id as issue_id, unnest(i.sprint_ids) as sprint_id, i.created_at, i.integration_id from issue as i where i.deleted_at is null) as x
  left join period as p on p.issue_id = x.issue_id and p.sprint_id = x.sprint_id and p.removed_at is null
  where p.issue_id is null
),
kept as (select distinct integration_id from issue_transition where field_category = 'sprint' and deleted_at is null),
membership as (
  select p.* from period as p join issue as i on i.id = p.issue_id and i.deleted_at is null
  union all
  select t.issue_id, t.sprint_id, case when k.integration_id is not null and b.issue_id is null then t.created_at end, cast(null as timestamptz),
         case when k.integration_id is not null and b.issue_id is null then 'created' else 'current' end
  from today as t left join kept as k on k.integration_id = t.integration_id
  left join left_before as b on b.issue_id = t.issue_id and b.sprint_id = t.sprint_id
),
numbered as (
  select m.*, row_number() over (partition by m.issue_id, m.sprint_id order by m.added_at nulls first, m.removed_at nulls last) as n from membership as m
)
select n.issue_id || '/' || n.sprint_id || '/' || cast(n.n as text) as native_id, n.issue_id, n.sprint_id, n.added_at, n.removed_at,
       n.evidence_category, cast(null as text) as evidence
from numbered as n`;

export const buildIssueSprints = (warehouse: Warehouse, now: Instant): Promise<void> =>
  warehouse.run(replaceBy("issue_sprint", sql, { now }));
