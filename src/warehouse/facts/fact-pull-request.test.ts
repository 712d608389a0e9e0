import { afterAll, describe, expect, it } from "vitest";

import { factTester, people } from "../../../test/facts.ts";

const day = (time: string) => `2026-05-04T${time}Z`;
const tester = factTester();
afterAll(tester.close);

const request = (id: string, more: object = {}) => ({
  id,
  repositoryId: "pay",
  number: 1,
  authorAccountId: "ann",
  additions: 30,
  deletions: 20,
  isDraft: false,
  ...more,
});
const commit = (pullRequestId: string, sha: string, authoredAt: string, more: object = {}) => ({
  pullRequestId,
  repositoryId: "pay",
  sha,
  authoredAt,
  committedAt: authoredAt,
  ...more,
});
const review = (
  id: string,
  reviewerAccountId: string,
  verdictCategory: "approved" | "changes_requested" | "commented" | "dismissed",
  submittedAt: string,
) => ({ id, pullRequestId: "p", reviewerAccountId, verdictCategory, submittedAt });
const comment = (id: string, pullRequestId: string, authorAccountId: string, createdAt: string) => ({
  id,
  pullRequestId,
  authorAccountId,
  createdAt,
  kindCategory: "conversation" as const,
});

describe.each(tester.engines)("fact_pull_request on %s", (engine) => {
  it("splits a request into phases (worked example 5)", async () => {
    const [row] = await tester.rows(engine, "fact_pull_request", {
      ...people("ann", "ben", "cem"),
      account: [...people("ann", "ben", "cem").account, { id: "robot", kindCategory: "bot" }],
      repository: [{ id: "pay" }],
      pull_request: [request("p", { openedAt: day("09:00:00"), mergedAt: day("15:00:00"), mergeSha: "m" })],
      pull_request_commit: [commit("p", "c1", day("08:00:00"))],
      pull_request_comment: [comment("k1", "p", "robot", day("09:05:00")), comment("k2", "p", "ann", day("09:10:00"))],
      pull_request_event: [{ id: "e1", pullRequestId: "p", kindCategory: "ready_for_review", occurredAt: day("10:00:00") }],
      pull_request_review: [
        review("v1", "ben", "changes_requested", day("11:30:00")),
        review("v2", "ben", "approved", day("13:00:00")),
        review("v3", "cem", "approved", day("14:00:00")),
        review("v4", "cem", "approved", day("16:00:00")),
      ],
    });
    expect(row).toMatchObject({
      coding_seconds: 3600,
      drafting_seconds: 3600,
      pickup_seconds: 5400,
      review_seconds: 9000,
      merge_wait_seconds: 3600,
      unreviewed_seconds: null,
      cycle_seconds: 25200,
      first_review_seconds: 9000,
      first_approval_seconds: 14400,
      draft_seconds: 3600,
      comment_count: 0,
      author_comment_count: 1,
      bot_comment_count: 1,
      approval_count: 2,
      changes_requested_count: 1,
      reviewer_count: 2,
      review_class: "approved_by_other",
      size: "medium",
      lines_changed: 50,
      flags: null,
      work_type: "missing",
      author_id: "person-ann",
    });
  });

  it("never turns the unanswered into zero (worked example 4)", async () => {
    const [row] = await tester.rows(engine, "fact_pull_request", {
      ...people("ann"),
      account: [...people("ann").account, { id: "robot", kindCategory: "bot" }],
      repository: [{ id: "pay" }],
      pull_request: [request("p", { openedAt: day("09:00:00"), mergedAt: day("10:00:00") })],
      pull_request_comment: [comment("k1", "p", "robot", day("09:01:00")), comment("k2", "p", "ann", day("09:02:00"))],
    });
    expect(row).toMatchObject({
      pickup_seconds: null,
      review_seconds: null,
      merge_wait_seconds: null,
      unreviewed_seconds: 3600,
      cycle_seconds: null,
      started_at: null,
      flags: "no_commits,unreviewed",
      is_reviewed: false,
      review_class: "unreviewed",
    });
  });

  it("gives merge, squash, rebase and force push the same start (worked example 6)", async () => {
    const merged = { openedAt: day("10:00:00"), mergedAt: day("11:00:00") };
    const rows = await tester.rows(engine, "fact_pull_request", {
      ...people("ann"),
      repository: [{ id: "pay" }],
      pull_request: ["merge", "squash", "rebase", "forced", "late"].map((id) => request(id, merged)),
      pull_request_commit: [
        ...["merge", "squash", "rebase", "forced"].flatMap((id) => [
          commit(id, `${id}1`, day("08:00:00")),
          commit(id, `${id}2`, day("09:00:00")),
        ]),
        commit("merge", "merge3", day("07:00:00"), { isMerge: true }),
        commit("forced", "forced0", day("06:00:00"), { removedAt: day("09:30:00") }),
        commit("late", "late1", day("10:30:00")),
      ],
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of ["merge", "squash", "rebase", "forced"])
      expect(byId.get(id)).toMatchObject({ cycle_seconds: 10800, coding_seconds: 7200 });
    expect(byId.get("forced")).toMatchObject({ is_force_pushed: true });
    expect(byId.get("late")).toMatchObject({ coding_seconds: null, cycle_seconds: 3600, started_at: day("10:00:00") });
    expect(byId.get("late")!.flags).toContain("commit_after_open");
  });

  it("takes a dismissed approval away and marks reviews in draft", async () => {
    const rows = await tester.rows(engine, "fact_pull_request", {
      ...people("ann", "ben"),
      repository: [{ id: "pay" }],
      pull_request: [
        request("p", { openedAt: day("09:00:00"), mergedAt: day("15:00:00") }),
        request("draft", { openedAt: day("09:00:00"), isDraft: true }),
      ],
      pull_request_review: [
        review("v1", "ben", "approved", day("10:00:00")),
        review("v2", "ben", "dismissed", day("11:00:00")),
        { ...review("v3", "ben", "commented", day("10:00:00")), pullRequestId: "draft" },
      ],
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    expect(byId.get("p")).toMatchObject({
      approval_count: 0,
      first_approval_at: null,
      merge_wait_seconds: null,
      review_class: "reviewed_unapproved",
      review_seconds: 18000,
    });
    expect(byId.get("draft")).toMatchObject({ ready_at: null, pickup_seconds: null, is_draft: true, state: "open" });
    expect(byId.get("draft")!.flags).toBe("no_commits,reviewed_in_draft,never_ready");
  });

  it("counts in working time across a clock change (worked example 18)", async () => {
    const berlin = "cal";
    const [row] = await tester.rows(engine, "fact_pull_request", {
      ...people("ann", "ben"),
      repository: [{ id: "pay" }],
      calendar: [{ id: berlin, timezone: "Europe/Berlin" }],
      profile: [{ settings: { calendar_id: berlin, timezone: "Europe/Berlin" } }],
      pull_request: [request("p", { openedAt: "2026-03-27T15:00:00Z", mergedAt: "2026-03-30T09:00:00Z" })],
      pull_request_review: [review("v1", "ben", "approved", "2026-03-30T08:00:00Z")],
    });
    expect(row).toMatchObject({ pickup_seconds: 234_000, pickup_working_seconds: 7200 });
  });

  it("leaves out requests of tombstoned and duplicate repositories", async () => {
    const rows = await tester.rows(engine, "fact_pull_request", {
      ...people("ann"),
      repository: [{ id: "pay" }, { id: "gone", deletedAt: day("00:00:00") }, { id: "twin" }],
      duplicate: [{ entity: "repository", duplicateId: "twin", ofId: "pay" }],
      pull_request: [
        request("p", { openedAt: day("09:00:00") }),
        request("q", { repositoryId: "gone", openedAt: day("09:00:00") }),
        request("r", { repositoryId: "twin", openedAt: day("09:00:00") }),
        request("s", { deletedAt: day("10:00:00"), openedAt: day("09:00:00") }),
      ],
    });
    expect(rows.map((row) => row.id)).toEqual(["p"]);
  });
});
