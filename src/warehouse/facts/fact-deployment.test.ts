import { afterAll, describe, expect, it } from "vitest";

import type { Entities } from "../../../test/entities.ts";
import { type FactRow, factTester, people } from "../../../test/facts.ts";

const on = (day: number, time: string) => `2026-05-0${day}T${time}:00Z`;
const tester = factTester();
afterAll(tester.close);

const deployed = (id: string, finishedAt: string, more: object = {}) => ({
  id,
  repositoryId: "pay",
  headSha: id,
  finishedAt,
  ...more,
});
const follows = (
  deploymentId: string,
  relationCategory: "first" | "forward" | "redeploy" | "rollback" | "unknown",
  previousDeploymentId?: string,
) => ({
  deploymentId,
  applicationId: "pay",
  repositoryId: "pay",
  headSha: deploymentId,
  relationCategory,
  previousDeploymentId: previousDeploymentId ?? null,
});
const brings = (deploymentId: string, ...shas: string[]) =>
  shas.map((sha) => ({
    id: `${deploymentId}/${sha}`,
    deploymentId,
    repositoryId: "pay",
    sha,
    isHead: false,
    isNew: true,
    evidenceCategory: "graph" as const,
    confidence: 1,
  }));
const merged = (id: string, mergedAt: string, more: object = {}) => ({
  id,
  repositoryId: "pay",
  number: Number(/\d+/.exec(id)?.[0] ?? 1),
  authorAccountId: "ann",
  additions: 30,
  deletions: 20,
  mergedAt,
  openedAt: on(4, "08:00"),
  mergeSha: id,
  ...more,
});
const linked = (incidentId: string, deploymentId: string, confidence = 1) => ({
  id: `${incidentId}/${deploymentId}`,
  incidentId,
  deploymentId,
  evidenceCategory: "stated" as const,
  confidence,
  isPrimary: true,
});
const base: Entities = { ...people("ann"), repository: [{ id: "pay" }] };
const column = (rows: readonly FactRow[], name: string) => Object.fromEntries(rows.map((row) => [row.id, row[name]]));
const one = (rows: readonly FactRow[], id: string) => rows.find((row) => row.id === id);

describe.each(tester.engines)("fact_deployment on %s", (engine) => {
  it("counts changes where they first ship, and knows a redeployment (worked example 7)", async () => {
    const rows = await tester.rows(engine, "fact_deployment", {
      ...base,
      pull_request: [
        merged("p1", on(4, "10:00")),
        merged("p2", on(4, "11:00")),
        merged("p3", on(5, "09:00")),
        merged("p4", on(6, "09:00")),
      ],
      deployment: [
        deployed("d1", on(4, "12:00")),
        deployed("d2", on(5, "12:00")),
        deployed("d3", on(5, "15:00"), { headSha: "d2" }),
      ],
      deployment_lineage: [follows("d1", "first"), follows("d2", "forward", "d1"), follows("d3", "redeploy", "d2")],
      deployment_commit: [...brings("d1", "p1", "p2"), ...brings("d2", "p3")],
    });
    expect(column(rows, "change_count")).toEqual({ d1: 2, d2: 1, d3: 0 });
    expect(column(rows, "lines_changed")).toEqual({ d1: 100, d2: 50, d3: 0 });
    expect(column(rows, "gap_seconds")).toEqual({ d1: null, d2: 86400, d3: 10800 });
    expect(column(rows, "is_redeploy")).toEqual({ d1: false, d2: false, d3: true });
    expect(column(rows, "is_counted")).toEqual({ d1: true, d2: true, d3: true });
  });

  it("joins attempts until one succeeds (worked example 9)", async () => {
    const attempt = (
      id: string,
      head: string,
      [start, finish]: [string, string],
      statusCategory: "failure" | "success" | "canceled",
    ) => deployed(id, on(4, finish), { headSha: head, startedAt: on(4, start), statusCategory });
    const rows = await tester.rows(engine, "fact_deployment", {
      ...base,
      deployment: [
        attempt("a1", "x", ["09:55", "10:00"], "failure"),
        attempt("a2", "x", ["10:05", "10:10"], "failure"),
        attempt("a3", "x", ["10:15", "10:20"], "success"),
        attempt("b1", "y", ["10:55", "11:00"], "failure"),
        attempt("c1", "z", ["11:20", "11:30"], "canceled"),
        attempt("n1", "x", ["12:00", "12:05"], "failure"),
        { ...attempt("n2", "x", ["12:10", "12:15"], "failure"), headSha: null },
        { ...attempt("n3", "x", ["12:20", "12:25"], "failure"), headSha: null },
      ],
    });
    expect(column(rows, "attempt_count")).toEqual({ a3: 3, b1: 1, c1: 1, n1: 1, n2: 1, n3: 1 });
    expect(one(rows, "a3")).toMatchObject({
      duration_seconds: 1500,
      status: "success",
      started_at: on(4, "09:55").replace(":00Z", ":00Z"),
      is_counted: true,
      is_failed: false,
    });
    expect(one(rows, "b1")).toMatchObject({ status: "failure", is_counted: false, is_failed: false });
    expect(one(rows, "c1")).toMatchObject({ status: "canceled", is_counted: false });
  });

  it("finds failed changes by hotfix and rollback, with their recovery (worked example 10)", async () => {
    const rows = await tester.rows(engine, "fact_deployment", {
      ...base,
      pull_request: [merged("p1", on(4, "11:50"), { sourceBranch: "hotfix/null-card" }), merged("p2", on(6, "13:00"))],
      deployment: [
        deployed("d1", on(4, "10:00")),
        deployed("d2", on(4, "12:00")),
        deployed("d3", on(6, "10:00")),
        deployed("d4", on(6, "10:30")),
        deployed("d5", on(6, "14:00")),
      ],
      deployment_lineage: [
        follows("d1", "first"),
        follows("d2", "forward", "d1"),
        follows("d3", "forward", "d2"),
        follows("d4", "rollback", "d3"),
        follows("d5", "forward", "d4"),
      ],
      deployment_commit: [...brings("d2", "p1"), ...brings("d5", "p2")],
    });
    expect(column(rows, "failure_evidence")).toEqual({ d1: "hotfix", d2: null, d3: "rollback", d4: null, d5: null });
    expect(column(rows, "recovery_seconds")).toEqual({ d1: 7200, d2: null, d3: 1800, d4: null, d5: null });
    expect(column(rows, "is_rework")).toEqual({ d1: false, d2: true, d3: false, d4: true, d5: false });
    expect(column(rows, "is_rollback")).toEqual({ d1: false, d2: false, d3: false, d4: true, d5: false });
  });

  it("finds a failed change by the revert of what it shipped, and by the sender's mark", async () => {
    const rows = await tester.rows(engine, "fact_deployment", {
      ...base,
      pull_request: [
        merged("p1", on(4, "09:00")),
        merged("p2", on(4, "12:00")),
        merged("p3", on(4, "14:00"), { revertsNumber: 1 }),
      ],
      change_request: [{ id: "cr", number: "CHG1", stateCategory: "closed", resultCategory: "failure" }],
      deployment: [
        deployed("d1", on(4, "10:00")),
        deployed("d2", on(4, "13:00")),
        deployed("d3", on(4, "15:00")),
        deployed("d4", on(4, "16:00"), { isChangeFailure: true }),
        deployed("d5", on(4, "17:00"), { changeRequestKey: "CHG1" }),
        deployed("d6", on(4, "18:00"), { statusCategory: "failure", isChangeFailure: true }),
      ],
      deployment_lineage: [follows("d1", "first"), ...["d2", "d3", "d4", "d5"].map((id) => follows(id, "forward"))],
      deployment_commit: [...brings("d1", "p1"), ...brings("d2", "p2"), ...brings("d3", "p3")],
    });
    expect(column(rows, "failure_evidence")).toEqual({
      d1: "revert",
      d2: null,
      d3: null,
      d4: "marked",
      d5: "marked",
      d6: "marked",
    });
    expect(one(rows, "d1")).toMatchObject({ recovered_at: on(4, "15:00"), recovery_seconds: 18000 });
    expect(one(rows, "d3")).toMatchObject({ is_revert: true, is_rework: true });
    expect(one(rows, "d4")).toMatchObject({ is_failed: true, recovered_at: null });
    expect(one(rows, "d6")).toMatchObject({ is_counted: true, is_success: false });
  });

  it("counts an incident's deployment once, recovered when all is resolved (worked example 11)", async () => {
    const incident = (id: string, createdAt: string, resolvedAt: string | null, more: object = {}) => ({
      id,
      createdAt,
      resolvedAt,
      ...more,
    });
    const rows = await tester.rows(engine, "fact_deployment", {
      ...base,
      deployment: [
        deployed("d1", on(4, "10:00")),
        deployed("d2", on(5, "10:00")),
        deployed("d3", on(6, "10:00")),
        deployed("d4", on(7, "10:00")),
      ],
      incident: [
        incident("i1", on(4, "11:00"), on(4, "12:00")),
        incident("i2", on(4, "13:00"), on(4, "13:30")),
        incident("i3", on(5, "11:00"), on(5, "12:00"), { statusCategory: "canceled" }),
        incident("i4", on(6, "11:00"), null, { statusCategory: "open" }),
        incident("i5", on(7, "09:00"), on(7, "09:30")),
      ],
      incident_deployment: [
        linked("i1", "d1"),
        linked("i2", "d1"),
        linked("i3", "d2"),
        linked("i4", "d3", 0.3),
        linked("i5", "d4"),
      ],
    });
    expect(column(rows, "incident_count")).toEqual({ d1: 2, d2: 0, d3: 1, d4: 1 });
    expect(column(rows, "is_failed")).toEqual({ d1: true, d2: false, d3: false, d4: true });
    expect(column(rows, "recovery_seconds")).toEqual({ d1: 12600, d2: null, d3: null, d4: null });
    expect(one(rows, "d4")!.flags).toBe("recovered_before_finish");
  });

  it("leaves out evidence that the profile does not name, or that comes after the window", async () => {
    const entities = (settings: object): Entities => ({
      ...base,
      profile: [{ settings: settings as never }],
      pull_request: [merged("p1", on(4, "11:50"), { labels: ["hotfix"] })],
      deployment: [deployed("d1", on(4, "10:00")), deployed("d2", on(4, "12:00"))],
      deployment_commit: brings("d2", "p1"),
    });
    const marks = async (settings: object) =>
      column(await tester.rows(engine, "fact_deployment", entities(settings)), "is_failed");
    expect(await marks({ "failure.window_hours": 2 })).toEqual({ d1: true, d2: false });
    expect(await marks({ "failure.window_hours": 1.99 })).toEqual({ d1: false, d2: false });
    expect(await marks({ "failure.evidence": ["rollback"] })).toEqual({ d1: false, d2: false });
  });

  it("uses the first source that has production rows, so that nothing is counted twice", async () => {
    const rows = await tester.rows(engine, "fact_deployment", {
      ...base,
      repository: [{ id: "pay" }, { id: "web" }],
      pipeline: [{ id: "cd", repositoryId: "pay" }],
      pipeline_run: [
        {
          id: "run-pay",
          pipelineId: "cd",
          repositoryId: "pay",
          startedAt: on(4, "09:00"),
          finishedAt: on(4, "10:00"),
          resultCategory: "success",
          environment: "production",
          environmentCategory: "production",
        },
        {
          id: "run-web",
          pipelineId: "cd",
          repositoryId: "web",
          startedAt: on(4, "09:00"),
          finishedAt: on(4, "10:00"),
          resultCategory: "success",
          environment: "live",
          environmentCategory: "production",
        },
        {
          id: "run-ci",
          pipelineId: "cd",
          repositoryId: "web",
          startedAt: on(4, "09:00"),
          finishedAt: on(4, "10:00"),
          resultCategory: "success",
        },
      ],
      pipeline_job: [
        {
          id: "job-pay",
          pipelineRunId: "run-pay",
          stateCategory: "finished",
          resultCategory: "success",
          environment: "prod",
          environmentCategory: "production",
          finishedAt: on(4, "10:00"),
        },
      ],
      deployment: [
        deployed("d1", on(4, "10:00")),
        deployed("s1", on(4, "09:30"), { environment: "staging", environmentCategory: "staging" }),
      ],
    });
    expect(column(rows, "detector")).toEqual({ d1: "deployment", s1: "deployment", "run-web": "pipeline_run" });
    expect(one(rows, "s1")).toMatchObject({ is_production: false, is_counted: false, is_success: true });
    expect(one(rows, "run-web")).toMatchObject({ duration_seconds: 3600, application_id: "web", is_production: true });
  });

  it("does not count the run or the change request of a deployment again, whatever application they would be of", async () => {
    const times = { startedAt: on(4, "09:00"), finishedAt: on(4, "10:00") };
    const production = { environment: "production", environmentCategory: "production" as const };
    const rows = await tester.rows(engine, "fact_deployment", {
      ...base,
      pipeline: [{ id: "cd", repositoryId: "pay" }],
      pipeline_run: [
        { id: "stated", pipelineId: "cd", repositoryId: "pay", resultCategory: "success", ...times, ...production },
        { id: "found", pipelineId: "cd", repositoryId: "pay", headSha: "d2", resultCategory: "success", ...times, ...production },
        { id: "other", pipelineId: "cd", repositoryId: "pay", resultCategory: "success", ...times, ...production },
      ],
      change_request: [
        {
          id: "cr",
          number: "CHG1",
          stateCategory: "closed",
          resultCategory: "success",
          serviceId: "elsewhere",
          finishedAt: on(4, "10:00"),
        },
      ],
      deployment: [
        deployed("d1", on(4, "10:00"), { serviceId: "A", pipelineRunId: "stated", changeRequestKey: "CHG1" }),
        deployed("d2", on(4, "10:00"), { serviceId: "B", startedAt: on(4, "09:30") }),
      ],
    });
    expect(column(rows, "application_id")).toEqual({ d1: "A", d2: "B", other: "pay" });
  });

  it("detects releases, tags, requests and versions when the profile says so", async () => {
    const kinds = ["release", "tag", "pull_request", "commit", "issue_release", "change_request"] as const;
    const found: Record<string, unknown> = {};
    for (const kind of kinds) {
      const rows = await tester.rows(engine, "fact_deployment", {
        ...base,
        profile: [{ settings: { "deployment.sources": [{ kind }] } }],
        project: [{ id: "project" }],
        release: [
          { id: "release", repositoryId: "pay", name: "1.0", stateCategory: "released", releasedAt: on(4, "10:00") },
          { id: "draft", repositoryId: "pay", name: "1.1", stateCategory: "draft" },
          { id: "version", projectId: "project", name: "2.0", stateCategory: "released", releasedAt: on(4, "11:00") },
        ],
        git_ref: [
          { id: "tag", repositoryId: "pay", typeCategory: "tag", name: "v1", createdAt: on(4, "12:00") },
          { id: "branch", repositoryId: "pay", typeCategory: "branch" },
        ],
        pull_request: [merged("p1", on(4, "13:00"))],
        commit: [{ id: "c1", repositoryId: "pay", isOnDefault: true, committedAt: on(4, "14:00") }],
        change_request: [
          {
            id: "cr",
            number: "CHG1",
            stateCategory: "closed",
            resultCategory: "success",
            serviceId: "s",
            finishedAt: on(4, "15:00"),
          },
        ],
      });
      found[kind] = rows.map((row) => [row.id, row.finished_at, row.is_counted]);
    }
    expect(found).toEqual({
      release: [["release", on(4, "10:00"), true]],
      tag: [["tag", on(4, "12:00"), true]],
      pull_request: [["p1", on(4, "13:00"), true]],
      commit: [["c1", on(4, "14:00"), true]],
      issue_release: [["version", on(4, "11:00"), true]],
      change_request: [["cr", on(4, "15:00"), true]],
    });
  });

  it("calls a fix what mends an open incident, and knows service, actor and version", async () => {
    const rows = await tester.rows(engine, "fact_deployment", {
      ...base,
      service_map: [{ id: "m", serviceId: "payments", repositoryId: "pay" }],
      pull_request: [merged("p1", on(4, "11:00"), { sourceBranch: "hotfix/x" })],
      incident: [{ id: "i1", createdAt: on(4, "10:30"), resolvedAt: on(4, "12:30") }],
      incident_deployment: [linked("i1", "d1")],
      deployment: [
        deployed("d1", on(4, "10:00"), { version: "1.2", tag: "v1.2", actorAccountId: "ann" }),
        deployed("d2", on(4, "12:00")),
        deployed("d3", on(4, "13:00")),
      ],
      reference: [
        { id: "r", fromEntity: "deployment", fromId: "d3", toEntity: "incident", toId: "i1", relationCategory: "fixes" },
      ],
      deployment_commit: brings("d2", "p1"),
    });
    expect(column(rows, "is_incident_fix")).toEqual({ d1: false, d2: true, d3: true });
    expect(column(rows, "is_rework")).toEqual({ d1: false, d2: true, d3: true });
    expect(one(rows, "d1")).toMatchObject({
      application_id: "payments",
      service_id: "payments",
      actor_id: "person-ann",
      version: "1.2",
      recovery_seconds: 7200,
      change_count: null,
    });
  });
});
