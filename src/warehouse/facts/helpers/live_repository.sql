-- Repositories whose children take part in facts: neither deleted nor seen a second time through another integration.
select r.*
from repository as r
left join duplicate as twin on twin.entity = 'repository' and twin.duplicate_id = r.id and twin.deleted_at is null
where r.deleted_at is null and twin.id is null
