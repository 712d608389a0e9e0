import { describe, expect, it } from "vitest";

import type { Mapped, MappedRow } from "../../../ingest/connector.ts";
import { config } from "../config.ts";
import { fixturePages, fixtureScope as scope } from "../fixtures/index.ts";
import * as records from "../records.ts";
import * as pipelines from "../records-pipelines.ts";
import { toSprint } from "./boards.ts";
import { toPullRequest } from "./pull-request.ts";
import { toRun } from "./run.ts";
import { branchKeys, issueKeys } from "./text.ts";
import { startOfDay } from "./time.ts";
import { toWorkItem } from "./work-item.ts";

const context = (given: object = {}) => ({
  config: config.parse({ url: "https://dev.azure.com/acme", token: "made-up-token", ...given }),
  scope,
  host: "dev.azure.com",
  id: (entity: string, ...key: readonly (string | number)[]) => `azure:${entity}:x:${key.join("/")}`,
});
const only = <Name extends string>(rows: readonly Mapped[], entity: Name) =>
  rows.filter((row) => "entity" in row && row.entity === entity) as unknown as (MappedRow & Record<string, unknown>)[];

type Fields = Record<string, unknown>;
const POINTS = "Microsoft.VSTS.Scheduling.StoryPoints";

/** A revision with these fields, and those before it. */
function workItem(
  { before, after = {}, process = {} }: { before?: Fields; after?: Fields; process?: object },
  given: object = {},
) {
  const base = {
    "System.WorkItemType": "User Story",
    "System.State": "Active",
    "System.ChangedDate": "2026-03-02T10:00:00Z",
    "System.CreatedDate": "2026-03-01T10:00:00Z",
    "System.Title": "Story",
  };
  const told = {
    typeCategory: "Microsoft.RequirementCategory",
    stateCategory: "InProgress",
    previousStateCategory: before ? "InProgress" : null,
    iterationId: null,
    previousIterationId: null,
    ...process,
  };
  const previous = before ? { rev: 1, fields: { ...base, ...before } } : null;
  const record = records.revision.parse({ id: 5, rev: 2, fields: { ...base, ...after }, previous, process: told });
  const rows = toWorkItem(record, context(given));
  return { issue: only(rows, "issue")[0]!, transitions: only(rows, "issue_transition"), rows };
}

describe("estimates", () => {
  it.each([
    ["a number", 3, 3],
    ["zero, which is estimated", 0, 0],
    ["negative, as the process allows", -3, -3],
    ["a number in a text", "5", 5],
    ["a text", "about five", null],
    ["nothing", undefined, null],
    ["an empty text", "", null],
    ["an object", { unexpected: 1 }, null],
  ])("%s", (_, given, points) => {
    expect(workItem({ after: { [POINTS]: given } }).issue.points).toBe(points);
  });

  it("a text instead of a number is told as what it says, without a number", () => {
    const { transitions } = workItem({ before: { [POINTS]: 3 }, after: { [POINTS]: "about five" } });
    expect(transitions).toMatchObject([{ fieldCategory: "points", fromNumber: 3, toName: "about five", toNumber: null }]);
  });

  it("stands where the process has it, or where people say", () => {
    expect(workItem({ after: { "Microsoft.VSTS.Scheduling.Size": 8 } }).issue.points).toBe(8);
    expect(workItem({ after: { [POINTS]: 3, "Custom.Guess": 13 } }, { points_field: "Custom.Guess" }).issue.points).toBe(13);
  });
});

describe("states and types", () => {
  it.each([
    ["Proposed", "todo"],
    ["InProgress", "in_progress"],
    ["Resolved", "in_progress"],
    ["Completed", "done"],
    ["Removed", "canceled"],
    ["Something", "other"],
    [null, "other"],
  ])("category %s", (stateCategory, wanted) => {
    expect(workItem({ process: { stateCategory } }).issue.statusCategory).toBe(wanted);
  });

  it("a state without a category is told by its name, and its category is unknown", () => {
    const process = { stateCategory: null, previousStateCategory: "Proposed" };
    const { transitions } = workItem({ before: { "System.State": "New" }, after: { "System.State": "Parked" }, process });
    expect(transitions).toMatchObject([{ fromCategory: "todo", toName: "Parked", toCategory: null, toId: "User Story/Parked" }]);
  });

  it.each([
    ["Microsoft.EpicCategory", {}, "initiative", 2],
    ["Microsoft.FeatureCategory", {}, "epic", 1],
    ["Microsoft.RequirementCategory", {}, "feature", 0],
    ["Microsoft.BugCategory", {}, "bug", 0],
    ["Microsoft.TaskCategory", {}, "task", 0],
    ["Microsoft.TaskCategory", { "System.Parent": 4 }, "subtask", -1],
    [null, { "System.WorkItemType": "Issue" }, "task", 0],
    [null, { "System.WorkItemType": "Risk" }, "other", null],
  ])("type of %s %j", (typeCategory, after, wanted, level) => {
    const { issue } = workItem({ after, process: { typeCategory } });
    expect([issue.typeCategory, issue.hierarchyLevel]).toEqual([wanted, level]);
  });

  it("a reason is a resolution only once the work has ended", () => {
    const ended = { stateCategory: "Completed", previousStateCategory: "InProgress" };
    const reasons = { before: { "System.Reason": "Started" }, after: { "System.State": "Closed", "System.Reason": "Fixed" } };
    expect(workItem({ after: { "System.Reason": "Started" } }).issue.resolution).toBeNull();
    const { issue, transitions } = workItem({ ...reasons, process: ended });
    expect(issue).toMatchObject({ resolution: "Fixed", resolutionCategory: "completed" });
    expect(transitions.filter(({ fieldCategory }) => fieldCategory === "resolution")).toMatchObject([
      { fromId: null, toId: "Fixed" },
    ]);
  });
});

describe("people, places and texts", () => {
  it("people as references, as text, without an address, deactivated, and groups", () => {
    const of = (assigned: unknown) => workItem({ after: { "System.AssignedTo": assigned } });
    const known = of({ id: "a-1", displayName: "Ada", uniqueName: "Ada@acme.example", descriptor: "aad.x", inactive: true });
    expect(known.issue.assigneeAccountId).toBe("azure:account:x:a-1");
    expect(only(known.rows, "account")).toMatchObject([
      { email: "ada@acme.example", isActive: false, kind: "aad", kindCategory: "human" },
    ]);
    expect(of("Ada Example <Ada@acme.example>").issue.assigneeAccountId).toBe("azure:account:x:ada@acme.example");
    expect(of({ displayName: "Nobody" }).issue.assigneeAccountId).toBeNull();
    expect(of({ id: "g-1", displayName: "[Pay]\\Team", isContainer: true }).issue.assigneeAccountId).toBeNull();
    expect(of(17).issue.assigneeAccountId).toBeNull();
  });

  it("a person who is called something else now was not assigned anew", () => {
    const assigned = (displayName: string) => ({ "System.AssignedTo": { id: "a-1", displayName } });
    expect(workItem({ before: assigned("Ada"), after: assigned("Ada Lovely") }).transitions).toEqual([]);
    expect(workItem({ before: assigned("Ada"), after: {} }).transitions).toMatchObject([
      { fieldCategory: "assignee", toId: null },
    ]);
  });

  it.each(["System.State", "System.AreaPath", "System.TeamProject", "System.Reason"])(
    "%s, which every work item has, did not change where it could not be read",
    (name) => {
      const ended = { stateCategory: "Completed", previousStateCategory: "Completed" };
      const change = (value: unknown) =>
        workItem({
          before: { "System.Reason": "Fixed", "System.AreaPath": "Pay", "System.TeamProject": "Pay" },
          after: { "System.Reason": "Fixed", "System.AreaPath": "Pay", "System.TeamProject": "Pay", [name]: value },
          process: ended,
        }).transitions;
      expect(change({ unexpected: 1 })).toEqual([]);
      expect(change(undefined)).toEqual([]);
      expect(change("Other")).toHaveLength(1);
    },
  );

  it("a deleted work item bears when, and a restored one nothing", () => {
    expect(workItem({ after: { "System.IsDeleted": true } }).issue.deletedAt).toBe("2026-03-02T10:00:00Z");
    expect(workItem({ after: {} }).issue.deletedAt).toBeNull();
  });

  it("a field that was deleted from the process is unknown, not an error", () => {
    expect(workItem({ before: { "Custom.Tier": "Gold" } }, { custom_fields: "Custom.Tier" }).issue.customFields).toBeNull();
  });

  it("emoji, right-to-left and very long texts stay as they are", () => {
    const title = "🦊 שלום ﷽".repeat(50);
    expect(workItem({ after: { "System.Title": title } }).issue.title).toBe(title);
  });

  it.each([[{ "System.ChangedDate": undefined }], [{ "System.WorkItemType": 7 }]])(
    "a revision without %j does not fit",
    (after) => {
      const [first] = fixturePages.work_items![0] as [{ fields: object }];
      expect(records.revision.safeParse({ ...first, fields: { ...first.fields, ...after } }).success).toBe(false);
    },
  );

  it("keys in texts and branches", () => {
    expect(issueKeys("Fix AB#12, #13 and PAY-7; not C#1 or &#8217; or a/b#3")).toEqual(["AB#12", "AB#13", "PAY-7"]);
    expect(branchKeys("users/ada/4711-retry")).toEqual(["AB#4711"]);
    expect(branchKeys("feature/pay-12-retry")).toEqual(["PAY-12"]);
    expect(branchKeys("release/v2026")).toEqual([]);
  });
});

describe("sprints", () => {
  const sprint = (more: object, given: object = {}) => {
    const base = { id: 1, name: "S", path: "\\Pay\\Iteration\\S", teams: [], readOn: "2026-03-31" };
    return only(toSprint(records.iteration.parse({ ...base, ...more }), context(given)), "sprint")[0]!;
  };
  it.each([
    ["never closed, long over", "2025-01-06T00:00:00Z", "2025-01-17T00:00:00Z", "closed"],
    ["on its last day", "2026-03-16T00:00:00Z", "2026-03-31T00:00:00Z", "active"],
    ["tomorrow", "2026-04-01T00:00:00Z", "2026-04-10T00:00:00Z", "future"],
  ])("%s", (_, startDate, finishDate, state) => {
    expect(sprint({ attributes: { startDate, finishDate } }).stateCategory).toBe(state);
  });

  it("days begin and end at midnight of the integration's zone, also where clocks change", () => {
    const attributes = { startDate: "2026-03-23T00:00:00Z", finishDate: "2026-04-03T00:00:00Z" };
    expect(sprint({ attributes }, { time_zone: "Europe/Berlin" })).toMatchObject({
      startsAt: "2026-03-22T23:00:00.000Z",
      endsAt: "2026-04-03T22:00:00.000Z",
    });
    expect(startOfDay("2026-01-01", "Pacific/Kiritimati")).toBe("2025-12-31T10:00:00.000Z");
    expect(startOfDay("2026-07-01", "Pacific/Pago_Pago")).toBe("2026-07-01T11:00:00.000Z");
  });

  it("without dates it has none, and no state", () => {
    expect(sprint({})).toMatchObject({ startsAt: null, endsAt: null, stateCategory: "other", state: null });
  });
});

describe("requests and runs", () => {
  const request = (more: object) => {
    const [page] = fixturePages.pull_requests!;
    return toPullRequest(records.pullRequest.parse({ ...(page![0] as object), ...more }), context());
  };
  it("a description that the list has cut has no known length", () => {
    expect(only(request({ description: "x".repeat(400) }), "pull_request")[0]!.descriptionLength).toBeNull();
    expect(only(request({ description: undefined }), "pull_request")[0]!.descriptionLength).toBe(0);
  });

  it("commits that were not read are not gone", () => {
    const sets = (rows: readonly Mapped[]) => rows.flatMap((row) => ("wholeSet" in row ? [row.wholeSet] : []));
    expect(sets(request({ commits: null }))).not.toContain("pull_request_commit");
    expect(sets(request({ commits: [] }))).toContain("pull_request_commit");
  });

  it.each([
    ["10", "approved"],
    ["5", "approved"],
    ["0", "dismissed"],
    ["-5", "changes_requested"],
    ["-10", "changes_requested"],
    ["7", "other"],
  ])("vote %s", (vote, verdict) => {
    const properties = { CodeReviewThreadType: { $value: "VoteUpdate" }, CodeReviewVoteResult: { $value: vote } };
    const threads = [{ id: 1, publishedDate: "2026-03-05T10:00:00Z", comments: [], properties }];
    expect(only(request({ threads, reviewers: [] }), "pull_request_review")[0]!.verdictCategory).toBe(verdict);
  });

  it("a run without a timeline takes no jobs away", () => {
    const [page] = fixturePages.pipeline_runs!;
    const run = (timeline: unknown) => toRun(pipelines.run.parse({ ...(page![1] as object), timeline }), context());
    expect(run(null).some((row) => "wholeSet" in row)).toBe(false);
    expect(only(run([]), "pipeline_run")[0]).toMatchObject({ pullRequestNumber: 7, headSha: "c".repeat(40), branch: null });
    const failed = only(run((page![1] as { timeline: unknown }).timeline), "pipeline_job").find(({ kind }) => kind === "Job")!;
    expect(failed).toMatchObject({ parentJobId: "azure:pipeline_job:x:21/502/1/s", failureReason: "exit code 1" });
  });
});
