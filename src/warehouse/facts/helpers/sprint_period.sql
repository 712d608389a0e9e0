-- index: sprint_id
-- One sprint that has begun: from its start to its end, or to now while it runs. Commitment is judged at `commit_at`.
with
dated as (
  select s.*, coalesce(s.started_at, s.starts_at) as from_at, s.state_category = 'closed' or s.completed_at is not null as is_closed
  from sprint as s
  left join board as b on b.id = s.board_id
  left join project as p on p.id = s.project_id
  left join duplicate as bt on bt.entity = 'board' and bt.duplicate_id = s.board_id and bt.deleted_at is null
  left join duplicate as pt on pt.entity = 'project' and pt.duplicate_id = s.project_id and pt.deleted_at is null
  where s.deleted_at is null and b.deleted_at is null and p.deleted_at is null and bt.id is null and pt.id is null and s.state_category <> 'future'
)
select d.id as sprint_id, d.integration_id, d.url, d.board_id, d.project_id, d.state_category as state, d.is_closed, d.from_at,
       case when d.is_closed then coalesce(d.completed_at, d.ends_at) else {{now}} end as to_at,
       d.from_at + interval '1 second' * ({{commit_grace_hours}} * 3600) as commit_at
from dated as d
where d.is_closed or d.from_at is null or d.from_at <= {{now}}
