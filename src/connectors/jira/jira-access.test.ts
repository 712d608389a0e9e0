import { createHmac } from "node:crypto";

import { afterEach, describe, expect, it } from "vitest";

import { createEngine } from "../../ingest/engine.ts";
import type { Page, Stream, WebhookSpec } from "../../ingest/connector.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink } from "../../ingest/testing/memory.ts";
import type { JiraSimulator, JiraSimulatorOptions } from "../../simulators/index.ts";
import { client, failure } from "./client.ts";
import { config } from "./config.ts";
import { accessTo, connector, startJira } from "./testing/reading.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function setUp(options: JiraSimulatorOptions, more: object | ((simulator: JiraSimulator) => object) = {}) {
  const simulator = await startJira({ size: { projects: 2, issuesPerProject: 12, days: 40 }, ...options });
  const network = { allowedNetworks: [], allowLoopback: true };
  const engine = createEngine({ sink: memorySink(), archive: memoryArchive(), network, log: silentLog });
  open.push(simulator.stop, () => engine.close());
  const given = typeof more === "function" ? more(simulator) : { ...accessTo(simulator), ...more };
  const integration = {
    id: "acme-jira",
    connector,
    config: connector.config.parse(given),
    scopes: [],
    backfill: { since: null },
  };
  return { simulator, engine, integration };
}

describe("what people give", () => {
  it.each([
    ["nothing", {}, "token"],
    ["two ways", { token: "abcdefgh", username: "a", password: "b" }, "token"],
    ["half a way", { username: "a" }, "password"],
    ["OAuth without a site", { client_id: "a", client_secret: "bcdefgh" }, "cloud_id"],
    ["a filter that orders", { token: "abcdefgh", jql: "project = A order by rank" }, "jql"],
  ])("%s is refused", (_what, given, path) => {
    const { error } = config.safeParse({ url: "https://acme.atlassian.net", ...given });
    expect(error?.issues.map((issue) => issue.path.join("."))).toContain(path);
  });

  it("takes lists as people write them", () => {
    const given = {
      url: "https://jira.acme.example",
      token: "abcdefgh",
      custom_fields: "Tier, customfield_10060",
      excluded_fields: ["summary"],
    };
    expect(config.parse(given)).toMatchObject({ custom_fields: ["Tier", "customfield_10060"], excluded_fields: ["summary"] });
  });

  it("signs in as the credential wants, at the address it wants", () => {
    const url = "https://acme.atlassian.net/";
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
    const spec = (given: object) => client(config.parse({ url, ...given }));
    expect(spec({ email: "a@acme.example", token: "t-1" }).headers).toMatchObject({ authorization: basic("a@acme.example:t-1") });
    expect(spec({ token: "t-1" }).headers).toMatchObject({ authorization: "Bearer t-1" });
    expect(spec({ username: "a", password: "b" }).headers).toMatchObject({ authorization: basic("a:b") });
    expect(spec({ token: "t-1" }).baseUrl).toBe("https://acme.atlassian.net");
    expect(spec({ email: "a@acme.example", token: "t-1", cloud_id: "c-1" })).toMatchObject({
      baseUrl: "https://api.atlassian.com/ex/jira/c-1",
      host: "acme.atlassian.net",
    });
  });
});

describe("check", () => {
  it.each(["cloud", "server"] as const)("says who, what, and what the fields mean: %s", async (flavour) => {
    const { engine, integration } = await setUp({ flavour });
    const answer = await engine.check(integration);
    expect(answer.ok).toBe(true);
    expect(answer.sentence).toContain(`2 projects and 2 boards of Jira ${flavour === "cloud" ? "Cloud" : "Data Center 9.17.0"}`);
    expect(answer.sentence).toContain(
      "Story points are read from “Story Points” (customfield_10016), sprints from “Sprint” (customfield_10020)",
    );
    expect(answer.suggestions).toContainEqual({ field: "sprint_field", value: "customfield_10020", label: "Sprint" });
  });

  it("lets the instance judge the filter", async () => {
    const { engine, integration } = await setUp({}, { jql: "flavour = sweet" });
    const answer = await engine.check(integration);
    expect(answer.ok).toBe(false);
    expect(answer.sentence).toContain("Field 'flavour' does not exist");
  });

  it("exchanges the secret of an OAuth client, and goes through the gateway", async () => {
    const { engine, integration, simulator } = await setUp({}, ({ url, credentials }: JiraSimulator) => ({
      url,
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      cloud_id: credentials.cloudId,
      gateway: url,
      sign_in: url.replace("127.0.0.1", "localhost"),
    }));
    expect(await engine.check(integration)).toMatchObject({ ok: true });
    expect(simulator.calls().byRoute["POST /oauth/token"]).toBe(1);
  });
});

describe("a refresh token", () => {
  const withRefresh =
    (refreshToken?: string) =>
    ({ url, credentials }: JiraSimulator) => ({
      url,
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      refresh_token: refreshToken ?? credentials.grants.authorise(),
      gateway: url,
      sign_in: url,
    });

  it("finds its site, is exchanged once an hour, and each time by what followed it", async () => {
    const { engine, integration, simulator } = await setUp({}, withRefresh());
    const exchanges = () => simulator.calls().byRoute["POST /oauth/token"];
    await Promise.all([engine.check(integration), engine.check(integration)]);
    expect(exchanges()).toBe(1);
    simulator.ageTokens(3_600_000);
    expect(await engine.check(integration)).toMatchObject({ ok: true });
    expect(exchanges()).toBe(2);
    expect(simulator.credentials.grants.refreshTokens).toHaveLength(3);
  });

  it("that was withdrawn says how to authorise again, without a token", async () => {
    const { engine, integration, simulator } = await setUp({}, withRefresh());
    simulator.credentials.grants.revoke();
    const error = await engine.check(integration).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: "jira_authorization_ended", next: expect.stringContaining("Authorise the app again") });
    expect(JSON.stringify(error) + (error as Error).message).not.toContain("refresh-1-of");
  });

  it("of another site names the sites it was given", async () => {
    const { engine, integration } = await setUp({}, (simulator) => ({
      ...withRefresh()(simulator),
      url: "https://other.atlassian.net",
    }));
    await expect(engine.check(integration)).rejects.toMatchObject({
      code: "jira_site_not_granted",
      message: expect.stringContaining("https://other.atlassian.net"),
    });
  });
});

describe("refusals", () => {
  it.each([
    ["a token that Cloud does not know", "cloud", {}, { token: "wrong-token-0000" }, "jira_credential_refused"],
    ["a token that leads a Data Center to its sign-in page", "server", {}, { token: "wrong-token-0000" }, "jira_sign_in_page"],
    ["empty lists for a token that has ended", "cloud", { faults: ["anonymous"] }, {}, "jira_credential_refused"],
    ["a CAPTCHA", "server", { faults: ["captcha"] }, {}, "jira_captcha"],
    ["a page where data should be", "cloud", { faults: ["html"] }, {}, "jira_sign_in_page"],
  ] as const)("%s stops the integration", async (_what, flavour, options, more, code) => {
    const { engine, integration } = await setUp({ flavour, ...options }, more);
    await expect(engine.check(integration)).rejects.toMatchObject({ code });
  });

  it("waits as long as it is told", async () => {
    const { engine, integration, simulator } = await setUp({});
    simulator.faults.set("rate_limit", { times: 1, match: /myself/ });
    expect(await engine.check(integration)).toMatchObject({ ok: true });
    expect(simulator.calls().byRoute["GET /rest/api/2/myself"]).toBe(2);
  });

  it.each([
    [
      429,
      { "retry-after": "30", date: "Mon, 01 Jun 2026 12:00:00 GMT", "ratelimit-reason": "jira-burst-based" },
      "/rest/api/3/search/jql",
      "jira_rate_limited",
    ],
    [403, {}, "/rest/api/3/users/search", "jira_permission_missing"],
    [404, {}, "/rest/agile/1.0/board", "jira_not_found"],
    [410, {}, "/rest/api/2/search", "jira_gone"],
    [400, {}, "/rest/agile/1.0/board/7/sprint", "jira_board_without_sprints"],
    [400, {}, "/rest/api/3/search/jql", "jira_jql_refused"],
    [400, {}, "/rest/api/3/changelog/bulkfetch", "jira_request_refused"],
  ])("%i on %s%s is told in our words", (status, headers, path, code) => {
    const error = failure({
      status,
      headers,
      body: { errorMessages: ["No."], errors: {} },
      request: { path },
    });
    expect(error).toMatchObject({ code });
  });

  it("knows when to come back", () => {
    const headers = { "retry-after": "30", date: "Mon, 01 Jun 2026 12:00:00 GMT" };
    expect(failure({ status: 429, headers, body: null, request: { path: "/" } })).toMatchObject({
      retryAt: "2026-06-01T12:00:30Z",
    });
    const spec = client(config.parse({ url: "https://jira.acme.example", token: "abcdefgh" }));
    const bucket = {
      "x-ratelimit-limit": "10",
      "x-ratelimit-remaining": "3",
      "x-ratelimit-interval-seconds": "60",
      date: headers.date,
    };
    expect(spec.budget!({ headers: bucket, body: null, class: "core" })).toEqual({
      limit: 10,
      remaining: 3,
      resetAt: "2026-06-01T12:01:00.000Z",
    });
  });
});

describe("single issues and everything there is", () => {
  const issues = connector.streams.find(({ name }) => name === "issues") as Stream<unknown, unknown>;

  /** Calls the simulator directly: what the engine does around it is tested elsewhere. */
  function plainApi({ url, token, credentials, state }: JiraSimulator) {
    const secret =
      state.flavour === "cloud" ? `Basic ${Buffer.from(`${credentials.email}:${token}`).toString("base64")}` : `Bearer ${token}`;
    const send = async (method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: secret },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      expect(answer.status, path).toBe(200);
      return {
        request: path,
        status: 200,
        receivedAt: new Date().toISOString(),
        headers: {},
        body: await answer.json(),
      };
    };
    const query = (given: object = {}) => {
      const text = new URLSearchParams(
        Object.entries(given).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, String(value)] as [string, string]],
        ),
      ).toString();
      return text && `?${text}`;
    };
    return {
      get: (path: string, given?: object) => send("GET", `${path}${query(given)}`),
      post: (path: string, body: unknown) => send("POST", path, body),
      pageSize: (_name: string, { start }: { start: number }) => ({
        current: start,
        ask: (ask: (size: number) => Promise<never>) => ask(start),
      }),
    } as never;
  }

  it.each(["cloud", "server"] as const)(
    "are read by id: gone and moved ones are left out, swept and counted: %s",
    async (flavour) => {
      const { simulator, integration } = await setUp({ flavour });
      const own = [...simulator.state.issues.values()].filter(({ fields }) => (fields.project as { key: string }).key === "PAY");
      const [gone, moved, stays] = own.map(({ id }) => id) as [string, string, string];
      simulator.edit.delete(gone);
      simulator.edit.move(moved, "WEB");
      const scope = { id: "10000", name: "PAY", kind: "project", attributes: { isCloud: flavour === "cloud" } };
      const request = { api: plainApi(simulator), config: integration.config, scope };
      const pages: Page[] = [];
      for await (const page of issues.readKeys!({ ...request, keys: [gone, moved, stays] })) pages.push(page);
      expect(
        pages
          .flatMap(({ records }) => records as { id: string }[])
          .map(({ id }) => id)
          .toSorted(),
      ).toEqual([moved, stays].toSorted());
      const swept: string[] = [];
      for await (const { things } of issues.sweep!.read({ ...request, now: "2026-11-01T00:00:00Z" }))
        swept.push(...things.map(({ key }) => key));
      expect(swept.toSorted()).toEqual(
        own
          .map(({ id }) => id)
          .filter((id) => id !== gone && id !== moved)
          .toSorted(),
      );
      expect(await issues.cost!.count!({ ...request, since: null, until: null, calls: 1 })).toBe(swept.length);
    },
  );
});

describe("deliveries", () => {
  const webhook = connector.webhook as WebhookSpec<unknown>;
  const scopes = [
    { id: "10000", name: "PAY", kind: "project" },
    { id: "10001", name: "WEB", kind: "project" },
    { id: "board/1", name: "board: PAY", kind: "board" },
  ];
  const hints = (body: object) =>
    webhook.hints({ name: "x", body, scopes }).map(({ stream, scopeId, keys }) => [stream, scopeId, keys]);

  it("are believed when signed, or with the secret in the address of old servers", () => {
    const body = Buffer.from('{"webhookEvent":"jira:issue_updated"}');
    const signature = `sha256=${createHmac("sha256", "made-up-secret").update(body).digest("hex")}`;
    const delivery = (headers: Record<string, string>, query: Record<string, string> = {}) => ({ headers, query, body });
    expect(webhook.verify(delivery({ "x-hub-signature": signature }), "made-up-secret")).toBe(true);
    expect(webhook.verify(delivery({ "x-hub-signature": signature }), "another-secret")).toBe(false);
    expect(webhook.verify(delivery({ "x-hub-signature": "sha256=00" }, { secret: "made-up-secret" }), "made-up-secret")).toBe(
      false,
    );
    expect(webhook.verify(delivery({}, { secret: "made-up-secret" }), "made-up-secret")).toBe(true);
    expect(webhook.verify(delivery({}), "made-up-secret")).toBe(false);
    expect(webhook.identify(delivery({ "x-atlassian-webhook-identifier": "d-1" }))).toEqual({
      id: "d-1",
      event: "jira:issue_updated",
    });
  });

  it("say what to read again", () => {
    const issue = { id: "20001", fields: { project: { id: "10000" } } };
    expect(hints({ webhookEvent: "jira:issue_updated", issue })).toEqual([
      ["issues", "10000", ["20001"]],
      ["issues", "board/1", ["20001"]],
    ]);
    const moved = { webhookEvent: "jira:issue_updated", issue, changelog: { items: [{ field: "project", from: "10001" }] } };
    expect(hints(moved).map(([, scope]) => scope)).toEqual(["10000", "10001", "board/1"]);
    expect(hints({ webhookEvent: "worklog_deleted", worklog: { issueId: "20001" } })).toHaveLength(3);
    expect(hints({ webhookEvent: "sprint_closed", sprint: { originBoardId: 1 } }).map(([stream]) => stream)).toEqual([
      "sprints",
      "sprints",
      "sprints",
    ]);
    expect(hints({ webhookEvent: "jira:version_released", version: { projectId: 10000 } })).toEqual([
      ["releases", "10000", null],
    ]);
    expect(hints({ webhookEvent: "board_updated" })).toEqual([["boards", "-", null]]);
    expect(hints({ webhookEvent: "user_created" })).toEqual([]);
    expect(() => hints({ issue: 7 })).toThrow(/could not be understood/);
  });

  it("of the simulator are understood", async () => {
    const { simulator } = await setUp({});
    const id = [...simulator.state.issues.keys()][0]!;
    expect(hints(simulator.edit.transition(id, "Blocked").payload)).toContainEqual(["issues", "10000", [id]]);
    expect(hints(simulator.edit.delete(id).payload)).toContainEqual(["issues", "10000", [id]]);
    const sprint = [...simulator.state.sprints.values()].flat().find(({ state }) => state === "active")!;
    expect(hints(simulator.edit.closeSprint(sprint.id as number).payload).length).toBe(3);
  });
});
