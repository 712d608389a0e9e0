import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createToken } from "../workspace/api-tokens.ts";
import { makeSignInLink } from "../workspace/sessions.ts";
import { permissionsOf, roles, type Permission } from "./access.ts";
import { clientTypes, clientTypesFile, documentFile, documentText, openApiDocument } from "./openapi.ts";
import { systemActor } from "./session-service.ts";
import { repositoryRoot, version } from "./version.ts";
import { openTestHouse, type TestHouse } from "./testing/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

const bare = (method: string, url: string, headers: Record<string, string> = {}, payload?: object) =>
  house.app.inject({ method: method as "GET", url, headers, ...(payload ? { payload } : {}) });

describe("the document", () => {
  it("is the one that is committed, and so are the web app's types", async () => {
    expect(documentText(await openApiDocument()), "run: node src/cli/main.ts openapi").toBe(readFileSync(documentFile, "utf8"));
    expect(clientTypes(documentFile), "run: node src/cli/main.ts openapi").toBe(readFileSync(clientTypesFile, "utf8"));
  });

  it("carries the version of the package", () => {
    const { version: packaged } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")) as { version: string };
    expect(version).toBe(packaged);
  });

  it("is served for machines and for people", async () => {
    const machines = await bare("GET", "/api/openapi.json");
    expect(machines.json()).toMatchObject({ openapi: "3.1.0", info: { title: "Leadline" } });
    const people = await bare("GET", "/api/docs");
    expect(people.headers["content-type"]).toContain("text/html");
    expect(people.payload).toContain("/api/v1/integrations/{integration}/check");
  });
});

describe("access", () => {
  it("follows the declared permission on every route, for every role, and for nobody", async () => {
    const { workspace } = house.house.context;
    const tokens = new Map<string, string>();
    for (const role of [...Object.keys(roles), "stranger"])
      tokens.set(role, (await createToken(workspace, systemActor, { name: role, role, expiresAt: null })).token);
    const document = await openApiDocument();
    const seen: string[] = [];
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, { "x-permission": permission }] of Object.entries(methods)) {
        const url = path.replaceAll(/\{\w+\}/g, "nothing-of-this-name");
        const route = `${method.toUpperCase()} ${path}`;
        expect(permission, `${route} declares a permission`).toBeTypeOf("string");
        if (path === "/api/v1/events" || permission?.startsWith("public")) continue;
        const anonymous = await bare(method.toUpperCase(), url);
        expect(anonymous.statusCode, `${route} for nobody`).toBe(401);
        expect(anonymous.json()).toMatchObject({ code: "sign_in_needed" });
        for (const [role, token] of tokens) {
          const answer = await bare(method.toUpperCase(), url, { authorization: `Bearer ${token}` });
          const isAllowed = permission === "signed-in" || permissionsOf(role).includes(permission as Permission);
          expect(answer.statusCode === 403, `${route} for ${role} answered ${answer.statusCode}`).toBe(!isAllowed);
          seen.push(`${route} ${role}`);
        }
      }
    expect(seen.length).toBeGreaterThan(150);
  }, 120_000);

  it("refuses to register a route that declares nothing", async () => {
    const other = await openTestHouse();
    const { createEventStream } = await import("./events.ts");
    const { default: Fastify } = await import("fastify");
    const { guardAccess } = await import("./guards.ts");
    const app = Fastify();
    guardAccess(app, other.house.services.sessions);
    expect(() => app.get("/api/v1/forgotten", () => "x")).toThrow(/declares no permission/);
    expect(createEventStream).toBeTypeOf("function");
    await app.close();
    await other.close();
  });

  it("opens one session with the one-time link, and closes it", async () => {
    const key = await makeSignInLink(house.house.context.workspace);
    const started = await bare("GET", `/start?key=${key}`);
    expect([started.statusCode, started.headers.location]).toEqual([302, "/"]);
    const [cookie] = [started.headers["set-cookie"]].flat();
    expect(cookie).toMatch(/^leadline_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
    const session = cookie!.split(";")[0]!;
    expect((await bare("GET", "/api/v1/session", { cookie: session })).json()).toEqual({
      user: { id: "owner", name: "Owner", role: "owner" },
      permissions: [...permissionsOf("owner")],
      isDemo: false,
      version: "0.1.0",
    });
    expect((await bare("GET", `/start?key=${key}`)).json()).toMatchObject({ code: "link_used_up", status: 401 });
    expect((await bare("DELETE", "/api/v1/session", { cookie: session })).statusCode).toBe(204);
    expect((await bare("GET", "/api/v1/session", { cookie: session })).statusCode).toBe(401);
  });

  it("gives no session for guessing, and stops the guessing", async () => {
    const codes: number[] = [];
    for (let guess = 0; guess < 15; guess++)
      codes.push((await bare("POST", "/api/v1/session", {}, { key: `guess-${guess}` })).statusCode);
    expect(codes.filter((code) => code === 401).length).toBeGreaterThan(0);
    expect(codes.at(-1)).toBe(429);
  });
});

describe("foreign pages", () => {
  it("cannot reach the server through a name of their own", async () => {
    const rebound = await bare("GET", "/api/v1/session", { host: "evil.example.net:4400" });
    expect(rebound.statusCode).toBe(421);
    expect(rebound.json()).toMatchObject({ code: "foreign_host" });
    for (const host of ["127.0.0.1:4400", "localhost:4400", "[::1]:4400", "192.168.1.9:4400", "leadline.example.com"])
      expect((await bare("GET", "/healthz", { host })).statusCode, host).toBe(200);
  });

  it("cannot change anything with a browser's session", async () => {
    const headers = { host: "127.0.0.1:4400", origin: "https://evil.example.net" };
    expect((await bare("POST", "/api/v1/projects", headers, { name: "x" })).json()).toMatchObject({
      code: "foreign_origin",
      status: 403,
    });
    expect(
      (await bare("POST", "/api/v1/projects", { host: "127.0.0.1:4400", "sec-fetch-site": "cross-site" }, { name: "x" }))
        .statusCode,
    ).toBe(403);
    const own = await bare(
      "POST",
      "/api/v1/projects",
      { host: "127.0.0.1:4400", origin: "http://127.0.0.1:4400" },
      { name: "x" },
    );
    expect(own.json()).toMatchObject({ code: "sign_in_needed" });
  });

  it("find the demo open on loopback only", async () => {
    const demo = await openTestHouse({ isDemo: true });
    const visit = (headers: Record<string, string>, remoteAddress = "127.0.0.1") =>
      demo.app.inject({ method: "GET", url: "/api/v1/session", headers, remoteAddress });
    expect((await visit({ host: "127.0.0.1:4400" })).json()).toMatchObject({ user: { role: "owner" }, isDemo: true });
    expect((await visit({ host: "127.0.0.1:4400" }, "192.168.1.7")).statusCode).toBe(401);
    expect((await visit({ host: "127.0.0.1:4400", "x-forwarded-for": "203.0.113.9" })).statusCode).toBe(401);
    expect((await visit({ host: "leadline.example.com" })).statusCode).toBe(401);
    await demo.close();
  });
});

describe("answers", () => {
  it("are problems for whatever cannot be answered", async () => {
    const unknown = await house.ask("GET", "/api/v1/nothing");
    expect(unknown.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(unknown.body).toEqual({
      code: "unknown_route",
      title: "There is no GET /api/v1/nothing.",
      detail: "Routes of the API begin with /api/v1/.",
      hint: "Open /api/docs for all of them.",
      status: 404,
    });
    const headers = { authorization: "Bearer local_test_token", "content-type": "application/json" };
    const broken = await house.app.inject({ method: "POST", url: "/api/v1/projects", headers, payload: "{" });
    expect(broken.json()).toMatchObject({ code: "invalid_json", status: 400 });
    const large = await house.app.inject({
      method: "POST",
      url: "/api/v1/projects",
      headers,
      payload: JSON.stringify({ name: "x".repeat(2_000_000) }),
    });
    expect(large.json()).toMatchObject({ code: "body_too_large", status: 413 });
    expect((await house.ask("POST", "/api/v1/projects", { name: "" })).body).toEqual({
      code: "invalid_request",
      title: expect.stringContaining("name does not fit"),
      detail: "See `fields`.",
      hint: "The shape of every request is in /api/docs.",
      status: 400,
      fields: [{ path: "name", message: expect.any(String) }],
    });
    expect((await house.ask("POST", "/api/v1/sql", { sql: "drop table account" })).body).toMatchObject({
      code: "query_not_read_only",
    });
    expect((await house.ask("GET", "/api/v1/archive/zzz")).body).toMatchObject({ code: "unknown_archived_payload", status: 404 });
  });

  it("carry a policy that lets the web app run and nothing else", async () => {
    const { headers } = await bare("GET", "/healthz");
    expect(headers["content-security-policy"]).toBe(
      "default-src 'self';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data: blob:;font-src 'self' data:;connect-src 'self';object-src 'none';base-uri 'self';form-action 'self';frame-ancestors 'none'",
    );
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["strict-transport-security"]).toBeUndefined();
  });

  it("stream what happens while one watches", async () => {
    await house.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = house.app.server.address() as { port: number };
    const headers = { authorization: "Bearer local_test_token" };
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events?integration=mine`, { headers });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe("retry: 2000\n\n");
    const { events } = house.house.services;
    events.publish({ type: "integration", integration: "other", status: "FAILED", lifecycle: "active" });
    events.publish({ type: "integration", integration: "mine", status: "HEALTHY", lifecycle: "active" });
    expect((await reader.read()).value).toBe(
      'event: integration\ndata: {"type":"integration","integration":"mine","status":"HEALTHY","lifecycle":"active"}\n\n',
    );
    await reader.cancel();
  });

  it("tell probes and Prometheus how it stands", async () => {
    expect((await bare("GET", "/healthz")).json()).toEqual({ status: "ok" });
    expect((await bare("GET", "/readyz")).json()).toEqual({ status: "ready", reason: null });
    expect((await bare("GET", "/metrics")).payload).toMatch(/leadline_integrations\{status="HEALTHY"\} 0/);
    const far = { method: "GET", url: "/metrics", remoteAddress: "192.168.1.7" } as const;
    expect((await house.app.inject(far)).statusCode).toBe(401);
    expect((await house.app.inject({ ...far, headers: { authorization: "Bearer local_test_token" } })).statusCode).toBe(200);
  });

  it("show the catalogue, the profile and an empty overview", async () => {
    const { body } = await house.ask("GET", "/api/v1/metrics");
    expect(body.items.length).toBeGreaterThan(100);
    expect(body.items.find((metric: { name: string }) => metric.name === "lead_time_for_changes")).toMatchObject({
      unit: "seconds",
      takesStatistic: true,
      better: "lower",
    });
    expect((await house.ask("GET", "/api/v1/metrics/lead_time_for_change")).body).toMatchObject({
      code: "unknown_metric",
      hint: expect.stringContaining("lead_time_for_changes"),
    });
    expect((await house.ask("GET", "/api/v1/profiles")).body.items).toMatchObject([{ id: "default", version: 1 }]);
    expect((await house.ask("GET", "/api/v1/teams")).body).toEqual({ items: [] });
    expect((await house.ask("GET", "/api/v1/overview")).body).toMatchObject({
      entities: 0,
      integrations: { total: 0 },
      setup: [{ step: "connect", isDone: false }, {}, {}, {}, {}],
    });
  });
});
