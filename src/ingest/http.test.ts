import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import zlib from "node:zlib";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { ClientSpec } from "./connector.ts";
import { RetryableError } from "./errors.ts";
import { createHttp, impatient, newMeter, type HttpCore, type Patience, type Use } from "./http.ts";
import { createRedactor } from "./redact.ts";
import { fastClock } from "./testing/fast-clock.ts";

type Handler = (request: IncomingMessage & { body: string }, response: ServerResponse) => void;

const TOKEN = "made-up-token-1234";

let server: Server;
let base: string;
let clock: ReturnType<typeof fastClock>;
let http: HttpCore;
/** Answers in turn; the last one stays. */
let handlers: Handler[];
let received: { url: string; method: string; headers: IncomingMessage["headers"]; body: string; at: number }[];

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json", date: new Date(clock.now()).toUTCString(), ...headers });
    response.end(JSON.stringify(body));
  };
const ok = json({ ok: true });

beforeEach(async () => {
  clock = fastClock();
  received = [];
  handlers = [ok];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      received.push({ url: request.url!, method: request.method!, headers: request.headers, body, at: clock.elapsed() });
      const handler = handlers.length > 1 ? handlers.shift()! : handlers[0]!;
      handler(Object.assign(request, { body }), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  http = createHttp({ clock, network: { allowedNetworks: [], allowLoopback: true }, timeoutMs: 400, maxBytes: 200_000 });
});

afterEach(async () => {
  await http.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function api(spec: Partial<ClientSpec> = {}, use: Partial<Use> = {}) {
  const client = http.open(
    {
      baseUrl: base,
      headers: { Authorization: `Bearer ${TOKEN}` },
      credentialKey: "ada",
      classes: { core: { concurrency: 3, perHour: null } },
      ...spec,
    },
    createRedactor([TOKEN]),
  );
  return client.api({ meter: newMeter(), ...use });
}

const failing = async (call: Promise<unknown>): Promise<{ code: string; message: string; name: string }> => {
  try {
    await call;
  } catch (error) {
    return error as { code: string; message: string; name: string };
  }
  throw new Error("it should have failed");
};

describe("a call", () => {
  it("carries credential, agent and query, and tells what came without the secret", async () => {
    const answer = await api().get("/things", { page: 2, q: "a b", token: TOKEN, none: undefined });
    expect(answer).toMatchObject({ status: 200, body: { ok: true }, request: `GET ${base}/things?page=2&q=a+b&token=[secret]` });
    expect(received[0]!.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, "accept-encoding": "gzip, br" });
    expect(received[0]!.headers["user-agent"]).toMatch(/^Leadline/);
    expect(Math.abs(Date.parse(answer.receivedAt) - Date.parse(clock.now()))).toBeLessThan(2000);
  });

  it("reads packed bodies, empty ones, and posts JSON", async () => {
    handlers = [
      (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync('{"zip":"😀"}')),
      (_, response) => void response.writeHead(200, { "content-encoding": "br" }).end(zlib.brotliCompressSync('{"zip":2}')),
      (_, response) => void response.writeHead(204).end(),
    ];
    const it = api();
    expect((await it.get("/gzip")).body).toEqual({ zip: "😀" });
    expect((await it.post("/br", { query: "q" })).body).toEqual({ zip: 2 });
    expect((await it.get("/none")).body).toBeNull();
    expect(received[1]).toMatchObject({ method: "POST", body: '{"query":"q"}', headers: { "content-type": "application/json" } });
  });

  it("stays on its own origin", async () => {
    expect(await failing(api().get("https://elsewhere.example/next"))).toMatchObject({ code: "foreign_origin" });
    expect((await api().get(`${base}/absolute`)).status).toBe(200);
  });

  it("goes to the provider's other hosts, which the connector names", async () => {
    const sibling = base.replace("127.0.0.1", "localhost");
    expect(await failing(api().get(`${sibling}/other`))).toMatchObject({ code: "foreign_origin" });
    expect((await api({ siblings: [sibling] }).get(`${sibling}/other`)).status).toBe(200);
    expect(received.at(-1)!.headers).toMatchObject({ authorization: `Bearer ${TOKEN}` });
  });
});

describe("failures in passing", () => {
  it.each<[string, Handler]>([
    ["a 502", json({}, 502)],
    ["a 500 with HTML", (_, response) => void response.writeHead(500).end("<html>oops</html>")],
    ["a dropped connection", (_, response) => void response.destroy()],
    [
      "a body cut off",
      (_, response) => void response.writeHead(200, { "content-length": "100" }).write('{"ok":', () => response.destroy()),
    ],
    ["JSON cut off", (_, response) => void response.writeHead(200, { "content-type": "application/json" }).end('{"ok":')],
    [
      "a packed body cut off",
      (_, response) =>
        void response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync("{}".repeat(999)).subarray(0, 12)),
    ],
    ["silence", () => undefined],
    ["an HTML page", (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>")],
  ])("%s is asked again, and counted", async (_, trouble) => {
    handlers = [trouble, ok];
    const meter = newMeter();
    expect((await api({}, { meter }).get("/x")).body).toEqual({ ok: true });
    expect(meter).toMatchObject({ requests: 2, retries: 1 });
  });

  it("are given up after a while, with a text that says what to do", async () => {
    handlers = [json({}, 503)];
    const error = await failing(api().get("/x"));
    expect(error).toMatchObject({ code: "provider_failed", name: "RetryableError" });
    expect(received).toHaveLength(6);
    const pauses = clock.slept;
    expect(pauses).toHaveLength(5);
    expect(pauses.every((pause, index) => index === 0 || pause > pauses[index - 1]!)).toBe(true);
  });

  it("tell a host that answers with a page from an API", async () => {
    handlers = [
      (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>"),
    ];
    const { message } = await failing(api({}, { patience: impatient }).get("/x"));
    expect(message).toMatch(/with an HTML page \(200\) instead of JSON.*Check the address/);
    expect(received).toHaveLength(3);
  });
});

describe("refusals", () => {
  it.each([
    [401, "credential_refused", "FatalError"],
    [403, "not_permitted", "SkippableError"],
    [404, "not_found_or_hidden", "SkippableError"],
    [410, "gone", "SkippableError"],
    [422, "request_refused", "SkippableError"],
  ])("%i is not asked again", async (status, code, name) => {
    handlers = [json({ message: `You with ${TOKEN} may not` }, status)];
    const error = await failing(api().get(`/x?token=${TOKEN}`));
    expect(error).toMatchObject({ code, name });
    expect(received).toHaveLength(1);
    expect(error.message.split(/[.:] /).length).toBeGreaterThanOrEqual(3);
  });

  it("a 401 of an exchanged credential is answered by exchanging it anew, once", async () => {
    let issued = 0;
    const authorize: ClientSpec["authorize"] = async (ask) => {
      await ask({ method: "POST", path: "/token" });
      return { headers: { authorization: `token issued-token-${++issued}` }, expiresAt: null };
    };
    handlers = [ok, json({}, 401), ok, ok];
    expect((await api({ authorize }).get("/x")).status).toBe(200);
    expect(received.map(({ url, headers }) => `${url} ${headers.authorization}`)).toEqual([
      `/token Bearer ${TOKEN}`,
      "/x token issued-token-1",
      `/token Bearer ${TOKEN}`,
      "/x token issued-token-2",
    ]);
    handlers = [json({}, 401)];
    expect(await failing(api({ authorize }).get("/x"))).toMatchObject({ code: "credential_refused" });
  });

  it("what is signed for another time than the provider's is refused, and then signed for its time, once", async () => {
    const theirs = new Date(Date.parse(clock.now()) - 86_400_000).toUTCString();
    const signedFor: number[] = [];
    const authorize: ClientSpec["authorize"] = async (ask, { now }) => {
      signedFor.push(Math.round((Date.parse(now) - Date.parse(theirs)) / 60_000));
      await ask({ method: "POST", path: "/token" });
      return { headers: { authorization: "token issued" }, expiresAt: null };
    };
    const refused = json({}, 401, { date: theirs });
    handlers = [refused, json({}, 200, { date: theirs }), json({ ok: true }, 200, { date: theirs })];
    expect((await api({ authorize }).get("/x")).status).toBe(200);
    expect(signedFor).toEqual([24 * 60, 0]);
    handlers = [refused];
    signedFor.length = 0;
    // By now their time is known: there is nothing to be signed anew.
    expect(await failing(api({ authorize, credentialKey: "bob" }).get("/x"))).toMatchObject({ code: "credential_refused" });
    expect(signedFor).toEqual([0]);
  });

  it("the connector's own reading of an answer goes first, also of a 200", async () => {
    const failure: ClientSpec["failure"] = ({ body }) =>
      (body as { errors?: unknown }).errors ? new RetryableError({ code: "partial", what: "In part." }, { retryAt: null }) : null;
    handlers = [json({ errors: [1] }), json({ data: 1 })];
    expect((await api({ failure }).get("/x")).body).toEqual({ data: 1 });
  });
});

describe("limits", () => {
  const budget: ClientSpec["budget"] = ({ headers }) =>
    headers["x-remaining"] === undefined
      ? null
      : { limit: 100, remaining: Number(headers["x-remaining"]), resetAt: new Date(Number(headers["x-reset"])).toISOString() };
  const in_ = (seconds: number) => String(Math.ceil(Date.parse(clock.now()) / 1000 + seconds) * 1000);
  const waitedFor = () => (received[1]!.at - received[0]!.at) / 1000;

  it.each<[string, () => Handler, number]>([
    ["429 with seconds", () => json({}, 429, { "retry-after": "30" }), 29],
    ["429 with a date", () => json({}, 429, { "retry-after": new Date(Date.parse(clock.now()) + 90_000).toUTCString() }), 88],
    ["403 with a budget at its end", () => json({}, 403, { "x-remaining": "0", "x-reset": in_(600) }), 599],
    ["429 without a word", () => json({}, 429), 60],
    ["503 with seconds", () => json({}, 503, { "retry-after": "7" }), 6],
  ])("%s: nothing is called before the time", async (_, refusal, atLeast) => {
    handlers = [refusal(), ok];
    const meter = newMeter();
    expect((await api({ budget }, { meter }).get("/x")).status).toBe(200);
    expect(waitedFor()).toBeGreaterThanOrEqual(atLeast);
    expect(waitedFor()).toBeLessThan(atLeast + 65);
    expect(meter.waitedSeconds).toBeGreaterThanOrEqual(atLeast - 1);
  });

  it("Retry-After on a good answer delays the next call, of everybody with the credential", async () => {
    handlers = [json({ first: true }, 200, { "retry-after": "20" }), ok];
    expect((await api().get("/x")).body).toEqual({ first: true });
    await api().get("/y");
    expect(waitedFor()).toBeGreaterThanOrEqual(19);
  });

  it("a reserve is left to people who share the credential", async () => {
    handlers = [
      json({}, 200, { "x-remaining": "16", "x-reset": in_(900) }),
      json({}, 200, { "x-remaining": "15", "x-reset": in_(900) }),
      ok,
    ];
    const waits: unknown[] = [];
    const it = api({ budget }, { meter: newMeter((waiting) => waits.push(waiting?.reason ?? null)) });
    await it.get("/1");
    await it.get("/2");
    await it.get("/3");
    expect((received[1]!.at - received[0]!.at) / 1000).toBeLessThan(5);
    expect((received[2]!.at - received[1]!.at) / 1000).toBeGreaterThan(800);
    expect(waits).toEqual(["budget", null]);
  });

  it("end in an error that names the time when patience is shorter", async () => {
    handlers = [json({}, 429, { "retry-after": "3600" })];
    const patience: Patience = { attempts: 3, waitSeconds: 60 };
    expect(await failing(api({}, { patience }).get("/x"))).toMatchObject({ code: "rate_limited", retryAt: expect.any(String) });
    expect(received).toHaveLength(1);
  });

  it("at most so many calls are under way, and a waiting one can be called off", async () => {
    let active = 0;
    let most = 0;
    handlers = [
      (request, response) => {
        most = Math.max(most, ++active);
        setTimeout(() => {
          active--;
          ok(request, response);
        }, 5);
      },
    ];
    const it = api();
    await Promise.all(Array.from({ length: 12 }, (_, index) => it.get(`/${index}`)));
    expect(most).toBe(3);

    const pause = new AbortController();
    handlers = [json({}, 429, { "retry-after": "50" })];
    const slow = createHttp({
      clock: { ...clock, sleep: () => new Promise(() => undefined) },
      network: { allowedNetworks: [], allowLoopback: true },
    });
    const client = slow.open({ baseUrl: base, credentialKey: "b", classes: {} }, createRedactor());
    const calling = client.api({ meter: newMeter(), signal: pause.signal }).get("/x");
    setTimeout(() => pause.abort(new Error("paused")), 50);
    await expect(calling).rejects.toThrow("paused");
    await slow.close();
  });
});

describe("redirects", () => {
  const to =
    (location: string, status = 301): Handler =>
    (_, response) =>
      void response.writeHead(status, { location }).end();

  it("are followed, with the credential on the same origin only", async () => {
    handlers = [to("/renamed"), ok];
    expect((await api().get("/old")).status).toBe(200);
    expect(received[1]).toMatchObject({ url: "/renamed", headers: { authorization: `Bearer ${TOKEN}` } });

    const other = base.replace("127.0.0.1", "localhost");
    handlers = [to(`${other}/stranger`, 307), ok];
    await api({ headers: { "PRIVATE-TOKEN": TOKEN, accept: "application/json" } }).get("/old");
    expect(received[3]!.headers["private-token"]).toBeUndefined();
    expect(received[3]!.headers.accept).toBe("application/json");
  });

  it("never lead to metadata, and do not go round for ever", async () => {
    handlers = [to("http://169.254.169.254/latest/meta-data")];
    expect(await failing(api().get("/x"))).toMatchObject({ code: "address_refused" });
    handlers = [to("/x")];
    expect(await failing(api().get("/x"))).toMatchObject({ code: "too_many_redirects" });
  });
});

describe("the guard", () => {
  it("checks the address that a name leads to at the moment of the connection", async () => {
    const strict = createHttp({
      clock,
      network: { allowedNetworks: [], allowLoopback: false },
      resolve: async () => [{ address: "127.0.0.1", family: 4 }],
    });
    const client = strict.open(
      { baseUrl: base.replace("127.0.0.1", "git.acme.example"), credentialKey: "c", classes: {} },
      createRedactor(),
    );
    const error = await failing(client.api({ meter: newMeter() }).get("/x"));
    expect(error).toMatchObject({ code: "address_refused" });
    expect(error.message).toContain("git.acme.example leads to 127.0.0.1");
    expect(received).toHaveLength(0);
    await strict.close();
  });
});

describe("large answers", () => {
  it("are not read to the end, packed or not", async () => {
    handlers = [(_, response) => void response.writeHead(200).end("x".repeat(300_000))];
    expect(await failing(api().get("/x"))).toMatchObject({ code: "answer_too_large" });
    handlers = [
      (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync("0".repeat(5_000_000))),
    ];
    expect(await failing(api().get("/x"))).toMatchObject({ code: "answer_too_large" });
  });
});

describe("page sizes", () => {
  it("shrink at once on a time-out of the gateway, and grow back on fast pages", async () => {
    handlers = [json({}, 502), json({}, 504), ok];
    const it = api();
    const size = it.pageSize("things", { start: 40, min: 5, max: 60 });
    const asked: number[] = [];
    const ask = () => size.ask((count) => (asked.push(count), it.get("/x", { count })));
    await ask();
    expect(asked).toEqual([40, 20, 10]);
    for (let page = 0; page < 9; page++) await ask();
    expect(asked.at(-1)).toBe(15);
    expect(size.current).toBe(23);
    expect(it.pageSize("things", { start: 40, min: 5, max: 60 }).current).toBe(23);
  });

  it("do not shrink below the least; then the call is simply repeated", async () => {
    handlers = [json({}, 502), json({}, 502), json({}, 502), ok];
    const it = api();
    const asked: number[] = [];
    await it.pageSize("small", { start: 10, min: 5, max: 60 }).ask((count) => (asked.push(count), it.get("/x")));
    expect(asked).toEqual([10, 5]);
    expect(received).toHaveLength(4);
  });
});
