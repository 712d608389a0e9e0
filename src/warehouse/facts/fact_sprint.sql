-- One sprint of one board: fact_sprint_issue added up. Of a sprint without dates, or with unknown members only, nothing is known;
-- nor of an empty one where the provider keeps no history of membership: its items may have moved on.
with
kept as (
  select distinct s.integration_id from issue_sprint as m join sprint as s on s.id = m.sprint_id where m.added_at is not null and m.deleted_at is null
),
total as (
  select f.sprint_id, sum(f.committed_points) as committed_points, sum(f.added_points) as added_points, sum(f.removed_points) as removed_points,
         sum(f.raised_points) as raised_points, sum(f.delivered_points) as delivered_points, sum(f.delivered_committed_points) as delivered_committed_points,
         sum(f.delivered_added_points) as delivered_added_points, sum(f.delivered_raised_points) as delivered_raised_points,
         count(*) filter (where f.is_counted) as counted_items,
         count(*) filter (where f.is_counted and f.is_committed) as committed_items,
         count(*) filter (where f.is_counted and f.is_added) as added_items,
         count(*) filter (where f.is_counted and f.is_removed) as removed_items,
         count(*) filter (where f.is_counted and f.is_delivered) as delivered_items,
         count(*) filter (where f.is_counted and f.is_delivered and f.is_committed) as delivered_committed_items,
         count(*) filter (where f.is_counted and f.is_delivered and f.is_added) as delivered_added_items,
         count(*) filter (where f.is_counted and not f.is_estimated) as unestimated_items,
         count(*) filter (where f.is_counted and f.outcome = 'carried_over') as carried_items,
         count(*) filter (where f.outcome is null) as unknown_items
  from fact_sprint_issue as f where f.profile_id = {{profile_id}} group by f.sprint_id
),
known as (
  select s.*, t.sprint_id is not null as has_items, coalesce(t.unknown_items, 0) as unknown_items,
         coalesce(s.from_at < s.to_at, false) as has_dates, t.counted_items,
         coalesce(s.from_at < s.to_at, false) and
           case when t.sprint_id is null then h.integration_id is not null else t.counted_items > 0 or t.unknown_items = 0 end as is_known
  from sprint_period as s
  left join total as t on t.sprint_id = s.sprint_id
  left join kept as h on h.integration_id = s.integration_id
)
select
  k.sprint_id as id,
  {{profile_id}} as profile_id,
  k.integration_id,
  cast(null as text) as primary_team_id,
  k.url,
  nullif(concat_ws(',', case when not k.has_dates then 'no_dates' end, case when k.unknown_items > 0 or (k.has_dates and not k.is_known) then 'unknown_membership' end), '') as flags,
  k.sprint_id,
  k.board_id,
  k.project_id,
  k.state,
  k.is_closed,
  k.from_at as started_at,
  k.to_at as ended_at,
  case when k.is_known then cast(coalesce(t.committed_points, 0) as double precision) end as committed_points,
  case when k.is_known then cast(coalesce(t.added_points, 0) as double precision) end as added_points,
  case when k.is_known then cast(coalesce(t.removed_points, 0) as double precision) end as removed_points,
  case when k.is_known then cast(coalesce(t.raised_points, 0) as double precision) end as raised_points,
  case when k.is_known then cast(coalesce(t.delivered_points, 0) as double precision) end as delivered_points,
  case when k.is_known then cast(coalesce(t.delivered_committed_points, 0) as double precision) end as delivered_committed_points,
  case when k.is_known then cast(coalesce(t.delivered_added_points, 0) as double precision) end as delivered_added_points,
  case when k.is_known then cast(coalesce(t.delivered_raised_points, 0) as double precision) end as delivered_raised_points,
  case when k.is_known then cast(coalesce(t.committed_items, 0) as bigint) end as committed_items,
  case when k.is_known then cast(coalesce(t.added_items, 0) as bigint) end as added_items,
  case when k.is_known then cast(coalesce(t.removed_items, 0) as bigint) end as removed_items,
  case when k.is_known then cast(coalesce(t.delivered_items, 0) as bigint) end as delivered_items,
  case when k.is_known then cast(coalesce(t.delivered_committed_items, 0) as bigint) end as delivered_committed_items,
  case when k.is_known then cast(coalesce(t.delivered_added_items, 0) as bigint) end as delivered_added_items,
  case when k.is_known then cast(coalesce(t.unestimated_items, 0) as bigint) end as unestimated_items,
  case when k.is_known then cast(coalesce(t.carried_items, 0) as bigint) end as carried_items,
  cast(k.unknown_items as bigint) as unknown_items
from known as k
left join total as t on t.sprint_id = k.sprint_id
