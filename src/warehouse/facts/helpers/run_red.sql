-- index: id
-- One success that follows failures of its pipeline and branch, and since when they were red.
with
-- each success closes a stretch of (pipeline, branch); a failure inside it makes the success a fix
stretch as (
  select r.id, r.pipeline_id, r.branch, r.finished_at, r.result_category,
         sum(case when r.result_category = 'success' then 1 else 0 end)
           over (partition by r.pipeline_id, r.branch order by r.finished_at, r.id rows between unbounded preceding and current row)
           - case when r.result_category = 'success' then 1 else 0 end as stretch_number
  from run_chain as r
  where r.finished_at is not null and r.branch is not null and r.result_category in ('success', 'failure')
)
select max(case when s.result_category = 'success' then s.id end) as id, min(case when s.result_category = 'failure' then s.finished_at end) as red_from
from stretch as s
group by s.pipeline_id, s.branch, s.stretch_number
having min(case when s.result_category = 'failure' then s.finished_at end) is not null and max(case when s.result_category = 'success' then s.id end) is not null
