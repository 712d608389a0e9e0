import { afterAll, describe, expect, it } from "vitest";

import { factTester } from "../../../test/facts.ts";

const tester = factTester();
afterAll(tester.close);

const request = (id: string, number: number, more: object = {}) => ({ id, repositoryId: "r1", number, ...more });

describe.each(tester.engines)("issue links on %s", (engine) => {
  it("resolves keys of every form by their evidence, and makes one issue primary", async () => {
    const warehouse = await tester.build(
      engine,
      {
        repository: [
          { id: "r1", fullName: "Acme/Pay" },
          { id: "r2", fullName: "acme/web" },
        ],
        project: [
          { id: "pay", key: "PAY" },
          { id: "own", key: "acme/pay", repositoryId: "r1" },
          { id: "web", key: "acme/web", repositoryId: "r2" },
        ],
        issue: [
          { id: "i1", key: "PAY-1", projectId: "pay" },
          { id: "i2", key: "PAY-2", projectId: "pay", previousKeys: ["OLD-9"] },
          { id: "g5", key: "acme/pay#5", number: 5, projectId: "own" },
          { id: "g6", key: "acme/web#6", number: 6, projectId: "web" },
        ],
        pull_request: [
          request("p1", 1, { titleIssueKeys: ["PAY-2", "PAY-1"], bodyIssueKeys: ["#5", "PAY-2"], branchIssueKeys: ["PAY-1"] }),
          request("p2", 2, {
            titleIssueKeys: ["UTF-8", "PAY-77", "OLD-9"],
            bodyIssueKeys: ["#1", "#99", "ACME/WEB#6", "ACME/NONE#1"],
          }),
          request("p3", 3, { titleIssueKeys: ["PAY-1"], branchIssueKeys: ["PAY-1"], revertsNumber: 1 }),
          request("p4", 4, { titleIssueKeys: ["PAY-2", "PAY-1"] }),
          request("p5", 7),
          request("p6", 8, { titleIssueKeys: ["PAY-1"] }),
        ],
        pull_request_commit: [
          { pullRequestId: "p5", repositoryId: "r1", sha: "c1", position: 1, issueKeys: ["PAY-1"] },
          { pullRequestId: "p5", repositoryId: "r1", sha: "c0", position: 0, issueKeys: ["PAY-2"] },
          { pullRequestId: "p5", repositoryId: "r1", sha: "m", position: 2, isMerge: true, issueKeys: ["PAY-77"] },
          { pullRequestId: "p5", repositoryId: "r1", sha: "revert", position: 3, issueKeys: ["PAY-78"] },
          {
            pullRequestId: "p5",
            repositoryId: "r1",
            sha: "gone",
            position: 4,
            issueKeys: ["PAY-79"],
            removedAt: "2026-01-01T00:00:00Z",
          },
        ],
        commit: [
          { id: "c1", repositoryId: "r1", issueKeys: ["PAY-1", "#5", "UTF-8"] },
          { id: "revert", repositoryId: "r1", issueKeys: ["PAY-1"], revertsSha: "c1" },
          { id: "m", repositoryId: "r1", isMerge: true, issueKeys: ["PAY-1"] },
        ],
        reference: [
          { id: "f1", fromEntity: "pull_request", fromId: "p1", toEntity: "issue", toId: "g5", relationCategory: "closes" },
          { id: "f2", fromEntity: "pull_request", fromId: "p5", toEntity: "issue", toKey: "#5", relationCategory: "mentions" },
        ],
        link_decision: [
          { id: "n1", link: "pull_request_issue", fromId: "p6", toId: "i1", isLinked: false },
          { id: "n2", link: "pull_request_issue", fromId: "p6", toId: "i2", isLinked: true },
        ],
      },
      { steps: "links" },
    );
    const { rows } = await warehouse.query(
      `select pull_request_id as p, issue_key, issue_id, evidence_category as e, confidence as c, is_primary as m from pull_request_issue order by p, c desc, issue_key`,
    );
    expect(
      rows.map(({ p, issue_key, issue_id, e, c, m }) => `${p} ${issue_key} ${issue_id} ${e} ${c}${m ? " primary" : ""}`).sort(),
    ).toEqual(
      [
        "p1 acme/pay#5 g5 provider 1 primary",
        "p1 PAY-1 i1 branch 0.95",
        "p1 PAY-2 i2 title 0.9",
        "p2 PAY-2 i2 title 0.9 primary",
        "p2 PAY-77 null title 0.9",
        "p2 ACME/PAY#99 null body 0.7",
        "p2 acme/web#6 g6 body 0.7",
        "p4 PAY-1 i1 title 0.9",
        "p4 PAY-2 i2 title 0.9 primary",
        "p5 PAY-1 i1 commit 0.8",
        "p5 PAY-2 i2 commit 0.8 primary",
        "p5 acme/pay#5 g5 body 0.7",
        "p6 PAY-2 i2 manual 1 primary",
      ].sort(),
    );
    const commits = await warehouse.query(
      `select commit_id, issue_key, issue_id, evidence_category from commit_issue order by 1, 2`,
    );
    expect(commits.rows.map((row) => Object.values(row).join(" "))).toEqual(["c1 PAY-1 i1 commit", "c1 acme/pay#5 g5 commit"]);
  });

  it("follows issues through sprints (domain.md §7.6)", async () => {
    const at = (day: number) => `2026-06-0${day}T09:00:00Z`;
    let n = 0;
    const step = (issueId: string, day: number, change: { add?: string; remove?: string }) => ({
      id: `t${(n += 1)}`,
      issueId,
      fieldCategory: "sprint" as const,
      occurredAt: at(day),
      sequence: n,
      toId: change.add ?? null,
      fromId: change.remove ?? null,
    });
    const warehouse = await tester.build(
      engine,
      {
        issue: [
          { id: "i1", createdAt: at(1), sprintIds: ["s1"] },
          { id: "i2", createdAt: at(1), sprintIds: [] },
          { id: "i3", createdAt: at(2), sprintIds: ["s1", "s2"] },
          { id: "i4", createdAt: at(1), sprintIds: ["s1"], integrationId: "no-history" },
          // history says that it left, today's word that it is in: since when is not known
          { id: "i5", createdAt: at(1), sprintIds: ["s1"] },
        ],
        issue_transition: [
          step("i1", 2, { add: "s1" }),
          step("i1", 3, { add: "s1" }),
          step("i1", 4, { remove: "s1" }),
          step("i1", 4, { add: "s2" }),
          step("i1", 5, { add: "s1" }),
          step("i2", 3, { remove: "s1" }),
          step("i3", 4, { add: "s2" }),
          step("i5", 2, { add: "s1" }),
          step("i5", 3, { remove: "s1" }),
        ],
      },
      { steps: "links" },
    );
    const { rows } = await warehouse.query(
      `select issue_id, sprint_id, added_at, removed_at, evidence_category from issue_sprint order by id`,
    );
    const short = (value: unknown) =>
      typeof value === "string" && value.startsWith("2026-06-0") ? value.slice(9, 10) : String(value);
    expect(rows.map((row) => Object.values(row).map(short).join(" "))).toEqual([
      "i1 s1 2 4 history",
      "i1 s1 5 null history",
      "i1 s2 4 null history",
      "i2 s1 1 3 created",
      "i3 s1 2 null created",
      "i3 s2 4 null history",
      "i4 s1 null null current",
      "i5 s1 null null current",
      "i5 s1 2 3 history",
    ]);
  });
});
