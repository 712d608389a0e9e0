-- index: id
-- Issues of projects that take part in facts; a project row may still be missing.
select i.*
from issue as i
left join project as p on p.id = i.project_id
left join duplicate as twin on twin.entity = 'project' and twin.duplicate_id = i.project_id and twin.deleted_at is null
where i.deleted_at is null and p.deleted_at is null and twin.id is null
