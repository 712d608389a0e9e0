import { createHmac } from "node:crypto";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startGithubSimulator, type GithubSimulator } from "../simulators/index.ts";

const main = join(import.meta.dirname, "main.ts");
const from = "2000-01-01";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  // The tests look into answers of many shapes.
  // eslint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

let folder: string;
let simulator: GithubSimulator;
let home: string;

const environment = (more: Record<string, string> = {}) => ({
  ...process.env,
  LEADLINE_HOME: home,
  LEADLINE_ALLOWED_NETWORKS: "127.0.0.0/8",
  LEADLINE_DATABASE_URL: "",
  ...more,
});

const leadline = (given: readonly string[], more: Record<string, string> = {}): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [main, ...given], { env: environment(more), maxBuffer: 50_000_000 }, (error, out, err) => {
      const isJson = given.includes("--json") && out !== "";
      resolve({ code: error ? Number(error.code) : 0, out, err, json: isJson ? JSON.parse(out) : null });
    });
  });

const connect = (...more: string[]) =>
  leadline(["connect", "github", "--set", `url=${simulator.url}`, "--set", `token=${simulator.token}`, ...more]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "leadline-cli-"));
  home = join(folder, "home");
  simulator = await startGithubSimulator({ seed: 3, size: "tiny" });
});
afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("usage", () => {
  it("ends in 2 and names what is near", async () => {
    expect(await leadline(["querry"])).toMatchObject({ code: 2, err: expect.stringContaining("Did you mean query?") });
    expect(await leadline(["ingest", "--ful"])).toMatchObject({ code: 2, err: expect.stringContaining("--full") });
    expect(await leadline(["--help"])).toMatchObject({ code: 0, out: expect.stringContaining("map the archive again") });
    expect(await leadline(["--version"])).toMatchObject({ code: 0, out: "0.1.0\n" });
  });

  it("ends in 1 with three parts when the work cannot be done, and as JSON when asked", async () => {
    const bad = await leadline(["up", "--port", "70000"]);
    expect(bad).toMatchObject({ code: 1, out: "", err: expect.stringContaining("A port is a number from 0 to 65535.") });
    const json = await leadline(["connect", "githab", "--json"]);
    expect(json).toMatchObject({ code: 1, json: { problem: { code: "unknown_connector", hint: 'Did you mean "github"?' } } });
    const missing = await leadline(["connect", "github", "--set", `url=${simulator.url}`, "--json"]);
    expect(missing).toMatchObject({ code: 1, json: { problem: { code: "invalid_config", fields: [{ path: "config.token" }] } } });
  });

  it("refuses loopback unless it is a network of ours", async () => {
    const refused = await leadline(["connect", "github", "--set", `url=${simulator.url}`, "--set", "token=x", "--json"], {
      LEADLINE_ALLOWED_NETWORKS: "",
    });
    expect(refused).toMatchObject({ code: 1, json: { problem: { code: "address_refused" } } });
  });
});

describe("without a server", () => {
  it("connects, reads, and answers SQL", async () => {
    const made = await connect("--name", "acme", "--project", "Pay", "--every", "10m", "--json");
    expect(made).toMatchObject({ code: 0, json: { id: "acme", everySeconds: 600, projects: [] } });
    const run = await leadline(["ingest", "acme", "--json"]);
    expect(run.json.runs[0].failures).toEqual([]);
    expect(run).toMatchObject({ code: 0, json: { runs: [{ integration: "acme", state: "succeeded" }] } });
    const counted = await leadline(["sql", "select count(*) as n from pull_request", "--json"]);
    expect(counted.json.rows[0].n).toBeGreaterThan(0);
  }, 120_000);

  it("compares what is stored with the vendor's lists", async () => {
    const found = await leadline(["integrations", "reconcile", "acme", "--json"]);
    expect(found, found.err).toMatchObject({ code: 0, json: { outcome: "succeeded", totals: { missing: 0, differing: 0 } } });
    expect(found.json.totals.stored).toBe(found.json.totals.expected);
    expect((await leadline(["integrations", "reconcile", "nobody"])).code).toBe(1);
  }, 120_000);
  it("says what a backfill costs, reads it in the foreground, and refuses what cannot be meant", async () => {
    const year = String(new Date().getUTCFullYear());
    const planned = await leadline(["backfill", "acme", "--since", "2024-01-01", "--dry-run", "--json"]);
    expect(planned).toMatchObject({
      code: 0,
      json: { backfill: null, sentence: expect.any(String), readOrders: expect.any(Array) },
    });
    const more = ["--streams", "pull_requests", "--priority", "2", "--share", "25%", "--oldest-first"];
    const read = await leadline(["backfill", "acme", "--since", `${year}-01-01`, "--until", `${year}-01-02`, ...more, "--json"]);
    expect(read).toMatchObject({
      code: 0,
      json: {
        backfill: { mode: "again", streams: ["pull_requests"], priority: 2, maxShare: 0.25, status: "succeeded", share: 1 },
      },
    });
    const list = await leadline(["backfill", "list", "acme", "--json"]);
    expect(list.json.items.map((one: { status: string }) => one.status)).toEqual(["succeeded", "succeeded"]);
    expect(await leadline(["backfill", "pause", "acme", "--json"])).toMatchObject({
      code: 1,
      json: { problem: { code: "no_open_backfill" } },
    });
    expect(await leadline(["backfill", "acme", "--since", "2024-01-01", "--streams", "pull_request", "--json"])).toMatchObject({
      code: 1,
      json: { problem: { code: "unknown_stream", hint: 'Did you mean "pull_requests"?' } },
    });
  }, 180_000);

  it("rebuilds, backs up and restores to the same rows", async () => {
    const verified = await leadline(["rebuild", "--verify", "--json"]);
    expect(verified.json.tables.filter((table: { isEqual: boolean }) => !table.isEqual)).toEqual([]);
    expect(verified).toMatchObject({ code: 0, json: { isEqual: true } });
    const file = join(folder, "backup.tar");
    expect((await leadline(["backup", file, "--json"])).json.file).toBe(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await leadline(["restore", file, "--json"])).toMatchObject({ code: 1, json: { problem: { code: "home_not_empty" } } });
    const other = { LEADLINE_HOME: join(folder, "restored") };
    expect(await leadline(["restore", file], other)).toMatchObject({ code: 0 });
    const count = ["sql", "select count(*) as n, sum(additions) as a from pull_request", "--json"];
    expect((await leadline(count, other)).json).toEqual((await leadline(count)).json);
    const doctor = await leadline(["doctor", "--json"], other);
    expect(doctor.json.checks.filter((line: { ok: boolean }) => !line.ok)).toEqual([]);
    expect(doctor).toMatchObject({ code: 0, json: { ok: true } });
  }, 180_000);

  it("reads a connector alone as JSON lines", async () => {
    const given = ["--set", `url=${simulator.url}`, "--set", `token=${simulator.token}`];
    const read = await leadline(["read", "github", "repositories", ...given, "--limit", "1"]);
    expect(read.code).toBe(0);
    expect(Object.keys(JSON.parse(read.out.trim())).length).toBeGreaterThan(3);
    expect(await leadline(["read", "github", "repos", ...given])).toMatchObject({
      code: 1,
      err: expect.stringContaining("repositories"),
    });
  });
});

describe("with a server", () => {
  const start = (given: readonly string[], more: Record<string, string> = {}) =>
    new Promise<{ server: ChildProcess; ready: { url: string; link: string } }>((resolve, reject) => {
      const server = spawn(process.execPath, [main, "up", "--json", "--port", "0", ...given], {
        env: environment(more),
        stdio: ["ignore", "pipe", "pipe"],
      });
      let out = "";
      let err = "";
      server.stderr.on("data", (chunk) => (err += chunk));
      server.stdout.on("data", (chunk) => {
        out += chunk;
        if (out.trimEnd().endsWith("}")) resolve({ server, ready: JSON.parse(out) as { url: string; link: string } });
      });
      server.once("exit", (code) => reject(new Error(`exit ${code}: ${err}`)));
    });
  const stop = (server: ChildProcess) =>
    new Promise<number | null>((resolve) => {
      server.removeAllListeners("exit");
      server.once("exit", (code) => resolve(code));
      server.kill("SIGTERM");
    });

  let running: ChildProcess;
  let ready: { url: string; link: string };
  beforeAll(async () => {
    ({ server: running, ready } = await start([]));
  });

  it("goes from a number to what the vendor sent", async () => {
    expect((await leadline(["sql", "delete from pull_request", "--json"])).json).toMatchObject({
      problem: { code: "query_not_read_only" },
    });
    expect((await leadline(["sql", "select 1 as a, 'x,y' as b", "--csv"])).out).toBe('a,b\r\n1,"x,y"\r\n');
    const tasks = await leadline(["tasks", "acme", "--status", "succeeded", "--json", "--limit", "3"]);
    expect(tasks.json.items).toHaveLength(3);
    const answer = await leadline([
      "query",
      "pull_requests_merged",
      "--from",
      from,
      "--grain",
      "year",
      "--project",
      "pay",
      "--json",
    ]);
    const merged = answer.json.rows.reduce(
      (sum: number, row: { pull_requests_merged: number }) => sum + row.pull_requests_merged,
      0,
    );
    expect(merged).toBeGreaterThan(0);
    const explained = await leadline(["explain", "pull_requests_merged", "--from", from, "--project", "pay", "--json"]);
    expect(explained.json).toMatchObject({ value: merged, counted: merged });
    const row = explained.json.rows.find((one: { included: boolean }) => one.included);
    const source = await leadline(["explain", "pull_requests_merged", "--from", from, "--row", row.id, "--json"]);
    expect(source.json.payloads.length).toBeGreaterThan(0);
    expect(await leadline(["query", "pull_requests_merged", "--filter", "nonsense"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("is not a filter"),
    });
  }, 120_000);

  it("shows what a vendor delivered, and reads it again", async () => {
    const { out: secret } = await leadline(["webhooks", "secret", "acme"]);
    const { address, health } = (await leadline(["webhooks", "show", "acme", "--json"])).json;
    expect(health).toBe("silent");
    const post = (id: string, body: string) => {
      const signature = createHmac("sha256", secret.trim()).update(body).digest("hex");
      const headers = { "x-github-event": "push", "x-github-delivery": id, "x-hub-signature-256": `sha256=${signature}` };
      return fetch(address, { method: "POST", body, headers: { ...headers, "content-type": "application/json" } });
    };
    expect((await post("torn", '{"ref": ')).status).toBe(202);
    simulator.webhooks.subscribe(address, secret.trim());
    const [pay] = simulator.truth.repository("acme/pay").pullRequests;
    simulator.edit.updatePullRequest("acme/pay", pay!.number, { title: "Announced" });
    const list = async (...more: string[]) => (await leadline(["webhooks", "deliveries", "acme", ...more, "--json"])).json.items;
    await expect.poll(async () => (await list("--status", "done")).length, { timeout: 30_000 }).toBe(1);
    expect(await list("--status", "dead")).toMatchObject([{ id: "torn", error: { code: "delivery_not_json" } }]);
    const [{ id }] = await list("--status", "done");
    const one = await leadline(["webhooks", "delivery", "acme", id, "--json"]);
    expect(one.json).toMatchObject({ delivery: { id, event: "pull_request" }, body: { pull_request: { title: "Announced" } } });
    expect(await leadline(["webhooks", "replay", "acme", id, "--json"])).toMatchObject({
      code: 0,
      json: { replayed: 1, items: [{ id, status: "done" }] },
    });
    expect(await leadline(["webhooks", "replay", "acme", "--all"])).toMatchObject({
      code: 1,
      out: expect.stringContaining("dead"),
    });
    for (const given of [["acme"], ["acme", id, "--all"]])
      expect((await leadline(["webhooks", "replay", ...given, "--json"])).json).toMatchObject({
        problem: { code: "which_delivery" },
      });
    expect(await leadline(["webhooks", "replay", "acme", "nothing", "--json"])).toMatchObject({
      code: 1,
      json: { problem: { code: "unknown_delivery" } },
    });
  }, 120_000);

  it("manages integrations", async () => {
    expect((await leadline(["integrations", "list", "--json"])).json.items).toMatchObject([{ id: "acme", status: "HEALTHY" }]);
    expect((await leadline(["integrations", "check", "acme"])).code).toBe(0);
    expect((await leadline(["integrations", "pause", "acme", "--json"])).json).toMatchObject({ lifecycle: "paused" });
    expect(await leadline(["ingest", "acme", "--json"])).toMatchObject({
      code: 1,
      json: { problem: { code: "integration_not_active" } },
    });
    expect((await leadline(["integrations", "resume", "acme", "--json"])).json).toMatchObject({ lifecycle: "active" });
    const scopes = await leadline(["integrations", "scopes", "acme", "--json"]);
    const [first] = scopes.json.items;
    expect(
      (await leadline(["integrations", "scopes", "acme", "--include", first.name, "--json"])).json.items.filter(
        (one: { isSelected: boolean }) => one.isSelected,
      ),
    ).toHaveLength(1);
    expect(await leadline(["ingest", "nobody"])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no integration "nobody"'),
    });
  }, 60_000);

  it("applies a file, prints the difference, and then has nothing to do", async () => {
    const file = join(folder, "leadline.yaml");
    const other = { LEADLINE_HOME: join(folder, "declared"), ACME_TOKEN: simulator.token };
    const { server } = await start([], other);
    const text = (more = "") => `integrations:
  - name: Acme Code
    connector: github
    config: { url: "${simulator.url}", token: "\${ACME_TOKEN}" }
    scopes: { include: ["**"], exclude: ["*/*-old"] }
    backfill: { since: 2024-01-01 }
    every: 5m${more}
projects:
  - name: payments
    integrations: [Acme Code]
`;
    await writeFile(file, text("\n    evry: 3m"));
    expect(await leadline(["apply", "-f", file, "--json"], other)).toMatchObject({
      code: 1,
      json: { problem: { code: "unknown_key", hint: 'Did you mean "every"?' } },
    });
    await writeFile(file, text());
    expect(await leadline(["apply", "-f", file], { ...other, ACME_TOKEN: "" })).toMatchObject({ code: 1 });
    const dry = await leadline(["apply", "-f", file, "--dry-run"], other);
    expect(dry.out).toContain("+ integration Acme Code");
    expect(dry.out).not.toContain(simulator.token);
    expect((await leadline(["integrations", "list", "--json"], other)).json.items).toEqual([]);
    expect(await leadline(["apply", "-f", file], other)).toMatchObject({ code: 0 });
    expect((await leadline(["integrations", "show", "acme-code", "--json"], other)).json).toMatchObject({
      everySeconds: 300,
      backfill: { since: "2024-01-01T00:00:00Z" },
      projects: [{ key: "payments" }],
    });
    expect((await leadline(["apply", "-f", file, "--json"], other)).json).toEqual({ isDryRun: false, changes: [] });
    await writeFile(file, text().replace("5m", "10m"));
    expect((await leadline(["apply", "-f", file], other)).out).toContain("everySeconds: 300 → 600");
    await writeFile(file, "projects: []\n");
    expect((await leadline(["apply", "-f", file, "--prune"], other)).out).toContain("- integration acme-code");
    await expect
      .poll(async () => (await leadline(["integrations", "list", "--json"], other)).json.items, { timeout: 30_000 })
      .toEqual([]);
    expect(await stop(server)).toBe(0);
  }, 120_000);

  it("asks it, signs in with its link once, and finds the folder free after it stopped", async () => {
    const opened = await fetch(ready.link, { redirect: "manual" });
    expect([opened.status, opened.headers.get("location")]).toEqual([302, "/"]);
    expect((await fetch(ready.link, { redirect: "manual" })).status).toBe(401);
    expect((await fetch(`${ready.url}/api/v1/integrations`)).status).toBe(401);
    expect((await stat(join(home, "local.token"))).mode & 0o777).toBe(0o600);
    expect((await leadline(["integrations", "list", "--json"])).json.items).toMatchObject([{ id: "acme" }]);
    expect(await leadline(["ingest", "acme", "--json"])).toMatchObject({ code: 0, json: { runs: [{ state: "succeeded" }] } });
    expect((await leadline(["open", "--json"])).json.link).toMatch(/\/start\?key=/);
    const second = await leadline(["up", "--port", "0", "--json"]);
    expect(second).toMatchObject({ code: 1, json: { problem: { code: "home_in_use" } } });
    expect(await stop(running)).toBe(0);
    await expect(readFile(join(home, "local.token"))).rejects.toThrow();
    expect((await leadline(["sql", "select 1 as one", "--json"])).json.rows).toEqual([{ one: 1 }]);
    const { items } = (await leadline(["webhooks", "deliveries", "acme", "--status", "done", "--json"])).json;
    // Nobody else would read them now.
    expect(await leadline(["webhooks", "replay", "acme", items[0].id, "torn", "--json"])).toMatchObject({
      code: 1,
      json: { replayed: 2, items: [{ status: "done" }, { status: "dead" }] },
    });
  }, 120_000);

  it("deletes what people confirm", async () => {
    const asked = await leadline(["integrations", "delete", "acme"]);
    expect(asked).toMatchObject({ code: 1, err: expect.stringContaining("--yes") });
    expect(await leadline(["integrations", "delete", "acme", "--yes"])).toMatchObject({ code: 0 });
    expect(
      (await leadline(["sql", "select (select count(*) from pull_request) + (select count(*) from raw_record) as n", "--json"]))
        .json.rows,
    ).toEqual([{ n: 0 }]);
  }, 60_000);
});
