-- index: sprint_id, issue_id
-- One period of one issue in one sprint, of those that touch the time between its start and its end.
select m.sprint_id, m.issue_id, m.added_at, m.removed_at, p.from_at, p.to_at, p.commit_at, p.is_closed,
       -- tools empty a sprint while closing it: who was removed then was in it to the end
       m.removed_at is null or m.removed_at >= p.to_at - interval '1 second' * case when p.is_closed then {{close_grace_seconds}} else 0 end as is_to_end
from issue_sprint as m
join sprint_period as p on p.sprint_id = m.sprint_id
join live_issue as i on i.id = m.issue_id
where m.deleted_at is null and (m.added_at is null or m.added_at < p.to_at) and (m.removed_at is null or m.removed_at > p.from_at) and p.from_at < p.to_at
