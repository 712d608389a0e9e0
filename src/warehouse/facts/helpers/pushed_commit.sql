-- index: repository_id, sha
-- Commits of default branches that no pull request holds or landed; of several copies the oldest repository that is no fork counts.
with
candidate as (
  select c.id, c.integration_id, c.url, c.repository_id, c.sha, c.author_account_id, c.authored_at, c.committed_at, c.additions, c.deletions,
         c.is_merge, c.reverts_sha,
         row_number() over (partition by c.sha order by coalesce(r.is_fork, false), r.created_at nulls last, c.id) as n
  from commit as c
  join live_repository as r on r.id = c.repository_id
  where c.deleted_at is null and c.is_on_default
    and not exists (select 1 from pull_request_commit as k where k.sha = c.sha and k.deleted_at is null)
    and not exists (select 1 from landed_request as q where q.landing_sha = c.sha)
)
select c.*
from candidate as c
where c.n = 1
  -- a rebase lands new hashes of commits that a request holds
  and not exists (select 1 from pull_request_commit as k where k.repository_id = c.repository_id and k.author_account_id = c.author_account_id
                  and k.authored_at = c.authored_at and k.deleted_at is null)
