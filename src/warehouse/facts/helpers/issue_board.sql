-- index: issue_id
-- Boards of an issue: those of its sprints, and those without sprints that draw from its project.
with
planned as (select distinct s.board_id from sprint as s where s.board_id is not null and s.deleted_at is null),
drawn as (select b.id as board_id, unnest(b.project_ids) as project_id from board as b where b.deleted_at is null)
select distinct m.issue_id, s.board_id
from issue_sprint as m join sprint as s on s.id = m.sprint_id and s.board_id is not null and s.deleted_at is null
where m.deleted_at is null
union
select i.id, d.board_id
from drawn as d join live_issue as i on i.project_id = d.project_id
where not exists (select 1 from planned as p where p.board_id = d.board_id)
