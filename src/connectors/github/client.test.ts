import { createPublicKey, createVerify, generateKeyPairSync } from "node:crypto";

import { describe, expect, it } from "vitest";

import type { Problem } from "../../domain/problem.ts";
import type { RequestSpec } from "../../ingest/connector.ts";
import { FatalError, RetryableError, SkippableError } from "../../ingest/errors.ts";
import { secretsOf } from "../../ingest/redact.ts";
import { signedJwt } from "./app.ts";
import { client, failure } from "./client.ts";
import { addresses, config } from "./config.ts";

const token = "made-up-token-of-acme";
const given = (extra: object = {}) => config.parse({ token, ...extra });

describe("configuration", () => {
  it.each([
    ["https://github.com", "github.com", "https://api.github.com", "https://api.github.com/graphql"],
    ["https://www.github.com/acme", "github.com", "https://api.github.com", "https://api.github.com/graphql"],
    ["https://api.github.com", "github.com", "https://api.github.com", "https://api.github.com/graphql"],
    ["https://acme.ghe.com", "acme.ghe.com", "https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"],
    ["http://acme.ghe.com:4401", "acme.ghe.com:4401", "http://api.acme.ghe.com:4401", "http://api.acme.ghe.com:4401/graphql"],
    ["https://git.acme.example/", "git.acme.example", "https://git.acme.example/api/v3", "https://git.acme.example/api/graphql"],
    [
      "https://git.acme.example/api/v3",
      "git.acme.example",
      "https://git.acme.example/api/v3",
      "https://git.acme.example/api/graphql",
    ],
    ["http://127.0.0.1:4401", "127.0.0.1:4401", "http://127.0.0.1:4401/api/v3", "http://127.0.0.1:4401/api/graphql"],
  ])("%s is called at the right place", (url, host, rest, graphql) => {
    expect(addresses(url)).toEqual({ host, rest, graphql });
    expect(client(given({ url }))).toMatchObject({ host, baseUrl: rest });
  });

  it.each([
    ["nothing", {}, "Give a token, or the id"],
    ["an App without its key", { app_id: "1" }, "Give a token, or the id"],
    ["a token and an App", { token, app_id: "1", private_key: "-----BEGIN PRIVATE KEY-----" }, "not both"],
    ["an address that is none", { token, url: "github" }, "Invalid"],
    ["a file address", { token, url: "file:///etc/passwd" }, "Invalid"],
    ["a field that it does not know", { token, tokn: "x" }, "tokn"],
  ])("refuses %s", (_what, wrong, said) => {
    expect(config.safeParse(wrong).error?.message).toContain(said);
  });

  it("takes what a form or a shell gives: texts", () => {
    expect(config.parse({ token, steps: "true", projects: "false", owner: " acme , globex" })).toMatchObject({
      steps: true,
      projects: false,
      url: "https://github.com",
    });
  });
});

describe("budgets", () => {
  const read = (headers: Record<string, string>) => client(given()).budget!({ headers, body: null, class: "core" });

  it("are read from the headers", () => {
    const headers = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000000" };
    expect(read(headers)).toEqual({ limit: 5000, remaining: 0, resetAt: "2027-01-15T08:00:00Z" });
    expect(read({})).toBeNull();
  });

  it("are those of several tokens where further ones are given", () => {
    const { credentialKey, more } = client(given({ tokens: "second-token\n third-token," }));
    expect(more!.map(({ label, headers }) => [label, headers!.authorization])).toEqual([
      ["further token 1", "Bearer second-token"],
      ["further token 2", "Bearer third-token"],
    ]);
    expect(new Set([credentialKey, ...more!.map((each) => each.credentialKey)]).size).toBe(3);
    expect(secretsOf(config, given({ tokens: "second-token" }))).toContain("second-token");
  });

  it("know the limits by the minute of github.com, which an Enterprise Server does not have", () => {
    expect(client(given()).classes.graphql!.windows).toEqual([
      { of: "points", amount: 2000, perSeconds: 60 },
      { of: "seconds", amount: 60, perSeconds: 60 },
    ]);
    expect(client(given({ url: "https://git.acme.example" })).classes.graphql!.windows).toBeUndefined();
  });

  it("have no limit on an Enterprise Server until its headers tell one", () => {
    expect(client(given({ url: "https://git.acme.example" })).classes.graphql!.perHour).toBeNull();
    expect(client(given()).classes.graphql!.perHour).toBe(5000);
  });
});

type Case = [
  what: string,
  answer: { status: number; headers?: Record<string, string>; body?: unknown; request?: RequestSpec },
  kind: abstract new (...given: never[]) => Problem,
  code: string,
  said: string,
];
const date = "Tue, 03 Mar 2026 15:00:00 GMT";
const graphql: RequestSpec = { method: "POST", path: "/graphql", class: "graphql" };
const query = (errors: object[], data: unknown = null) => ({
  status: 200,
  headers: { date },
  body: { data, errors },
  request: graphql,
});

describe("GitHub's ways to say no", () => {
  it.each<Case>([
    [
      "a bad credential",
      { status: 401, body: { message: "Bad credentials" } },
      FatalError,
      "github_credential_refused",
      "Make a new one",
    ],
    [
      "a host that is not GitHub",
      { status: 404, body: "<html>", request: { path: "/meta" } },
      FatalError,
      "github_not_github",
      "without /api/v3",
    ],
    [
      "a page instead of JSON",
      { status: 200, body: "<html>", request: { path: "/meta" } },
      FatalError,
      "github_not_github",
      "Correct the address",
    ],
    [
      "an empty primary budget",
      {
        status: 403,
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000000" },
        body: { message: "API rate limit exceeded" },
      },
      RetryableError,
      "github_rate_limited",
      "2027-01-15T08:00:00Z",
    ],
    [
      "a secondary limit with a hint",
      { status: 403, headers: { date, "retry-after": "30" }, body: { message: "You have exceeded a secondary rate limit" } },
      RetryableError,
      "github_rate_limited",
      "2026-03-03T15:00:30Z",
    ],
    [
      "a secondary limit without a hint",
      { status: 429, headers: { date }, body: { message: "secondary rate limit" } },
      RetryableError,
      "github_rate_limited",
      "2026-03-03T15:01:00Z",
    ],
    [
      "single sign-on",
      {
        status: 403,
        headers: { "x-github-sso": "required; url=https://github.com/orgs/acme/sso?authorization_request=A1" },
        body: {},
      },
      SkippableError,
      "github_single_sign_on_required",
      "Open https://github.com/orgs/acme/sso?authorization_request=A1",
    ],
    [
      "a missing permission",
      {
        status: 403,
        headers: { "x-accepted-github-permissions": "actions=read" },
        body: { message: "Resource not accessible by integration" },
      },
      SkippableError,
      "github_permission_missing",
      "actions=read",
    ],
    ["a hidden thing", { status: 404, body: { message: "Not Found" } }, SkippableError, "github_not_found", "look alike"],
    [
      "issues switched off",
      { status: 410, body: { message: "Issues are disabled" } },
      SkippableError,
      "github_switched_off",
      "Issues are disabled",
    ],
    [
      "an empty repository",
      { status: 409, body: { message: "Git Repository is empty." } },
      SkippableError,
      "github_switched_off",
      "empty",
    ],
    [
      "a time-out of a query",
      { status: 502, body: "<html>", request: graphql },
      RetryableError,
      "github_answered_in_part",
      "smaller pages",
    ],
    [
      "an empty point budget",
      query([{ type: "RATE_LIMITED", message: "API rate limit exceeded" }]),
      RetryableError,
      "github_rate_limited",
      "primary",
    ],
    [
      "holes without a reason",
      query([{ message: "Something went wrong while executing your query." }], { repository: {} }),
      RetryableError,
      "github_answered_in_part",
      "went wrong",
    ],
    [
      "a resource limit",
      query(
        [
          {
            type: "RESOURCE_LIMITS_EXCEEDED",
            message: "Resource limits for this query exceeded.",
            path: ["repository", "pullRequests", "nodes", 3],
          },
        ],
        {},
      ),
      RetryableError,
      "github_answered_in_part",
      "Resource limits",
    ],
    [
      "an unknown repository",
      query([{ type: "NOT_FOUND", message: "Could not resolve to a Repository with the name 'acme/x'.", path: ["repository"] }], {
        repository: null,
      }),
      SkippableError,
      "github_not_found",
      "acme/x",
    ],
    [
      "a whole list that is refused",
      query([{ type: "FORBIDDEN", message: "Resource not accessible by integration", path: ["repository", "pullRequests"] }], {
        repository: { pullRequests: null },
      }),
      SkippableError,
      "github_permission_missing",
      "not accessible",
    ],
    [
      "a scope that a classic token lacks",
      query([{ type: "INSUFFICIENT_SCOPES", message: "Your token has not been granted the required scopes" }]),
      SkippableError,
      "github_permission_missing",
      "required scopes",
    ],
    [
      "a field that an old host lacks",
      query([{ message: "Field 'issueType' doesn't exist on type 'Issue'", extensions: { code: "undefinedField" } }]),
      SkippableError,
      "github_query_refused",
      "issueType",
    ],
  ])("%s", (_what, answer, kind, code, said) => {
    const error = failure({ headers: {}, body: null, request: { path: "/repos/acme/pay" }, ...answer });
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code, rule: expect.any(String), next: expect.any(String) });
    expect(error!.message).toContain(said);
  });

  it("asks for smaller pages where they may help", () => {
    const helped = failure({ status: 504, headers: {}, body: "", request: { path: "/graphql", class: "graphql" } });
    expect((helped as RetryableError).smallerPageMayHelp).toBe(true);
    expect(failure({ status: 504, headers: {}, body: "", request: { path: "/repos/acme/pay" } })).toBeNull();
  });

  it.each([
    ["a good answer", { data: { viewer: {} } }],
    [
      "one hidden field of one record",
      { data: {}, errors: [{ type: "FORBIDDEN", message: "no", path: ["repository", "issues", "nodes", 2, "projectItems"] }] },
    ],
    ["one of many things that is gone", { data: {}, errors: [{ type: "NOT_FOUND", message: "no", path: ["repository", "g3"] }] }],
  ])("lets %s pass", (_what, body) => {
    expect(failure({ status: 200, headers: {}, body, request: { path: "/graphql", class: "graphql" } })).toBeNull();
  });
});

describe("the App's JWT", () => {
  it("is signed with RS256, made a minute ago and good for less than ten", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const [header, payload, signature] = signedJwt("4711", privateKey, 1_800_000_000).split(".") as [string, string, string];
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "RS256", typ: "JWT" });
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toEqual({
      iat: 1_799_999_940,
      exp: 1_800_000_540,
      iss: "4711",
    });
    const isSigned = createVerify("RSA-SHA256")
      .update(`${header}.${payload}`)
      .verify(createPublicKey(publicKey.export({ type: "spki", format: "pem" })), signature, "base64url");
    expect(isSigned).toBe(true);
  });

  it("needs a key that can be read", async () => {
    const authorize = client(config.parse({ app_id: 4711, private_key: "-----BEGIN PRIVATE KEY-----\nnothing\n" })).authorize!;
    const known = { now: "2026-11-01T00:00:00Z", current: "" };
    await expect(authorize(() => Promise.reject(new Error("not reached")), known)).rejects.toMatchObject({
      code: "github_private_key_unreadable",
    });
  });
});
