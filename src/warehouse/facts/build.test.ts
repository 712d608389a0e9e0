import { afterAll, describe, expect, it } from "vitest";

import { type Entities, insertEntities } from "../../../test/entities.ts";
import { buildTime, factTester, people } from "../../../test/facts.ts";
import { buildFacts, factFiles, factNames } from "./build.ts";
import { HelperTables } from "./helper-tables.ts";
import { readProfiles, renderContext } from "./profiles.ts";

const tester = factTester();
afterAll(tester.close);
const day = (time: string) => `2026-05-04T${time}:00Z`;

const entities: Entities = {
  ...people("ann", "ben"),
  repository: [{ id: "pay" }],
  team: [{ id: "Pay" }],
  team_tree: [{ ancestorTeamId: "Pay", teamId: "Pay", depth: 0 }],
  team_member: [{ teamId: "Pay", personId: "person-ann" }],
  pull_request: [
    {
      id: "p1",
      number: 1,
      repositoryId: "pay",
      authorAccountId: "ann",
      openedAt: day("09:00"),
      mergedAt: day("10:00"),
      mergeSha: "m",
      additions: 1,
      deletions: 2,
    },
  ],
  pull_request_commit: [{ pullRequestId: "p1", repositoryId: "pay", sha: "c", authoredAt: day("08:00") }],
  pull_request_review: [
    { id: "v", pullRequestId: "p1", reviewerAccountId: "ben", verdictCategory: "approved", submittedAt: day("09:30") },
  ],
  commit: [{ id: "c", repositoryId: "pay", authorAccountId: "ann", authoredAt: day("08:00"), isOnDefault: true }],
  pipeline: [{ id: "ci", repositoryId: "pay" }],
  pipeline_run: [
    {
      id: "run",
      pipelineId: "ci",
      repositoryId: "pay",
      startedAt: day("10:00"),
      finishedAt: day("10:10"),
      resultCategory: "success",
    },
  ],
  pipeline_job: [
    { id: "job", pipelineRunId: "run", stateCategory: "finished", startedAt: day("10:00"), finishedAt: day("10:10") },
  ],
  deployment: [{ id: "d", repositoryId: "pay", finishedAt: day("12:00") }],
  deployment_commit: [
    { deploymentId: "d", repositoryId: "pay", sha: "m", isNew: true, evidenceCategory: "graph", confidence: 1 },
  ],
  sprint: [{ id: "s", boardId: "b", projectId: "project", startedAt: day("08:00"), completedAt: day("13:00") }],
  issue: [
    {
      id: "work",
      projectId: "project",
      points: 3,
      createdAt: day("07:00"),
      statusCategory: "done",
      assigneeAccountId: "ann",
    },
  ],
  issue_sprint: [{ id: "work/s", issueId: "work", sprintId: "s", addedAt: day("07:30"), evidenceCategory: "history" }],
  issue_transition: [
    {
      id: "t1",
      issueId: "work",
      fieldCategory: "status",
      occurredAt: day("09:00"),
      sequence: 1,
      fromCategory: "todo",
      toCategory: "in_progress",
    },
    {
      id: "t2",
      issueId: "work",
      fieldCategory: "status",
      occurredAt: day("12:00"),
      sequence: 2,
      fromCategory: "in_progress",
      toCategory: "done",
    },
  ],
  worklog: [{ id: "w", issueId: "work", authorAccountId: "ann", startedAt: day("09:30"), seconds: 3600 }],
  incident: [{ id: "i", createdAt: day("12:30"), resolvedAt: day("13:00") }],
  incident_deployment: [{ incidentId: "i", deploymentId: "d", evidenceCategory: "stated", confidence: 1, isPrimary: true }],
  progress: [{ integrationId: "acme-git", scopeId: "pay", stream: "commits", cursorAt: day("14:00"), updatedAt: day("14:00") }],
};

describe.each(tester.engines)("buildFacts on %s", (engine) => {
  it("keeps in each table exactly what its SELECT gives", async () => {
    const warehouse = await tester.build(engine, entities, { steps: "calendar" });
    const [profile] = await readProfiles(warehouse);
    const helpers = new HelperTables(warehouse, await renderContext(warehouse, profile!, buildTime));
    for (const name of factNames) {
      const sql = await helpers.need(factFiles.get(name)!);
      const order = name === "fact_team" ? "fact, row_id, team_id, basis" : "id";
      const table = await warehouse.query(`select * from ${name} order by ${order}`);
      const select = await warehouse.query(`select * from (${sql}) as x order by ${order}`);
      expect(select.rows, name).toEqual(table.rows);
      expect(table.rows.length, name).toBeGreaterThan(0);
    }
    await helpers.drop();
  });

  it("gives the same rows whatever the order in which entities arrived", async () => {
    const ties: Entities = {
      ...entities,
      account: [...entities.account!, { id: "robot", kindCategory: "bot" }],
      pull_request: ["p1", "p2", "p3", "p4"].map((id, at) => ({
        id,
        number: at + 1,
        repositoryId: "pay",
        authorAccountId: at % 2 ? "ben" : "ann",
        openedAt: day("09:00"),
        mergedAt: day("10:00"),
        mergeSha: id,
        revertsNumber: at === 3 ? 1 : null,
      })),
      deployment: ["d1", "d2", "d3"].map((id, at) => ({
        id,
        repositoryId: "pay",
        headSha: "same",
        finishedAt: day("12:00"),
        statusCategory: at ? "success" : "failure",
      })),
      deployment_commit: ["p1", "p2", "p4"].map((sha, at) => ({
        id: sha,
        deploymentId: at ? "d3" : "d2",
        repositoryId: "pay",
        sha,
        isNew: true,
        evidenceCategory: "graph",
        confidence: 1,
      })),
      incident: ["i1", "i2"].map((id) => ({ id, serviceId: "s", createdAt: day("12:30"), resolvedAt: day("13:00") })),
      incident_deployment: ["i1", "i2"].map((id) => ({
        id,
        incidentId: id,
        deploymentId: "d2",
        evidenceCategory: "stated",
        confidence: 1,
        isPrimary: true,
      })),
    };
    const reversed = Object.fromEntries(Object.entries(ties).map(([table, rows]) => [table, [...rows].reverse()]));
    const [one, other] = [
      await tester.build(engine, ties, { steps: "calendar" }),
      await tester.build(engine, reversed, { steps: "calendar" }),
    ];
    for (const name of factNames) {
      const all = `select * from ${name} order by ${name === "fact_team" ? "fact, row_id, team_id, basis" : "id"}`;
      expect((await other.query(all)).rows, name).toEqual((await one.query(all)).rows);
    }
  });

  it("records each build, and leaves no helper behind", async () => {
    const warehouse = await tester.build(engine, entities, { steps: "calendar" });
    const { rows } = await warehouse.query(
      `select fact, profile_id, profile_version, rule_version, row_count, built_at, data_through from fact_build order by fact`,
    );
    expect(rows.map(({ fact }) => fact)).toEqual([...factNames].sort());
    expect(rows.find(({ fact }) => fact === "fact_pull_request")).toEqual({
      fact: "fact_pull_request",
      profile_id: "default",
      profile_version: 1,
      rule_version: 1,
      row_count: 1,
      built_at: buildTime,
      data_through: day("14:00"),
    });
    const left = await warehouse.query(
      `select table_name from information_schema.tables where table_schema = current_schema()
       and (table_name like '%_next' or table_name in ('actor', 'landed_change', 'deployment_candidate', 'lineage_candidate'))`,
    );
    expect(left.rows).toEqual([]);
  });

  it("keeps the rows of each profile apart, and rebuilds one alone", async () => {
    const warehouse = await tester.build(
      engine,
      {
        ...entities,
        profile: [
          { id: "1", profileId: "default", version: 1, settings: { "size.pull_request": { medium: 1, large: 2 } } },
          { id: "2", profileId: "default", version: 2, settings: {} },
          { id: "3", profileId: "strict", version: 1, settings: { "people.excluded_kinds": ["human"] } },
        ],
      },
      { steps: "calendar" },
    );
    const state = async () =>
      (await warehouse.query(`select profile_id, size, is_eligible from fact_pull_request order by profile_id`)).rows;
    expect(await state()).toEqual([
      { profile_id: "default", size: "small", is_eligible: true },
      { profile_id: "strict", size: "small", is_eligible: false },
    ]);
    await warehouse.run([{ sql: "delete from profile where id = '3'" }]);
    await insertEntities(warehouse, {
      profile: [{ id: "4", profileId: "strict", version: 2, settings: { "size.pull_request": { medium: 2, large: 3 } } }],
    });
    const builds = await buildFacts(warehouse, { now: buildTime, profileIds: ["strict"], facts: ["fact_pull_request"] });
    expect(builds.map(({ fact, profileId, rowCount }) => [fact, profileId, rowCount])).toEqual([
      ["fact_pull_request", "strict", 1],
    ]);
    expect(await state()).toEqual([
      { profile_id: "default", size: "small", is_eligible: true },
      { profile_id: "strict", size: "large", is_eligible: true },
    ]);
  });

  it("refuses unknown facts, settings and columns by name", async () => {
    const warehouse = await tester.build(engine, { profile: [{}] }, { steps: "calendar" });
    await expect(buildFacts(warehouse, { now: buildTime, facts: ["fact_weather"] })).rejects.toMatchObject({
      code: "unknown_fact",
    });
    const save = (settings: object) =>
      warehouse.run([{ sql: `update profile set settings = cast('${JSON.stringify(settings)}' as json)` }]);
    await save({ "deployment.sorces": [] });
    await expect(buildFacts(warehouse, { now: buildTime })).rejects.toMatchObject({ code: "bad_profile" });
    await save({ "incident.filter": ["is", "colour", ["red"]] });
    await expect(buildFacts(warehouse, { now: buildTime })).rejects.toMatchObject({ code: "unknown_column" });
  });
});
