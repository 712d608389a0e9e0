-- One merged change on one application it first reached production with; one row without application while it reached none.
with
placed as (
  select l.*, a.application_id, a.service_id, a.deployment_id, a.deployed_at, a.evidence, a.confidence, coalesce(a.is_before_history, false) as is_before_history,
         row_number() over (partition by l.change_id order by a.deployed_at nulls last, a.application_id nulls last) as place
  from landed_change as l left join change_arrival as a on a.change_id = l.change_id
)
select
  case when c.application_id is null then c.change_id else c.change_id || '/' || c.application_id end as id,
  {{profile_id}} as profile_id,
  c.integration_id,
  w.primary_team_id,
  c.url,
  nullif(concat_ws(',', nullif(c.flags, ''), case when c.deployed_at < c.started_at then 'deployed_before_start' end,
    case when c.deployed_at < c.merged_at then 'deployed_before_merge' end), '') as flags,
  c.change_id,
  c.pull_request_id,
  c.deployment_id,
  c.kind,
  c.repository_id,
  c.application_id,
  c.service_id,
  i.project_id,
  c.issue_id,
  c.author_id,
  c.author_kind,
  case when i.id is null then 'missing' else {{work_type}} end as work_type,
  case when i.id is not null then {{investment_category}} end as investment_category,
  case when c.lines_changed < {{size_medium}} then 'small' when c.lines_changed < {{size_large}} then 'medium' when c.lines_changed is not null then 'large' end as size,
  c.is_eligible,
  c.place = 1 as is_first,
  c.is_before_history,
  c.is_revert,
  coalesce(c.is_hotfix, false) as is_hotfix,
  c.evidence as deploy_evidence,
  c.confidence as deploy_confidence,
  c.first_commit_at,
  c.started_at,
  c.opened_at,
  c.ready_at,
  c.merged_at,
  c.deployed_at,
  {{seconds(c.started_at, c.deployed_at)}} as lead_seconds,
  {{working_seconds(d1, c.started_at, d2, c.deployed_at)}} as lead_working_seconds,
  {{seconds(c.opened_at, c.deployed_at)}} as lead_from_opened_seconds,
  {{seconds(c.ready_at, c.deployed_at)}} as lead_from_ready_seconds,
  {{seconds(i.created_at, c.deployed_at)}} as lead_from_issue_created_seconds,
  {{seconds(s.started_at, c.deployed_at)}} as lead_from_issue_started_seconds,
  {{seconds(c.merged_at, c.deployed_at)}} as merge_to_deploy_seconds,
  c.coding_seconds,
  c.drafting_seconds,
  c.pickup_seconds,
  c.review_seconds,
  c.merge_wait_seconds,
  c.unreviewed_seconds,
  cast(c.lines_changed as bigint) as lines_changed
from placed as c
left join live_issue as i on i.id = c.issue_id
left join issue_state as s on s.issue_id = i.id
left join person_calendar as w on {{calendar_of(c.author_id, c.merged_at)}}
left join working_day as d1 on {{day_of(d1, c.started_at)}}
left join working_day as d2 on {{day_of(d2, c.deployed_at)}}
