import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ServerResponse } from "node:http";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { sendJson } from "../ingest/testing/provider.ts";
import { openTestHouse, SECRET, type TestHouse } from "./testing/house.ts";

let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse();
});
afterEach(() => house.close());

function refuse(response: ServerResponse): true {
  sendJson(response, {}, 401);
  return true;
}

describe("an integration", () => {
  it("is checked, saved, read, monitored and deleted", async () => {
    const created = await house.ask("POST", "/api/v1/integrations", {
      connector: "things",
      name: "Acme Things",
      tags: ["eu"],
      config: { url: house.provider.url, token: SECRET },
      selection: { include: ["acme/*"], isWithArchived: false },
      backfill: { since: "2024-01-01" },
    });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      id: "acme-things",
      name: "Acme Things",
      description: null,
      tags: ["eu"],
      connector: "things",
      connectorLabel: "Things",
      config: { url: house.provider.url },
      secrets: [{ field: "token", writtenAt: expect.any(String), rotatedAt: null, usedAt: null }],
      lifecycle: "active",
      status: "UNKNOWN",
      statusReason: "Nothing has been read yet.",
      nextStep: null,
      statusSince: expect.any(String),
      error: null,
      backfill: { since: "2024-01-01T00:00:00Z" },
      history: { state: "waiting", since: "2024-01-01T00:00:00Z", open: 1 },
      everySeconds: 300,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      lastRunAt: null,
      lastSuccessAt: null,
      nextRunAt: expect.any(String),
      freshness: { dataThrough: null, ageSeconds: null },
      coverage: [{ stream: "things", from: null, to: null }],
      credentialExpiresAt: null,
      scopes: { selected: 0, known: 0 },
      selection: { include: ["acme/*"], exclude: [], isWithArchived: false, isWithForks: true },
      projects: [],
      progress: expect.objectContaining({ state: "idle", tasksTotal: null }),
      deletion: null,
    });

    const run = await house.ingest("acme-things");
    expect(run).toMatchObject({
      state: "succeeded",
      failures: [],
      progress: { records: 37, entities: 37, tasksTotal: 2, tasksDone: 2, share: 1 },
    });

    const { body } = await house.ask("GET", "/api/v1/integrations/acme-things");
    expect(body).toMatchObject({
      status: "HEALTHY",
      nextStep: null,
      scopes: { selected: 2, known: 3 },
      progress: { state: "idle" },
    });
    expect(body.coverage).toEqual([{ stream: "things", from: "2024-01-01T00:00:00Z", to: expect.any(String) }]);
    expect(body.freshness.dataThrough).toBe(body.coverage[0].to);

    const tasks = await house.ask("GET", "/api/v1/integrations/acme-things/tasks?status=succeeded&scope=acme/a");
    expect(tasks.body).toMatchObject({
      total: 1,
      nextCursor: null,
      items: [{ stream: "things", scope: "acme/a", kind: "backfill", records: 25, entities: 25, error: null }],
    });
    expect((await house.ask("GET", "/api/v1/tasks?status=failed")).body).toEqual({ items: [], nextCursor: null, total: 0 });
    expect((await house.ask("GET", "/api/v1/tasks?limit=1")).body).toMatchObject({ total: 2, nextCursor: "1" });
    expect((await house.ask("GET", "/api/v1/tasks?limit=1&cursor=1")).body).toMatchObject({ total: 2, nextCursor: null });

    const streams = await house.ask("GET", "/api/v1/integrations/acme-things/streams");
    expect(streams.body.items).toMatchObject([
      {
        stream: "things",
        state: "complete",
        scopesTotal: 2,
        scopesComplete: 2,
        records: 37,
        quarantined: 0,
        share: 1,
        sentence: "complete since 1 January 2024",
      },
    ]);
    const scopes = await house.ask("GET", "/api/v1/integrations/acme-things/streams/things");
    expect(scopes.body.items.map((item: { scope: string; state: string }) => [item.scope, item.state])).toEqual([
      ["acme/a", "complete"],
      ["acme/b", "complete"],
    ]);

    const health = await house.ask("GET", "/api/v1/integrations/acme-things/health?days=7");
    expect(health.body).toMatchObject({ status: "HEALTHY", lastDay: { tasks: 2, failed: 0, records: 37 } });
    expect(health.body.timeline).toHaveLength(7);
    expect(health.body.timeline.at(-1)).toMatchObject({ state: "healthy", tasks: 2, records: 37 });

    const data = await house.ask("GET", "/api/v1/integrations/acme-things/data");
    expect(data.body.items).toMatchObject([{ table: "account_group", rows: 37, deleted: 0 }]);
  });

  it("is not saved when the vendor refuses the credential, unless people want it so", async () => {
    house.provider.fault = (_call, response) => refuse(response);
    const config = { url: house.provider.url, token: SECRET };
    const refused = await house.ask("POST", "/api/v1/integrations", { connector: "things", name: "x", config });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      code: "credential_refused",
      status: 422,
      hint: expect.stringContaining("new credential"),
    });
    const check = await house.ask("POST", "/api/v1/integrations/check", { connector: "things", config });
    expect(check.body).toMatchObject({ ok: false, problem: { code: "credential_refused" } });
    expect((await house.ask("GET", "/api/v1/integrations")).body.total).toBe(0);
    expect(
      (await house.ask("POST", "/api/v1/integrations", { connector: "things", name: "x", config, isChecked: false })).status,
    ).toBe(201);
  });

  it("becomes FAILED with reason and next step, and heals with a new credential", async () => {
    const id = await house.connect();
    await house.ingest(id);
    house.provider.fault = ({ headers }, response) => headers.authorization !== "Bearer fresh" && refuse(response);
    const failed = await house.ingest(id, { full: true });
    expect(failed).toMatchObject({ state: "failed" });
    const { body } = await house.ask("GET", `/api/v1/integrations/${id}`);
    expect(body).toMatchObject({
      status: "FAILED",
      statusReason: expect.stringContaining("refused the credential"),
      nextStep: expect.stringContaining("new credential"),
      error: { code: "credential_refused" },
    });
    const patched = await house.ask("PATCH", `/api/v1/integrations/${id}`, { config: { token: "fresh" } });
    expect(patched.body.secrets).toMatchObject([{ field: "token", rotatedAt: expect.any(String) }]);
    expect(await house.ingest(id)).toMatchObject({ state: "succeeded" });
    expect((await house.ask("GET", `/api/v1/integrations/${id}`)).body).toMatchObject({ status: "HEALTHY", error: null });
  });

  it("lists, searches, filters and pages", async () => {
    const config = { url: house.provider.url, token: SECRET };
    for (const name of ["Zeta", "alpha", "Mid"])
      await house.ask("POST", "/api/v1/integrations", {
        connector: "things",
        name,
        config,
        isChecked: false,
        tags: name === "Mid" ? ["asia"] : [],
      });
    const names = async (query: string) => {
      const { body } = await house.ask("GET", `/api/v1/integrations?${query}`);
      return { names: body.items.map((item: { name: string }) => item.name), next: body.nextCursor, total: body.total };
    };
    expect(await names("")).toEqual({ names: ["alpha", "Mid", "Zeta"], next: null, total: 3 });
    expect(await names("sort=-name&limit=2")).toEqual({ names: ["Zeta", "Mid"], next: "2", total: 3 });
    expect(await names("sort=-name&limit=2&cursor=2")).toEqual({ names: ["alpha"], next: null, total: 3 });
    expect(await names("search=ASIA")).toEqual({ names: ["Mid"], next: null, total: 1 });
    expect(await names("status=HEALTHY,FAILED")).toEqual({ names: [], next: null, total: 0 });
    await house.ask("POST", "/api/v1/integrations/mid/pause");
    expect(await names("lifecycle=paused")).toMatchObject({ names: ["Mid"] });
    expect((await house.ask("POST", "/api/v1/integrations/mid/ingest", {})).body).toMatchObject({
      code: "integration_not_active",
    });
    expect((await house.ask("POST", "/api/v1/integrations/mid/resume")).body).toMatchObject({ lifecycle: "active" });
    expect((await house.ask("GET", "/api/v1/integrations?sort=size")).body).toMatchObject({
      code: "invalid_request",
      fields: [{ path: "querystring.sort" }],
    });
  });

  it("refuses what cannot be meant", async () => {
    const base = { connector: "things", name: "x", config: { url: house.provider.url, token: SECRET } };
    const refused = async (body: object) => (await house.ask("POST", "/api/v1/integrations", body)).body;
    expect(await refused({ ...base, connector: "thinsg" })).toMatchObject({
      code: "unknown_connector",
      hint: 'Did you mean "things"?',
    });
    expect(await refused({ ...base, config: { url: house.provider.url, tokn: SECRET } })).toMatchObject({
      code: "invalid_config",
      fields: expect.arrayContaining([{ path: "config.token", message: expect.any(String) }]),
    });
    expect(await refused({ ...base, backfill: { since: "2999-01-01" } })).toMatchObject({ code: "instant_in_future" });
    expect(await refused({ ...base, backfill: { since: "1999-01-01" } })).toMatchObject({ code: "since_before_vendor" });
    expect(await refused({ ...base, everySeconds: 0 })).toMatchObject({
      code: "invalid_request",
      fields: [{ path: "everySeconds" }],
    });
    expect(await refused({ ...base, nmae: "y" })).toMatchObject({ code: "invalid_request" });
    expect((await house.ask("GET", "/api/v1/integrations/none")).body).toMatchObject({
      code: "unknown_integration",
      status: 404,
    });
  });

  it("chooses scopes by names and patterns, and tells before it does", async () => {
    const discovered = await house.ask("POST", "/api/v1/integrations/scopes", {
      connector: "things",
      config: { url: house.provider.url, token: SECRET },
      selection: { include: ["acme/a"] },
    });
    expect(discovered.body).toMatchObject({ total: 3, selectedTotal: 1 });
    const id = await house.connect();
    const known = await house.ask("GET", `/api/v1/integrations/${id}/scopes?search=acme&limit=2`);
    expect(known.body).toMatchObject({
      total: 3,
      selectedTotal: 3,
      nextCursor: "2",
      items: [{ name: "acme/a", isSelected: true, selectedBy: "**" }, { name: "acme/b" }],
    });
    const dry = await house.ask("PUT", `/api/v1/integrations/${id}/scopes`, { include: ["acme/b"], isDryRun: true });
    expect(dry.body.selectedTotal).toBe(1);
    expect((await house.ask("GET", `/api/v1/integrations/${id}/scopes?selected=true`)).body.total).toBe(3);
    const wrong = await house.ask("PUT", `/api/v1/integrations/${id}/scopes`, { include: ["acme/bb"] });
    expect(wrong.body).toMatchObject({ code: "unknown_scope", hint: 'Did you mean "acme/b"?' });
    await house.ask("PUT", `/api/v1/integrations/${id}/scopes`, { include: ["*"], exclude: ["acme/b"] });
    const chosen = await house.ask("GET", `/api/v1/integrations/${id}/scopes?selected=true`);
    expect(chosen.body.items.map((scope: { name: string }) => scope.name)).toEqual(["acme/a", "acme/old"]);
  });

  it("is deleted only by name, and then wholly", async () => {
    const id = await house.connect();
    await house.ingest(id);
    await house.ask("POST", "/api/v1/projects", { name: "Pay", integrations: [id] });
    const archivedPages = async () =>
      (await readdir(join(house.home, "archive"), { recursive: true })).filter((file) => file.endsWith(".zst"));
    expect((await archivedPages()).length).toBeGreaterThan(0);
    const impact = await house.ask("GET", `/api/v1/integrations/${id}/impact`);
    expect(impact.body).toMatchObject({
      projects: [{ key: "pay", name: "Pay" }],
      tables: [{ table: "account_group", rows: 37 }],
      rows: 37,
    });
    const unsure = await house.ask("DELETE", `/api/v1/integrations/${id}`);
    expect(unsure).toMatchObject({
      status: 409,
      body: { code: "confirmation_needed", title: expect.stringContaining("37 rows") },
    });
    const sure = await house.ask("DELETE", `/api/v1/integrations/${id}?confirm=${id}&graceSeconds=0`);
    expect(sure).toMatchObject({ status: 202, body: { lifecycle: "deleting" } });
    await house.house.start();
    await expect.poll(async () => (await house.ask("GET", `/api/v1/integrations/${id}`)).status, { timeout: 20_000 }).toBe(404);
    const left = await house.ask("POST", "/api/v1/sql", {
      sql: `select (select count(*) from account_group) + (select count(*) from raw_record) + (select count(*) from progress) + (select count(*) from integration_mapping) as n`,
    });
    expect(left.body.rows).toEqual([{ n: 0 }]);
    expect((await archivedPages()).length).toBe(0);
  });
});
