import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { insertEntities, type Entities } from "../../../test/entities.ts";
import { buildTime, emptyWarehouse, factTester } from "../../../test/facts.ts";
import type { Warehouse } from "../warehouse.ts";
import { buildLineage } from "./lineage.ts";
import { readProfiles } from "../facts/profiles.ts";
import { CommitGraph } from "./commit-graph.ts";
import { walkChain } from "./containment.ts";

/** The query of `domain.md` §8.3, per application and environment, over heads as the step found them. */
const normative = `with recursive head as (
  select h.deployment_id, h.repository_id, h.sha, h.chain, h.n from test_head as h),
reach as (
  select deployment_id, chain, n, repository_id, sha from head
  union select r.deployment_id, r.chain, r.n, p.repository_id, p.parent_sha
  from reach as r join commit_parent as p on p.repository_id = r.repository_id and p.sha = r.sha)
select r.deployment_id, r.repository_id, r.sha from reach as r
where not exists (select 1 from reach as e where e.chain = r.chain and e.n < r.n and e.sha = r.sha)
order by 1, 2, 3`;

interface World {
  entities: Entities;
  heads: { deploymentId: string; repositoryId: string; sha: string; chain: string; n: number }[];
}

/** Random histories: commits with parents among the earlier ones, and deployments of them in random order. */
const world: fc.Arbitrary<World> = fc
  .record({
    parents: fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 3 }), { minLength: 2, maxLength: 30 }),
    deployments: fc.array(
      fc.record({
        application: fc.constantFrom("A", "B"),
        environment: fc.constantFrom("production", "staging"),
        repository: fc.constantFrom("r1", "r2"),
        second: fc.boolean(),
        commit: fc.nat({ max: 29 }),
        other: fc.nat({ max: 29 }),
        status: fc.constantFrom("success" as const, "success" as const, "failure" as const),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ parents, deployments }) => {
    const shas = parents.map((_, at) => `${"0123456789abcdef"[at % 16]}${at}`);
    const repositories = ["r1", "r2"];
    const edges = parents.flatMap((list, at) =>
      at === 0
        ? []
        : [...new Set(list.map((parent) => parent % at))].map((parent, position) => ({
            sha: shas[at]!,
            parentSha: shas[parent]!,
            position,
          })),
    );
    const named = deployments.map((deployment, at) => ({
      ...deployment,
      id: `d${String(at).padStart(2, "0")}`,
      heads: [
        { repositoryId: deployment.repository, sha: shas[deployment.commit % shas.length]! },
        ...(deployment.second
          ? [{ repositoryId: deployment.repository === "r1" ? "r2" : "r1", sha: shas[deployment.other % shas.length]! }]
          : []),
      ],
    }));
    return {
      entities: {
        profile: [{}],
        repository: repositories.map((id) => ({ id })),
        commit: repositories.flatMap((repositoryId) => shas.map((sha) => ({ id: `${repositoryId}/${sha}`, repositoryId, sha }))),
        commit_parent: repositories.flatMap((repositoryId) => [
          { repositoryId, sha: "root", parentSha: "root-parent", position: 0 },
          ...edges.map((edge) => ({ repositoryId, ...edge })),
        ]),
        pipeline_run: named.map(({ id }) => ({ id: `run-${id}`, pipelineId: "cd" })),
        pipeline_run_commit: named.flatMap(({ id, heads }) =>
          heads.map((head) => ({ id: `${id}/${head.repositoryId}`, pipelineRunId: `run-${id}`, ...head, isHead: true })),
        ),
        deployment: named.map(({ id, application, environment, status }, at) => ({
          id,
          serviceId: application,
          environment,
          environmentCategory: environment as "production",
          statusCategory: status,
          pipelineRunId: `run-${id}`,
          finishedAt: `2026-05-04T${String(at).padStart(2, "0")}:00:00Z`,
        })),
      },
      heads: named.flatMap(({ id, application, environment, status, heads }, n) =>
        status === "success"
          ? heads.map((head) => ({ deploymentId: id, ...head, chain: `${application} ${environment}`, n }))
          : [],
      ),
    };
  });

const tester = factTester();
const open: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of open) await close();
});

async function lineageOf(warehouse: Warehouse, entities: Entities) {
  await warehouse.run(Object.keys(entities).map((table) => ({ sql: `delete from ${table}` })));
  await insertEntities(warehouse, entities);
  await buildLineage(warehouse, { now: buildTime, profiles: await readProfiles(warehouse) });
  const { rows } = await warehouse.query<CommitRow>(
    `select deployment_id, repository_id, sha, is_new, is_head from deployment_commit order by 1, 2, 3`,
  );
  const lineage = await warehouse.query(
    `select deployment_id, repository_id, head_sha, relation_category, previous_deployment_id, new_commit_count from deployment_lineage order by 1, 2`,
  );
  return { rows, lineage: lineage.rows };
}

interface CommitRow {
  deployment_id: string;
  repository_id: string;
  sha: string;
  is_new: boolean;
  is_head: boolean;
}

const keyOf = (row: Pick<CommitRow, "deployment_id" | "repository_id" | "sha">) =>
  `${row.deployment_id} ${row.repository_id} ${row.sha}`;

/**
 * What the step says each deployment reached first. What comes with the first known head of a repository is stored, but not
 * as new; a head that an earlier deployment brought is stored as a head alone.
 */
function reached(rows: readonly CommitRow[], heads: World["heads"], expected: ReadonlySet<string>): string[] {
  const firsts = new Map<string, string>();
  for (const { chain, repositoryId, deploymentId } of heads) {
    const key = `${chain} ${repositoryId}`;
    if (!firsts.has(key)) firsts.set(key, deploymentId);
  }
  const beginnings = new Set([...firsts].map(([key, deploymentId]) => `${deploymentId} ${key.split(" ").at(-1)}`));
  return rows
    .filter(
      (row) =>
        row.is_new ||
        (beginnings.has(`${row.deployment_id} ${row.repository_id}`) && !(row.is_head && !expected.has(keyOf(row)))),
    )
    .map(keyOf);
}

describe.each(tester.engines)("containment on %s", (engine) => {
  it(
    "equals the normative query, gives every commit to one deployment, whatever the order of rows",
    { timeout: 120_000 },
    async () => {
      const { warehouse, close } = await emptyWarehouse(engine);
      open.push(close);
      await warehouse.run([
        { sql: "create table test_head (deployment_id text, repository_id text, sha text, chain text, n bigint)" },
      ]);
      await fc.assert(
        fc.asyncProperty(world, async ({ entities, heads }) => {
          const { rows, lineage } = await lineageOf(warehouse, entities);
          await warehouse.run([
            { sql: "delete from test_head" },
            ...heads.map((head) => ({
              sql: `insert into test_head values ('${head.deploymentId}', '${head.repositoryId}', '${head.sha}', '${head.chain}', ${head.n})`,
            })),
          ]);
          const expected = await warehouse.query<{ deployment_id: string; repository_id: string; sha: string }>(normative);
          const wanted = expected.rows.map((row) => keyOf(row));
          expect(reached(rows, heads, new Set(wanted))).toEqual(wanted);

          const chainOf = new Map(heads.map((head) => [head.deploymentId, head.chain]));
          const claims = rows
            .filter((row) => row.is_new)
            .map((row) => `${chainOf.get(row.deployment_id)} ${row.sha} ${row.repository_id}`);
          expect(new Set(claims).size).toBe(claims.length);

          const shuffled = Object.fromEntries(Object.entries(entities).map(([table, list]) => [table, [...list].reverse()]));
          expect(await lineageOf(warehouse, shuffled)).toEqual({ rows, lineage });
        }),
        { numRuns: engine === "duckdb" ? 25 : 15 },
      );
    },
  );
});

describe("walkChain", () => {
  const graphOf = (edges: Record<string, string>) => {
    const graph = new CommitGraph();
    for (const [sha, parents] of Object.entries(edges)) for (const parent of parents.split(" ")) graph.addEdge(sha, parent);
    return graph.freeze();
  };
  const relations = (graph: CommitGraph, ...shas: string[]) =>
    [
      ...walkChain(
        shas.map((sha, at) => ({ deploymentId: `d${at}`, heads: [{ repositoryId: "r", sha }] })),
        new Map([["r", graph]]),
      ),
    ].map(({ relation, commits }) => `${relation} ${[...commits!].sort().join("")}`);

  it("names each relation to the deployment before", () => {
    const graph = graphOf({ b: "a", c: "b", d: "c", x: "b", m: "d x" });
    expect(relations(graph, "c", "d", "d", "b", "x", "m")).toEqual([
      "first abc",
      "forward d",
      "redeploy ",
      "rollback ",
      "forward x",
      "forward m",
    ]);
    expect(relations(graph, "d", "x", "d", "m", "x")).toEqual([
      "first abcd",
      "diverged x",
      "diverged ",
      "forward m",
      "rollback ",
    ]);
  });

  it("says unknown without a graph or without a head before", () => {
    const graph = graphOf({ b: "a" });
    const chain = [
      { deploymentId: "d1", heads: [] },
      { deploymentId: "d2", heads: [{ repositoryId: "r", sha: "b" }] },
      { deploymentId: "d3", heads: [{ repositoryId: "blind", sha: "z" }] },
    ];
    expect([...walkChain(chain, new Map([["r", graph]]))].map(({ relation, commits }) => [relation, commits])).toEqual([
      ["unknown", ["b", "a"]],
      ["unknown", null],
    ]);
  });

  it("visits every commit of a long history once", () => {
    const graph = new CommitGraph();
    const length = 200_000;
    for (let at = 1; at < length; at += 1) graph.addEdge(`c${at}`, `c${at - 1}`);
    graph.freeze();
    let visits = 0;
    const parents = graph.parents.bind(graph);
    graph.parents = (node) => {
      visits += 1;
      return parents(node);
    };
    const chain = Array.from({ length: 2_000 }, (_, at) => ({
      deploymentId: `d${at}`,
      heads: [{ repositoryId: "r", sha: `c${(at + 1) * 100 - 1}` }],
    }));
    const found = [...walkChain(chain, new Map([["r", graph]]))].reduce((sum, { commits }) => sum + commits!.length, 0);
    expect(found).toBe(length);
    expect(visits).toBeLessThan(length * 5);
  });
});
