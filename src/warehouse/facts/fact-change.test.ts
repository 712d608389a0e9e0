import { afterAll, describe, expect, it } from "vitest";

import type { Entities } from "../../../test/entities.ts";
import { factTester, people } from "../../../test/facts.ts";

const day = (time: string) => `2026-05-04T${time}Z`;
const tester = factTester();
afterAll(tester.close);

const seen = (rows: readonly Record<string, unknown>[], ...columns: string[]) =>
  Object.fromEntries(rows.map((row) => [row.id, columns.length === 1 ? row[columns[0]!] : columns.map((column) => row[column])]));

/** A merged request with its commits; the landing commit has the name of the request. */
const merged = (id: string, openedAt: string, mergedAt: string, more: object = {}) => ({
  id,
  repositoryId: "pay",
  number: Number(/\d+/.exec(id)?.[0] ?? 1),
  authorAccountId: "ann",
  additions: 30,
  deletions: 20,
  openedAt,
  mergedAt,
  mergeSha: id,
  ...more,
});
const held = (pullRequestId: string, sha: string, authoredAt: string, more: object = {}) => ({
  pullRequestId,
  repositoryId: "pay",
  sha,
  authoredAt,
  ...more,
});
const deployed = (id: string, finishedAt: string, more: object = {}) => ({ id, repositoryId: "pay", finishedAt, ...more });
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
const base: Entities = { ...people("ann", "ben"), repository: [{ id: "pay" }] };

describe.each(tester.engines)("fact_change on %s", (engine) => {
  it("measures merge, squash, rebase and force push alike (worked example 6)", async () => {
    const ids = ["p1", "p2", "p3", "p4", "p5"];
    const rows = await tester.rows(engine, "fact_change", {
      ...base,
      pull_request: ids.map((id) => merged(id, day("10:00:00"), day("11:00:00"))),
      pull_request_commit: [
        ...ids.slice(0, 4).flatMap((id) => [held(id, `${id}a`, day("08:00:00")), held(id, `${id}b`, day("09:00:00"))]),
        held("p4", "p4x", day("06:00:00"), { removedAt: day("10:30:00") }),
        held("p5", "p5a", day("10:30:00")),
      ],
      deployment: [deployed("d", day("12:00:00"))],
      deployment_commit: brings("d", ...ids),
    });
    expect(seen(rows, "lead_seconds")).toEqual({
      "p1/pay": 14400,
      "p2/pay": 14400,
      "p3/pay": 14400,
      "p4/pay": 14400,
      "p5/pay": 7200,
    });
    expect(rows[4]).toMatchObject({ coding_seconds: null, flags: "commit_after_open,unreviewed", started_at: day("10:00:00") });
    expect(rows[0]).toMatchObject({
      coding_seconds: 7200,
      merge_to_deploy_seconds: 3600,
      lead_from_opened_seconds: 7200,
      size: "medium",
      work_type: "missing",
    });
  });

  it("counts each application once and the change once (worked example 8)", async () => {
    const rows = await tester.rows(engine, "fact_change", {
      ...base,
      pull_request: [merged("p1", day("08:30:00"), day("09:00:00"))],
      pull_request_commit: [held("p1", "c", day("08:00:00"))],
      deployment: [deployed("a", day("10:00:00"), { serviceId: "A" }), deployed("b", day("12:00:00"), { serviceId: "B" })],
      deployment_commit: [...brings("a", "p1"), ...brings("b", "p1")],
    });
    expect(seen(rows, "lead_seconds", "is_first", "service_id")).toEqual({
      "p1/A": [7200, true, "A"],
      "p1/B": [14400, false, "B"],
    });
  });

  it("keeps what never arrived, what was there before, and what is not counted", async () => {
    const rows = await tester.rows(engine, "fact_change", {
      ...base,
      account: [...base.account!, { id: "robot", kindCategory: "bot" }],
      pull_request: [
        merged("p1", day("08:00:00"), day("09:00:00")),
        merged("p2", day("08:00:00"), day("09:30:00")),
        merged("p3", day("08:00:00"), day("09:40:00"), { targetBranch: "release" }),
        merged("p4", day("08:00:00"), day("09:50:00"), { authorAccountId: "robot" }),
      ],
      deployment: [
        deployed("d", day("12:00:00")),
        deployed("s", day("13:00:00"), { environment: "staging", environmentCategory: "staging" }),
      ],
      deployment_lineage: [
        { deploymentId: "d", applicationId: "pay", repositoryId: "pay", headSha: "p1", relationCategory: "first" },
      ],
      deployment_commit: [...brings("d", "p1").map((row) => ({ ...row, isNew: false })), ...brings("s", "p2")],
    });
    expect(seen(rows, "deployed_at", "is_before_history", "is_eligible")).toEqual({
      p1: [null, true, true],
      p2: [null, false, true],
      p3: [null, false, false],
      p4: [null, false, false],
    });
    expect(seen(rows, "flags").p3).toBe("no_commits,unreviewed,other_branch");
    expect(rows[0]).toMatchObject({ lead_seconds: null, application_id: null, is_first: true, deploy_evidence: null });
  });

  it("takes pushes to the default branch, and no commit that a request holds", async () => {
    const commit = (id: string, more: object = {}) => ({
      id,
      repositoryId: "pay",
      authorAccountId: "ann",
      title: id,
      authoredAt: day("07:00:00"),
      committedAt: day("07:30:00"),
      isOnDefault: true,
      additions: 4,
      deletions: 1,
      ...more,
    });
    const rows = await tester.rows(engine, "fact_change", {
      ...base,
      repository: [
        { id: "pay", createdAt: "2020-01-01T00:00:00Z" },
        { id: "fork", isFork: true },
      ],
      pull_request: [merged("p1", day("08:00:00"), day("09:00:00"))],
      pull_request_commit: [
        held("p1", "held", day("08:00:00"), { authorAccountId: "ann" }),
        held("p1", "before-rebase", day("06:00:00"), { authorAccountId: "ann" }),
      ],
      commit: [
        commit("p1"),
        commit("held", { authoredAt: day("08:00:00") }),
        commit("rebased", { authoredAt: day("06:00:00") }),
        commit("push"),
        { ...commit("push"), id: "push-in-fork", repositoryId: "fork", sha: "push" },
        commit("merge", { isMerge: true }),
        commit("topic", { isOnDefault: false }),
      ],
      deployment: [deployed("d", day("08:00:00"))],
      deployment_commit: brings("d", "push"),
    });
    expect(seen(rows, "kind", "is_eligible")).toEqual({
      merge: ["direct_commit", false],
      p1: ["pull_request", true],
      "push/pay": ["direct_commit", true],
    });
    expect(rows.find(({ id }) => id === "push/pay")).toMatchObject({
      lead_seconds: 3600,
      opened_at: null,
      merged_at: day("07:30:00"),
      lines_changed: 5,
      author_id: "person-ann",
      coding_seconds: null,
    });
  });

  it("finds the landing commit without a merge hash, and counts the copy that arrives first", async () => {
    const commit = (id: string, more: object = {}) => ({
      id,
      repositoryId: "pay",
      authorAccountId: "ann",
      title: "Fix rounding",
      authoredAt: day("07:00:00"),
      committedAt: day("07:30:00"),
      ...more,
    });
    const rows = await tester.rows(engine, "fact_change", {
      ...base,
      pull_request: [merged("p1", day("08:00:00"), day("09:00:00"), { mergeSha: null, headSha: "original" })],
      pull_request_commit: [held("p1", "original", day("07:00:00"), { position: 0, authorAccountId: "ann" })],
      commit: [
        commit("original"),
        commit("landed", { committedAt: day("09:00:00"), isOnDefault: true }),
        commit("picked", { committedAt: day("09:30:00") }),
      ],
      deployment: [deployed("late", day("12:00:00")), deployed("early", day("10:00:00"))],
      deployment_commit: [...brings("late", "landed"), ...brings("early", "picked")],
    });
    expect(seen(rows, "deployment_id", "lead_seconds")).toEqual({ "p1/pay": ["early", 10800] });
  });

  it("ships to a service only the changes under its path, and ignores weak containment", async () => {
    const rows = await tester.rows(engine, "fact_change", {
      ...base,
      pull_request: [
        merged("p1", day("08:00:00"), day("09:00:00")),
        merged("p2", day("08:00:00"), day("09:00:00")),
        merged("p3", day("08:00:00"), day("09:00:00")),
      ],
      pull_request_commit: [held("p1", "c1", day("08:00:00")), held("p2", "c2", day("08:00:00"))],
      commit_file: [
        { id: "f1", repositoryId: "pay", sha: "c1", path: "api/pay.ts" },
        { id: "f2", repositoryId: "pay", sha: "c2", path: "web/pay.ts" },
      ],
      service_map: [
        { id: "m1", serviceId: "api", repositoryId: "pay", pathPrefix: "api/" },
        { id: "m2", serviceId: "web", repositoryId: "pay", pathPrefix: "web/" },
      ],
      deployment: [deployed("d", day("12:00:00"), { serviceId: "api" }), deployed("w", day("13:00:00"), { serviceId: "other" })],
      deployment_commit: [...brings("d", "p1", "p2"), ...brings("w", "p3").map((row) => ({ ...row, confidence: 0.4 }))],
    });
    expect(seen(rows, "deployment_id")).toEqual({ "p1/api": "d", p2: null, p3: null });
  });

  it("reads issue, hotfix, investment and working time by the profile", async () => {
    const rows = await tester.rows(engine, "fact_change", {
      ...base,
      profile: [
        {
          settings: {
            "deployment.hotfix": ["is", "issue_type_category", ["bug"]],
            "size.pull_request": { medium: 50, large: 51 },
            "investment.categories": [
              { name: "Run", filter: ["is", "type_category", ["bug"]] },
              { name: "Grow", filter: ["is", "key", ["E-1"]], expand: "descendants" },
            ],
          },
        },
      ],
      project: [{ id: "project" }],
      issue: [
        { id: "bug", key: "B-1", typeCategory: "bug", statusCategory: "done", statusId: "3", createdAt: day("06:00:00") },
        { id: "epic", key: "E-1", typeCategory: "epic" },
        { id: "story", key: "S-1", typeCategory: "feature", parentId: "epic" },
        { id: "task", key: "T-1", parentId: "story" },
      ],
      issue_transition: [
        {
          id: "t",
          issueId: "bug",
          fieldCategory: "status",
          occurredAt: day("07:00:00"),
          toId: "2",
          toCategory: "in_progress",
          fromId: "1",
          fromCategory: "todo",
        },
      ],
      pull_request: [
        merged("p1", day("08:00:00"), day("09:00:00")),
        merged("p2", day("08:00:00"), day("09:00:00"), { sourceBranch: "hotfix/x" }),
      ],
      pull_request_commit: [held("p1", "c1", "2026-05-03T08:00:00Z")],
      pull_request_issue: [
        {
          id: "l1",
          pullRequestId: "p1",
          issueKey: "B-1",
          issueId: "bug",
          isPrimary: true,
          evidenceCategory: "title",
          confidence: 0.9,
        },
        {
          id: "l2",
          pullRequestId: "p2",
          issueKey: "T-1",
          issueId: "task",
          isPrimary: true,
          evidenceCategory: "title",
          confidence: 0.9,
        },
      ],
      deployment: [deployed("d", day("12:00:00"))],
      deployment_commit: brings("d", "p1"),
    });
    expect(rows[0]).toMatchObject({
      work_type: "bug",
      is_hotfix: true,
      investment_category: "Run",
      size: "medium",
      project_id: "project",
      lead_from_issue_created_seconds: 21600,
      lead_from_issue_started_seconds: 18000,
      lead_working_seconds: 10800,
    });
    expect(rows[1]).toMatchObject({ work_type: "other", is_hotfix: false, investment_category: "Grow" });
  });

  it("counts working time by the calendar, across weekend and clock change (worked example 18)", async () => {
    const pushed = (id: string, authoredAt: string) => ({
      id,
      repositoryId: "pay",
      authoredAt,
      committedAt: authoredAt,
      isOnDefault: true,
    });
    const rows = await tester.rows(engine, "fact_change", {
      repository: [{ id: "pay" }],
      profile: [{ settings: { timezone: "Europe/Berlin" } }],
      commit: [pushed("c1", "2026-03-27T15:00:00Z"), pushed("c2", "2026-04-04T09:00:00Z"), pushed("c3", "2026-03-27T06:00:00Z")],
      deployment: [
        deployed("d1", "2026-03-30T08:00:00Z", { serviceId: "1" }),
        deployed("d2", "2026-04-05T12:00:00Z", { serviceId: "2" }),
        deployed("d3", "2026-03-27T20:00:00Z", { serviceId: "3" }),
      ],
      deployment_commit: [...brings("d1", "c1"), ...brings("d2", "c2"), ...brings("d3", "c3")],
    });
    expect(seen(rows, "lead_seconds", "lead_working_seconds")).toEqual({
      "c1/1": [234_000, 7200],
      "c2/2": [97_200, 0],
      "c3/3": [50_400, 28_800],
    });
  });

  it("never gives a negative duration: what is out of order is unknown and flagged", async () => {
    const [row] = await tester.rows(engine, "fact_change", {
      ...base,
      pull_request: [merged("p1", day("08:00:00"), day("12:00:00"))],
      pull_request_commit: [held("p1", "c", day("07:00:00"))],
      deployment: [deployed("d", day("06:00:00"))],
      deployment_commit: brings("d", "p1"),
    });
    expect(row).toMatchObject({ lead_seconds: null, lead_working_seconds: null, merge_to_deploy_seconds: null });
    expect(row!.flags).toBe("unreviewed,deployed_before_start,deployed_before_merge");
  });
});
