-- Pipelines whose runs take part in facts.
select p.*
from pipeline as p
left join duplicate as twin on twin.entity = 'pipeline' and twin.duplicate_id = p.id and twin.deleted_at is null
where p.deleted_at is null and twin.id is null
