-- index: issue_id
-- One issue with the landed changes that name it, from the first commit to production.
with
link as (
  select k.issue_id, k.pull_request_id as change_id from pull_request_issue as k where k.issue_id is not null and k.deleted_at is null
  union
  select k.issue_id, k.commit_id from commit_issue as k where k.issue_id is not null and k.deleted_at is null
),
begun as (
  select l.issue_id, coalesce(c.authored_at, p.first_commit_at) as first_commit_at, p.id is not null as is_request
  from link as l
  left join commit as c on c.id = l.change_id and c.deleted_at is null
  left join fact_pull_request as p on p.id = l.change_id and p.profile_id = {{profile_id}}
),
start as (
  select b.issue_id, min(b.first_commit_at) as first_commit_at, max(case when b.is_request then 1 else 0 end) = 1 as has_pull_request
  from begun as b group by b.issue_id
),
change as (
  select l.issue_id, c.change_id, c.merged_at, c.deployed_at
  from link as l join fact_change as c on c.change_id = l.change_id and c.is_first and c.profile_id = {{profile_id}}
  where coalesce(',' || c.flags || ',' not like '%,other_branch,%', true)
),
landed as (
  select c.issue_id, max(c.merged_at) as last_merged_at, min(c.deployed_at) as first_deployed_at,
         case when count(*) = count(c.deployed_at) then max(c.deployed_at) end as deployed_at
  from change as c group by c.issue_id
),
landing as (
  select c.issue_id, x.repository_id, x.landing_sha,
         row_number() over (partition by c.issue_id order by c.merged_at desc, c.change_id) as n
  from change as c join landed_change as x on x.change_id = c.change_id
),
run as (
  select r.repository_id, r.head_sha, r.finished_at from pipeline_run as r
  where r.deleted_at is null and r.result_category = 'success' and r.finished_at is not null and r.head_sha is not null
),
build as (
  select x.issue_id,
         max(case when x.n = 1 and r.finished_at >= l.last_merged_at and r.finished_at <= coalesce(l.deployed_at, {{now}}) then r.finished_at end) as built_at,
         max(case when r.finished_at < l.last_merged_at then 1 else 0 end) = 1 as has_early_build
  from landing as x join landed as l on l.issue_id = x.issue_id
  join run as r on r.repository_id = x.repository_id and r.head_sha = x.landing_sha
  group by x.issue_id
)
select s.issue_id, s.first_commit_at, s.has_pull_request, l.last_merged_at, l.first_deployed_at, l.deployed_at, b.built_at,
       l.issue_id is not null as has_change, coalesce(b.has_early_build and b.built_at is null, false) as is_built_early
from start as s
left join landed as l on l.issue_id = s.issue_id
left join build as b on b.issue_id = s.issue_id
