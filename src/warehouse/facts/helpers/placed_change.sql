-- One change on one application it reached, or without any; the first place is the earliest.
select l.*, a.application_id, a.service_id, a.deployment_id, a.deployed_at, a.evidence, a.confidence, coalesce(a.is_before_history, false) as is_before_history,
       row_number() over (partition by l.change_id order by a.deployed_at nulls last, a.application_id nulls last) as place
from landed_change as l left join change_arrival as a on a.change_id = l.change_id
