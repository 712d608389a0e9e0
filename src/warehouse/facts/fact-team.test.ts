import { afterAll, describe, expect, it } from "vitest";

import type { Entities } from "../../../test/entities.ts";
import { factTester, people } from "../../../test/facts.ts";

const tester = factTester();
afterAll(tester.close);

const on = (day: string) => `2026-02-${day}T00:00:00Z`;
const merged = (id: string, authorAccountId: string, mergedAt: string, more: object = {}) => ({
  id,
  number: Number(id.slice(1)),
  repositoryId: "pay",
  authorAccountId,
  mergedAt,
  mergeSha: id,
  ...more,
});
const tree = (...pairs: [string, string][]) =>
  pairs.map(([ancestorTeamId, teamId]) => ({ ancestorTeamId, teamId, depth: ancestorTeamId === teamId ? 0 : 1 }));

/** Teams Pay and Core under Eng; Ann moves from Pay to Core, Ben is in both. */
const organisation: Entities = {
  ...people("ann", "ben"),
  repository: [{ id: "pay" }],
  team: [{ id: "Eng" }, { id: "Pay", parentTeamId: "Eng" }, { id: "Core", parentTeamId: "Eng" }],
  team_tree: tree(["Eng", "Eng"], ["Eng", "Pay"], ["Pay", "Pay"], ["Eng", "Core"], ["Core", "Core"]),
  team_member: [
    { teamId: "Pay", personId: "person-ann", validTo: on("15") },
    { teamId: "Core", personId: "person-ann", validFrom: on("15") },
    { teamId: "Pay", personId: "person-ben", allocationShare: 0.4 },
    { teamId: "Core", personId: "person-ben", allocationShare: 0.6 },
  ],
  pull_request: [
    merged("p1", "ann", "2026-02-10T09:00:00Z"),
    merged("p2", "ann", on("15")),
    merged("p3", "ben", "2026-02-12T09:00:00Z"),
  ],
};

describe.each(tester.engines)("fact_team on %s", (engine) => {
  const teams = async (fact: string, entities: Entities) => {
    const warehouse = await tester.build(engine, entities, { steps: "calendar" });
    const { rows } = await warehouse.query(`select basis, team_id, row_id from fact_team where fact = '${fact}'`);
    return rows.map(({ basis, team_id, row_id }) => `${basis} ${team_id} ${row_id}`).sort();
  };
  const scoped = (settings: object, more: Entities = {}): Entities => ({
    ...organisation,
    profile: [{ settings: settings as never }],
    team_scope: [{ id: "s1", teamId: "Pay", subject: "repository", filter: ["is", "name", ["pay"]], validFrom: on("11") }],
    ...more,
  });

  it("reads membership then and now, half-open (worked example 16)", async () => {
    expect(await teams("pull_request", organisation)).toEqual([
      "now Core p1",
      "now Core p2",
      "now Core p3",
      "now Pay p3",
      "then Core p2",
      "then Core p3",
      "then Pay p1",
      "then Pay p3",
    ]);
    const rows = await tester.rows(engine, "fact_pull_request", organisation);
    expect(rows.map(({ primary_team_id }) => primary_team_id)).toEqual(["Pay", "Core", "Core"]);
  });

  it("finds teams by scope, by both, by either", async () => {
    const at = async (rule: string) =>
      (await teams("pull_request", scoped({ "attribution.pull_request": rule }))).filter((row) => row.startsWith("then"));
    expect(await at("scope")).toEqual(["then Pay p2", "then Pay p3"]);
    expect(await at("both")).toEqual(["then Pay p3"]);
    expect(await at("either")).toEqual(["then Core p2", "then Core p3", "then Pay p1", "then Pay p2", "then Pay p3"]);
    // Pay has a scope for repositories, so nothing is given to it by person
    expect(await at("auto")).toEqual(["then Core p2", "then Core p3", "then Pay p2", "then Pay p3"]);
  });

  it("gives a monorepo's requests to the team whose path they touch", async () => {
    const found = await teams(
      "pull_request",
      scoped(
        { "attribution.pull_request": "scope" },
        {
          team_scope: [{ id: "s1", teamId: "Pay", subject: "repository", filter: ["is", "id", ["pay"]], pathPrefix: "api/" }],
          pull_request_commit: [
            { pullRequestId: "p1", repositoryId: "pay", sha: "c1" },
            { pullRequestId: "p2", repositoryId: "pay", sha: "c2" },
          ],
          commit_file: [
            { id: "f1", repositoryId: "pay", sha: "c1", path: "api/pay.ts" },
            { id: "f2", repositoryId: "pay", sha: "c2", path: "apio/pay.ts" },
          ],
        },
      ),
    );
    expect(found).toEqual(["now Pay p1", "then Pay p1"]);
  });

  it("gives deployments to the owners of the service, else to the authors of what they ship", async () => {
    const deployments: Entities = {
      ...organisation,
      service: [{ id: "web" }],
      deployment: [
        { id: "d1", repositoryId: "pay", finishedAt: on("20") },
        { id: "d2", serviceId: "web", finishedAt: on("21") },
      ],
      deployment_commit: [
        { id: "k1", deploymentId: "d1", repositoryId: "pay", sha: "p1", isNew: true, evidenceCategory: "graph", confidence: 1 },
        { id: "k2", deploymentId: "d2", repositoryId: "pay", sha: "p1", isNew: true, evidenceCategory: "graph", confidence: 1 },
      ],
      team_scope: [{ id: "s1", teamId: "Pay", subject: "service", filter: ["is", "id", ["web"]] }],
    };
    expect((await teams("deployment", deployments)).filter((row) => row.startsWith("then"))).toEqual([
      "then Core d1",
      "then Core d2",
      "then Pay d2",
    ]);
    const rows = await tester.rows(engine, "fact_deployment", deployments);
    expect(rows.map(({ primary_team_id }) => primary_team_id)).toEqual(["Core", "Pay"]);
  });
});
