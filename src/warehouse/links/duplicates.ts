import type { Instant } from "../../domain/instant.ts";
import type { Warehouse } from "../warehouse.ts";
import { replaceBy } from "./link-rows.ts";

/** Entities with a `canonical_key`: top-level containers, accounts and their groups. */
const entities = ["repository", "project", "board", "pipeline", "service", "quality_project", "account", "account_group"];

const sql = `select entity || '/' || id as native_id, entity, id as duplicate_id, first_id as of_id from (
  select t.entity, t.id, first_value(t.id) over w as first_id, row_number() over w as n
  from (${entities.map((entity) => `select '${entity}' as entity, id, integration_id, canonical_key from ${entity} where deleted_at is null`).join("\n    union all ")}) as t
  left join integration as i on i.native_id = t.integration_id and i.deleted_at is null
  window w as (partition by t.entity, t.canonical_key order by i.created_at nulls last, t.integration_id, t.id)
) as ranked where n > 1`;

/** The same thing seen through a second integration does not count: the row of the oldest integration does. */
export const buildDuplicates = (warehouse: Warehouse, now: Instant): Promise<void> =>
  warehouse.run(replaceBy("duplicate", sql, { now }));
