import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { type Connector, type Mapped, type Stream, wholeIntegration } from "../../../ingest/connector.ts";
import { github } from "../connector.ts";

const connector = github as unknown as Connector<unknown>;
const config = connector.config.parse({ token: "made-up-token-of-acme" });

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
  const scope = stream.level === "scope" ? { id: "1001", name: "acme/pay", kind: "repository" } : wholeIntegration;
  const id = (entity: string, ...key: readonly (string | number)[]) => `github:${entity}:acme:${key.join("/")}`;
  return stream.map(stream.record.parse(record), { config, scope, host: "github.com", id });
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
    ["a deleted author", "pull_requests", 0, set("author", null), "pull_request", { authorAccountId: null }],
    [
      "an author without a number",
      "pull_requests",
      0,
      set("author", { __typename: "EnterpriseUserAccount", login: "x" }),
      "pull_request",
      { authorAccountId: null },
    ],
    [
      "a deleted fork",
      "pull_requests",
      3,
      set("headRefName", null),
      "pull_request",
      { sourceBranch: null, branchIssueKeys: [], isFromFork: true },
    ],
    [
      "a test merge of an open request",
      "pull_requests",
      3,
      set("mergeCommit", { oid: "f".repeat(40) }),
      "pull_request",
      { mergeSha: null, mergeMethodCategory: null, mergedByAccountId: null },
    ],
    [
      "a merged request whose landing commit is gone",
      "pull_requests",
      0,
      set("mergeCommit", null),
      "pull_request",
      { mergeSha: null, mergeMethodCategory: null, stateCategory: "merged" },
    ],
    [
      "a landing commit with parents unknown",
      "pull_requests",
      0,
      set("mergeCommit.parents", null),
      "pull_request",
      { mergeMethod: null },
    ],
    [
      "a state that nobody knows",
      "pull_requests",
      3,
      set("state", "LOCKED"),
      "pull_request",
      { stateCategory: "other", state: "LOCKED" },
    ],
    [
      "emoji, right-to-left and NUL",
      "pull_requests",
      0,
      set("title", "👩‍🚀 ‮PAY-12‬ \u0000"),
      "pull_request",
      { title: "👩‍🚀 ‮PAY-12‬ \u0000", titleIssueKeys: ["PAY-12"] },
    ],
    [
      "a body that was not read",
      "pull_requests",
      0,
      set("body", null),
      "pull_request",
      { descriptionLength: null, bodyIssueKeys: [] },
    ],
    ["an empty body", "pull_requests", 0, set("body", ""), "pull_request", { descriptionLength: 0 }],
    ["line counts unknown", "pull_requests", 0, set("additions", null), "pull_request", { additions: null }],
    ["a hidden remark", "pull_requests", 0, set("comments.nodes", [null]), "pull_request", { number: 57 }],
    [
      "a request whose commits are gone",
      "pull_requests",
      0,
      set("commits.nodes", []),
      "pull_request",
      { mergeMethod: null, commitCount: 2 },
    ],
    [
      "a commit without an address",
      "commits",
      0,
      set("author", { name: "x", email: null, date: null, user: null }),
      "commit",
      { authorAccountId: null },
    ],
    [
      "an address that is none",
      "commits",
      0,
      set("author", { name: "x", email: "(no author)", date: null, user: null }),
      "commit",
      { authorAccountId: null },
    ],
    ["a commit with an empty message", "commits", 0, set("message", ""), "commit", { title: "", message: "" }],
    ["an octopus merge", "commits", 0, set("parents.totalCount", 4), "commit", { isMerge: true, parentCount: 4 }],
    [
      "an issue closed long ago, without a reason",
      "issues",
      0,
      set("stateReason", null),
      "issue",
      { statusCategory: "done", resolution: null, resolutionCategory: null },
    ],
    [
      "a reason that is new",
      "issues",
      0,
      set("stateReason", "VANISHED"),
      "issue",
      { statusCategory: "other", resolutionCategory: "other", resolution: "vanished" },
    ],
    [
      "projects that may not be read",
      "issues",
      0,
      set("projectItems", null),
      "issue",
      { points: null, sprintIds: null, customFields: null },
    ],
    ["an estimate of zero", "issues", 0, set("projectItems.nodes.0.fieldValues.nodes.4.number", 0), "issue", { points: 0 }],
    [
      "a deployment without statuses",
      "deployments",
      1,
      set("statuses.nodes", []),
      "deployment",
      { finishedAt: null, statusCategory: "success" },
    ],
    [
      "an inactive one that never succeeded",
      "deployments",
      2,
      set("statuses.nodes", []),
      "deployment",
      { finishedAt: null, statusCategory: "canceled" },
    ],
    [
      "a deployment of no environment",
      "deployments",
      0,
      (record) => Object.assign(record, { environment: null, originalEnvironment: null, latestEnvironment: null }),
      "deployment",
      { environment: null, environmentCategory: null },
    ],
    ["a run of a deleted actor", "pipeline_runs", 4, set("run.actor", null), "pipeline_run", { actorAccountId: null }],
    [
      "a result in upper case, as a variant sends it",
      "pipeline_runs",
      1,
      set("run.conclusion", "SUCCESS"),
      "pipeline_run",
      { resultCategory: "success" },
    ],
    ["an empty result", "pipeline_runs", 0, set("run.conclusion", ""), "pipeline_run", { result: null, resultCategory: null }],
    [
      "a run that started before it was queued",
      "pipeline_runs",
      1,
      set("run.run_started_at", null),
      "pipeline_run",
      { startedAt: "2026-03-03T15:00:10Z" },
    ],
    [
      "a request of a fork's run",
      "pipeline_runs",
      2,
      set("run.pull_requests.0.base.repo.id", 9),
      "pipeline_run",
      { pullRequestNumber: null },
    ],
    ["a tag of a tree", "tags", 1, set("target", null), "git_ref", { sha: null, createdAt: null }],
    ["a release without a name", "releases", 0, set("name", ""), "release", { name: "v1.2.0" }],
    ["a member that hides everything", "accounts", 1, set("email", null), "account", { email: null, name: null }],
    ["an empty repository", "repositories", 0, set("defaultBranchRef", null), "repository", { defaultBranch: null }],
  ])("%s", (_what, stream, place, change, entity, expected) => {
    expect(row(rowsOf(odd(stream, place, change)), entity)).toMatchObject(expected);
  });

  it("does not call gone what it could not read", () => {
    const rows = rowsOf(odd("pull_requests", 0, set("reviews", null)));
    expect(rows.filter((each) => "wholeSet" in each).map((each) => (each as { wholeSet: string }).wholeSet)).not.toContain(
      "pull_request_review",
    );
  });
});

describe("records that do not fit", () => {
  it.each<[stream: string, change: Change, path: string]>([
    ["pull_requests", set("number", "57"), "number"],
    ["pull_requests", set("createdAt", "yesterday"), "createdAt"],
    ["pull_requests", set("commits", undefined), "commits"],
    ["pull_requests", set("reviewThreads", null), "reviewThreads"],
    ["pull_requests", set("additions", -1), "additions"],
    ["commits", set("oid", undefined), "oid"],
    ["commits", set("committedDate", 1), "committedDate"],
    ["issues", set("fullDatabaseId", null), "fullDatabaseId"],
    ["issues", set("state", undefined), "state"],
    ["releases", set("isDraft", "no"), "isDraft"],
    ["tags", set("name", null), "name"],
    ["deployments", set("databaseId", null), "databaseId"],
    ["pipelines", set("id", "61"), "id"],
    ["pipeline_runs", set("run.workflow_id", undefined), "run.workflow_id"],
    ["pipeline_runs", set("run.created_at", null), "run.created_at"],
    ["repositories", set("nameWithOwner", 7), "nameWithOwner"],
    ["accounts", set("login", null), "login"],
    ["teams", set("members", null), "members"],
    ["projects", set("readOn", "today"), "readOn"],
  ])("of %s go to quarantine (%#)", (name, change, path) => {
    const { stream, record } = odd(name, 0, change);
    const { error } = stream.record.safeParse(record);
    expect(error?.issues.map((issue) => issue.path.join("."))).toContain(path);
  });
});
