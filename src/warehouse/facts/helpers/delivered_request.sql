-- index: id
-- One pull request with everything that is known of it but its issue: classes, and the first deployment from fact_change.
select t.*, t.additions + t.deletions as lines_changed, f.deployed_at, coalesce(t.last_approval_at, t.merged_at) as reviewed_at,
       coalesce(t.closed_at, {{now}}) as team_at
from classified_request as t
left join fact_change as f on f.pull_request_id = t.id and f.is_first and f.profile_id = {{profile_id}}
