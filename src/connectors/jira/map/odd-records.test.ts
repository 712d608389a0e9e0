import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { type Mapped, type Stream, wholeIntegration } from "../../../ingest/connector.ts";
import { connector } from "../testing/reading.ts";

const config = connector.config.parse({
  url: "https://acme.atlassian.net",
  email: "a@acme.example",
  token: "made-up-token-of-acme",
});

type Raw = Record<string, unknown>;
type Change = (record: Raw) => void;

/** The record of the fixtures at this place, changed. */
function odd(stream: string, place: number, change: Change): { stream: Stream<unknown, unknown>; record: Raw } {
  const pages = JSON.parse(readFileSync(new URL(`../fixtures/${stream}.json`, import.meta.url), "utf8")) as Raw[][];
  const record = pages.flat()[place]!;
  change(record);
  return { stream: connector.streams.find(({ name }) => name === stream) as Stream<unknown, unknown>, record };
}

function rowsOf({ stream, record }: ReturnType<typeof odd>): readonly Mapped[] {
  const scope = stream.level === "scope" ? { id: "10000", name: "PAY", kind: "project" } : wholeIntegration;
  const id = (entity: string, ...key: readonly (string | number)[]) => `jira:${entity}:acme:${key.join("/")}`;
  return stream.map(stream.record.parse(record), { config, scope, host: "acme.atlassian.net", id });
}

const row = (rows: readonly Mapped[], entity: string) =>
  rows.find((each) => "entity" in each && each.entity === entity) as unknown as Raw;
const set =
  (path: string, value: unknown): Change =>
  (record) => {
    const steps = path.split(".");
    const last = steps.pop()!;
    const parent = steps.reduce<Raw>((at, step) => at[step] as Raw, record);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  };

describe("odd but right records", () => {
  it.each<[what: string, stream: string, place: number, change: Change, entity: string, expected: Raw]>([
    [
      "a status without category",
      "issues",
      0,
      set("fields.status.statusCategory", undefined),
      "issue",
      { statusCategory: "other", status: "Done" },
    ],
    ["an estimate of zero", "issues", 0, set("fields.customfield_10016", 0), "issue", { points: 0 }],
    ["a negative estimate", "issues", 0, set("fields.customfield_10016", -3), "issue", { points: -3 }],
    ["an estimate as text", "issues", 0, set("fields.customfield_10016", "large"), "issue", { points: null }],
    ["an estimate as a number in text", "issues", 0, set("fields.customfield_10016", "8"), "issue", { points: 8 }],
    [
      "a points field that became a list",
      "issues",
      0,
      set("fields.customfield_10016", [{ value: "5" }]),
      "issue",
      { points: null },
    ],
    ["a negative time", "issues", 0, set("fields.timeoriginalestimate", -1), "issue", { estimateSeconds: null }],
    [
      "a second field for points",
      "issues",
      0,
      (record) =>
        Object.assign(record, { detected: { ...(record.detected as Raw), points: ["customfield_1", "customfield_10016"] } }),
      "issue",
      { points: 5 },
    ],
    ["no sprint field at all", "issues", 0, set("detected.sprint", null), "issue", { sprintIds: null }],
    ["a sprint field of another type", "issues", 0, set("fields.customfield_10020", "nonsense"), "issue", { sprintIds: [] }],
    [
      "a deleted reporter",
      "issues",
      0,
      set("fields.reporter", null),
      "issue",
      { reporterAccountId: "jira:account:acme:557058:auto" },
    ],
    [
      "nobody at all",
      "issues",
      1,
      (record) => Object.assign(record.fields as Raw, { reporter: null, creator: null }),
      "issue",
      { reporterAccountId: null },
    ],
    [
      "a resolution with a curly apostrophe",
      "issues",
      0,
      set("fields.resolution.name", "Won’t Do"),
      "issue",
      { resolutionCategory: "canceled" },
    ],
    [
      "a resolution nobody knows",
      "issues",
      0,
      set("fields.resolution.name", "Verschoben"),
      "issue",
      { resolutionCategory: "other" },
    ],
    [
      "an initiative",
      "issues",
      0,
      set("fields.issuetype.hierarchyLevel", 2),
      "issue",
      { typeCategory: "initiative", hierarchyLevel: 2 },
    ],
    [
      "an epic of Data Center",
      "issues",
      1,
      set("fields.issuetype.name", "Epic"),
      "issue",
      { typeCategory: "epic", hierarchyLevel: 1 },
    ],
    ["a description that was not read", "issues", 0, set("fields.description", undefined), "issue", { descriptionLength: null }],
    ["an empty description", "issues", 0, set("fields.description", null), "issue", { descriptionLength: 0 }],
    [
      "emoji, right-to-left and NUL",
      "issues",
      0,
      set("fields.summary", "👩‍🚀 ‮PAY-12‬ \u0000"),
      "issue",
      { title: "👩‍🚀 ‮PAY-12‬ \u0000" },
    ],
    [
      "a due date with a time",
      "issues",
      0,
      set("fields.duedate", "2026-03-31T00:00:00.000+0000"),
      "issue",
      { dueOn: "2026-03-31" },
    ],
    ["a due date that is none", "issues", 0, set("fields.duedate", "soon"), "issue", { dueOn: null }],
    ["a key with digits and underscores", "issues", 0, set("key", "AB_2-77"), "issue", { key: "AB_2-77", number: 77 }],
    [
      "a parent that is no epic",
      "issues",
      0,
      set("fields.parent.fields.issuetype.hierarchyLevel", 0),
      "issue",
      { epicId: null, parentId: "jira:issue:acme:20000" },
    ],
    ["a private comment", "issues", 0, set("fields.comment.comments.0.jsdPublic", true), "issue_comment", { isInternal: false }],
    [
      "a history entry without toString",
      "issues",
      0,
      set("changelog.histories.0.items.0.toString", undefined),
      "issue_transition",
      { toName: null },
    ],
    [
      "history that knows a field by its name alone",
      "issues",
      0,
      (record) => {
        Object.assign(record.detected as Raw, { names: { customfield_10016: "Punkte" } });
        const item = { field: "Punkte", fieldtype: "custom", from: null, fromString: "5", to: null, toString: "8" };
        set("changelog.histories.0.items.0", item)(record);
      },
      "issue_transition",
      { fieldCategory: "points", field: "Punkte", fromNumber: 5, toNumber: 8 },
    ],
    [
      "an entry in seconds",
      "issues",
      0,
      set("changelog.histories.0.created", 1_772_180_000),
      "issue_transition",
      { occurredAt: "2026-02-27T08:13:20Z" },
    ],
    ["a sprint never closed", "sprints", 1, set("state", "closed"), "sprint", { stateCategory: "closed", completedAt: null }],
    ["a sprint state nobody knows", "sprints", 0, set("state", "archived"), "sprint", { stateCategory: "other" }],
    ["a board that is neither", "boards", 2, set("type", "simple"), "board", { kindCategory: "other", kind: "simple" }],
    [
      "a person who hides everything",
      "accounts",
      1,
      set("displayName", ""),
      "account",
      { name: null, email: null, isActive: false },
    ],
    ["a project without a lead", "projects", 0, set("lead", null), "project", { leadAccountId: null }],
    [
      "a version without dates",
      "releases",
      0,
      set("releaseDate", null),
      "release",
      { releasedAt: null, stateCategory: "released" },
    ],
  ])("%s", (_what, stream, place, change, entity, expected) => {
    expect(row(rowsOf(odd(stream, place, change)), entity)).toMatchObject(expected);
  });

  it("does not call gone what it did not read", () => {
    const sets = (change: Change) =>
      rowsOf(odd("issues", 0, change)).flatMap((each) => ("wholeSet" in each ? [each.wholeSet] : []));
    expect(sets(() => undefined)).toContain("issue_comment");
    expect(sets(set("fields.comment", undefined))).not.toContain("issue_comment");
    expect(sets(set("fields.issuelinks", undefined))).not.toContain("issue_link");
  });

  it("tells leaving a sprint from joining one", () => {
    const change = set("changelog.histories.1.items.0", {
      field: "Sprint",
      fieldId: "customfield_10020",
      from: "100, 99",
      fromString: "A, B",
      to: "100, 101",
      toString: "A, C",
    });
    const rows = rowsOf(odd("issues", 0, change)).filter(
      (each) => "entity" in each && each.entity === "issue_transition" && each.fieldCategory === "sprint",
    );
    expect(rows).toMatchObject([
      { id: "jira:issue_transition:acme:20001/9002/0", fromId: "jira:sprint:acme:99", fromName: "B" },
      { id: "jira:issue_transition:acme:20001/9002/0.1", toId: "jira:sprint:acme:101", toName: "C" },
    ]);
  });
});

describe("records that do not fit", () => {
  it.each<[stream: string, change: Change, path: string]>([
    ["issues", set("id", undefined), "id"],
    ["issues", set("fields.created", "yesterday"), "fields.created"],
    ["issues", set("fields.status", null), "fields.status"],
    ["issues", set("fields.project", undefined), "fields.project"],
    ["issues", set("changelog", undefined), "changelog"],
    ["issues", set("changelog.histories.0.created", "then"), "changelog.histories.0.created"],
    ["issues", set("fields.worklog.worklogs.0.timeSpentSeconds", -5), "fields.worklog.worklogs.0.timeSpentSeconds"],
    ["sprints", set("name", null), "name"],
    ["sprints", set("startDate", "soon"), "startDate"],
    ["boards", set("name", undefined), "name"],
    ["statuses", set("id", null), "id"],
    ["projects", set("key", 7), "key"],
    ["accounts", (record) => void delete record.accountId, ""],
    ["releases", set("releaseDate", "10.3.2026"), "releaseDate"],
  ])("of %s go to quarantine (%#)", (name, change, path) => {
    const { stream, record } = odd(name, 0, change);
    const { error } = stream.record.safeParse(record);
    expect(error?.issues.map((issue) => issue.path.join("."))).toContain(path);
  });
});
