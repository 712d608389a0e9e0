-- One attempt of one pipeline run.
with
run as (
  select r.*, coalesce(before.run_key, r.run_key) as chain, coalesce(before.attempt, 0) + r.attempt as turn,
         p.kind_category as pipeline_kind
  from pipeline_run as r
  left join pipeline as p on p.id = r.pipeline_id
  left join pipeline_run as before on before.id = r.retry_of_id
  left join duplicate as twin on twin.deleted_at is null
        and ((twin.entity = 'pipeline' and twin.duplicate_id = r.pipeline_id) or (twin.entity = 'repository' and twin.duplicate_id = r.repository_id))
  left join repository as rep on rep.id = r.repository_id
  where r.deleted_at is null and p.deleted_at is null and rep.deleted_at is null and twin.id is null
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
  select a.id, a.pipeline_id, a.branch, a.finished_at, a.result_category,
         sum(case when a.result_category = 'success' then 1 else 0 end)
           over (partition by a.pipeline_id, a.branch order by a.finished_at, a.id rows between unbounded preceding and current row)
           - case when a.result_category = 'success' then 1 else 0 end as stretch_number
  from attempts as a
  where a.finished_at is not null and a.branch is not null and a.result_category in ('success', 'failure')
),
red as (
  select s.id, s.result_category, s.finished_at,
         min(case when s.result_category = 'failure' then s.finished_at end) over (partition by s.pipeline_id, s.branch, s.stretch_number) as red_from
  from stretch as s
),
head as (select repository_id, sha, min(committed_at) as committed_at from commit where deleted_at is null group by repository_id, sha)
select
  a.id,
  {{profile_id}} as profile_id,
  a.integration_id,
  w.primary_team_id,
  a.url,
  nullif(concat_ws(',',
    case when a.finished_at < a.started_at then 'finished_before_start' end,
    case when a.started_at < a.queued_at then 'started_before_queued' end,
    case when a.finished_at < h.committed_at then 'finished_before_commit' end), '') as flags,
  a.pipeline_id,
  a.repository_id,
  a.branch,
  a.pipeline_kind as kind,
  a.trigger_category as trigger,
  a.state_category as state,
  a.result_category as result,
  actor.person_id as actor_id,
  actor.kind as actor_kind,
  pr.id as pull_request_id,
  a.run_key,
  a.state_category = 'finished' as is_finished,
  a.is_final,
  a.attempt > 1 or a.retry_of_id is not null as is_retry,
  coalesce(a.branch = rep.default_branch, false) as is_default_branch,
  coalesce((a.attempt > 1 or a.retry_of_id is not null) and a.result_category = 'success' and a.failed_before = 1, false) as is_recovered_retry,
  coalesce(red.result_category = 'success' and red.red_from is not null, false) as is_fix,
  a.queued_at,
  a.started_at,
  a.finished_at,
  {{seconds(a.started_at, a.finished_at)}} as run_seconds,
  a.duration_seconds as stated_seconds,
  case when a.queued_at is null or a.started_at is null then a.queue_seconds else {{seconds(a.queued_at, a.started_at)}} end as queue_seconds,
  {{seconds(h.committed_at, a.finished_at)}} as commit_to_finish_seconds,
  case when red.result_category = 'success' then {{seconds(red.red_from, red.finished_at)}} end as red_seconds,
  a.tests_passed_count,
  a.tests_failed_count,
  a.tests_skipped_count,
  a.attempt
from attempts as a
left join red on red.id = a.id
left join repository as rep on rep.id = a.repository_id
left join head as h on h.repository_id = a.repository_id and h.sha = a.head_sha
left join actor on actor.account_id = a.actor_account_id
left join pull_request as pr on pr.repository_id = a.repository_id and pr.number = a.pull_request_number and pr.deleted_at is null
left join person_calendar as w on {{calendar_of(actor.person_id, coalesce(a.finished_at, {{now}}))}}
