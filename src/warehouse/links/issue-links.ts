import type { Instant } from "../../domain/instant.ts";
import type { Warehouse } from "../warehouse.ts";
import { replaceBy } from "./link-rows.ts";

/*
 * Issue keys in pull requests and commits (`domain.md` §7.1). Keys are `PAY-12`, or `#12` and `acme/pay#12` for the issues
 * of a repository; mappers extract them, this step finds the issue that each one means.
 */

/** Every spelling by which an issue can be named, upper case, each meaning one issue. */
const issueNames = `
live as (
  select i.* from issue as i
  left join project as p on p.id = i.project_id
  left join duplicate as twin on twin.entity = 'project' and twin.duplicate_id = i.project_id and twin.deleted_at is null
  where i.deleted_at is null and p.deleted_at is null and twin.id is null
),
spelling as (
  select upper(i.key) as name, i.id as issue_id, 0 as rank from live as i
  union all
  select upper(r.full_name) || '#' || cast(i.number as text), i.id, 0
  from live as i
  join project as p on p.id = i.project_id
  join repository as r on r.id = p.repository_id and r.deleted_at is null
  where i.number is not null
  union all
  select upper(k.key), k.issue_id, 1 from (select unnest(i.previous_keys) as key, i.id as issue_id from live as i) as k
),
issue_name as (
  select name, issue_id from (
    select s.*, row_number() over (partition by s.name order by s.rank, s.issue_id) as n from spelling as s) as ranked where n = 1
),
known_prefix as (
  select upper(key) as prefix from project where deleted_at is null and key is not null
  union
  select left(name, length(name) - length(split_part(name, '-', 2)) - 1) from issue_name where name like '%-%' and name not like '%#%'
)`;

/** `found(owner_id, repository_id, raw, rank, confidence, evidence, position)` → rows with issue, one per owner and issue or unknown key. */
const resolved = (owner: string) => `
spelled as (
  select f.*, case when f.raw like '#%' then upper(r.full_name) || f.raw else upper(f.raw) end as name
  from found as f left join repository as r on r.id = f.repository_id
),
-- the parts of a key as columns, so that every join below compares two values
parted as (
  select s.*, case when s.issue_id is null then s.name end as unresolved_name,
         case when s.name not like '%#%' then left(s.name, length(s.name) - length(split_part(s.name, '-', 2)) - 1) end as prefix,
         case when s.name like '%#%' then split_part(s.name, '#', 1) end as full_name,
         case when s.name like '%#%' then split_part(s.name, '#', 2) end as number
  from spelled as s
),
named_repository as (select upper(full_name) as full_name, min(id) as id from repository where deleted_at is null group by upper(full_name)),
request_number as (select repository_id, cast(number as text) as number, min(id) as id from pull_request where deleted_at is null group by repository_id, number),
matched as (
  select s.owner_id, s.raw, s.rank, s.confidence, s.evidence_category, s.position, coalesce(s.issue_id, n.issue_id) as issue_id,
         coalesce(i.key, s.name) as issue_key, i.id is not null as is_known,
         -- prefixes of no project (UTF-8) are words, and a number that is a pull request's is no issue's
         p.prefix is not null or (o.id is not null and q.id is null) as is_plausible
  from parted as s
  left join issue_name as n on n.name = s.unresolved_name
  left join live as i on i.id = coalesce(s.issue_id, n.issue_id)
  left join known_prefix as p on p.prefix = s.prefix
  left join named_repository as o on o.full_name = s.full_name
  left join request_number as q on q.repository_id = o.id and q.number = s.number
),
allowed as (
  select m.* from matched as m
  left join link_decision as d on d.link = '${owner}_issue' and d.from_id = m.owner_id and d.to_id = m.issue_id and not d.is_linked and d.deleted_at is null
  where (m.is_known or m.is_plausible) and d.id is null
),
strongest as (
  select a.*, row_number() over (partition by a.owner_id, coalesce(a.issue_id, a.issue_key)
                                 order by a.confidence desc, a.rank, a.position, a.raw) as n
  from allowed as a
)`;

const keysOf = (table: string, column: string, rank: number, evidence: string, confidence: number, where: string) => `
  select k.owner_id, k.repository_id, k.raw, ${rank} as rank, ${confidence} as confidence, '${evidence}' as evidence_category,
         cast(array_position(k.keys, k.raw) as bigint) as position, cast(null as text) as issue_id
  from (select x.id as owner_id, x.repository_id, unnest(x.${column}) as raw, x.${column} as keys from ${table} as x where x.deleted_at is null and ${where}) as k`;

/** Links by hand, and those that providers state: closing references, linked work items, development panels. */
const stated = (owner: string) => `
  select d.from_id, o.repository_id, i.key, 0, 1.0, 'manual', cast(0 as bigint), i.id
  from link_decision as d join ${owner} as o on o.id = d.from_id join issue as i on i.id = d.to_id
  where d.link = '${owner}_issue' and d.is_linked and d.deleted_at is null
  union all
  select f.from_id, o.repository_id, coalesce(f.to_key, i.key), case when f.relation_category = 'mentions' then 5 else 1 end,
         case when f.relation_category = 'mentions' then 0.7 else 1.0 end,
         case when f.relation_category <> 'mentions' then 'provider' when '${owner}' = 'commit' then 'other' else 'body' end, cast(0 as bigint), f.to_id
  from reference as f join ${owner} as o on o.id = f.from_id left join issue as i on i.id = f.to_id
  where f.from_entity = '${owner}' and f.to_entity = 'issue' and f.deleted_at is null and coalesce(f.to_key, i.key) is not null
  union all
  select f.to_id, o.repository_id, i.key, 1, 1.0, 'provider', cast(0 as bigint), i.id
  from reference as f join ${owner} as o on o.id = f.to_id join issue as i on i.id = f.from_id
  where f.from_entity = 'issue' and f.to_entity = '${owner}' and f.relation_category <> 'mentions' and f.deleted_at is null`;

const plainRequest = "x.reverts_number is null";

const pullRequestIssueSql = `with ${issueNames},
carried as (
  select c.pull_request_id, c.repository_id, c.issue_keys, coalesce(c.position, 0) as place
  from pull_request_commit as c
  left join commit as k on k.repository_id = c.repository_id and k.sha = c.sha and k.deleted_at is null
  where c.deleted_at is null and c.removed_at is null and c.is_merge is not true and k.reverts_sha is null and c.issue_keys is not null
),
found as (${keysOf("pull_request", "branch_issue_keys", 2, "branch", 0.95, plainRequest)}
  union all ${keysOf("pull_request", "title_issue_keys", 3, "title", 0.9, plainRequest)}
  union all ${keysOf("pull_request", "body_issue_keys", 5, "body", 0.7, "true")}
  union all
  select k.pull_request_id, k.repository_id, k.raw, 4, 0.8, 'commit', cast(k.place * 1000 + array_position(k.keys, k.raw) as bigint), cast(null as text)
  from (select c.pull_request_id, c.repository_id, unnest(c.issue_keys) as raw, c.issue_keys as keys, c.place from carried as c) as k
  union all ${stated("pull_request")}
),
${resolved("pull_request")}
select s.owner_id || '/' || s.issue_key as native_id, s.owner_id as pull_request_id, s.issue_key, case when s.is_known then s.issue_id end as issue_id,
       s.evidence_category, s.raw as evidence, s.confidence,
       s.is_known and row_number() over (partition by s.owner_id, s.is_known order by s.confidence desc, s.rank, s.position, s.issue_id) = 1 as is_primary
from strongest as s where s.n = 1`;

const commitIssueSql = `with ${issueNames},
found as (${keysOf("commit", "issue_keys", 4, "commit", 0.8, "not x.is_merge and x.reverts_sha is null and x.issue_keys is not null")}
  union all ${stated("commit")}
),
${resolved("commit")}
select s.owner_id || '/' || s.issue_key as native_id, s.owner_id as commit_id, s.issue_key, case when s.is_known then s.issue_id end as issue_id,
       s.evidence_category, s.raw as evidence, s.confidence
from strongest as s where s.n = 1`;

export const buildIssueLinks = async (warehouse: Warehouse, now: Instant): Promise<void> => {
  await warehouse.run(replaceBy("pull_request_issue", pullRequestIssueSql, { now }));
  await warehouse.run(replaceBy("commit_issue", commitIssueSql, { now }));
};
