import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import type { Row } from "./result.ts";
import { startVendor, type Vendor } from "./vendor.ts";

const main = resolve(import.meta.dirname, "../src/cli/main.ts");
const PORT = 4491;

/** From the moment a credential is given until the Efficiency page has a lead time, 20 repositories, 100 ms per call. */
export async function firstChart(): Promise<Row[]> {
  const vendor = await startVendor({ size: "demo", seed: 6, latencyMs: 100, limits: { core: 10_000_000, graphql: 10_000_000 } });
  const home = await mkdtemp(join(tmpdir(), "leadline-first-"));
  const environment = { ...process.env, LEADLINE_HOME: home, LEADLINE_ALLOWED_NETWORKS: "127.0.0.0/8", LEADLINE_LOG: "silent" };
  const server = spawn(process.execPath, [main, "up", "--port", String(PORT)], { env: environment, stdio: "ignore" });
  try {
    const call = await client(home);
    const idle = await memoryOf(server.pid!);
    const began = performance.now();
    await connect(call, vendor);
    const seconds = await untilLeadTime(call, began);
    return [
      { name: "memory of an idle server", value: idle, unit: "MB", limit: 250, ratio: null },
      {
        name: "credential to first chart, 20 repositories, 100 ms a call",
        value: seconds,
        unit: "s",
        limit: 120,
        ratio: seconds / (24 * 3600),
        against: "a day",
      },
    ];
  } finally {
    server.kill("SIGINT");
    await new Promise((resolve) => server.once("exit", resolve));
    await rm(home, { recursive: true, force: true });
    await vendor.stop();
  }
}

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: Record<string, unknown> }>;

async function client(home: string): Promise<Call> {
  for (let attempt = 0; ; attempt++) {
    const ready = await fetch(`http://127.0.0.1:${PORT}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) break;
    if (attempt > 300) throw new Error("the server did not become ready within 60 s");
    await wait(200);
  }
  const token = (await readFile(join(home, "local.token"), "utf8")).trim();
  return async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${PORT}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
}

async function connect(call: Call, vendor: Vendor) {
  const made = await call("POST", "/api/v1/integrations", {
    connector: "github",
    name: "acme",
    config: { url: vendor.url, token: vendor.token },
  });
  if (made.status >= 300) throw new Error(`connecting failed: ${JSON.stringify(made.body)}`);
}

async function untilLeadTime(call: Call, began: number): Promise<number> {
  const now = Date.now();
  const day = (offset: number) => new Date(now + offset * 86_400_000).toISOString().slice(0, 10);
  for (;;) {
    const answer = await call("POST", "/api/v1/query", { metrics: ["lead_time_for_changes"], from: day(-84), to: day(1) });
    const value = (answer.body as { rows?: { lead_time_for_changes?: number | null }[] }).rows?.[0]?.lead_time_for_changes;
    const seconds = (performance.now() - began) / 1000;
    if (typeof value === "number") return seconds;
    if (seconds > 600) throw new Error("no lead time after ten minutes");
    await wait(500);
  }
}

async function memoryOf(pid: number): Promise<number> {
  await wait(5000);
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}
