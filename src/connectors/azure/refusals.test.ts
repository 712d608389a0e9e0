import { describe, expect, it } from "vitest";

import type { Connector, Scope } from "../../ingest/connector.ts";
import { createEngine, type IngestIntegration } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink } from "../../ingest/testing/memory.ts";
import { client, failure } from "./client.ts";
import { addresses } from "./config.ts";
import { azure } from "./connector.ts";
import { webhook } from "./webhook.ts";

const connector = azure as unknown as Connector<unknown>;
const start = async (options: object) => {
  const { startAzureSimulator } = await import("../../simulators/index.ts");
  return startAzureSimulator({ size: "tiny", workItems: 40, now: "2026-03-31T12:00:00Z", ...options });
};
type Simulator = Awaited<ReturnType<typeof start>>;

const fails = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (failure({ status, headers, body, request: { path: "/pay/_apis/git" } }) as { code?: string } | null)?.code ?? null;

describe("Azure's ways to say no", () => {
  it.each([
    ["a page to sign in, with 203", 203, "<!DOCTYPE html><html>", "azure_credential_refused"],
    ["a page to sign in, after a redirect", 200, "\r\n<!DOCTYPE html><html>", "azure_credential_refused"],
    ["401", 401, { message: "TF400813: not authorized" }, "azure_credential_refused"],
    ["a repository that is gone", 404, { message: "TF401019: The Git repository …" }, "azure_not_found"],
    ["a project that is gone", 404, { message: "TF200016: The following project does not exist" }, "azure_not_found"],
    ["a missing permission", 403, { message: "Access denied" }, "azure_permission_missing"],
    ["a request that was blocked", 429, { message: "TF400733: The request has been canceled" }, "azure_rate_limited"],
    ["a query that took too long", 500, { message: "VS402335: The query exceeded the time limit" }, "azure_took_too_long"],
    ["a version that the host does not know", 400, { message: "out of range for this server" }, "azure_request_refused"],
    ["an answer", 200, { value: [] }, null],
    ["no content", 204, null, null],
    ["a server error", 500, { message: "Internal" }, null],
  ])("%s", (_, status, body, code) => {
    expect(fails(status, body)).toBe(code);
  });

  it("tells when to come back on the host's clock", () => {
    const headers = { date: "Tue, 31 Mar 2026 12:00:00 GMT", "retry-after": "30" };
    expect(failure({ status: 429, headers, body: {}, request: { path: "/" } })).toMatchObject({
      retryAt: expect.stringMatching(/^2026-03-31T12:00:30/),
    });
  });
});

describe("where the API lives", () => {
  it.each([
    ["https://dev.azure.com/acme", "https://dev.azure.com/acme", "https://vsrm.dev.azure.com/acme", "dev.azure.com"],
    ["https://acme.visualstudio.com", "https://dev.azure.com/acme", "https://vsrm.dev.azure.com/acme", "dev.azure.com"],
    [
      "https://tfs.acme.example/tfs/Default",
      "https://tfs.acme.example/tfs/Default",
      "https://tfs.acme.example/tfs/Default",
      "tfs.acme.example",
    ],
  ])("%s", (url, base, release, host) => {
    expect(addresses(url)).toMatchObject({ base, release, host });
  });

  it("hands the token to the hosts of Services, and to no others", () => {
    const config = azure.config.parse({ url: "https://dev.azure.com/acme", token: "made-up-token" });
    expect(client(config).siblings).toEqual(["https://vsrm.dev.azure.com", "https://analytics.dev.azure.com"]);
  });
});

/** Reads these streams, and tells what came of it. */
async function readWith(simulator: Simulator, { config, streams }: { config?: object; streams: readonly string[] }) {
  const sink = memorySink();
  const network = { allowedNetworks: [], allowLoopback: true };
  const engine = createEngine({ sink, archive: memoryArchive(), network, log: silentLog });
  const integration: IngestIntegration = {
    id: "acme-azure",
    connector: { ...connector, streams: connector.streams.filter(({ name }) => streams.includes(name)) },
    config: connector.config.parse({ url: simulator.url, token: simulator.token, ...config }),
    scopes: [],
    backfill: { since: null },
  };
  try {
    const checked = await engine.check(integration).catch((error: unknown) => error as { code: string });
    const scopes: Scope[] = [];
    const listing = async () => {
      for await (const scope of engine.listScopes(integration)) scopes.push(scope);
    };
    await listing().catch(() => undefined);
    return { checked, sink, scopes, ingest: () => engine.ingest({ integration: { ...integration, scopes } }) };
  } finally {
    // Closed by the caller's test when it ends.
    closing.push(() => engine.close());
  }
}
const closing: (() => Promise<void>)[] = [];

/** With a simulator that is stopped in the end. */
async function withSimulator(options: object, work: (simulator: Simulator) => Promise<void>): Promise<void> {
  const simulator = await start(options);
  try {
    await work(simulator);
  } finally {
    for (const close of closing.splice(0)) await close();
    await simulator.stop();
  }
}

describe("against the simulator", () => {
  it.each(["services", "server"] as const)("a bad token ends the integration in words (%s)", async (flavour) => {
    await withSimulator({ flavour }, async (simulator) => {
      const config = { token: "not-the-token-of-acme", api_version: "7.0" };
      const { checked } = await readWith(simulator, { config, streams: ["work_items"] });
      expect(checked).toMatchObject({ code: "azure_credential_refused" });
    });
  });

  it("a redirect to the page to sign in is a bad token too, and no list that is empty", async () => {
    await withSimulator({}, async (simulator) => {
      const { ingest } = await readWith(simulator, { streams: ["work_items"] });
      simulator.faults.set("redirect");
      expect(await ingest()).toMatchObject({ fatal: { code: "azure_credential_refused" } });
    });
  });

  it("a service principal is exchanged for a token", async () => {
    await withSimulator({}, async (simulator) => {
      const { loginUrl, tenantId, clientId, clientSecret } = simulator.principal;
      const principal = { token: undefined, login_url: loginUrl, tenant_id: tenantId, client_id: clientId };
      const good = await readWith(simulator, { config: { ...principal, client_secret: clientSecret }, streams: ["projects"] });
      expect(good.checked).toMatchObject({ ok: true });
      const bad = await readWith(simulator, { config: { ...principal, client_secret: "not-the-secret" }, streams: ["projects"] });
      expect(bad.checked).toMatchObject({ code: "azure_sign_in_refused" });
    });
  });

  it("being slowed down, blocked, timed out and cut off loses nothing", async () => {
    await withSimulator({}, async (simulator) => {
      const whole = await readWith(simulator, { streams: ["work_items", "work_item_links"] });
      await whole.ingest();
      const hurt = await readWith(simulator, { streams: ["work_items", "work_item_links"] });
      simulator.faults.set("delayed", { times: 1, seconds: 0 });
      simulator.faults.set("throttled", { times: 1, seconds: 0 });
      simulator.faults.set("query_timeout", { times: 1 });
      simulator.faults.set("bad_gateway", { times: 1 });
      simulator.faults.set("truncated", { times: 1 });
      simulator.faults.set("reset", { times: 1 });
      expect(await hurt.ingest()).toMatchObject({ fatal: null, totals: { failed: 0, quarantined: 0 } });
      expect(hurt.sink.table()).toEqual(whole.sink.table());
    });
  }, 60_000);

  it("a missing scope is named by the check, and the rest is read", async () => {
    await withSimulator({ faults: ["underscoped"] }, async (simulator) => {
      const { checked, ingest, sink } = await readWith(simulator, { streams: ["pipeline_runs", "work_items"] });
      expect(checked).toMatchObject({ ok: true, missing: [{ permission: "Build: read" }] });
      const summary = await ingest();
      expect(summary).toMatchObject({ fatal: null, totals: { failed: 2 } });
      expect(summary.tasks.flatMap(({ errorCode }) => errorCode ?? [])).toEqual([
        "azure_permission_missing",
        "azure_permission_missing",
      ]);
      expect(Object.values(sink.table()).some(({ entity }) => entity === "issue")).toBe(true);
    });
  });

  it.each(["loop_page", "no_token"])("a feed that leads nowhere (%s) fails by name", async (fault) => {
    await withSimulator({ batch: 60 }, async (simulator) => {
      const { ingest } = await readWith(simulator, { streams: ["work_items"] });
      simulator.faults.set(fault);
      const summary = await ingest();
      expect(summary.tasks.map(({ errorCode }) => errorCode)).toContain("azure_feed_without_token");
    });
  });

  it("an older Server refuses a newer version in words", async () => {
    await withSimulator({ flavour: "server" }, async (simulator) => {
      const { checked } = await readWith(simulator, { config: { api_version: "7.1" }, streams: ["projects"] });
      expect(checked).toMatchObject({ code: "azure_request_refused" });
    });
  });
});

describe("service hooks", () => {
  const secret = "made-up-secret-of-acme";
  const scopes: Scope[] = [
    { id: "p1", name: "Pay", kind: "project" },
    { id: "r1", name: "Pay/pay", kind: "repository" },
  ];
  const delivery = (headers: Record<string, string>, query: Record<string, string> = {}) => ({
    headers,
    query,
    body: Buffer.from("{}"),
  });
  const basic = (password: string) => `Basic ${Buffer.from(`any:${password}`).toString("base64")}`;

  it.each([
    ["password", delivery({ authorization: basic(secret) }), true],
    ["header", delivery({ "x-leadline-secret": secret }), true],
    ["address", delivery({}, { secret }), true],
    ["nothing", delivery({}), false],
    ["a wrong password", delivery({ authorization: basic("wrong") }), false],
    ["a password that only begins alike", delivery({ authorization: basic(secret.slice(0, -1)) }), false],
  ])("proof by %s", (_, given, isRight) => {
    expect(webhook.verify(given, secret)).toBe(isRight);
  });

  const project = { resourceContainers: { project: { id: "p1" } } };
  it.each([
    [
      "workitem.updated",
      { resource: { id: 5, workItemId: 101 } },
      [
        ["work_items", "p1", null],
        ["work_item_links", "p1", null],
      ],
    ],
    [
      "workitem.deleted",
      { resource: { id: 101 } },
      [
        ["work_items", "p1", null],
        ["work_item_links", "p1", null],
      ],
    ],
    [
      "git.push",
      { resource: { repository: { id: "r1" } } },
      [
        ["commits", "r1", null],
        ["tags", "r1", null],
      ],
    ],
    ["git.pullrequest.merged", { resource: { pullRequestId: 7, repository: { id: "r1" } } }, [["pull_requests", "r1", ["r1/7"]]]],
    [
      "ms.vss-code.git-pullrequest-comment-event",
      { resource: { pullRequest: { pullRequestId: 7, repository: { id: "r1" } } } },
      [["pull_requests", "r1", ["r1/7"]]],
    ],
    [
      "build.complete",
      { resource: { id: 501 } },
      [
        ["pipeline_runs", "p1", ["501"]],
        ["environment_deployments", "p1", null],
      ],
    ],
    [
      "ms.vss-pipelines.run-state-changed-event",
      { resource: { run: { id: 501 } } },
      [
        ["pipeline_runs", "p1", ["501"]],
        ["environment_deployments", "p1", null],
      ],
    ],
    ["ms.vss-release.deployment-completed-event", { resource: {} }, [["release_deployments", "p1", null]]],
    ["git.push", { resource: { repository: { id: "unknown" } } }, []],
    ["tfvc.checkin", { resource: {} }, []],
  ])("%s", (name, body, wanted) => {
    const found = webhook.hints({ name, body: { eventType: name, ...project, ...body }, scopes });
    expect(found.map(({ stream, scopeId, keys }) => [stream, scopeId, keys])).toEqual(wanted);
  });

  it("what the simulator sends is understood", async () => {
    await withSimulator({}, async (simulator) => {
      const { scopes: real } = await readWith(simulator, { streams: ["work_items"] });
      const item = simulator.truth.workItems().find(({ isDeleted }) => !isDeleted)!;
      const { name, payload } = simulator.edit.setPoints(item.id, 8);
      const body = Buffer.from(JSON.stringify(payload));
      expect(webhook.identify({ headers: {}, query: {}, body })).toEqual({ id: payload.id, event: name });
      const found = webhook.hints({ name, body: payload, scopes: real });
      expect(found[0]).toMatchObject({ stream: "work_items", scopeId: real.find((scope) => scope.name === item.project)!.id });
    });
  });

  it("a body that is none is refused by name", () => {
    const body = Buffer.from("not JSON");
    expect(() => webhook.identify({ headers: {}, query: {}, body })).toThrow(
      expect.objectContaining({ code: "azure_delivery_unclear" }) as Error,
    );
  });
});
