import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connectorNamed } from "../src/connectors/index.ts";
import type { Scope } from "../src/ingest/connector.ts";
import { createEngine, type IngestIntegration, openArchive } from "../src/ingest/engine.ts";
import { silentLog } from "../src/ingest/log.ts";
import type { GithubSimulatorOptions } from "../src/simulators/index.ts";
import type { Calls } from "../src/simulators/github/calls.ts";
import { openWarehouse } from "../src/warehouse/open.ts";

export interface Vendor {
  readonly url: string;
  readonly token: string;
  calls(): Promise<Calls>;
  clearCalls(): Promise<void>;
  stop(): Promise<void>;
}

/** The simulator in a process of its own, so that its work is not counted as ours. */
export async function startVendor(options: GithubSimulatorOptions): Promise<Vendor> {
  const child = fork(join(import.meta.dirname, "vendor-process.ts"), [JSON.stringify(options)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ask = async <T>(message: string): Promise<T> => {
    child.send(message);
    const [answer] = (await once(child, "message")) as [T];
    return answer;
  };
  const [started] = (await once(child, "message")) as [{ url: string; token: string }];
  return {
    ...started,
    calls: () => ask<Calls>("calls"),
    clearCalls: async () => void (await ask("clear")),
    stop: async () => {
      child.send("stop");
      await once(child, "exit");
    },
  };
}

/** Engine, archive and an embedded warehouse in a temporary folder. */
export async function openReader(vendor: Vendor) {
  const home = await mkdtemp(join(tmpdir(), "leadline-bench-"));
  const warehouse = await openWarehouse({ home });
  const engine = createEngine({
    sink: warehouse,
    archive: openArchive(join(home, "archive")),
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
  });
  const connector = connectorNamed("github");
  const config = connector.config.parse({ url: vendor.url, token: vendor.token });
  const bare: IngestIntegration = { id: "bench", connector, config, scopes: [], backfill: { since: null } };
  const scopes: Scope[] = [];
  for await (const scope of engine.listScopes(bare)) scopes.push(scope);
  const close = async () => {
    await engine.close();
    await warehouse.close();
    await rm(home, { recursive: true, force: true });
  };
  return { home, warehouse, engine, integration: { ...bare, scopes }, close };
}
