import { addSeconds, compareInstants, type Instant } from "../../domain/instant.ts";
import { HelperTables } from "../facts/helper-tables.ts";
import { type Profile, renderContext } from "../facts/profiles.ts";
import type { Warehouse } from "../warehouse.ts";
import { BulkInsert } from "./bulk-insert.ts";
import { CommitGraph } from "./commit-graph.ts";
import { CommitInsert } from "./commit-insert.ts";
import { type Arrival, type Deployed, walkChain } from "./containment.ts";
import { deploymentChainSql, deploymentHeadSql, timeFallbackSql } from "./lineage-sql.ts";
import { replaceBy } from "./link-rows.ts";

interface HeadRow {
  deployment_id: string;
  application_id: string;
  detector: string;
  environment: string | null;
  moment: Instant;
  previous_deployment_id: string | null;
  repository_id: string | null;
  sha: string | null;
  evidence: string;
  confidence: number | null;
  has_graph: boolean;
}

const LONG = { timeoutMs: 600_000 };
/** Parent edges that are in memory at once, unless one repository alone has more. */
const EDGES = 200_000;

/** Writes `deployment_lineage` and `deployment_commit` for everything that the sources of any profile detect (`domain.md` §8). */
export async function buildLineage(warehouse: Warehouse, options: { now: Instant; profiles: readonly Profile[] }): Promise<void> {
  const { now, profiles } = options;
  const firstDays = Math.max(...profiles.map(({ settings }) => settings["deployment.first_days"]));
  const helpers = new HelperTables(warehouse, await renderContext(warehouse, profiles[0]!, now));
  try {
    await collectCandidates(warehouse, options);
    await helpers.create("deployment_chain", deploymentChainSql);
    await helpers.create("deployment_head", deploymentHeadSql);
    await warehouse.run([{ sql: "delete from deployment_commit" }, { sql: "delete from deployment_lineage" }]);
    await walkAll(warehouse, { now, firstDays });
    const time = replaceBy("deployment_commit", timeFallbackSql(firstDays), { now, where: "evidence_category <> 'graph'" });
    await helpers.run(time);
  } finally {
    await helpers.drop();
    await warehouse.run([{ sql: "drop table if exists lineage_candidate" }]);
  }
}

async function collectCandidates(
  warehouse: Warehouse,
  { now, profiles }: { now: Instant; profiles: readonly Profile[] },
): Promise<void> {
  await warehouse.run([{ sql: "drop table if exists lineage_candidate" }]);
  for (const [at, profile] of profiles.entries()) {
    const helpers = new HelperTables(warehouse, await renderContext(warehouse, profile, now));
    await helpers.need("select 1 from deployment_candidate");
    const columns =
      "select c.* from (select d.*, row_number() over (partition by d.id order by d.source) as place from deployment_candidate as d) as c where c.place = 1";
    const into = at === 0 ? "create table lineage_candidate as" : "insert into lineage_candidate";
    const fresh = at === 0 ? "" : " and c.id not in (select id from lineage_candidate)";
    await warehouse.run([{ sql: `${into} ${columns}${fresh}` }]);
    await helpers.drop();
  }
}

async function walkAll(warehouse: Warehouse, { now, firstDays }: { now: Instant; firstDays: number }): Promise<void> {
  const commits = new CommitInsert(warehouse, now);
  const lineages = new BulkInsert(warehouse, "deployment_lineage", now);
  for (const applications of await batches(warehouse)) {
    const heads = await warehouse.query<HeadRow>(
      `select * from deployment_head where application_id = any(cast($1 as text[])) order by detector, application_id, environment nulls first, n, repository_id nulls last`,
      [applications],
      LONG,
    );
    const graphs = await readGraphs(warehouse, heads.rows);
    const landed = firstDays > 0 ? await readLandings(warehouse, heads.rows) : null;
    for (const rows of chains(heads.rows)) await writeChain(rows, { graphs, landed, firstDays, commits, lineages });
  }
  await commits.flush();
  await lineages.flush();
}

/** Applications in portions; those that share a repository, and so a graph, stay together. */
async function batches(warehouse: Warehouse): Promise<string[][]> {
  const { rows } = await warehouse.query<{ application_id: string; repository_id: string | null; edges: number | null }>(
    `select a.application_id, a.repository_id, e.edges
     from (select distinct application_id, case when has_graph then repository_id end as repository_id from deployment_head) as a
     left join (select repository_id, count(*) as edges from commit_parent group by repository_id) as e on e.repository_id = a.repository_id
     order by a.application_id, a.repository_id nulls last`,
    [],
    LONG,
  );
  const groups = new Map<string, { applications: Set<string>; edges: number }>();
  for (const { application_id, repository_id, edges } of rows) {
    const mine = groups.get(application_id) ?? { applications: new Set([application_id]), edges: 0 };
    groups.set(application_id, mine);
    const theirs = repository_id === null ? undefined : groups.get(`repository ${repository_id}`);
    if (!theirs) mine.edges += edges ?? 0;
    if (repository_id !== null) groups.set(`repository ${repository_id}`, mine);
    if (!theirs || theirs === mine) continue;
    for (const application of theirs.applications) mine.applications.add(application);
    mine.edges += theirs.edges;
    for (const [key, group] of groups) if (group === theirs) groups.set(key, mine);
  }
  const portions: string[][] = [];
  let room = 0;
  for (const group of new Set(groups.values())) {
    if (room < group.edges || !portions.length) {
      portions.push([]);
      room = EDGES;
    }
    portions.at(-1)!.push(...group.applications);
    room -= group.edges + group.applications.size;
  }
  return portions;
}

async function readGraphs(warehouse: Warehouse, heads: readonly HeadRow[]): Promise<Map<string, CommitGraph>> {
  const repositories = [...new Set(heads.flatMap((head) => (head.has_graph && head.sha !== null ? [head.repository_id!] : [])))];
  const graphs = new Map(repositories.map((id) => [id, new CommitGraph()]));
  for (const portion of await edgePortions(warehouse, repositories)) {
    const { rows } = await warehouse.query<{ repository_id: string; sha: string; parent_sha: string }>(
      `select repository_id, sha, parent_sha from commit_parent where repository_id = any(cast($1 as text[])) and ${portion}`,
      [repositories],
      LONG,
    );
    for (const { repository_id, sha, parent_sha } of rows) graphs.get(repository_id)!.addEdge(sha, parent_sha);
  }
  for (const head of heads) if (head.has_graph && head.sha !== null) graphs.get(head.repository_id!)!.node(head.sha);
  for (const graph of graphs.values()) graph.freeze();
  return graphs;
}

/** Conditions that split the edges of a very large repository by the first digit of the hash; one for all others. */
async function edgePortions(warehouse: Warehouse, repositories: readonly string[]): Promise<string[]> {
  const { rows } = await warehouse.query<{ n: number }>(
    `select count(*) as n from commit_parent where repository_id = any(cast($1 as text[]))`,
    [repositories],
    LONG,
  );
  if (rows[0]!.n <= 2 * EDGES) return ["true"];
  const digits = [..."0123456789abcdef"];
  return [
    ...digits.map((digit) => `left(sha, 1) = '${digit}'`),
    `left(sha, 1) not in (${digits.map((digit) => `'${digit}'`).join(", ")})`,
  ];
}

/** When each commit of the repositories landed, by `<repository> <sha>`. */
async function readLandings(warehouse: Warehouse, heads: readonly HeadRow[]): Promise<Map<string, Instant>> {
  const repositories = [...new Set(heads.flatMap(({ repository_id }) => repository_id ?? []))];
  const { rows } = await warehouse.query<{ repository_id: string; sha: string; committed_at: Instant }>(
    `select repository_id, sha, committed_at from commit where deleted_at is null and repository_id = any(cast($1 as text[]))`,
    [repositories],
    LONG,
  );
  return new Map(rows.map((row) => [`${row.repository_id} ${row.sha}`, row.committed_at]));
}

function* chains(rows: readonly HeadRow[]): Generator<HeadRow[]> {
  const key = ({ detector, application_id, environment }: HeadRow) => JSON.stringify([detector, application_id, environment]);
  let chain: HeadRow[] = [];
  for (const row of rows) {
    if (chain.length && key(chain[0]!) !== key(row)) {
      yield chain;
      chain = [];
    }
    chain.push(row);
  }
  if (chain.length) yield chain;
}

interface ChainContext {
  graphs: ReadonlyMap<string, CommitGraph>;
  landed: ReadonlyMap<string, Instant> | null;
  firstDays: number;
  commits: CommitInsert;
  lineages: BulkInsert<"deployment_lineage">;
}

async function writeChain(rows: readonly HeadRow[], context: ChainContext): Promise<void> {
  const byKey = new Map(rows.map((row) => [`${row.deployment_id} ${row.repository_id}`, row]));
  const deployed = [...Map.groupBy(rows, ({ deployment_id }) => deployment_id)].map(([deploymentId, heads]): Deployed => ({
    deploymentId,
    heads: heads.flatMap(({ repository_id, sha }) =>
      repository_id !== null && sha !== null ? [{ repositoryId: repository_id, sha }] : [],
    ),
  }));
  for (const arrival of walkChain(deployed, context.graphs)) {
    await writeArrival(arrival, byKey.get(`${arrival.deploymentId} ${arrival.repositoryId}`)!, context);
  }
  for (const row of rows)
    if (row.sha === null) await context.lineages.add(lineageRow(row, row.previous_deployment_id ? "unknown" : "first", null));
}

async function writeArrival(
  arrival: Arrival,
  row: HeadRow,
  { commits, lineages, landed, firstDays }: ChainContext,
): Promise<void> {
  const since = addSeconds(row.moment, -firstDays * 86_400);
  const isNew = (sha: string) => {
    if (!arrival.startsHistory) return true;
    const at = landed?.get(`${arrival.repositoryId} ${sha}`);
    return at !== undefined && compareInstants(at, since) >= 0;
  };
  const { repositoryId, deploymentId, sha: headSha } = arrival;
  const held = { deploymentId, repositoryId, headSha, confidence: row.confidence ?? 0 };
  const { fresh = [], old = [] } = Object.groupBy(arrival.commits ?? [], (sha) => (isNew(sha) ? "fresh" : "old"));
  if (arrival.commits && !arrival.commits.includes(headSha)) old.push(headSha);
  await commits.add({ ...held, isNew: true, shas: fresh });
  await commits.add({ ...held, isNew: false, shas: old });
  await lineages.add(lineageRow(row, arrival.relation, arrival.commits && fresh.length));
}

const lineageRow = (row: HeadRow, relation: Arrival["relation"], newCommitCount: number | null) => ({
  nativeId: `${row.deployment_id}/${row.repository_id ?? "-"}`,
  deploymentId: row.deployment_id,
  applicationId: row.application_id,
  repositoryId: row.sha === null ? null : row.repository_id,
  headSha: row.sha,
  headEvidenceCategory: row.evidence as "none",
  headEvidence: null,
  previousDeploymentId: row.previous_deployment_id,
  relationCategory: relation,
  relation: null,
  newCommitCount,
});
