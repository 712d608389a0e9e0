import { createHmac } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";

import { SMTPServer } from "smtp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { sendJson } from "../ingest/testing/provider.ts";
import type { Integration } from "../workspace/integrations.ts";
import type { Watch } from "../workspace/notifications.ts";
import { judge } from "./notify-judge.ts";
import { openTestHouse, type TestHouse } from "./testing/house.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Received {
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the tests look into bodies of many shapes
  readonly body: any;
}

/** Takes messages over HTTP; `status` is what it answers. */
async function receiver(): Promise<{ url: string; received: Received[]; status: number }> {
  const state = { url: "", received: [] as Received[], status: 200 };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      state.received.push({ headers: request.headers, text, body: JSON.parse(text) });
      response.writeHead(state.status).end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/tok_in_the_path_91`;
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return state;
}

/** A real mail server that wants a sign-in. */
async function mailServer(): Promise<{ port: number; mails: { to: string[]; text: string }[] }> {
  const mails: { to: string[]; text: string }[] = [];
  const server = new SMTPServer({
    authOptional: false,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      password === "mail_secret_4711" ? done(null, { user: username }) : done(new Error(`no: ${password}`)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  closing.push(() => new Promise((resolve) => server.close(() => resolve(null))));
  return { port: (server.server.address() as AddressInfo).port, mails };
}

const soon = { timeout: 20_000 };

describe("notifications", { timeout: 30_000 }, () => {
  let house: TestHouse;
  beforeEach(async () => {
    house = await openTestHouse({ isStarted: true, watching: { everyMs: 100 } });
    closing.push(() => house.close());
  });

  const add = async (channel: object) => {
    const { status, body } = await house.ask("POST", "/api/v1/notification-channels", channel);
    expect(status, JSON.stringify(body)).toBe(201);
    return body;
  };
  const refuse = () => {
    house.provider.fault = ({ headers }, response) => {
      if (headers.authorization === "Bearer fresh") return false;
      sendJson(response, {}, 401);
      return true;
    };
  };

  it("a revoked token is told once on every channel, its healing too, and nothing else", async () => {
    const [slack, plain, mail] = [await receiver(), await receiver(), await mailServer()];
    await add({ kind: "slack", name: "Team", url: slack.url });
    await add({ kind: "webhook", name: "Pager", url: plain.url, secret: "signing_secret_0815" });
    const to = ["ann@acme.example", "bob@acme.example"];
    const password = "mail_secret_4711";
    const server = { host: "127.0.0.1", port: mail.port, security: "none" };
    await add({ kind: "email", name: "Mail", ...server, user: "leadline", password, from: "leadline@acme.example", to });

    const id = await house.connect();
    await house.ingest(id);
    refuse();
    await house.ingest(id, { full: true });
    await house.ingest(id, { full: true });
    await expect.poll(() => [slack.received.length, plain.received.length, mail.mails.length], soon).toEqual([1, 1, 1]);

    expect(slack.received[0]!.body).toMatchObject({ text: "Things failed", blocks: [{ type: "header" }, { type: "section" }] });
    expect(slack.received[0]!.text).toContain("refused the credential");
    const { headers, text, body } = plain.received[0]!;
    expect(body).toMatchObject({
      event: "failed",
      integration: { id: "things" },
      nextStep: expect.stringContaining("new credential"),
    });
    expect(headers["idempotency-key"]).toBe(body.id);
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-leadline-signature"]))!;
    expect(mac).toBe(createHmac("sha256", "signing_secret_0815").update(`${seconds}.${text}`).digest("hex"));
    expect(mail.mails[0]).toMatchObject({ to, text: expect.stringContaining("Subject: [Leadline] Things failed") });

    const patched = await house.ask("PATCH", `/api/v1/integrations/${id}`, { config: { token: "fresh" } });
    expect(patched.status).toBe(200);
    await expect.poll(() => plain.received.map((one) => one.body.event), soon).toEqual(["failed", "recovered"]);
    await expect.poll(() => [slack.received.length, mail.mails.length], soon).toEqual([2, 2]);
    expect((await house.ask("GET", `/api/v1/integrations/${id}`)).body).toMatchObject({ status: "HEALTHY", error: null });
    const { body: told } = await house.ask("GET", "/api/v1/notifications?limit=2");
    expect(told).toMatchObject({ total: 6, nextCursor: "2", items: [{ state: "sent", attempts: 1, error: null }, {}] });
    const shown = JSON.stringify(told) + house.logged.join("") + JSON.stringify((await house.ask("GET", "/api/v1/audit")).body);
    for (const secret of ["tok_in_the_path_91", "signing_secret_0815", "mail_secret_4711"]) expect(shown).not.toContain(secret);
  });

  it("are kept and sent again when the receiver is down, with the same id", async () => {
    const plain = await receiver();
    plain.status = 503;
    const { id: channel } = await add({ kind: "webhook", name: "Pager", url: plain.url, events: ["deleted"] });
    const id = await house.connect();
    await house.ask("DELETE", `/api/v1/integrations/${id}?confirm=${id}&graceSeconds=0`);
    const waiting = async () => (await house.ask("GET", "/api/v1/notifications")).body.items[0];
    await expect.poll(async () => (await waiting())?.attempts, soon).toBe(1);
    expect(await waiting()).toMatchObject({ state: "pending", channel, event: "deleted", error: expect.stringContaining("503") });
    plain.status = 204;
    await house.house.context.workspace.db.updateTable("notification").set({ nextAttemptAt: "2020-01-01T00:00:00Z" }).execute();
    await expect.poll(async () => (await waiting()).state, soon).toBe("sent");
    expect(plain.received).toHaveLength(2);
    expect(plain.received[0]!.body).toEqual(plain.received[1]!.body);
  });

  it("go together when they are many, and wait when there were many", async () => {
    const plain = await receiver();
    await add({ kind: "webhook", name: "Pager", url: plain.url });
    const { workspace } = house.house.context;
    const [{ id: channelId }] = (await house.ask("GET", "/api/v1/notification-channels")).body.items;
    const put = (count: number, name: string) =>
      workspace.db
        .insertInto("notification")
        .values(
          Array.from({ length: count }, (_, n) => ({
            id: `${name}${n}`,
            channelId,
            incident: `${name}${n}`,
            event: "failed",
            integrationId: null,
            sentAt: null,
            state: "pending" as const,
            attempts: 0,
            createdAt: workspace.now(),
            nextAttemptAt: workspace.now(),
            error: null,
            message: JSON.stringify({
              event: "failed",
              title: `${name} ${n}`,
              text: "",
              nextStep: null,
              integration: null,
              at: "",
            }),
          })),
        )
        .execute();
    await put(30, "many");
    await expect.poll(() => plain.received.map((one) => one.body.items?.length), soon).toEqual([30]);
    for (let n = 0; n < 11; n++)
      await workspace.db
        .updateTable("notification")
        .set({ sentAt: new Date(Date.now() - n * 1000).toISOString() })
        .where("id", "=", `many${n}`)
        .execute();
    await put(1, "late");
    const late = () => workspace.db.selectFrom("notification").selectAll().where("id", "=", "late0").executeTakeFirstOrThrow();
    await expect.poll(async () => (await late()).nextAttemptAt > new Date(Date.now() + 60_000).toISOString(), soon).toBe(true);
    expect(plain.received).toHaveLength(1);
  });

  it("say what is wrong with a channel, and keep to the networks that are allowed", async () => {
    const mail = await mailServer();
    const settings = {
      host: "127.0.0.1",
      port: mail.port,
      security: "none",
      user: "leadline",
      from: "a@acme.example",
      to: ["b@acme.example"],
    };
    const channel = await add({ kind: "email", name: "Mail", password: "wrong_password_1", ...settings });
    expect(channel).toMatchObject({ settings, events: expect.arrayContaining(["failed", "stale"]) });
    expect(JSON.stringify(channel)).not.toContain("wrong_password_1");
    const path = `/api/v1/notification-channels/${channel.id}`;
    const refused = await house.ask("POST", `${path}/test`);
    expect(refused.body).toMatchObject({ ok: false, problem: { code: "notification_not_sent", hint: expect.any(String) } });
    expect(refused.text).not.toContain("wrong_password_1");
    expect((await house.ask("PATCH", path, { password: "mail_secret_4711" })).status).toBe(200);
    expect((await house.ask("POST", `${path}/test`)).body).toMatchObject({ ok: true, problem: null });
    expect(mail.mails).toHaveLength(1);
    // Another host does not get the password of this one.
    await house.ask("PATCH", path, { host: "localhost" });
    expect((await house.ask("POST", `${path}/test`)).body).toMatchObject({ ok: false });

    const post = async (body: object) => (await house.ask("POST", "/api/v1/notification-channels", body)).body;
    expect(await post({ kind: "slack", name: "x", url: "http://169.254.169.254/latest" })).toMatchObject({
      code: "address_refused",
    });
    expect(await post({ kind: "webhook", name: "x", url: "http://10.0.0.7/" })).toMatchObject({ code: "address_refused" });
    expect(await post({ kind: "email", name: "x", ...settings, host: "192.168.0.1" })).toMatchObject({ code: "address_refused" });
    expect(await post({ kind: "webhook", name: "x", url: "file:///etc/passwd" })).toMatchObject({ code: "invalid_request" });
    expect(await post({ kind: "pigeon", name: "x" })).toMatchObject({ code: "invalid_request" });
    expect((await house.ask("PATCH", path, { url: "https://hooks.example.com/" })).body).toMatchObject({
      code: "invalid_request",
    });
    expect((await house.ask("DELETE", path)).status).toBe(204);
    expect((await house.ask("POST", `${path}/test`)).body).toMatchObject({ code: "unknown_notification_channel", status: 404 });
    const { body: audit } = await house.ask("GET", "/api/v1/audit?subject=notification_channel");
    expect(audit.items.map((item: { action: string }) => item.action.split(".")[1])).toEqual([
      "delete",
      "change",
      "change",
      "create",
    ]);
  });
});

describe("what is worth telling", () => {
  const start = Date.parse("2026-03-01T00:00:00Z");
  const at = (hours: number) => new Date(start + hours * 3_600_000).toISOString();
  const base = {
    id: "code",
    name: "Code",
    lifecycle: "active",
    status: "HEALTHY",
    statusReason: "All was read.",
    nextStep: null,
    statusSince: at(0),
    error: null,
    everySeconds: 300,
    lastRunAt: at(0),
    lastSuccessAt: at(0),
    credentialExpiresAt: null,
  } as unknown as Integration;

  /** Judges one state after the other; answers the events of each. */
  function course(...states: [hours: number, change: Partial<Integration>][]): string[] {
    let watch: Watch = {
      integrationId: "code",
      failedRuns: 0,
      countedRunAt: null,
      incident: null,
      incidentAt: null,
      expiryWarned: null,
    };
    return states.map(([hours, change]) => {
      const judged = judge({ ...base, ...change }, watch, { now: at(hours), isRunning: false, isPatient: false });
      watch = judged.watch;
      return judged.messages
        .map(({ event, title }) => (event === "credential" ? title.replace("The credential of Code ", "") : event))
        .join();
    });
  }
  const failed = (hours: number, code = "unreachable"): [number, Partial<Integration>] => [
    hours,
    { status: "FAILED", lastRunAt: at(hours), error: { code, title: "", detail: null, hint: null } },
  ];
  const healthy = (hours: number): [number, Partial<Integration>] => [hours, { lastRunAt: at(hours), lastSuccessAt: at(hours) }];

  it("is not a single hiccup, nor the same failure twice", () => {
    expect(course(healthy(0), failed(0.1), healthy(0.2), failed(0.3), healthy(0.4))).toEqual(["", "", "", "", ""]);
    expect(course(failed(0.1), failed(0.1), failed(0.2), failed(0.3), healthy(0.4))).toEqual(["", "", "failed", "", "recovered"]);
  });

  it("is a refused credential at once, since nothing heals it but people", () => {
    expect(course(failed(0.1, "github_credential_refused"), failed(0.2), healthy(1))).toEqual(["failed", "", "recovered"]);
  });

  it("is what a backfill meets as well, though no run for news has failed", () => {
    const [, refused] = failed(0, "github_credential_refused");
    expect(course(healthy(0), [0.2, { ...refused, statusSince: at(0.1) }], healthy(1))).toEqual(["", "failed", "recovered"]);
  });

  it("is silence that lasts longer than three readings, and at least an hour", () => {
    expect(course(healthy(0), [0.9, {}], [1.1, {}], [2, {}], healthy(3))).toEqual(["", "", "stale", "", "recovered"]);
    expect(course([2.9, { everySeconds: 3600 }], [3.1, { everySeconds: 3600 }])).toEqual(["", "stale"]);
    expect(course([90, { lifecycle: "paused" }])).toEqual([""]);
  });

  it("is a credential that ends: thirty days, a week and a day before, once each", () => {
    const state = (hours: number): [number, Partial<Integration>] => [
      hours,
      { ...healthy(hours)[1], credentialExpiresAt: at(40 * 24) },
    ];
    const said = course(...[1, 10 * 24, 11 * 24, 33 * 24, 32.9 * 24, 34 * 24, 39.5 * 24, 41 * 24].map(state));
    expect(said).toEqual(["", "ends in 30 days", "", "ends in 7 days", "", "", "ends within a day", ""]);
  });
});
