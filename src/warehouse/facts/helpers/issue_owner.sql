-- index: issue_id
-- The team that owns an issue by its scope: the smallest id, valid now; nobody where issues find teams by person.
with
place as (
  select i.id as issue_id, 'issue' as subject, i.id as entity_id from live_issue as i
  union all
  select i.id, 'project', i.project_id from live_issue as i
  union all
  select b.issue_id, 'board', b.board_id from issue_board as b
)
select p.issue_id, min(s.team_id) as team_id
from team_scope_match as s join place as p on p.subject = s.subject and p.entity_id = s.entity_id
where {{attribution(issue)}} <> 'person' and (s.valid_from is null or s.valid_from <= {{now}}) and (s.valid_to is null or s.valid_to > {{now}})
group by p.issue_id
