-- One attempt of one pipeline run; its place among other runs comes from run_history.
select
  a.id,
  {{profile_id}} as profile_id,
  a.integration_id,
  w.primary_team_id,
  a.url,
  nullif(concat_ws(',',
    case when a.finished_at < a.started_at then 'finished_before_start' end,
    case when a.started_at < a.queued_at then 'started_before_queued' end,
    case when a.finished_at < b.committed_at then 'finished_before_commit' end), '') as flags,
  a.pipeline_id,
  a.repository_id,
  a.branch,
  b.pipeline_kind as kind,
  a.trigger_category as trigger,
  a.state_category as state,
  a.result_category as result,
  actor.person_id as actor_id,
  actor.kind as actor_kind,
  pr.id as pull_request_id,
  a.run_key,
  a.state_category = 'finished' as is_finished,
  b.is_final,
  a.attempt > 1 or a.retry_of_id is not null as is_retry,
  coalesce(a.branch = rep.default_branch, false) as is_default_branch,
  coalesce((a.attempt > 1 or a.retry_of_id is not null) and a.result_category = 'success' and b.failed_before = 1, false) as is_recovered_retry,
  b.red_from is not null as is_fix,
  a.queued_at,
  a.started_at,
  a.finished_at,
  {{seconds(a.started_at, a.finished_at)}} as run_seconds,
  a.duration_seconds as stated_seconds,
  case when a.queued_at is null or a.started_at is null then a.queue_seconds else {{seconds(a.queued_at, a.started_at)}} end as queue_seconds,
  {{seconds(b.committed_at, a.finished_at)}} as commit_to_finish_seconds,
  {{seconds(b.red_from, a.finished_at)}} as red_seconds,
  a.tests_passed_count,
  a.tests_failed_count,
  a.tests_skipped_count,
  a.attempt
from pipeline_run as a
join run_history as b on b.id = a.id
left join repository as rep on rep.id = a.repository_id
left join actor on actor.account_id = a.actor_account_id
left join pull_request as pr on pr.repository_id = a.repository_id and pr.number = a.pull_request_number and pr.deleted_at is null
left join person_calendar as w on {{calendar_of(actor.person_id, coalesce(a.finished_at, {{now}}))}}
