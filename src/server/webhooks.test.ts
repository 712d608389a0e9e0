import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { WebhookSpec } from "../ingest/connector.ts";
import { DataError } from "../ingest/errors.ts";
import { someThings, startProvider, type Provider } from "../ingest/testing/provider.ts";
import { thingConnector, type ThingConfig } from "../ingest/testing/thing-connector.ts";
import { openTestHouse, type TestHouse } from "./testing/house.ts";

/* Things announce themselves: `{ "scope": "a", "ids": [3] }`, signed with a plain HMAC in `x-signature`. */

const webhook: WebhookSpec<ThingConfig> = {
  docs: "https://things.example/docs/webhooks",
  events: ["thing"],
  guidance: ["Put the address into the form."],
  verify({ headers, body }, secret) {
    const own = createHmac("sha256", secret).update(body).digest();
    const given = Buffer.from(headers["x-signature"] ?? "", "hex");
    return given.length === own.length && timingSafeEqual(own, given);
  },
  identify: ({ headers }) => ({ id: headers["x-delivery"] ?? null, event: headers["x-event"] ?? "thing" }),
  hints({ name, body }) {
    if (name !== "thing") return [];
    const { scope, ids } = body as { scope?: string; ids?: number[] | null };
    if (typeof scope !== "string") throw new DataError({ code: "things_not_understood", what: "A delivery names no scope." });
    return [{ stream: "things", scopeId: scope, keys: ids?.map(String) ?? null }];
  },
  async *missed({ api, address }) {
    await api.get("/me");
    yield [
      { id: "lost-1", event: "thing", at: "2026-01-01T00:00:00Z", hints: [{ stream: "things", scopeId: "a", keys: ["1"] }] },
    ];
    expect(address).toContain("/hooks/things");
  },
};

const LIMIT = { timeout: 30_000, interval: 20 };

let house: TestHouse;
let provider: Provider;
let secret: string;
beforeEach(async () => {
  provider = await startProvider({ a: someThings(5), b: someThings(3, { firstId: 101 }) });
  house = await open();
  await house.connect({ everySeconds: 86_400 });
  expect(await house.ingest("things")).toMatchObject({ state: "succeeded" });
  ({ secret } = (await house.ask("POST", `${base}/secret`)).body);
});
afterEach(async () => {
  await house.close();
  await provider.close();
});

const base = "/api/v1/integrations/things/webhook";
const open = (home?: string) =>
  openTestHouse({
    provider,
    isStarted: true,
    ...(home ? { home } : {}),
    connector: thingConnector("descending", {
      webhook,
      async *scopes() {
        for (const id of provider.things.keys()) yield { id, name: `acme/${id}`, kind: "repository" };
      },
    }),
  });

interface Sent {
  readonly body: unknown;
  readonly id?: string;
  readonly event?: string;
  readonly key?: string | null;
  readonly to?: string;
}

async function send({ body, id, event = "thing", key = secret, to = "things" }: Sent) {
  const payload = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const answer = await house.app.inject({
    method: "POST",
    url: `/hooks/${to}`,
    payload,
    headers: {
      "content-type": "application/json",
      "x-event": event,
      ...(id ? { "x-delivery": id } : {}),
      ...(key === null ? {} : { "x-signature": createHmac("sha256", key).update(payload).digest("hex") }),
    },
  });
  return { status: answer.statusCode, body: answer.json<{ code?: string; status?: string }>() };
}

const state = async () => (await house.ask("GET", base)).body;
const deliveries = async (query = "") => (await house.ask("GET", `${base}/deliveries${query}`)).body;
const ended = (total: number) =>
  expect
    .poll(async () => {
      const { items } = await deliveries("?limit=500");
      return items.filter(({ status }: { status: string }) => ["done", "ignored", "dead"].includes(status)).length;
    }, LIMIT)
    .toBe(total);
const titles = async () => {
  const text = "select name, deleted_at is not null as gone from account_group order by name";
  return (await house.ask("POST", "/api/v1/sql", { sql: text })).body.rows.map(
    ({ name, gone }: { name: string; gone: boolean }) => (gone ? `${name} (gone)` : name),
  );
};
const rename = (scope: string, id: number, title: string) => {
  const list = provider.things.get(scope)!;
  const at = list.findIndex((thing) => thing.id === id);
  list[at] = { ...list[at]!, title, updatedAt: new Date().toISOString() };
};

describe("a delivery", () => {
  it("is received under id and name, read by key as a task of its own, and shown", async () => {
    rename("a", 3, "Renamed");
    const calls = provider.calls.length;
    expect(await send({ body: { scope: "a", ids: [3] }, id: "d1", to: "THINGS" })).toEqual({
      status: 202,
      body: { status: "received" },
    });
    await ended(1);
    expect(await titles()).toContain("Renamed");
    expect(provider.calls.slice(calls).map(({ url }) => url.pathname)).toEqual(["/scopes/a/things/3"]);
    const { items } = await deliveries();
    expect(items).toMatchObject([
      {
        id: "d1",
        event: "thing",
        status: "done",
        via: "delivery",
        copies: 1,
        attempts: 1,
        outcome: "Read again: things of acme/a.",
        hints: [{ stream: "things", scope: "acme/a", keys: ["3"] }],
      },
    ]);
    const tasks = await house.ask("GET", "/api/v1/integrations/things/tasks?kind=webhook");
    expect(tasks.body.items).toMatchObject([
      { id: items[0].tasks[0], kind: "webhook", status: "succeeded", records: 1, entities: 1 },
    ]);
    expect(await state()).toMatchObject({
      received: 1,
      health: "receiving",
      isLoopback: true,
      address: "http://127.0.0.1:4400/hooks/things",
      secret: { previousUntil: null },
    });
    const shown = await house.ask("GET", `${base}/deliveries/d1`);
    expect(shown.body.body).toEqual({ scope: "a", ids: [3] });
  });

  it("without an accepted signature leaves a counter and nothing else", async () => {
    const body = { scope: "a", ids: [3] };
    for (const key of ["wrong", null])
      expect(await send({ body, key })).toMatchObject({ status: 401, body: { code: "bad_signature" } });
    expect(await state()).toMatchObject({ received: 0, refused: 2, health: "troubled", lastRefusedAt: expect.any(String) });
    expect((await deliveries()).total).toBe(0);
    expect(await readdir(join(house.home, "deliveries")).catch(() => [])).toEqual([]);
    for (const to of ["nobody", "Things2"])
      expect(await send({ body, to })).toMatchObject({ status: 404, body: { code: "unknown_hook" } });
    const { body: metrics } = { body: (await house.ask("GET", "/metrics")).text };
    expect(metrics).toContain('leadline_webhooks_refused_total{integration="things"} 2');
  });

  it("is accepted with the secret before during the overlap, and not after", async () => {
    const old = secret;
    const rotated = await house.ask("POST", `${base}/secret`, { overlapHours: 1 });
    expect(rotated.body.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(rotated.body.secret).not.toBe(old);
    for (const key of [old, rotated.body.secret]) expect((await send({ body: { scope: "a", ids: [1] }, key })).status).toBe(202);
    expect((await house.ask("DELETE", `${base}/secret/previous`)).body.secret.previousUntil).toBeNull();
    expect((await send({ body: { scope: "a", ids: [2] }, key: old })).status).toBe(401);
    const soon = await house.ask("POST", `${base}/secret`, { overlapHours: 1e-7 });
    await expect.poll(async () => (await state()).secret.previousUntil, LIMIT).toBeNull();
    expect((await send({ body: { scope: "a", ids: [2] }, key: rotated.body.secret })).status).toBe(401);
    expect((await send({ body: { scope: "a", ids: [2] }, key: soon.body.secret })).status).toBe(202);
    const audit = (await house.ask("GET", "/api/v1/audit?subject=integration")).text;
    expect(audit).toContain("webhook_secret_rotated");
    for (const one of [old, rotated.body.secret]) {
      expect(audit).not.toContain(one);
      expect(house.logged.join("")).not.toContain(one);
    }
  });

  it("that came a thousand times, in any order, is one; without an id its bytes tell", async () => {
    rename("b", 102, "Twice");
    const before = provider.calls.length;
    const bodies = [
      { scope: "b", ids: [102] },
      { scope: "a", ids: [1] },
    ];
    for (let round = 0; round < 50; round++)
      await Promise.all(Array.from({ length: 20 }, () => send({ body: bodies[0], id: "same" })));
    for (const body of [...bodies, ...bodies.toReversed()]) expect((await send({ body })).status).toBe(202);
    await ended(3);
    expect(await state()).toMatchObject({ received: 3, duplicates: 999 + 2 });
    const { items } = await deliveries();
    expect(items.find(({ id }: { id: string }) => id === "same")).toMatchObject({ copies: 1000 });
    expect(
      items.filter(
        ({ id }: { id: string }) => id === `body-${createHash("sha256").update(JSON.stringify(bodies[0])).digest("hex")}`,
      ),
    ).toHaveLength(1);
    expect(provider.calls.length - before).toBeLessThan(10);
    expect((await titles()).filter((title: string) => title === "Twice")).toHaveLength(1);
  }, 60_000);

  it("may hold 25 MB and not more; nonsense becomes a dead letter, and an unknown event is ignored", async () => {
    const large = Buffer.alloc(25 * 1024 * 1024, 32);
    expect((await send({ body: large, id: "large" })).status).toBe(202);
    expect(await send({ body: Buffer.alloc(25 * 1024 * 1024 + 1, 32) })).toMatchObject({
      status: 413,
      body: { code: "delivery_too_large" },
    });
    const nonsense = { empty: "", binary: Buffer.from([0xff, 0x00, 0xfe]), html: "<html>", form: "payload=%7B%7D" };
    for (const [id, body] of Object.entries(nonsense)) expect((await send({ body, id })).status).toBe(202);
    for (const [id, body] of Object.entries({ null: null, list: [], hollow: {}, number: 7 }))
      expect((await send({ body: JSON.stringify(body), id })).status).toBe(202);
    expect((await send({ body: { scope: "a", ids: [1] }, id: "strange", event: "never_heard_of" })).status).toBe(202);
    expect((await send({ body: { scope: "elsewhere", ids: [1] }, id: "elsewhere" })).status).toBe(202);
    await ended(11);
    const { items } = await deliveries("?status=ignored");
    expect(items.map(({ id, outcome }: { id: string; outcome: string }) => [id, outcome]).sort()).toEqual([
      ["elsewhere", "What it names is not among the chosen scopes."],
      ["strange", "It says nothing that is read."],
    ]);
    const dead = (await deliveries("?status=dead")).items as { id: string; error: { code: string } }[];
    expect(Object.fromEntries(dead.map(({ id, error }) => [id, error.code]))).toMatchObject({
      large: "delivery_not_json",
      binary: "delivery_not_json",
      hollow: "things_not_understood",
    });
    expect(await state()).toMatchObject({ dead: 9, health: "troubled" });
    expect((await house.ask("POST", `${base}/replay`)).body).toEqual({ replayed: 9 });
    await expect.poll(async () => (await state()).dead, LIMIT).toBe(9);
    expect((await house.ask("POST", `${base}/deliveries/nothing/replay`)).status).toBe(404);
  }, 60_000);
});

describe("the queue", () => {
  it("survives the end of the process between receiving and reading, and a paused integration", async () => {
    await house.ask("POST", "/api/v1/integrations/things/pause");
    rename("a", 2, "While paused");
    expect((await send({ body: { scope: "a", ids: [2] }, id: "kept" })).status).toBe(202);
    // as a process leaves it that is killed in the middle
    await house.house.context.workspace.db.updateTable("webhookDelivery").set({ status: "processing" }).execute();
    const { home } = house;
    await house.app.close();
    await house.house.close();
    house = await open(home);
    await expect.poll(async () => (await deliveries()).items[0].status, LIMIT).toBe("received");
    expect(await titles()).not.toContain("While paused");
    await house.ask("POST", "/api/v1/integrations/things/resume");
    await ended(1);
    expect(await titles()).toContain("While paused");
  }, 60_000);

  it("tries again what failed in passing, and keeps what fails for good as a dead letter to be replayed", async () => {
    provider.fault = ({ url }, response) => {
      if (!url.pathname.includes("/things/")) return false;
      response.writeHead(404, { "content-type": "application/json" }).end("{}");
      return true;
    };
    await send({ body: { scope: "a", ids: [3] }, id: "unlucky" });
    await expect.poll(async () => (await deliveries()).items[0].attempts, LIMIT).toBe(1);
    const waiting = { status: "received", error: { code: "not_found_or_hidden" }, nextAttemptAt: expect.any(String) };
    expect((await deliveries()).items[0]).toMatchObject(waiting);
    const { db } = house.house.context.workspace;
    for (let attempt = 2; attempt <= 5; attempt++) {
      await db.updateTable("webhookDelivery").set({ nextAttemptAt: null }).execute();
      await expect.poll(async () => (await deliveries()).items[0].attempts, LIMIT).toBe(attempt);
    }
    expect((await deliveries()).items[0]).toMatchObject({ status: "dead" });
    provider.fault = () => false;
    rename("a", 3, "Lucky");
    expect((await house.ask("POST", `${base}/deliveries/unlucky/replay`)).body).toEqual({ replayed: 1 });
    await ended(1);
    expect((await deliveries()).items[0]).toMatchObject({ status: "done", attempts: 1, error: null });
    expect(await titles()).toContain("Lucky");
  }, 60_000);

  it("asks what the vendor could not deliver, once each, and forgets what is old", async () => {
    rename("a", 1, "Missed");
    const { upkeep } = house.house.webhooks;
    expect(await upkeep.askMissed("things")).toBe(1);
    expect(await upkeep.askMissed("things")).toBe(0);
    await ended(1);
    expect(await titles()).toContain("Missed");
    expect((await deliveries()).items[0]).toMatchObject({ id: "lost-1", via: "missed", status: "done" });
    expect((await state()).missed).toMatchObject({ isAsked: true, found: 1, problem: null });
    await send({ body: { scope: "a", ids: [2] }, id: "old" });
    await ended(2);
    const { db } = house.house.context.workspace;
    const old = new Date(Date.now() - 9 * 86_400_000).toISOString();
    await db
      .updateTable("webhookDelivery")
      .set({ receivedAt: old } as object)
      .where("deliveryId", "=", "old")
      .execute();
    await upkeep.prune();
    expect((await deliveries()).items.map(({ id }: { id: string }) => id)).toEqual(["lost-1"]);
    const files = await readdir(join(house.home, "deliveries"), { recursive: true });
    expect(files.filter((file) => file.endsWith(".zst"))).toEqual([]);
  });

  it("leaves nothing when the integration is deleted", async () => {
    await send({ body: { scope: "a", ids: [2] }, id: "last" });
    await ended(1);
    await house.ask("DELETE", "/api/v1/integrations/things?confirm=things");
    await expect.poll(async () => (await house.ask("GET", "/api/v1/integrations/things")).status, LIMIT).toBe(404);
    const { db } = house.house.context.workspace;
    for (const table of ["webhookDelivery", "webhookEndpoint"] as const)
      expect(await db.selectFrom(table).selectAll().execute()).toEqual([]);
    const files = await readdir(join(house.home, "deliveries"), { recursive: true });
    expect(files.filter((file) => file.endsWith(".zst"))).toEqual([]);
    expect((await send({ body: { scope: "a" } })).status).toBe(404);
  });
});
