-- index: id
-- Pull requests that take part in facts, with the people they are compared by.
select pr.id, pr.number, pr.head_sha, pr.integration_id, pr.url, pr.repository_id, pr.target_branch, pr.source_branch, pr.state_category, pr.is_draft, pr.is_from_fork,
       pr.opened_at, pr.merged_at, pr.closed_at, pr.additions, pr.deletions, pr.files_count, pr.commit_count, pr.labels, pr.merge_sha, pr.title,
       pr.reverts_number, author.person_id as author_id, author.kind as author_kind, author.identity as author_identity,
       merger.person_id as merged_by_id, merger.identity as merger_identity
from pull_request as pr
left join repository as r on r.id = pr.repository_id
left join duplicate as twin on twin.entity = 'repository' and twin.duplicate_id = pr.repository_id and twin.deleted_at is null
left join actor as author on author.account_id = pr.author_account_id
left join actor as merger on merger.account_id = pr.merged_by_account_id
where pr.deleted_at is null and r.deleted_at is null and twin.id is null
