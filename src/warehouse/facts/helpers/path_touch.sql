-- index: entity_id
-- Pull requests and commits that touch files under a path prefix that a team scope or a service names.
with
prefix as (
  select path_prefix from team_scope where deleted_at is null and path_prefix is not null
  union
  select path_prefix from service_map where deleted_at is null and path_prefix is not null
),
touch as (
  select distinct f.repository_id, f.sha, p.path_prefix
  from commit_file as f
  join prefix as p on left(f.path, length(p.path_prefix)) = p.path_prefix
  where f.deleted_at is null
)
select c.id as entity_id, t.path_prefix
from touch as t join commit as c on c.repository_id = t.repository_id and c.sha = t.sha and c.deleted_at is null
union
select k.pull_request_id, t.path_prefix
from touch as t join pull_request_commit as k on k.repository_id = t.repository_id and k.sha = t.sha and k.deleted_at is null and k.removed_at is null
