import { afterAll, describe, expect, it } from "vitest";

import type { Entities } from "../../../test/entities.ts";
import { factTester } from "../../../test/facts.ts";

const tester = factTester();
afterAll(tester.close);
const day = (time: string) => `2026-05-04T${time}:00Z`;

const line = (...shas: string[]): Entities => ({
  repository: [{ id: "pay" }],
  commit: shas.map((sha) => ({ id: sha, sha, repositoryId: "pay", isOnDefault: true })),
  commit_parent: shas.slice(1).map((sha, at) => ({ sha, repositoryId: "pay", parentSha: shas[at]!, position: 0 })),
});
const deployed = (id: string, finishedAt: string, more: object = {}) => ({ id, repositoryId: "pay", finishedAt, ...more });

describe.each(tester.engines)("lineage on %s", (engine) => {
  const build = async (entities: Entities) => {
    const warehouse = await tester.build(engine, entities, { steps: "links" });
    const list = async (sql: string) => (await warehouse.query(sql)).rows.map((row) => Object.values(row).join(" "));
    return {
      warehouse,
      heads: () => list(`select deployment_id, head_sha, head_evidence_category from deployment_lineage order by 1`),
      lineage: () =>
        list(
          `select deployment_id, relation_category, previous_deployment_id, new_commit_count from deployment_lineage order by 1`,
        ),
      commits: () =>
        list(`select deployment_id, sha, is_head, is_new, evidence_category, confidence from deployment_commit order by 1, 2`),
    };
  };

  it("establishes heads by the strongest evidence that names a known commit", async () => {
    const built = await build({
      ...line("a", "b"),
      git_ref: [{ id: "tag", repositoryId: "pay", typeCategory: "tag", name: "v1.2.0", sha: "b" }],
      pipeline_run: [
        { id: "run", pipelineId: "cd", repositoryId: "pay", headSha: "b" },
        { id: "build", pipelineId: "ci", repositoryId: "pay", headSha: "b" },
        { id: "old-build", pipelineId: "ci", repositoryId: "pay", headSha: "a" },
        { id: "child", pipelineId: "cd", parentRunId: "run" },
      ],
      artifact: [
        { id: "image", name: "pay", digest: "sha256:1", tag: "7", location: "registry" },
        { id: "same-image", name: "pay-copy", digest: "sha256:1" },
        { id: "tagged", name: "pay", tag: "latest", location: "Registry" },
      ],
      artifact_use: [
        { id: "u1", artifactId: "image", pipelineRunId: "build", directionCategory: "output" },
        { id: "u2", artifactId: "same-image", deploymentId: "d3", directionCategory: "input" },
        { id: "u3", artifactId: "tagged", pipelineRunId: "old-build", directionCategory: "output", occurredAt: day("01:00") },
        { id: "u4", artifactId: "tagged", pipelineRunId: "build", directionCategory: "output", occurredAt: day("02:00") },
        { id: "u5", artifactId: "tagged", deploymentId: "d4", directionCategory: "input", occurredAt: day("03:00") },
      ],
      deployment: [
        deployed("d1", day("01:00"), { headSha: "B" }),
        deployed("d2", day("02:00"), { headSha: "unknown", pipelineRunId: "run" }),
        deployed("d3", day("03:00")),
        deployed("d4", day("04:00")),
        deployed("d5", day("05:00"), { version: "1.2.0" }),
        deployed("d6", day("06:00"), { pipelineRunId: "child" }),
        deployed("d7", day("07:00"), { version: "9.9.9" }),
        deployed("d8", day("08:00"), { repositoryId: null, serviceId: "s", headSha: "a" }),
      ],
    });
    expect(await built.heads()).toEqual([
      "d1 b stated",
      "d2 b run",
      "d3 b artifact_digest",
      "d4 b artifact_tag",
      "d5 b version_tag",
      "d6 b upstream_run",
      "d7  none",
      "d8 a stated",
    ]);
    expect((await built.lineage()).slice(0, 2).concat((await built.lineage()).slice(6))).toEqual([
      "d1 first  0",
      "d2 redeploy d1 0",
      "d7 unknown d6 ",
      "d8 first  0",
    ]);
  });

  it("brings what is new, keeps what was there before the first, and lets failures bring nothing", async () => {
    const built = await build({
      ...line("a", "b", "c", "d"),
      deployment: [
        deployed("d1", day("10:00"), { headSha: "b" }),
        deployed("d2", day("11:00"), { headSha: "d", statusCategory: "failure" }),
        deployed("d3", day("12:00"), { headSha: "c" }),
        deployed("d4", day("13:00"), { headSha: "b" }),
        deployed("d5", day("14:00"), { headSha: "d" }),
        deployed("s1", day("09:00"), { headSha: "d", environment: "staging", environmentCategory: "staging" }),
      ],
    });
    expect(await built.commits()).toEqual([
      "d1 a false false graph 1",
      "d1 b true false graph 1",
      "d3 c true true graph 1",
      "d4 b true false graph 1",
      "d5 d true true graph 1",
      "s1 a false false graph 1",
      "s1 b false false graph 1",
      "s1 c false false graph 1",
      "s1 d true false graph 1",
    ]);
    expect(await built.lineage()).toEqual([
      "d1 first  0",
      "d3 forward d1 1",
      "d4 rollback d3 0",
      "d5 forward d4 1",
      "s1 first  0",
    ]);
  });

  it("takes the changes of the last days with the first deployment when the profile says so", async () => {
    const world = line("a", "b", "c");
    const built = await build({
      ...world,
      profile: [{ settings: { "deployment.first_days": 2 } }],
      commit: world.commit!.map((row, at) => ({ ...row, committedAt: `2026-05-0${at + 1}T10:00:00Z` })),
      deployment: [deployed("d1", day("10:00"), { headSha: "c" })],
    });
    expect(await built.commits()).toEqual(["d1 a false false graph 1", "d1 b false true graph 1", "d1 c true true graph 1"]);
  });

  it("treats the first known head as the first, so that old history makes no lead times", async () => {
    const built = await build({
      ...line("a", "b"),
      deployment: [deployed("d1", day("10:00"), { headSha: "lost" }), deployed("d2", day("11:00"), { headSha: "b" })],
    });
    expect(await built.lineage()).toEqual(["d1 first  ", "d2 unknown d1 0"]);
    expect(await built.commits()).toEqual(["d2 a false false graph 1", "d2 b true false graph 1"]);
  });

  it("falls back to time only where no graph is stored", async () => {
    const merged = (id: string, number: number, mergedAt: string, more: object = {}) => ({
      id,
      number,
      repositoryId: "blind",
      mergedAt,
      mergeSha: `m${number}`,
      ...more,
    });
    const built = await build({
      repository: [{ id: "blind" }],
      pull_request: [
        merged("p1", 1, day("08:00")),
        merged("p2", 2, day("10:30")),
        merged("p3", 3, day("11:00")),
        merged("p4", 4, day("11:30")),
        merged("p5", 5, day("10:30"), { targetBranch: "topic" }),
      ],
      deployment: [
        deployed("d1", day("10:00"), { repositoryId: "blind" }),
        deployed("d2", day("11:10"), { repositoryId: "blind", startedAt: day("11:00") }),
        deployed("d3", day("12:00"), { repositoryId: "blind" }),
      ],
    });
    expect(await built.commits()).toEqual([
      "d1 m1 false false time 0.5",
      "d2 m2 false true time 0.5",
      "d2 m3 false true time 0.5",
      "d3 m4 false true time 0.5",
    ]);
    const { rows } = await built.warehouse.query(
      `select pull_request_id, deployment_id, is_before_history, deploy_evidence from fact_change order by 1`,
    );
    expect(rows.map((row) => Object.values(row).join(" "))).toEqual([
      "p1  true ",
      "p2 d2 false time",
      "p3 d2 false time",
      "p4 d3 false time",
      "p5  false ",
    ]);
  });

  it("links incidents to deployments by every kind of evidence, and makes one of them primary", async () => {
    const built = await build({
      ...line("a", "b", "c", "d"),
      service_map: [
        { id: "m", serviceId: "s", repositoryId: "pay" },
        { id: "same", serviceId: "s", sameAsServiceId: "pager-s" },
      ],
      deployment: [
        deployed("d1", day("08:00"), { headSha: "a", changeRequestKey: "CHG1" }),
        deployed("d2", day("10:00"), { headSha: "b" }),
        deployed("d3", day("12:00"), { headSha: "c", kindCategory: "rollback" }),
        deployed("d4", "2026-05-06T12:00:00Z", { headSha: "d" }),
        deployed("d5", "2026-05-06T12:30:00Z", { statusCategory: "failure", headSha: "d" }),
      ],
      incident: [
        { id: "window", serviceId: "pager-s", createdAt: day("10:00") },
        { id: "late", serviceId: "pager-s", createdAt: "2026-05-06T11:00:00Z" },
        { id: "change", createdAt: day("09:00"), causedByKey: "CHG1" },
        { id: "sha", createdAt: day("11:00"), causedByKey: "b" },
        { id: "fixed", serviceId: "pager-s", createdAt: day("12:30") },
        { id: "manual", createdAt: day("09:00") },
        { id: "denied", serviceId: "pager-s", createdAt: "2026-05-06T13:00:00Z" },
        { id: "stated", serviceId: "pager-s", createdAt: day("12:30") },
      ],
      issue: [{ id: "ticket", typeCategory: "incident", createdAt: day("11:00") }],
      reference: [
        { id: "r1", fromEntity: "deployment", fromId: "d3", toEntity: "incident", toId: "fixed", relationCategory: "fixes" },
        { id: "r2", fromEntity: "incident", fromId: "stated", toEntity: "deployment", toId: "d1", relationCategory: "causes" },
        { id: "r3", fromEntity: "issue", fromId: "ticket", toEntity: "commit", toId: "b", relationCategory: "causes" },
      ],
      link_decision: [
        { id: "l1", link: "incident_deployment", fromId: "manual", toId: "d2", isLinked: true },
        { id: "l2", link: "incident_deployment", fromId: "denied", toId: "d4", isLinked: false },
      ],
    });
    const { rows } = await built.warehouse.query(
      `select incident_id, deployment_id, evidence_category, confidence, is_primary, seconds_between from incident_deployment order by 1, confidence desc`,
    );
    expect(rows.map((row) => Object.values(row).join(" "))).toEqual([
      "change d1 change_request 0.95 true 3600",
      "fixed d2 fix 0.9 true 9000",
      "fixed d3 service_window 0.6 false 1800",
      "manual d2 manual 1 true -3600",
      "sha d2 stated 1 true 3600",
      "stated d1 stated 1 true 16200",
      "stated d3 service_window 0.6 false 1800",
      "ticket d2 stated 1 true 3600",
      "window d2 service_window 0.6 true 0",
    ]);
  });
});
