-- index: id
-- One attempt of one run among its attempts, and among the finished runs of its pipeline and branch.
with
-- nearly all runs have one attempt: only the others are put in order
several as (select r.chain from run_chain as r group by r.chain having count(*) > 1),
attempt as (
  select r.id,
         row_number() over (partition by r.chain order by r.turn desc, r.id desc) = 1 as is_final,
         max(case when r.result_category = 'failure' then 1 else 0 end)
           over (partition by r.chain, r.head_sha order by r.turn, r.id rows between unbounded preceding and 1 preceding) as failed_before
  from run_chain as r join several as s on s.chain = r.chain
),
head as (
  select c.repository_id, c.sha, c.committed_at from commit as c
  where c.deleted_at is null and exists (select 1 from run_chain as u where u.repository_id = c.repository_id and u.head_sha = c.sha)
)
select r.id, r.pipeline_kind, coalesce(a.is_final, true) as is_final, a.failed_before, d.red_from, h.committed_at
from run_chain as r
left join head as h on h.repository_id = r.repository_id and h.sha = r.head_sha
left join attempt as a on a.id = r.id
left join run_red as d on d.id = r.id
