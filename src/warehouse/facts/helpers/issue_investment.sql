-- index: issue_id
-- The first investment category that matches an issue or reaches it through the hierarchy.
with recursive
matched as ({{investment_matches}}),
below as (
  select m.rank, m.name, m.expand, m.issue_id from matched as m where m.expand in ('descendants', 'leaves')
  union
  select b.rank, b.name, b.expand, i.id from below as b join live_issue as i on i.parent_id = b.issue_id
),
reached as (
  select rank, name, issue_id from matched where expand <> 'leaves'
  union all
  select rank, name, issue_id from below where expand = 'descendants'
  union all
  select b.rank, b.name, b.issue_id from below as b
  where b.expand = 'leaves' and not exists (select 1 from live_issue as c where c.parent_id = b.issue_id)
  union all
  select m.rank, m.name, i.id from matched as m join live_issue as i on i.parent_id = m.issue_id where m.expand = 'children'
  union all
  select m.rank, m.name, i.id from matched as m join live_issue as i on i.epic_id = m.issue_id where m.expand = 'epic'
)
select issue_id, name
from (select r.*, row_number() over (partition by r.issue_id order by r.rank) as n from reached as r) as ranked
where n = 1
