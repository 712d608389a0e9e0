-- One stage, job or step of one attempt.
select
  j.id,
  {{profile_id}} as profile_id,
  j.integration_id,
  r.primary_team_id,
  j.url,
  nullif(concat_ws(',',
    case when j.finished_at < j.started_at then 'finished_before_start' end,
    case when j.started_at < j.queued_at then 'started_before_queued' end), '') as flags,
  r.pipeline_id,
  r.repository_id,
  j.name,
  j.kind_category as kind,
  j.result_category as result,
  j.environment_category,
  j.runner,
  j.failure_reason,
  coalesce(j.state_category = 'finished', false) as is_finished,
  coalesce(j.may_fail, false) as may_fail,
  j.queued_at,
  j.started_at,
  j.finished_at,
  {{seconds(j.started_at, j.finished_at)}} as run_seconds,
  {{seconds(j.queued_at, j.started_at)}} as queue_seconds
from pipeline_job as j
join fact_pipeline_run as r on r.id = j.pipeline_run_id and r.profile_id = {{profile_id}}
where j.deleted_at is null
