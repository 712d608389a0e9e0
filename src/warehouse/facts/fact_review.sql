-- One account asked to review or reviewing one pull request that is not its author's.
with
verdict as (
  select pull_request_id, identity, verdict_category,
         row_number() over (partition by pull_request_id, identity order by submitted_at desc nulls last, verdict_category) as n
  from review_involvement where is_review = 1
),
membership as (
  select person_id, team_id, coalesce(valid_from, timestamptz '0001-01-01 00:00:00+00') as valid_from, coalesce(valid_to, timestamptz '9999-12-31 00:00:00+00') as valid_to
  from team_member where deleted_at is null
),
teams_then as (
  select p.pull_request_id, p.identity,
         max(case when mine.team_id = theirs.team_id then 1 else 0 end) as share_one
  from review_pair as p
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
from review_pair as p
left join verdict as v on v.pull_request_id = p.pull_request_id and v.identity = p.identity and v.n = 1
left join teams_then as s on s.pull_request_id = p.pull_request_id and s.identity = p.identity
left join person_calendar as w on {{calendar_of(p.person_id, p.team_at)}}
left join working_day as d_from on {{day_of(d_from, p.clock_from)}}
left join working_day as d_to on {{day_of(d_to, p.responded_at)}}
