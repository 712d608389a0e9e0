-- index: id
-- One row per pull request that takes part in facts, with its milestones, phases and counts (metrics.md §3.2).
-- fact_pull_request and fact_change both read it, so that a stage is the same number in both.
with
request as (
  select pr.id, pr.integration_id, pr.url, pr.repository_id, pr.target_branch, pr.source_branch, pr.state_category, pr.is_draft, pr.is_from_fork,
         pr.opened_at, pr.merged_at, pr.closed_at, pr.additions, pr.deletions, pr.files_count, pr.commit_count, pr.labels, pr.merge_sha, pr.title,
         pr.reverts_number, author.person_id as author_id, author.kind as author_kind, author.identity as author_identity,
         merger.person_id as merged_by_id, merger.identity as merger_identity
  from pull_request as pr
  left join repository as r on r.id = pr.repository_id
  left join duplicate as twin on twin.entity = 'repository' and twin.duplicate_id = pr.repository_id and twin.deleted_at is null
  left join actor as author on author.account_id = pr.author_account_id
  left join actor as merger on merger.account_id = pr.merged_by_account_id
  where pr.deleted_at is null and r.deleted_at is null and twin.id is null
),
commits as (
  select c.pull_request_id,
         coalesce(min(c.authored_at) filter (where c.is_merge is not true and c.removed_at is null),
                  min(c.authored_at) filter (where c.is_merge is not true), min(c.authored_at)) as first_commit_at,
         count(*) as commits_seen,
         max(case when c.removed_at is not null then 1 else 0 end) as has_removed,
         max(case when k.assistant is not null then 1 else 0 end) as has_assistant
  from pull_request_commit as c
  left join commit as k on k.repository_id = c.repository_id and k.sha = c.sha and k.deleted_at is null
  where c.deleted_at is null
  group by c.pull_request_id
),
remark as (
  select v.pull_request_id, v.submitted_at as given_at, v.reviewer_account_id as account_id, v.verdict_category, false as is_comment
  from pull_request_review as v
  where v.deleted_at is null and v.verdict_category <> 'pending' and v.submitted_at is not null
  union all
  select c.pull_request_id, c.created_at, c.author_account_id, null, true
  from pull_request_comment as c
  where c.deleted_at is null and c.kind_category <> 'system'
),
-- who said it: the author, another human, or automation; unknown accounts are neither
spoken as (
  select s.pull_request_id, s.given_at, s.verdict_category, s.is_comment, a.identity,
         coalesce(a.identity = r.author_identity, false) as by_author,
         coalesce(a.is_human and a.identity <> coalesce(r.author_identity, ''), false) as by_other,
         coalesce(a.kind in ('bot', 'service', 'agent'), false) as by_automation,
         s.given_at < r.opened_at as is_early,
         s.given_at >= r.opened_at and (r.closed_at is null or s.given_at <= r.closed_at) as is_timely,
         r.merged_at is null or s.given_at <= r.merged_at as before_merge
  from remark as s
  join request as r on r.id = s.pull_request_id
  left join actor as a on a.account_id = s.account_id
),
dismissal as (
  select pull_request_id, identity, max(given_at) as dismissed_at
  from spoken where verdict_category = 'dismissed' group by pull_request_id, identity
),
asked as (
  select distinct e.pull_request_id, a.identity
  from pull_request_event as e join actor as a on a.account_id = e.subject_account_id
  where e.deleted_at is null and e.kind_category = 'review_requested'
),
approval as (
  select s.pull_request_id, s.given_at, case when k.identity is null then 0 else 1 end as was_asked
  from spoken as s
  left join dismissal as d on d.pull_request_id = s.pull_request_id and d.identity = s.identity
  left join asked as k on k.pull_request_id = s.pull_request_id and k.identity = s.identity
  where s.verdict_category = 'approved' and s.by_other and s.before_merge and (d.dismissed_at is null or s.given_at > d.dismissed_at)
),
approved as (
  select pull_request_id, min(given_at) as first_approval_at, max(given_at) as last_approval_at, count(*) as approval_count, max(was_asked) as by_asked
  from approval group by pull_request_id
),
talk as (
  select pull_request_id,
         min(given_at) filter (where by_other and is_timely) as first_review_at,
         min(given_at) filter (where by_other and is_timely and is_comment) as first_comment_at,
         count(distinct identity) filter (where by_other and is_timely) as reviewer_count,
         count(*) filter (where is_comment and by_other) as comment_count,
         count(*) filter (where is_comment and by_author) as author_comment_count,
         count(*) filter (where is_comment and by_automation and not by_author) as bot_comment_count,
         count(*) filter (where verdict_category = 'changes_requested' and by_other) as changes_requested_count,
         max(case when by_other and is_early then 1 else 0 end) as has_early,
         max(case when verdict_category = 'approved' and by_author then 1 else 0 end) as self_approved
  from spoken group by pull_request_id
),
draft_event as (
  select e.pull_request_id, e.occurred_at, e.kind_category,
         row_number() over (partition by e.pull_request_id order by e.occurred_at, e.id) as n,
         lead(e.occurred_at) over (partition by e.pull_request_id order by e.occurred_at, e.id) as next_at
  from pull_request_event as e
  where e.deleted_at is null and e.kind_category in ('ready_for_review', 'converted_to_draft')
),
draft as (
  select pull_request_id,
         min(occurred_at) filter (where kind_category = 'ready_for_review') as first_ready_at,
         min(occurred_at) filter (where n = 1) as first_event_at,
         max(case when n = 1 and kind_category = 'ready_for_review' then 1 else 0 end) as opened_as_draft
  from draft_event group by pull_request_id
),
-- drafts that were begun after the request was opened; the first one, if it was opened as a draft, is added below
redraft as (
  select e.pull_request_id,
         sum({{seconds(e.occurred_at, coalesce(e.next_at, r.closed_at, {{now}}))}}) as seconds
  from draft_event as e join request as r on r.id = e.pull_request_id
  where e.kind_category = 'converted_to_draft' group by e.pull_request_id
),
turn as (
  select pull_request_id,
         count(*) filter (where kind_category = 'reopened') as reopen_count,
         count(*) filter (where kind_category = 'force_pushed') as force_push_count
  from pull_request_event where deleted_at is null group by pull_request_id
),
late_commit as (
  select c.pull_request_id, count(*) as commits_after_review
  from pull_request_commit as c join talk as t on t.pull_request_id = c.pull_request_id
  where c.deleted_at is null and c.is_merge is not true and c.removed_at is null and c.authored_at > t.first_review_at
  group by c.pull_request_id
),
known_key as (select distinct pull_request_id from pull_request_issue where deleted_at is null),
milestone as (
  select r.*, c.first_commit_at, coalesce(c.has_removed, 0) = 1 as has_removed, coalesce(c.has_assistant, 0) = 1 as has_assistant,
         case when c.first_commit_at is not null then least(c.first_commit_at, r.opened_at) end as started_at,
         case when d.opened_as_draft = 1 then d.first_ready_at
              when d.pull_request_id is null and r.is_draft then null else r.opened_at end as ready_at,
         coalesce(d.opened_as_draft, 0) = 1 or (d.pull_request_id is null and coalesce(r.is_draft, false)) as opened_as_draft,
         d.first_event_at, rd.seconds as redraft_seconds,
         t.first_comment_at, t.first_review_at, a.first_approval_at, a.last_approval_at, coalesce(a.by_asked, 0) = 1 as approved_by_asked,
         coalesce(t.comment_count, 0) as comment_count, coalesce(t.author_comment_count, 0) as author_comment_count,
         coalesce(t.bot_comment_count, 0) as bot_comment_count, coalesce(t.reviewer_count, 0) as reviewer_count,
         coalesce(a.approval_count, 0) as approval_count, coalesce(t.changes_requested_count, 0) as changes_requested_count,
         coalesce(l.commits_after_review, 0) as commits_after_review_count, coalesce(n.reopen_count, 0) as reopen_count,
         coalesce(n.force_push_count, 0) as force_push_count, coalesce(t.has_early, 0) = 1 as has_early,
         coalesce(t.self_approved, 0) = 1 as self_approved, k.pull_request_id is not null as has_issue_key
  from request as r
  left join commits as c on c.pull_request_id = r.id
  left join talk as t on t.pull_request_id = r.id
  left join approved as a on a.pull_request_id = r.id
  left join draft as d on d.pull_request_id = r.id
  left join redraft as rd on rd.pull_request_id = r.id
  left join turn as n on n.pull_request_id = r.id
  left join late_commit as l on l.pull_request_id = r.id
  left join known_key as k on k.pull_request_id = r.id
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
