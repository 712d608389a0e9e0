import { afterAll, describe, expect, it } from "vitest";

import type { Entities } from "../../../test/entities.ts";
import { factTester, people } from "../../../test/facts.ts";

const tester = factTester();
afterAll(tester.close);

const may = (day: number, time: string) => `2026-05-${String(day).padStart(2, "0")}T${time}:00Z`;
type Transition = NonNullable<Entities["issue_transition"]>[number];
let count = 0;
const step = (issueId: string, field: Transition["fieldCategory"], occurredAt: string, rest: Transition): Transition => ({
  id: `step-${(count += 1)}`,
  issueId,
  ...(field ? { fieldCategory: field } : {}),
  occurredAt,
  sequence: count,
  ...rest,
});

const statuses = {
  todo: "todo",
  progress: "in_progress",
  blocked: "in_progress",
  qa: "in_progress",
  done: "done",
  closed: "done",
  dropped: "canceled",
} as const;
type Status = keyof typeof statuses;
const names: Readonly<Record<Status, string>> = {
  todo: "To Do",
  progress: "In Progress",
  blocked: "Blocked",
  qa: "Ready for QA",
  done: "Done",
  closed: "Closed",
  dropped: "Won't do",
};
const workflow: Entities["workflow_status"] = Object.entries(statuses).map(([id, statusCategory]) => ({
  id: `status-${id}`,
  projectId: null,
  statusId: id,
  name: names[id as Status],
  statusCategory,
}));

/** Moves of one issue through statuses: the first word is where it began. */
const moves = (issueId: string, first: Status, ...steps: readonly (readonly [string, Status])[]): Transition[] =>
  steps.map(([at, to], index) =>
    step(issueId, "status", at, { fromId: index ? steps[index - 1]![1] : first, toId: to, toName: names[to] }),
  );
const issue = (id: string, rest: object = {}) => ({ id, createdAt: may(4, "09:00"), statusCategory: "done" as const, ...rest });

/** One issue for each rule; all in one warehouse, since they do not meet. */
const entities: Entities = {
  ...people("ann", "ben"),
  workflow_status: workflow,
  issue: [
    // worked example 12
    issue("reopened", { typeCategory: "feature", points: 5 }),
    issue("skipped"),
    issue("terminated", { statusCategory: "canceled" }),
    issue("duplicate", { resolutionCategory: "duplicate" }),
    issue("no-history", { resolvedAt: may(5, "09:00") }),
    issue("no-end"),
    issue("early", { createdAt: may(6, "09:00") }),
    issue("born-done"),
    issue("same-instant"),
    issue("open", { statusCategory: "in_progress", statusId: "progress" }),
    issue("open-again", { statusCategory: "in_progress", statusId: "progress" }),
    issue("subtask", { isSubtask: true }),
    issue("bug", { typeCategory: "bug", priorityCategory: "high", points: -1 }),
    issue("unnamed", { statusCategory: "done", statusId: "gone", status: "Shipped" }),
  ],
  issue_transition: [
    ...moves(
      "reopened",
      "todo",
      [may(4, "10:00"), "progress"],
      [may(5, "10:00"), "done"],
      [may(6, "10:00"), "progress"],
      [may(6, "16:00"), "blocked"],
      [may(7, "10:00"), "done"],
      [may(8, "10:00"), "closed"],
    ),
    ...moves("skipped", "todo", [may(4, "11:00"), "done"]),
    ...moves("terminated", "todo", [may(4, "10:00"), "progress"], [may(4, "12:00"), "dropped"]),
    ...moves("duplicate", "todo", [may(4, "10:00"), "done"], [may(4, "11:00"), "closed"]),
    ...moves("early", "todo", [may(5, "09:00"), "progress"], [may(6, "08:00"), "done"]),
    ...moves("born-done", "done", [may(5, "09:00"), "closed"]),
    ...moves("same-instant", "todo", [may(4, "10:00"), "progress"], [may(4, "10:00"), "qa"], [may(4, "10:00"), "done"]),
    ...moves("open-again", "todo", [may(4, "10:00"), "done"], [may(4, "12:00"), "progress"]),
    ...moves("bug", "todo", [may(4, "10:00"), "progress"], [may(4, "11:00"), "done"]),
    step("unnamed", "status", may(4, "10:00"), { fromId: "todo", toId: null, toName: "In Progress" }),
    step("unnamed", "status", may(4, "12:00"), { toId: "gone", toName: "Shipped" }),
    step("reopened", "points", may(20, "10:00"), { fromNumber: 3, toNumber: 5 }),
  ],
};

describe.each(tester.engines)("fact_issue on %s", (engine) => {
  const all = [
    "fact_change",
    "fact_pull_request",
    "fact_issue",
    "fact_issue_stage",
    "fact_issue_assignment",
    "fact_effort",
    "fact_worklog",
  ];
  type Row = Record<string, string | number | boolean | null>;
  const build = async (given: Entities) => {
    const warehouse = await tester.build(engine, given, { steps: "calendar", facts: all });
    return async (sql: string) => [...(await warehouse.query<Row>(sql)).rows];
  };
  const byId = (rows: readonly Row[]) => Object.fromEntries(rows.map((row) => [row["id"], row]));

  it("finds start and end in the history of statuses", async () => {
    const read = await build(entities);
    const rows = byId(await read("select * from fact_issue"));
    expect(rows["reopened"]).toMatchObject({
      completed_at: "2026-05-07T10:00:00Z",
      lead_seconds: 262_800,
      cycle_seconds: 259_200,
      planning_seconds: 3600,
      active_seconds: 108_000,
      waiting_seconds: 64_800,
      in_progress_seconds: 108_000,
      reopen_count: 1,
      is_reopened: true,
      flags: "reopened,no_change",
      // the estimate at completion, not the one of later
      points: 3,
      size: "simple",
    });
    expect(rows["skipped"]).toMatchObject({
      lead_seconds: 7200,
      cycle_seconds: null,
      flags: "skipped_progress,no_change",
      active_seconds: 0,
    });
    expect(rows["terminated"]).toMatchObject({
      is_terminated: true,
      is_completed: false,
      lead_seconds: null,
      terminated_at: "2026-05-04T12:00:00Z",
    });
    // moves between done statuses do not shift the end
    expect(rows["duplicate"]).toMatchObject({ is_terminated: true, is_completed: false, terminated_at: "2026-05-04T10:00:00Z" });
    expect(rows["no-history"]).toMatchObject({ lead_seconds: 86_400, cycle_seconds: null, active_seconds: null });
    expect(rows["no-end"]).toMatchObject({ completed_at: null, ended_at: null, flags: "unknown_end,no_change" });
    expect(rows["early"]).toMatchObject({
      lead_seconds: null,
      planning_seconds: null,
      cycle_seconds: 82_800,
      flags: "completed_before_created,started_before_created,no_change",
    });
    expect(rows["born-done"]).toMatchObject({ completed_at: "2026-05-04T09:00:00Z", lead_seconds: 0, cycle_seconds: null });
    expect(rows["same-instant"]).toMatchObject({ cycle_seconds: 0, active_seconds: 0, lead_seconds: 3600 });
    expect(rows["open"]).toMatchObject({
      ended_at: null,
      is_completed: false,
      started_at: "2026-05-04T09:00:00Z",
      active_seconds: null,
    });
    expect(rows["open-again"]).toMatchObject({ ended_at: null, is_reopened: true, status_category: "in_progress" });
    expect(rows["subtask"]).toMatchObject({ is_eligible: false, is_subtask: true });
    expect(rows["bug"]).toMatchObject({ size: "major", work_type: "bug", flags: "no_change,negative_estimate" });
    // a status known by name only, and one that only the issue itself can tell
    expect(rows["unnamed"]).toMatchObject({ started_at: "2026-05-04T10:00:00Z", completed_at: "2026-05-04T12:00:00Z" });

    const stays = await read(
      "select * from fact_issue_stage where issue_id in ('reopened', 'same-instant', 'early') order by issue_id, entered_at, id",
    );
    const of = (id: string) => stays.filter((row) => row["issue_id"] === id);
    expect(
      of("reopened").map((row) => [row["status"], row["stay_seconds"], row["is_active"], row["is_waiting"], row["is_backward"]]),
    ).toEqual([
      ["To Do", 3600, false, false, false],
      ["In Progress", 86_400, true, false, false],
      ["Done", 86_400, false, false, false],
      ["In Progress", 21_600, true, false, true],
      ["Blocked", 64_800, false, true, false],
      ["Done", 86_400, false, false, false],
      ["Closed", null, false, false, false],
    ]);
    expect(of("same-instant").map((row) => [row["status"], row["stay_seconds"], row["is_speeding"]])).toEqual([
      ["To Do", 3600, false],
      ["In Progress", 0, true],
      ["Ready for QA", 0, true],
      ["Done", null, false],
    ]);
    expect(of("early").map((row) => [row["stay_seconds"], row["flags"]])).toContainEqual([null, "left_before_entry"]);
  });

  it("re-reads statuses, sub-tasks, types and the speed limit as the profile says", async () => {
    const settings = {
      "issue.active": ["qa"],
      "issue.waiting": ["Done"],
      "issue.done": ["In *"],
      "issue.terminated": ["closed"],
      "issue.include_subtasks": true,
      "issue.excluded_types": ["Bug"],
      "issue.speeding_seconds": 7200,
      work_type: [{ name: "feature", filter: ["has", "labels", ["new"]] }],
      "size.issue": { medium: 2, complex: 3, major: ["low"] },
    };
    const read = await build({
      profile: [{ settings }],
      workflow_status: workflow,
      issue: [
        issue("a", { labels: ["new"], points: 3, isSubtask: true }),
        issue("b", { type: "Bug" }),
        issue("c", { statusCategory: "done" }),
      ],
      issue_transition: [
        ...moves("a", "todo", [may(4, "10:00"), "qa"], [may(4, "12:00"), "progress"]),
        ...moves("c", "todo", [may(4, "10:00"), "done"], [may(4, "12:00"), "closed"]),
      ],
    });
    const rows = byId(await read("select * from fact_issue"));
    expect(rows["a"]).toMatchObject({
      is_eligible: true,
      size: "complex",
      completed_at: "2026-05-04T12:00:00Z",
      active_seconds: 7200,
    });
    expect(rows["b"]).toMatchObject({ is_eligible: false });
    expect(rows["c"]).toMatchObject({ is_terminated: true, terminated_at: "2026-05-04T12:00:00Z" });
    const stays = await read(
      "select id, is_speeding, is_waiting from fact_issue_stage where left_at is not null and issue_id = 'a'",
    );
    expect(stays.map((row) => row["is_speeding"])).toEqual([true, true]);
  });

  it("follows a work item to production by request and commit (worked example 13)", async () => {
    const deployed = (id: string, sha: string, time: string) => ({
      deployment: { id, repositoryId: "pay", headSha: sha, finishedAt: may(4, time) },
      lineage: {
        id: `${id}/l`,
        deploymentId: id,
        applicationId: "pay",
        repositoryId: "pay",
        headSha: sha,
        relationCategory: "forward" as const,
      },
      commit: {
        id: `${id}/${sha}`,
        deploymentId: id,
        repositoryId: "pay",
        sha,
        isHead: true,
        isNew: true,
        evidenceCategory: "graph" as const,
        confidence: 1,
      },
    });
    const [first, second, third] = [deployed("D1", "m1", "10:17"), deployed("D2", "m2", "11:00"), deployed("D3", "m3", "11:30")];
    const request = (id: string, opened: string, merged: string | null, mergeSha: string) => ({
      id,
      repositoryId: "pay",
      authorAccountId: "ann",
      openedAt: may(4, opened),
      mergedAt: merged && may(4, merged),
      mergeSha,
    });
    const named = (pullRequestId: string, issueId: string) => ({
      id: `${pullRequestId}/${issueId}`,
      pullRequestId,
      issueKey: issueId,
      issueId,
      evidenceCategory: "title" as const,
      confidence: 0.9,
      isPrimary: true,
    });
    const read = await build({
      ...people("ann", "ben"),
      workflow_status: workflow,
      repository: [{ id: "pay" }],
      issue: [
        issue("linked", { createdAt: may(4, "09:50") }),
        issue("unlinked", { createdAt: may(4, "09:50") }),
        issue("direct", { createdAt: may(4, "09:50") }),
        issue("waiting", { createdAt: may(4, "09:50") }),
        issue("late-start", { createdAt: may(4, "09:50") }),
      ],
      issue_transition: ["linked", "unlinked", "direct", "waiting"]
        .flatMap((id) => moves(id, "todo", [may(4, "10:00"), "progress"], [may(4, "10:20"), "done"]))
        .concat(moves("late-start", "todo", [may(4, "10:12"), "progress"], [may(4, "10:20"), "done"])),
      pull_request: [
        request("P1", "10:06", "10:15", "m1"),
        request("P2", "10:30", "10:45", "m2"),
        request("P3", "10:50", "10:55", "m4"),
      ],
      pull_request_commit: [{ pullRequestId: "P1", repositoryId: "pay", sha: "c1", authoredAt: may(4, "10:05") }],
      commit: [
        ...["m1", "m2", "m4"].map((sha) => ({
          id: sha,
          repositoryId: "pay",
          sha,
          authoredAt: may(4, "10:30"),
          isOnDefault: true,
        })),
        {
          id: "m3",
          repositoryId: "pay",
          sha: "m3",
          authoredAt: may(4, "10:10"),
          committedAt: may(4, "11:10"),
          isOnDefault: true,
          authorAccountId: "ann",
        },
      ],
      pull_request_issue: [
        named("P1", "linked"),
        named("P2", "linked"),
        named("P1", "late-start"),
        named("P1", "waiting"),
        named("P3", "waiting"),
      ],
      commit_issue: [
        { id: "m3/direct", commitId: "m3", issueKey: "direct", issueId: "direct", evidenceCategory: "commit", confidence: 0.8 },
      ],
      pipeline: [{ id: "ci" }],
      pipeline_run: [
        {
          id: "r1",
          pipelineId: "ci",
          repositoryId: "pay",
          headSha: "m1",
          resultCategory: "success",
          finishedAt: may(4, "10:16"),
        },
        {
          id: "r3",
          pipelineId: "ci",
          repositoryId: "pay",
          headSha: "m3",
          resultCategory: "success",
          finishedAt: may(4, "11:20"),
        },
        {
          id: "r4",
          pipelineId: "ci",
          repositoryId: "pay",
          headSha: "m3",
          resultCategory: "failure",
          finishedAt: may(4, "11:25"),
        },
      ],
      deployment: [first.deployment, second.deployment, third.deployment],
      deployment_lineage: [first.lineage, second.lineage, third.lineage],
      deployment_commit: [first.commit, second.commit, third.commit],
    });
    const rows = byId(await read("select * from fact_issue"));
    const minutes = (id: string) =>
      ["planning", "coding", "review", "build", "deploy"].map((stage) => {
        const value = rows[id]![`stage_${stage}_seconds`];
        return value === null ? null : Number(value) / 60;
      });
    expect(minutes("linked")).toEqual([10, 5, 40, null, 15]);
    expect(rows["linked"]).toMatchObject({
      lead_to_deploy_seconds: 4200,
      lead_to_first_deploy_seconds: 1620,
      lead_seconds: 1800,
      has_pull_request: true,
      flags: "build_before_merge",
    });
    expect(minutes("unlinked")).toEqual([10, null, null, null, null]);
    expect(rows["unlinked"]).toMatchObject({
      lead_seconds: 1800,
      lead_to_deploy_seconds: null,
      flags: "no_change",
      has_pull_request: false,
    });
    expect(minutes("direct")).toEqual([10, 10, 60, 10, 10]);
    expect(rows["direct"]).toMatchObject({ has_pull_request: false, flags: null });
    // one of its changes is in production, the other is not
    expect(rows["waiting"]).toMatchObject({
      lead_to_deploy_seconds: null,
      lead_to_first_deploy_seconds: 1620,
      deployed_at: null,
    });
    expect(rows["late-start"]).toMatchObject({
      stage_coding_seconds: null,
      stage_review_seconds: 600,
      lead_to_deploy_seconds: 1620,
      flags: "out_of_order",
    });
  });

  it("shares an item and its days between those who held it (worked example 17)", async () => {
    const on = (month: number, day: number, time = "00:00") => `2025-${month}-${String(day).padStart(2, "0")}T${time}:00Z`;
    const given = (issueId: string, at: string, fromId: string | null, toId: string | null) =>
      step(issueId, "assignee", at, { fromId, toId });
    const read = await build({
      ...people("ann", "ben"),
      workflow_status: workflow,
      issue: [
        issue("shared", { createdAt: on(10, 18), assigneeAccountId: "ben" }),
        issue("pair", { createdAt: on(11, 3), statusCategory: "in_progress", statusId: "progress", assigneeAccountId: "ann" }),
        issue("bounced", { createdAt: on(10, 1), statusCategory: "todo", statusId: "todo", assigneeAccountId: "ann" }),
        issue("afterwards", { createdAt: on(10, 1), assigneeAccountId: "ben" }),
        issue("crowd", { createdAt: on(10, 1), statusCategory: "todo", statusId: "todo", assigneeAccountId: "ann" }),
      ],
      issue_transition: [
        ...moves("shared", "todo", [on(10, 18), "progress"], [on(12, 7), "done"]),
        given("shared", on(11, 2), "ann", "ben"),
        ...moves("pair", "progress", [on(11, 5, "12:00"), "todo"]),
        given("bounced", on(10, 2), null, "ann"),
        given("bounced", on(10, 3), "ann", "ben"),
        given("bounced", on(10, 4), "ben", "ann"),
        given("bounced", on(10, 5), "ann", "ann"),
        ...moves("afterwards", "todo", [on(10, 2), "done"]),
        given("afterwards", on(10, 3), "ann", "ben"),
        // two assignees at once: taking the first away leaves the second
        given("crowd", on(10, 2), null, "ann"),
        given("crowd", on(10, 3), null, "ben"),
        given("crowd", on(10, 4), "ann", null),
      ],
      worklog: [{ id: "w", issueId: "shared", authorAccountId: "ann", startedAt: on(10, 20), seconds: 5400 }],
    });
    const spells = await read("select * from fact_issue_assignment order by issue_id, entered_at");
    const of = (id: string) => spells.filter((row) => row["issue_id"] === id);
    expect(
      of("shared").map((row) => [row["assignee_id"], row["portion"], row["held_seconds"], row["in_progress_seconds"]]),
    ).toEqual([
      ["person-ann", 0.3, 15 * 86_400, 15 * 86_400],
      ["person-ben", 0.7, 35 * 86_400, 35 * 86_400],
    ]);
    expect(
      of("bounced").map((row) => [row["assignee_id"], row["is_first"], row["is_hop"], row["is_bounce"], row["portion"]]),
    ).toEqual([
      ["person-ann", true, false, false, null],
      ["person-ben", false, true, false, null],
      ["person-ann", false, false, true, null],
    ]);
    expect(of("afterwards").map((row) => [row["assignee_id"], row["is_eligible"], row["flags"], row["portion"]])).toEqual([
      ["person-ann", true, null, 1],
      ["person-ben", false, "after_end", null],
    ]);
    expect(of("crowd").map((row) => row["assignee_id"])).toEqual(["person-ann", "person-ben"]);
    const issues = byId(
      await read(
        "select id, assignee_id, first_assignee_id, bounce_count, hop_count, first_assigned_seconds, spent_seconds from fact_issue",
      ),
    );
    expect(issues["bounced"]).toMatchObject({
      bounce_count: 1,
      hop_count: 1,
      first_assigned_seconds: 86_400,
      assignee_id: "person-ann",
    });
    // the assignee at completion
    expect(issues["afterwards"]).toMatchObject({ assignee_id: "person-ann", first_assignee_id: "person-ann", hop_count: 0 });
    expect(issues["shared"]).toMatchObject({ spent_seconds: 5400, assignee_id: "person-ben", first_assignee_id: "person-ann" });
    expect(await read("select id, person_id, spent_seconds from fact_worklog")).toEqual([
      { id: "w", person_id: "person-ann", spent_seconds: 5400 },
    ]);
    // Ann: Mon 20 October to Fri 31 for "shared", and Mon 3 to Wed 5 November for "pair"; Sunday 2 November is no working day
    const days = await read(
      `select person_id, issue_id, cast(count(*) as double precision) as days, sum(effort_days) as effort, cast(min(day) as text) as first from fact_effort
       group by person_id, issue_id order by person_id, issue_id`,
    );
    expect(days).toEqual([
      { person_id: "person-ann", issue_id: "pair", days: 3, effort: 3, first: "2025-11-03" },
      { person_id: "person-ann", issue_id: "shared", days: 10, effort: 10, first: "2025-10-20" },
      { person_id: "person-ben", issue_id: "shared", days: 25, effort: 25, first: "2025-11-03" },
    ]);
  });

  it("judges open items by the hygiene checks of the profile", async () => {
    const good = {
      statusCategory: "todo",
      statusId: "todo",
      createdAt: "2026-11-29T00:00:00Z",
      descriptionLength: 50,
      dueOn: "2026-12-24",
      components: ["api"],
      points: 1,
    };
    const given: Entities = {
      ...people("ann", "ben"),
      workflow_status: workflow,
      issue: [
        issue("good", { ...good, assigneeAccountId: "ann", reporterAccountId: "ben" }),
        issue("bad", { statusCategory: "todo", statusId: "todo", createdAt: "2026-01-01T00:00:00Z", descriptionLength: 0 }),
        issue("answered", { ...good, createdAt: "2026-11-20T00:00:00Z", assigneeAccountId: "ann", reporterAccountId: "ben" }),
        issue("unread", { ...good, assigneeAccountId: "ann", descriptionLength: null }),
        issue("ended"),
      ],
      issue_transition: moves("ended", "todo", [may(4, "10:00"), "done"]),
      issue_comment: [
        { id: "c1", issueId: "answered", authorAccountId: "ben", createdAt: "2026-11-20T01:00:00Z" },
        { id: "c2", issueId: "answered", authorAccountId: "ann", createdAt: "2026-11-21T00:00:00Z" },
      ],
    };
    const read = await build(given);
    const rows = byId(
      await read(
        "select id, array_to_string(hygiene_misses, '+') as misses, hygiene_miss_share, response_seconds, comment_count from fact_issue",
      ),
    );
    expect(rows["good"]).toMatchObject({ misses: "", hygiene_miss_share: 0 });
    expect(rows["bad"]).toMatchObject({ misses: "idle+description+due+assignee+component+points+response+resolution" });
    expect(rows["bad"]!["hygiene_miss_share"]).toBeCloseTo(8 / 9, 12);
    expect(rows["answered"]).toMatchObject({ misses: "", response_seconds: 86_400, comment_count: 2 });
    expect(rows["unread"]).toMatchObject({ misses: "" });
    expect(rows["ended"]).toMatchObject({ misses: null, hygiene_miss_share: null });
    const settings = {
      "hygiene.checks": [
        { name: "due", weight: 3 },
        { name: "it's {{urgent}}", filter: ["is", "priority_category", ["high"]] },
      ],
    };
    const own = await build({
      profile: [{ settings }],
      workflow_status: workflow,
      issue: [issue("urgent", { ...good, priorityCategory: "high" }), issue("late", { ...good, dueOn: null })],
    });
    expect(await own("select id, hygiene_misses, hygiene_miss_share from fact_issue order by id")).toEqual([
      { id: "late", hygiene_misses: ["due"], hygiene_miss_share: 0.75 },
      { id: "urgent", hygiene_misses: ["it's {{urgent}}"], hygiene_miss_share: 0.25 },
    ]);
  });
});
