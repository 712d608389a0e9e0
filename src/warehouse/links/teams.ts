import type { Instant } from "../../domain/instant.ts";
import type { RowOf } from "../../domain/tables.ts";
import type { Warehouse } from "../warehouse.ts";
import { linkId, replaceBy } from "./link-rows.ts";

const groups = `select g.* from account_group as g
  left join duplicate as twin on twin.entity = 'account_group' and twin.duplicate_id = g.id and twin.deleted_at is null
  where g.deleted_at is null and twin.id is null`;

const teamsSql = `select 'group/' || g.id as native_id, g.name, 'ad_hoc' as kind_category, 'group' as kind,
  cast(null as text) as org_tree_id, 'leadline:team:leadline:group/' || p.id as parent_team_id, cast(null as text) as manager_person_id,
  cast(null as text) as timezone, cast(null as text) as calendar_id, cast(null as text) as profile_id,
  cast(null as timestamptz) as valid_from, cast(null as timestamptz) as valid_to
from (${groups}) as g left join (${groups}) as p on p.id = g.parent_group_id`;

const membersSql = `select 'group/' || g.id || '/' || k.person_id as native_id, 'leadline:team:leadline:group/' || g.id as team_id, k.person_id,
  case when max(case when m.role_category = 'lead' then 1 else 0 end) = 1 then 'lead' else 'member' end as role_category, min(m.role) as role,
  1.0 as allocation_share, cast(null as timestamptz) as valid_from, cast(null as timestamptz) as valid_to
from account_group_member as m
join (${groups}) as g on g.id = m.account_group_id
join account_person as k on k.account_id = m.account_id and k.deleted_at is null
where m.deleted_at is null
group by g.id, k.person_id`;

/** Discovered teams from the groups that providers keep (`docs/decisions/001-provider-groups.md`), and the closure of all teams. */
export async function buildTeams(warehouse: Warehouse, now: Instant): Promise<void> {
  await warehouse.run([
    ...replaceBy("team", teamsSql, { now, where: "native_id like 'group/%'" }),
    ...replaceBy("team_member", membersSql, { now, where: "native_id like 'group/%'" }),
  ]);
  const { rows } = await warehouse.query<Parent>(
    `select id, native_id, parent_team_id from team where deleted_at is null order by id`,
  );
  await warehouse.replaceRows("team_tree", closure(rows, now));
}

interface Parent {
  id: string;
  native_id: string;
  parent_team_id: string | null;
}

/** Every team with itself and each of its ancestors; a circle of parents is cut where it closes. */
function closure(teams: readonly Parent[], now: Instant): RowOf<"team_tree">[] {
  const byId = new Map(teams.map((team) => [team.id, team]));
  return teams.flatMap((team) => {
    const above = new Set<Parent>();
    for (let next: Parent | undefined = team; next && !above.has(next); next = byId.get(next.parent_team_id ?? ""))
      above.add(next);
    return [...above].map((ancestor, depth) => {
      const nativeId = `${ancestor.native_id}/${team.native_id}`;
      const id = linkId("team_tree", nativeId);
      return { id, nativeId, integrationId: "leadline", ingestedAt: now, ancestorTeamId: ancestor.id, teamId: team.id, depth };
    });
  });
}
