-- index: issue_id
-- What the profile calls an issue, and whether it counts by default.
select i.id as issue_id, i.integration_id, i.url, i.project_id, i.type as issue_type, {{work_type}} as work_type, {{investment_category}} as investment_category,
       {{is_eligible_issue}} and not {{is_excluded_type}} as is_eligible, {{is_excluded_type}} as is_excluded, i.is_subtask
from live_issue as i
