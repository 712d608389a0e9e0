-- index: id
-- One attempt of one run that takes part in facts; `chain` is the run it belongs to, across providers that start a new run for a retry.
with
retried as (
  select u.id, u.run_key, u.attempt from pipeline_run as u
  where exists (select 1 from pipeline_run as x where x.retry_of_id = u.id and x.deleted_at is null)
)
select r.id, r.pipeline_id, r.repository_id, r.branch, r.head_sha, r.result_category, r.finished_at,
       coalesce(before.run_key, r.run_key) as chain, coalesce(before.attempt, 0) + r.attempt as turn, p.kind_category as pipeline_kind
from pipeline_run as r
left join pipeline as p on p.id = r.pipeline_id
left join retried as before on before.id = r.retry_of_id
left join duplicate as pt on pt.entity = 'pipeline' and pt.duplicate_id = r.pipeline_id and pt.deleted_at is null
left join duplicate as rt on rt.entity = 'repository' and rt.duplicate_id = r.repository_id and rt.deleted_at is null
left join repository as rep on rep.id = r.repository_id
where r.deleted_at is null and p.deleted_at is null and rep.deleted_at is null and pt.id is null and rt.id is null
