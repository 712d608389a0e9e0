-- index: id
-- One attempt of one run among its attempts, and among the finished runs of its pipeline and branch.
with
run as (
  select r.id, r.pipeline_id, r.branch, r.head_sha, r.result_category, r.finished_at,
         coalesce(before.run_key, r.run_key) as chain, coalesce(before.attempt, 0) + r.attempt as turn, p.kind_category as pipeline_kind
  from pipeline_run as r
  left join pipeline as p on p.id = r.pipeline_id
  left join pipeline_run as before on before.id = r.retry_of_id
  left join duplicate as pt on pt.entity = 'pipeline' and pt.duplicate_id = r.pipeline_id and pt.deleted_at is null
  left join duplicate as rt on rt.entity = 'repository' and rt.duplicate_id = r.repository_id and rt.deleted_at is null
  left join repository as rep on rep.id = r.repository_id
  where r.deleted_at is null and p.deleted_at is null and rep.deleted_at is null and pt.id is null and rt.id is null
),
attempts as (
  select r.*,
         row_number() over (partition by r.chain order by r.turn desc, r.id desc) = 1 as is_final,
         max(case when r.result_category = 'failure' then 1 else 0 end)
           over (partition by r.chain, r.head_sha order by r.turn, r.id rows between unbounded preceding and 1 preceding) as failed_before
  from run as r
),
-- each success closes a stretch of (pipeline, branch); a failure inside it makes the success a fix
stretch as (
  select r.id, r.pipeline_id, r.branch, r.finished_at, r.result_category,
         sum(case when r.result_category = 'success' then 1 else 0 end)
           over (partition by r.pipeline_id, r.branch order by r.finished_at, r.id rows between unbounded preceding and current row)
           - case when r.result_category = 'success' then 1 else 0 end as stretch_number
  from run as r
  where r.finished_at is not null and r.branch is not null and r.result_category in ('success', 'failure')
),
red as (
  select s.id, s.result_category,
         min(case when s.result_category = 'failure' then s.finished_at end) over (partition by s.pipeline_id, s.branch, s.stretch_number) as red_from
  from stretch as s
)
select a.id, a.pipeline_kind, a.is_final, a.failed_before, case when red.result_category = 'success' then red.red_from end as red_from
from attempts as a left join red on red.id = a.id
