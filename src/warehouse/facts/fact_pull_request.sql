-- One pull request. Milestones and phases come from pull_request_timeline, the first deployment from fact_change.
with
delivery as (
  select pull_request_id, min(deployed_at) as deployed_at
  from fact_change
  where profile_id = {{profile_id}} and kind = 'pull_request' and is_first and deployed_at is not null
  group by pull_request_id
),
sized as (
  select t.*, t.additions + t.deletions as lines_changed, f.deployed_at, coalesce(t.last_approval_at, t.merged_at) as reviewed_at,
         coalesce(t.closed_at, {{now}}) as team_at
  from pull_request_timeline as t
  left join delivery as f on f.pull_request_id = t.id
)
select
  s.id,
  {{profile_id}} as profile_id,
  s.integration_id,
  w.primary_team_id,
  s.url,
  nullif(concat_ws(',',
    case when s.first_commit_at > s.opened_at then 'commit_after_open' end,
    case when s.first_commit_at is null then 'no_commits' end,
    case when s.is_unreviewed then 'unreviewed' end,
    case when s.is_reviewed_in_draft then 'reviewed_in_draft' end,
    case when s.opened_as_draft and s.ready_at is null then 'never_ready' end,
    case when s.author_kind in ('bot', 'service') then 'bot_author' end,
    case when s.reopen_count > 0 then 'reopened' end,
    case when s.force_push_count > 0 or s.has_removed then 'force_pushed' end,
    case when s.has_early then 'response_before_open' end,
    case when s.deployed_at < s.merged_at then 'deployed_before_merge' end), '') as flags,
  s.repository_id,
  s.target_branch,
  s.source_branch,
  s.author_id,
  s.author_kind,
  s.merged_by_id,
  s.state_category as state,
  k.issue_id,
  i.project_id,
  i.type as issue_type,
  case when i.id is null then 'missing' else {{work_type}} end as work_type,
  case when i.id is not null then {{investment_category}} end as investment_category,
  case when s.lines_changed < {{size_medium}} then 'small' when s.lines_changed < {{size_large}} then 'medium' when s.lines_changed is not null then 'large' end as size,
  case when s.merged_at is null then null
       when s.approval_count > 0 then case when s.approved_by_asked then 'approved_by_requested' else 'approved_by_other' end
       when s.self_approved then case when s.first_review_at is not null then 'self_approved_reviewed' else 'self_approved' end
       when s.first_review_at is not null then 'reviewed_unapproved' else 'unreviewed' end as review_class,
  s.labels,
  coalesce(s.author_kind, 'other') not in ({{excluded_kinds}}) as is_eligible,
  coalesce(s.is_draft, false) as is_draft,
  coalesce(s.is_from_fork, false) as is_from_fork,
  coalesce(k.is_revert, false) as is_revert,
  coalesce(k.is_hotfix, false) as is_hotfix,
  s.has_assistant or coalesce(s.author_kind = 'agent', false) as is_ai_assisted,
  s.first_review_at is not null as is_reviewed,
  s.approval_count > 0 as is_approved,
  coalesce(s.merger_identity = s.author_identity, false) as is_self_merged,
  s.reopen_count > 0 as is_reopened,
  s.force_push_count > 0 or s.has_removed as is_force_pushed,
  s.has_issue_key,
  k.issue_id is not null as has_issue,
  s.opened_at,
  s.first_commit_at,
  s.started_at,
  s.ready_at,
  s.first_comment_at,
  s.first_review_at,
  s.first_approval_at,
  s.last_approval_at,
  s.merged_at,
  s.closed_at,
  s.deployed_at,
  s.cycle_seconds,
  s.open_seconds,
  s.ready_to_merge_seconds,
  s.first_review_seconds,
  s.first_comment_seconds,
  s.first_approval_seconds,
  s.draft_seconds,
  s.coding_seconds,
  s.drafting_seconds,
  s.pickup_seconds,
  s.review_seconds,
  s.merge_wait_seconds,
  s.unreviewed_seconds,
  {{seconds(s.merged_at, s.deployed_at)}} as deploy_seconds,
  {{working_seconds(d_started, s.started_at, d_merged, s.merged_at)}} as cycle_working_seconds,
  {{working_seconds(d_ready, s.ready_at, d_review, s.first_review_at)}} as pickup_working_seconds,
  {{working_seconds(d_review, s.first_review_at, d_reviewed, s.reviewed_at)}} as review_working_seconds,
  {{working_seconds(d_opened, s.opened_at, d_review, s.first_review_at)}} as first_review_working_seconds,
  s.additions,
  s.deletions,
  s.lines_changed,
  s.files_count,
  s.commit_count,
  cast(s.comment_count as bigint) as comment_count,
  cast(s.author_comment_count as bigint) as author_comment_count,
  cast(s.bot_comment_count as bigint) as bot_comment_count,
  cast(s.reviewer_count as bigint) as reviewer_count,
  cast(s.approval_count as bigint) as approval_count,
  cast(s.changes_requested_count as bigint) as changes_requested_count,
  cast(s.commits_after_review_count as bigint) as commits_after_review_count,
  cast(s.reopen_count as bigint) as reopen_count,
  cast(s.force_push_count as bigint) as force_push_count
from sized as s
left join request_class as k on k.pull_request_id = s.id
left join live_issue as i on i.id = k.issue_id
left join person_calendar as w on {{calendar_of(s.author_id, s.team_at)}}
left join working_day as d_started on {{day_of(d_started, s.started_at)}}
left join working_day as d_opened on {{day_of(d_opened, s.opened_at)}}
left join working_day as d_ready on {{day_of(d_ready, s.ready_at)}}
left join working_day as d_review on {{day_of(d_review, s.first_review_at)}}
left join working_day as d_reviewed on {{day_of(d_reviewed, s.reviewed_at)}}
left join working_day as d_merged on {{day_of(d_merged, s.merged_at)}}
