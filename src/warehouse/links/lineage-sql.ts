/*
 * The heads of successful deployments (`domain.md` §8.1, §8.2). `lineage_candidate` holds every row that any profile's
 * sources detect, in the shape of the helper `deployment_candidate`.
 */

/** Newer names first: `1.2.0` and `v1.2.0` are the same version. */
const version = (column: string) =>
  `case when lower(${column}) like 'v%' then substr(lower(${column}), 2) else lower(${column}) end`;

/** One chain is one application and environment seen by one kind of source; deployments follow each other by finish, then id. */
export const deploymentChainSql = `select c.id as deployment_id, c.application_id, c.environment, c.detector, c.repository_id, c.pipeline_run_id,
  c.head_sha, c.tag, c.version, c.moment, c.started_at,
  lag(c.id) over w as previous_deployment_id, row_number() over w as n, lag(c.started_at) over w as previous_started_at
from (
  select l.*, coalesce(l.finished_at, l.started_at, l.created_at) as moment from lineage_candidate as l
  where l.status_category = 'success' and l.application_id is not null and coalesce(l.finished_at, l.started_at, l.created_at) is not null
) as c
window w as (partition by c.detector, c.application_id, c.environment order by c.moment, c.id)`;

/** Every way to learn the head, in the order of its strength; `rank` 0 is the strongest. */
export const deploymentHeadSql = `with
run_head as (
  select r.id as pipeline_run_id, r.repository_id, r.head_sha as sha, r.parent_run_id from pipeline_run as r
  where r.deleted_at is null and r.head_sha is not null
  union
  select k.pipeline_run_id, k.repository_id, k.sha, cast(null as text) from pipeline_run_commit as k where k.deleted_at is null and k.is_head
),
consumed as (
  select d.deployment_id, a.id as artifact_id, a.digest, lower(a.location) as location, a.name, a.tag, u.occurred_at
  from deployment_chain as d
  join artifact_use as u on u.deployment_id = d.deployment_id and u.deleted_at is null and u.direction_category = 'input'
  join artifact as a on a.id = u.artifact_id
  union
  select d.deployment_id, a.id, a.digest, lower(a.location), a.name, a.tag, u.occurred_at
  from deployment_chain as d
  join artifact_use as u on u.pipeline_run_id = d.pipeline_run_id and u.deleted_at is null and u.direction_category = 'input'
  join artifact as a on a.id = u.artifact_id
),
produced as (
  select a.digest, lower(a.location) as location, a.name, a.tag, u.pipeline_run_id, u.occurred_at
  from artifact_use as u join artifact as a on a.id = u.artifact_id
  where u.deleted_at is null and u.direction_category = 'output' and u.pipeline_run_id is not null
),
tagged as (
  select c.deployment_id, p.pipeline_run_id,
         row_number() over (partition by c.deployment_id, c.artifact_id order by p.occurred_at desc nulls last, p.pipeline_run_id) as n
  from consumed as c
  join produced as p on p.name = c.name and p.tag = c.tag and coalesce(p.location, '') = coalesce(c.location, '')
       and (p.occurred_at is null or c.occurred_at is null or p.occurred_at <= c.occurred_at)
),
named as (
  select deployment_id, 0 as rank, 'stated' as evidence, 1.0 as confidence, repository_id, lower(head_sha) as sha from deployment_chain where head_sha is not null
  union all
  select d.deployment_id, 1, 'run', 0.95, coalesce(h.repository_id, d.repository_id), h.sha
  from deployment_chain as d join run_head as h on h.pipeline_run_id = d.pipeline_run_id
  union all
  select c.deployment_id, 2, 'artifact_digest', 0.95, h.repository_id, h.sha
  from consumed as c join produced as p on p.digest = c.digest join run_head as h on h.pipeline_run_id = p.pipeline_run_id
  union all
  select t.deployment_id, 3, 'artifact_tag', 0.85, h.repository_id, h.sha
  from tagged as t join run_head as h on h.pipeline_run_id = t.pipeline_run_id where t.n = 1
  union all
  select d.deployment_id, 4, 'version_tag', 0.8, d.repository_id, t.sha
  from deployment_chain as d
  join (
    select repository_id, ${version("name")} as name, sha from git_ref where deleted_at is null and type_category = 'tag' and sha is not null
    union
    select repository_id, ${version("coalesce(tag, name)")}, sha from release where deleted_at is null and repository_id is not null and sha is not null
  ) as t on t.repository_id = d.repository_id and (t.name = ${version("d.version")} or t.name = ${version("d.tag")})
  union all
  select d.deployment_id, 5, 'upstream_run', 0.75, h.repository_id, h.sha
  from deployment_chain as d
  join pipeline_run as r on r.id = d.pipeline_run_id and r.deleted_at is null
  join run_head as h on h.pipeline_run_id = r.parent_run_id
),
known as (
  select n.deployment_id, n.rank, n.evidence, n.confidence, c.repository_id, c.sha, c.committed_at,
         -- a hash without a repository is looked up everywhere; the oldest repository that is no fork has it
         case when n.repository_id is null
              then row_number() over (partition by n.deployment_id, n.rank, n.sha, n.repository_id order by coalesce(r.is_fork, false), r.created_at nulls last, r.id)
              else 1 end as place,
         min(n.rank) over (partition by n.deployment_id) as best
  from named as n
  join commit as c on c.sha = n.sha and c.repository_id = coalesce(n.repository_id, c.repository_id) and c.deleted_at is null
  join live_repository as r on r.id = c.repository_id
),
head as (
  select k.deployment_id, k.evidence, k.confidence, k.repository_id, k.sha,
         row_number() over (partition by k.deployment_id, k.repository_id order by k.committed_at desc, k.sha) as n
  from known as k where k.rank = k.best and k.place = 1
),
graph as (select distinct repository_id from commit_parent)
select d.deployment_id, d.application_id, d.detector, d.environment, d.n, d.moment, d.previous_deployment_id,
       coalesce(h.repository_id, d.repository_id) as repository_id, h.sha, coalesce(h.evidence, 'none') as evidence,
       cast(h.confidence as double precision) as confidence,
       g.repository_id is not null as has_graph
from deployment_chain as d
left join head as h on h.deployment_id = d.deployment_id and h.n = 1
left join graph as g on g.repository_id = coalesce(h.repository_id, d.repository_id)`;

/** Merged requests by time, for repositories without a stored graph (`domain.md` §8.5). `firstDays`: see the setting. */
export const timeFallbackSql = (firstDays: number): string => `with
blind as (
  select h.deployment_id, h.repository_id, h.sha as head_sha, coalesce(h.confidence, 1.0) * 0.5 as confidence,
         coalesce(d.started_at, d.moment) as started_at, d.previous_deployment_id,
         lag(coalesce(d.started_at, d.moment)) over (partition by d.detector, d.application_id, d.environment, h.repository_id order by d.n) as previous_started_at
  from deployment_head as h
  join deployment_chain as d on d.deployment_id = h.deployment_id
  join live_repository as r on r.id = h.repository_id
  where not h.has_graph
),
landed as (
  select pr.repository_id, coalesce(pr.merge_sha, pr.head_sha) as sha, pr.merged_at
  from pull_request as pr join live_repository as r on r.id = pr.repository_id
  where pr.deleted_at is null and pr.merged_at is not null and pr.target_branch = r.default_branch and coalesce(pr.merge_sha, pr.head_sha) is not null
),
brought as (
  select b.deployment_id, b.repository_id, l.sha, l.sha = coalesce(b.head_sha, '') as is_head,
         b.previous_started_at is not null or l.merged_at > b.started_at - ${firstDays} * interval '1 day' as is_new, 'time' as evidence, b.confidence
  from blind as b
  join landed as l on l.repository_id = b.repository_id and l.merged_at <= b.started_at
       and (b.previous_started_at is null or l.merged_at > b.previous_started_at)
  union all
  select b.deployment_id, b.repository_id, b.head_sha, true, false, 'other', b.confidence from blind as b where b.head_sha is not null
),
ranked as (
  select x.*, row_number() over (partition by x.deployment_id, x.repository_id, x.sha order by x.is_new desc, x.evidence desc) as n from brought as x
)
select r.deployment_id || '/' || r.repository_id || '/' || r.sha as native_id, r.deployment_id, r.repository_id, r.sha, r.is_head, r.is_new,
       r.evidence as evidence_category, cast(null as text) as evidence, r.confidence
from ranked as r where r.n = 1`;
