-- One account asked to review or reviewing one pull request that is not its author's.
with
involved as (
  select e.pull_request_id, e.subject_account_id as account_id, e.occurred_at as requested_at, cast(null as timestamptz) as responded_at, cast(null as timestamptz) as submitted_at,
         cast(null as text) as verdict_category, 0 as is_review, 0 as is_comment
  from pull_request_event as e
  where e.deleted_at is null and e.kind_category = 'review_requested' and e.subject_account_id is not null
  union all
  select v.pull_request_id, v.reviewer_account_id, null, v.submitted_at, v.submitted_at, v.verdict_category, 1, 0
  from pull_request_review as v
  where v.deleted_at is null and v.verdict_category <> 'pending' and v.submitted_at is not null and v.reviewer_account_id is not null
  union all
  select c.pull_request_id, c.author_account_id, null, c.created_at, null, null, 0, 1
  from pull_request_comment as c
  where c.deleted_at is null and c.kind_category <> 'system' and c.author_account_id is not null
),
placed as (
  select v.*, a.identity, a.person_id, a.kind, a.is_human, t.opened_at, t.closed_at, t.merged_at,
         v.responded_at >= t.opened_at and (t.closed_at is null or v.responded_at <= t.closed_at) as is_timely
  from involved as v
  join pull_request_timeline as t on t.id = v.pull_request_id
  join actor as a on a.account_id = v.account_id
  where a.identity <> coalesce(t.author_identity, '')
),
verdict as (
  select pull_request_id, identity, verdict_category,
         row_number() over (partition by pull_request_id, identity order by submitted_at desc nulls last, verdict_category) as n
  from placed where is_review = 1
),
pair as (
  select pull_request_id, identity, max(person_id) as person_id, max(kind) as kind, max(case when is_human then 1 else 0 end) = 1 as is_human,
         min(requested_at) as requested_at,
         min(responded_at) filter (where is_timely) as responded_at,
         max(submitted_at) filter (where verdict_category = 'approved' and is_timely and (merged_at is null or submitted_at <= merged_at)) as approved_at,
         sum(is_review) as review_count, sum(is_comment) as comment_count
  from placed group by pull_request_id, identity
),
asked_from as (
  select p.*, t.integration_id, t.url, t.repository_id, t.author_id, t.author_kind, t.ready_at, t.closed_at,
         case when t.ready_at is not null then greatest(coalesce(p.requested_at, t.ready_at), t.ready_at) end as clock_from,
         coalesce(p.responded_at, t.closed_at, {{now}}) as team_at
  from pair as p join pull_request_timeline as t on t.id = p.pull_request_id
),
membership as (
  select person_id, team_id, coalesce(valid_from, timestamptz '0001-01-01 00:00:00+00') as valid_from, coalesce(valid_to, timestamptz '9999-12-31 00:00:00+00') as valid_to
  from team_member where deleted_at is null
),
teams_then as (
  select p.pull_request_id, p.identity,
         max(case when mine.team_id = theirs.team_id then 1 else 0 end) as share_one
  from asked_from as p
  join membership as mine on mine.person_id = p.person_id and mine.valid_from <= p.team_at and mine.valid_to > p.team_at
  join membership as theirs on theirs.person_id = p.author_id and theirs.valid_from <= p.team_at and theirs.valid_to > p.team_at
  group by p.pull_request_id, p.identity
)
select
  p.pull_request_id || '/' || p.identity as id,
  {{profile_id}} as profile_id,
  p.integration_id,
  w.primary_team_id,
  p.url,
  nullif(concat_ws(',',
    case when p.responded_at < p.ready_at or (p.responded_at is not null and p.ready_at is null) then 'reviewed_in_draft' end,
    case when p.responded_at >= p.ready_at and p.responded_at < p.clock_from then 'answered_before_asked' end), '') as flags,
  p.pull_request_id,
  p.repository_id,
  p.person_id as reviewer_id,
  p.kind as reviewer_kind,
  p.author_id,
  coalesce(v.verdict_category, 'none') as verdict,
  coalesce(p.is_human, false) and coalesce(p.author_kind, 'other') not in ({{excluded_kinds}}) as is_eligible,
  p.requested_at is not null as was_requested,
  coalesce(s.share_one = 0, false) as is_cross_team,
  p.requested_at,
  p.responded_at,
  p.approved_at,
  coalesce(p.responded_at, p.closed_at) as waiting_until,
  {{seconds(p.clock_from, p.responded_at)}} as response_seconds,
  {{working_seconds(d_from, p.clock_from, d_to, p.responded_at)}} as response_working_seconds,
  cast(p.review_count as bigint) as review_count,
  cast(p.comment_count as bigint) as comment_count
from asked_from as p
left join verdict as v on v.pull_request_id = p.pull_request_id and v.identity = p.identity and v.n = 1
left join teams_then as s on s.pull_request_id = p.pull_request_id and s.identity = p.identity
left join person_calendar as w on {{calendar_of(p.person_id, p.team_at)}}
left join working_day as d_from on {{day_of(d_from, p.clock_from)}}
left join working_day as d_to on {{day_of(d_to, p.responded_at)}}
