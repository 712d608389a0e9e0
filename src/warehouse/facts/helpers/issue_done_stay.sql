-- index: issue_id
-- One unbroken stay of one issue in category done; moves between done statuses do not part it.
with
turn as (
  select v.issue_id, v.n, v.entered_at, v.left_at, v.status_category from issue_visit as v
  where (v.status_category = 'done') <> coalesce(v.before = 'done', false)
),
island as (
  select t.*, lead(t.entered_at) over (partition by t.issue_id order by t.n) as until_at from turn as t
),
stay as (
  -- done without history: only the provider's word says since when
  select d.issue_id, case when d.n = 0 and d.left_at is null then coalesce(i.resolved_at, i.closed_at) else d.entered_at end as done_at, d.until_at
  from island as d join live_issue as i on i.id = d.issue_id where d.status_category = 'done'
)
select s.issue_id, s.done_at, coalesce(s.until_at, cast('9999-12-31 00:00:00+00' as timestamptz)) as until_at from stay as s where s.done_at is not null
