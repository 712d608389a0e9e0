-- index: id
-- One row per pull request that takes part in facts, with its milestones, phases and counts (metrics.md §3.2).
-- fact_pull_request and fact_change both read it, so that a stage is the same number in both.
with
milestone as (
  select r.*, case when r.first_commit_at is not null then least(r.first_commit_at, r.opened_at) end as started_at,
         case when d.opened_as_draft = 1 then d.first_ready_at
              when d.has_draft_event is not true and r.is_draft then null else r.opened_at end as ready_at,
         coalesce(d.opened_as_draft, 0) = 1 or (d.has_draft_event is not true and coalesce(r.is_draft, false)) as opened_as_draft,
         d.first_event_at, d.redraft_seconds,
         t.first_comment_at, t.first_review_at, t.first_approval_at, t.last_approval_at, coalesce(t.by_asked, 0) = 1 as approved_by_asked,
         coalesce(t.comment_count, 0) as comment_count, coalesce(t.author_comment_count, 0) as author_comment_count,
         coalesce(t.bot_comment_count, 0) as bot_comment_count, coalesce(t.reviewer_count, 0) as reviewer_count,
         coalesce(t.approval_count, 0) as approval_count, coalesce(t.changes_requested_count, 0) as changes_requested_count,
         coalesce(t.commits_after_review, 0) as commits_after_review_count, coalesce(d.reopen_count, 0) as reopen_count,
         coalesce(d.force_push_count, 0) as force_push_count, coalesce(t.has_early, 0) = 1 as has_early,
         coalesce(t.self_approved, 0) = 1 as self_approved
  from request_history as r
  left join request_response as t on t.pull_request_id = r.id
  left join request_turns as d on d.pull_request_id = r.id
)
select m.*,
       {{seconds(m.started_at, m.merged_at)}} as cycle_seconds,
       {{seconds(m.opened_at, m.merged_at)}} as open_seconds,
       {{seconds(m.ready_at, m.merged_at)}} as ready_to_merge_seconds,
       {{seconds(m.opened_at, m.first_review_at)}} as first_review_seconds,
       {{seconds(m.opened_at, m.first_comment_at)}} as first_comment_seconds,
       {{seconds(m.opened_at, m.first_approval_at)}} as first_approval_seconds,
       case when m.is_draft is not null then coalesce(m.redraft_seconds, 0) + case when m.opened_as_draft
            then {{seconds(m.opened_at, coalesce(m.ready_at, m.closed_at, {{now}}))}} else 0 end end as draft_seconds,
       {{seconds(m.first_commit_at, m.opened_at)}} as coding_seconds,
       {{seconds(m.opened_at, m.ready_at)}} as drafting_seconds,
       {{seconds(m.ready_at, m.first_review_at)}} as pickup_seconds,
       {{seconds(m.first_review_at, coalesce(m.last_approval_at, m.merged_at))}} as review_seconds,
       {{seconds(m.last_approval_at, m.merged_at)}} as merge_wait_seconds,
       case when m.first_review_at is null then {{seconds(m.ready_at, m.merged_at)}} end as unreviewed_seconds,
       m.first_review_at is null and m.merged_at is not null as is_unreviewed,
       coalesce(m.first_review_at < m.ready_at, false) or (m.first_review_at is not null and m.ready_at is null) as is_reviewed_in_draft
from milestone as m
