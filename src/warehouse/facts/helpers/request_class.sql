-- One pull request with its primary issue and what the profile calls it.
with
reverting as (select c.repository_id, c.sha, c.reverts_sha from commit as c where c.reverts_sha is not null and c.deleted_at is null)
select pr.id as pull_request_id, i.id as issue_id,
       {{hotfix}} as is_hotfix,
       pr.reverts_number is not null or c.reverts_sha is not null as is_revert,
       c.reverts_sha
from pull_request as pr
left join pull_request_issue as k on k.pull_request_id = pr.id and k.is_primary and k.deleted_at is null
left join live_issue as i on i.id = k.issue_id
left join reverting as c on c.repository_id = pr.repository_id and c.sha = pr.merge_sha
where pr.deleted_at is null
