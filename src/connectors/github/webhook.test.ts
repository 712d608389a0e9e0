import { createHmac } from "node:crypto";

import { describe, expect, it } from "vitest";

import { DataError } from "../../ingest/errors.ts";
import { webhook } from "./webhook.ts";

const repository = { id: 100_001, full_name: "acme/pay", default_branch: "main" };
const hints = (name: string, body: object) => webhook.hints({ name, body: { repository, ...body }, scopes: [] });
const request = [{ stream: "pull_requests", scopeId: "100001", keys: ["100001/7"] }];
const issue = [{ stream: "issues", scopeId: "100001", keys: ["100001/7"] }];
const whole = (stream: string) => [{ stream, scopeId: "100001", keys: null }];
const repositories = [
  { stream: "-", scopeId: "-", keys: null },
  { stream: "repositories", scopeId: "-", keys: null },
];

describe("the signature", () => {
  const body = Buffer.from('{"zen":"Keep it logically awesome."}');
  const signed = (secret: string) => `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const verify = (signature: string | undefined, secret = "s3cret") =>
    webhook.verify({ headers: signature === undefined ? {} : { "x-hub-signature-256": signature }, query: {}, body }, secret);

  it("is GitHub's own example", () => {
    const delivery = { query: {}, body: Buffer.from("Hello, World!") };
    const headers = { "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" };
    expect(webhook.verify({ ...delivery, headers }, "It's a Secret to Everybody")).toBe(true);
  });

  it("must be there, whole and right", () => {
    expect(verify(signed("s3cret"))).toBe(true);
    const wrong = [
      undefined,
      "",
      "sha256=",
      signed("other"),
      signed("s3cret").slice(0, -2),
      signed("s3cret").replace("sha256", "sha1"),
      `sha256=${"0".repeat(64)}`,
    ];
    for (const signature of wrong) expect(verify(signature), String(signature)).toBe(false);
  });
});

describe("what a delivery names", () => {
  it.each([
    ["pull_request", { action: "opened", pull_request: { number: 7 } }, request],
    ["pull_request_review", { action: "submitted", pull_request: { number: 7 } }, request],
    ["pull_request_review_comment", { action: "created", pull_request: { number: 7 } }, request],
    ["pull_request_review_thread", { action: "resolved", pull_request: { number: 7 } }, request],
    ["issue_comment", { action: "created", issue: { number: 7, pull_request: { url: "…" } } }, request],
    ["issue_comment", { action: "created", issue: { number: 7 } }, issue],
    ["issues", { action: "labeled", issue: { number: 7 } }, issue],
    ["issues", { action: "deleted", issue: { number: 7 } }, [{ ...issue[0], isGone: true }]],
    [
      "issues",
      { action: "transferred", issue: { number: 7 }, changes: { new_issue: { number: 1 }, new_repository: { id: 100_002 } } },
      [
        { ...issue[0], isGone: true },
        { stream: "issues", scopeId: "100002", keys: ["100002/1"] },
      ],
    ],
    ["push", { ref: "refs/heads/main" }, whole("commits")],
    ["push", { ref: "refs/heads/feature/main" }, []],
    ["push", { ref: "refs/tags/v1" }, whole("tags")],
    ["create", { ref_type: "tag", ref: "v1" }, whole("tags")],
    ["delete", { ref_type: "branch", ref: "old" }, []],
    ["release", { action: "published", release: { id: 3 } }, whole("releases")],
    ["deployment", { deployment: { id: 1, node_id: "DE_1" } }, [{ stream: "deployments", scopeId: "100001", keys: ["DE_1"] }]],
    [
      "deployment_status",
      { deployment: { node_id: "DE_1" }, deployment_status: {} },
      [{ stream: "deployments", scopeId: "100001", keys: ["DE_1"] }],
    ],
    [
      "workflow_run",
      { action: "completed", workflow_run: { id: 9, created_at: "2026-03-03T08:00:00Z", run_attempt: 2 } },
      [{ stream: "pipeline_runs", scopeId: "100001", keys: ["2026-03-03T08:00:00Z/9/2"] }],
    ],
    [
      "workflow_job",
      { action: "completed", workflow_job: { run_id: 9, created_at: "2026-03-03T08:00:05Z", run_attempt: 2 } },
      [{ stream: "pipeline_runs", scopeId: "100001", keys: ["2026-03-03T08:00:05Z/9/2"] }],
    ],
    ["workflow_job", { action: "queued", workflow_job: { run_id: 9, created_at: "2026-03-03T08:00:05Z" } }, []],
    ["repository", { action: "renamed", changes: {} }, repositories],
    ["installation", { action: "created" }, repositories],
    ["installation_repositories", { action: "added" }, repositories],
    ["ping", { zen: "…" }, []],
    ["check_run", { action: "completed" }, []],
    ["constructor", {}, []],
    ["an_event_of_tomorrow", { what: "ever" }, []],
  ])("%s %j", (name, body, expected) => {
    expect(hints(name, body)).toEqual(expected);
  });

  it("that cannot be understood is refused with the event and the place", () => {
    for (const body of [{ pull_request: { number: "7" } }, { pull_request: null }, { repository: {} }]) {
      expect(() => hints("pull_request", body)).toThrow(DataError);
      expect(() => hints("pull_request", body)).toThrow(/pull_request.*(pull_request|repository)/);
    }
    expect(() => webhook.hints({ name: "push", body: null, scopes: [] })).toThrow(DataError);
  });
});
