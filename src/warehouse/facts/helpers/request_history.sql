-- index: id
-- One pull request with its commits and whether any issue key was found; a step of the timeline, so that no statement joins all at once.
with
known_key as (select distinct pull_request_id from pull_request_issue where deleted_at is null)
select r.*, c.first_commit_at, coalesce(c.has_removed, 0) = 1 as has_removed, coalesce(c.has_assistant, 0) = 1 as has_assistant, k.pull_request_id is not null as has_issue_key
from request_base as r
left join request_commits as c on c.pull_request_id = r.id
left join known_key as k on k.pull_request_id = r.id
