-- One issue. Its milestones come from issue_course, its changes from issue_delivery, its words from issue_words.
with
planned as (
  select m.issue_id, count(distinct m.sprint_id) as sprint_count from issue_sprint as m where m.deleted_at is null group by m.issue_id
),
fixed as (
  select k.issue_id, array_agg(k.release_id order by k.release_id) as release_ids,
         min(r.released_at) filter (where r.released_at >= c.completed_at) as released_at
  from issue_release as k
  join issue_course as c on c.id = k.issue_id
  left join release as r on r.id = k.release_id and r.deleted_at is null
  where k.deleted_at is null and k.role_category = 'fix' group by k.issue_id
),
blocked as (
  select distinct k.target_issue_id as issue_id
  from issue_link as k join issue_course as b on b.id = k.source_issue_id and b.ended_at is null
  where k.deleted_at is null and k.kind_category = 'blocks' and k.target_issue_id is not null
),
whole as (
  select c.*, h.first_response_at, h.comment_count, h.spent_seconds as logged_seconds, d.first_commit_at, d.last_merged_at, d.built_at, d.first_deployed_at,
         d.deployed_at, coalesce(d.has_pull_request, false) as has_pull_request, coalesce(d.has_change, false) as has_change, d.is_built_early,
         coalesce(d.built_at, d.last_merged_at) as ready_at, f.release_ids, f.released_at, p.sprint_count, b.issue_id is not null as is_blocked,
         case when c.ended_at is null then {{hygiene_misses}} end as hygiene_misses,
         case when c.ended_at is null then cast({{hygiene_missed_weight}} as double precision) / nullif({{hygiene_weight}}, 0) end as hygiene_miss_share
  from issue_course as c
  join live_issue as i on i.id = c.id
  left join issue_activity as h on h.issue_id = c.id
  left join issue_delivery as d on d.issue_id = c.id
  left join fixed as f on f.issue_id = c.id
  left join planned as p on p.issue_id = c.id
  left join blocked as b on b.issue_id = c.id
)
select
  i.id,
  {{profile_id}} as profile_id,
  i.integration_id,
  w.primary_team_id,
  i.url,
  nullif(concat_ws(',',
    case when w.ended_at is not null and w.started_at is null then 'skipped_progress' end,
    case when w.reopen_count > 0 then 'reopened' end,
    case when w.last_category in ('done', 'canceled') and w.ended_at is null then 'unknown_end' end,
    case when w.completed_at < i.created_at then 'completed_before_created' end,
    case when w.completed_at < w.started_at then 'completed_before_start' end,
    case when w.started_at < i.created_at then 'started_before_created' end,
    case when w.first_response_at < i.created_at then 'response_before_created' end,
    case when not w.has_change then 'no_change' end,
    case when w.first_commit_at < w.started_at or w.last_merged_at < w.first_commit_at or w.deployed_at < w.ready_at then 'out_of_order' end,
    case when w.is_built_early then 'build_before_merge' end,
    case when w.deployed_at < i.created_at then 'deployed_before_created' end,
    case when w.points < 0 then 'negative_estimate' end), '') as flags,
  i.project_id,
  x.issue_type,
  i.type_category,
  x.work_type,
  x.investment_category,
  case when x.work_type = 'bug' then case when i.priority_category in ({{major_priorities}}) then 'major' else 'minor' end
       when x.work_type = 'feature' then
         case when w.points < {{points_medium}} then 'simple' when w.points < {{points_complex}} then 'medium' when w.points is not null then 'complex' end end as size,
  i.status,
  w.last_category as status_category,
  i.priority_category as priority,
  i.severity_category as severity,
  i.resolution_category as resolution,
  i.area_path,
  i.epic_id,
  i.parent_id,
  w.assignee_id,
  w.first_assignee_id,
  reporter.person_id as reporter_id,
  i.labels,
  i.components,
  i.sprint_ids,
  w.release_ids,
  w.hygiene_misses,
  i.custom_fields,
  x.is_eligible,
  x.is_subtask,
  w.completed_at is not null as is_completed,
  w.terminated_at is not null as is_terminated,
  {{incident_issue_filter}} as is_incident,
  w.reopen_count > 0 as is_reopened,
  w.is_blocked,
  w.has_pull_request,
  w.points is not null as has_points,
  i.created_at,
  w.first_response_at,
  w.first_assigned_at,
  w.started_at,
  w.first_commit_at,
  w.last_merged_at,
  w.built_at,
  w.first_deployed_at,
  w.deployed_at,
  w.completed_at,
  w.terminated_at,
  w.released_at,
  w.ended_at,
  {{seconds(i.created_at, w.completed_at)}} as lead_seconds,
  {{seconds(w.started_at, w.completed_at)}} as cycle_seconds,
  {{seconds(i.created_at, w.started_at)}} as planning_seconds,
  {{working_seconds(d_started, w.started_at, d_completed, w.completed_at)}} as cycle_working_seconds,
  case when w.completed_at is not null then w.active_seconds end as active_seconds,
  case when w.completed_at is not null then w.waiting_seconds end as waiting_seconds,
  {{seconds(i.created_at, w.first_response_at)}} as response_seconds,
  {{seconds(i.created_at, w.first_assigned_at)}} as first_assigned_seconds,
  {{seconds(i.created_at, w.released_at)}} as release_seconds,
  {{seconds(i.created_at, w.started_at)}} as stage_planning_seconds,
  {{seconds(w.started_at, w.first_commit_at)}} as stage_coding_seconds,
  {{seconds(w.first_commit_at, w.last_merged_at)}} as stage_review_seconds,
  {{seconds(w.last_merged_at, w.built_at)}} as stage_build_seconds,
  {{seconds(w.ready_at, w.deployed_at)}} as stage_deploy_seconds,
  {{seconds(i.created_at, w.deployed_at)}} as lead_to_deploy_seconds,
  {{seconds(i.created_at, w.first_deployed_at)}} as lead_to_first_deploy_seconds,
  w.points,
  i.estimate_seconds,
  coalesce(w.logged_seconds, i.spent_seconds) as spent_seconds,
  case when w.completed_at is not null then w.active_seconds end as in_progress_seconds,
  w.hygiene_miss_share,
  cast(w.reopen_count as bigint) as reopen_count,
  cast(coalesce(w.bounce_count, 0) as bigint) as bounce_count,
  cast(coalesce(w.hop_count, 0) as bigint) as hop_count,
  cast(coalesce(w.sprint_count, 0) as bigint) as sprint_count,
  cast(coalesce(w.comment_count, i.comment_count, 0) as bigint) as comment_count
from whole as w
join live_issue as i on i.id = w.id
join issue_words as x on x.issue_id = w.id
left join actor as reporter on reporter.account_id = i.reporter_account_id
left join working_day as d_started on {{day_of(d_started, w.started_at)}}
left join working_day as d_completed on {{day_of(d_completed, w.completed_at)}}
