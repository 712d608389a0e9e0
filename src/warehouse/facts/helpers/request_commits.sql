-- index: pull_request_id
-- The commits ever seen in one pull request, added up.
with
assisted as (select c.repository_id, c.sha, c.assistant from commit as c where c.assistant is not null and c.deleted_at is null)
select c.pull_request_id,
       coalesce(min(c.authored_at) filter (where c.is_merge is not true and c.removed_at is null),
                min(c.authored_at) filter (where c.is_merge is not true), min(c.authored_at)) as first_commit_at,
       count(*) as commits_seen,
       max(case when c.removed_at is not null then 1 else 0 end) as has_removed,
       max(case when k.assistant is not null then 1 else 0 end) as has_assistant
from pull_request_commit as c
left join assisted as k on k.repository_id = c.repository_id and k.sha = c.sha
where c.deleted_at is null
group by c.pull_request_id
