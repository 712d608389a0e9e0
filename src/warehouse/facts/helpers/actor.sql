-- One account, with the person and the kind that count (decisions of people first).
select a.id as account_id, coalesce(ap.person_id, a.id) as identity, ap.person_id,
       coalesce(ad.kind_category, a.kind_category) as kind,
       coalesce(ad.kind_category, a.kind_category) in ('human', 'other') as is_human
from account as a
left join account_decision as ad on ad.account_id = a.id and ad.deleted_at is null
left join account_person as ap on ap.account_id = a.id and ap.deleted_at is null
where a.deleted_at is null
