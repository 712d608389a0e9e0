import { afterAll, describe, expect, it } from "vitest";

import { factTester, people } from "../../../test/facts.ts";

const day = (time: string) => `2026-05-04T${time}Z`;
const tester = factTester();
afterAll(tester.close);

describe.each(tester.engines)("fact_review and fact_commit on %s", (engine) => {
  it("measure each reviewer from the later of asked and ready", async () => {
    const rows = await tester.rows(engine, "fact_review", {
      ...people("ann", "ben", "cem", "dea"),
      repository: [{ id: "pay" }],
      team: [{ id: "core" }, { id: "web" }],
      team_member: [
        { teamId: "core", personId: "person-ann" },
        { teamId: "core", personId: "person-ben" },
        { teamId: "web", personId: "person-cem" },
      ],
      pull_request: [
        { id: "p", repositoryId: "pay", authorAccountId: "ann", openedAt: day("08:00:00"), mergedAt: day("15:00:00") },
      ],
      pull_request_event: [
        { id: "e0", pullRequestId: "p", kindCategory: "ready_for_review", occurredAt: day("09:00:00") },
        { id: "e1", pullRequestId: "p", kindCategory: "review_requested", subjectAccountId: "ben", occurredAt: day("08:30:00") },
        { id: "e2", pullRequestId: "p", kindCategory: "review_requested", subjectAccountId: "cem", occurredAt: day("10:00:00") },
        { id: "e3", pullRequestId: "p", kindCategory: "review_requested", subjectAccountId: "dea", occurredAt: day("10:00:00") },
      ],
      pull_request_review: [
        { id: "v1", pullRequestId: "p", reviewerAccountId: "ben", verdictCategory: "commented", submittedAt: day("09:30:00") },
        { id: "v2", pullRequestId: "p", reviewerAccountId: "ben", verdictCategory: "approved", submittedAt: day("12:00:00") },
        { id: "v3", pullRequestId: "p", reviewerAccountId: "ann", verdictCategory: "commented", submittedAt: day("12:30:00") },
      ],
      pull_request_comment: [
        { id: "k1", pullRequestId: "p", authorAccountId: "cem", kindCategory: "inline", createdAt: day("11:00:00") },
      ],
    });
    const byReviewer = new Map(rows.map((row) => [row.reviewer_id, row]));
    expect([...byReviewer.keys()].sort()).toEqual(["person-ben", "person-cem", "person-dea"]);
    expect(byReviewer.get("person-ben")).toMatchObject({
      response_seconds: 1800,
      verdict: "approved",
      approved_at: day("12:00:00"),
      review_count: 2,
      was_requested: true,
      is_cross_team: false,
    });
    expect(byReviewer.get("person-cem")).toMatchObject({
      response_seconds: 3600,
      verdict: "none",
      comment_count: 1,
      is_cross_team: true,
    });
    expect(byReviewer.get("person-dea")).toMatchObject({
      response_seconds: null,
      responded_at: null,
      waiting_until: day("15:00:00"),
      is_cross_team: false,
    });
  });

  it("count a commit once: forks, copies, merges and direct pushes", async () => {
    const authoredAt = day("08:00:00");
    const rows = await tester.rows(engine, "fact_commit", {
      ...people("ann"),
      repository: [{ id: "pay" }, { id: "fork", isFork: true }],
      pull_request: [{ id: "p", repositoryId: "pay", openedAt: authoredAt, mergedAt: authoredAt, mergeSha: "landed" }],
      pull_request_commit: [{ pullRequestId: "p", repositoryId: "pay", sha: "one", authoredAt, committedAt: authoredAt }],
      commit: [
        {
          id: "pay/one",
          repositoryId: "pay",
          sha: "one",
          title: "Fix",
          authorAccountId: "ann",
          authoredAt,
          additions: 3,
          deletions: 1,
        },
        { id: "fork/one", repositoryId: "fork", sha: "one", title: "Fix", authorAccountId: "ann", authoredAt },
        {
          id: "pay/copy",
          repositoryId: "pay",
          sha: "copy",
          title: "Fix",
          authorAccountId: "ann",
          authoredAt,
          committedAt: day("09:00:00"),
        },
        {
          id: "pay/landed",
          repositoryId: "pay",
          sha: "landed",
          title: "Merge",
          authorAccountId: "ann",
          authoredAt,
          isMerge: true,
          isOnDefault: true,
        },
        { id: "pay/push", repositoryId: "pay", sha: "push", title: "Hot", authorAccountId: "ann", authoredAt, isOnDefault: true },
      ],
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    expect([...byId.keys()].sort()).toEqual(["pay/copy", "pay/landed", "pay/one", "pay/push"]);
    expect(byId.get("pay/one")).toMatchObject({ is_eligible: true, is_direct: false, lines_changed: 4, author_id: "person-ann" });
    expect(byId.get("pay/copy")).toMatchObject({ is_eligible: false, flags: "copy" });
    expect(byId.get("pay/landed")).toMatchObject({ is_eligible: false, is_on_default: true, is_direct: false });
    expect(byId.get("pay/push")).toMatchObject({ is_eligible: true, is_direct: true });
  });
});
