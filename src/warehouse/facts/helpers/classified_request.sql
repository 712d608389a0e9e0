-- index: id
-- One pull request with its milestones, and with the issue and the words that request_class has for it.
select t.*, k.issue_id, k.is_hotfix, k.is_revert
from pull_request_timeline as t
left join request_class as k on k.pull_request_id = t.id
