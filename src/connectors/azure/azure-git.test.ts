import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Connector, MappedRow, Scope } from "../../ingest/connector.ts";
import { createEngine, type Engine, type IngestIntegration, type IngestSummary } from "../../ingest/engine.ts";
import { silentLog } from "../../ingest/log.ts";
import { memoryArchive, memorySink, type MemorySink } from "../../ingest/testing/memory.ts";
import type { AzureSimulator } from "../../simulators/index.ts";
import { azure } from "./connector.ts";

const connector = azure as unknown as Connector<unknown>;
let home: string;
let simulator: AzureSimulator;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "leadline-azure-git-test-"));
  const { startAzureSimulator } = await import("../../simulators/index.ts");
  simulator = await startAzureSimulator({ size: "tiny", seed: 4, now: "2026-03-31T12:00:00Z", git: true });
}, 60_000);
afterAll(async () => {
  await simulator.stop();
  await rm(home, { recursive: true, force: true });
});

interface Read {
  readonly sink: MemorySink;
  readonly summary: IngestSummary;
}

async function withEngine<Result>(sink: MemorySink, work: (engine: Engine) => Promise<Result>, clones?: string): Promise<Result> {
  const engine = createEngine({
    sink,
    archive: memoryArchive(),
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
    ...(clones ? { clones } : {}),
  });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

async function integrationOf(engine: Engine, config: object = {}): Promise<IngestIntegration> {
  const open: IngestIntegration = {
    id: "acme-azure",
    connector: { ...connector, streams: connector.streams.filter(({ name }) => name === "commits") },
    config: connector.config.parse({ url: simulator.url, token: simulator.token, ...config }),
    scopes: [],
    backfill: { since: null },
  };
  const scopes: Scope[] = [];
  for await (const scope of engine.listScopes(open)) scopes.push(scope);
  return { ...open, scopes };
}

async function readCommits(config: object, clones?: string): Promise<Read> {
  const sink = memorySink();
  return withEngine(
    sink,
    async (engine) => {
      const integration = await integrationOf(engine, config);
      simulator.clearCalls();
      return { sink, summary: await engine.ingest({ integration }) };
    },
    clones,
  );
}

const rowsOf = <Name extends "commit" | "commit_file" | "commit_parent">({ sink }: Read, entity: Name) =>
  Object.values(sink.table()).filter((row) => row.entity === entity) as unknown as (MappedRow<Name> & { id: string })[];

describe("commits read by git", () => {
  it("are those of the API, with lines and files", async () => {
    const listed = await readCommits({});
    const cloned = await readCommits({ git: true }, join(home, "clones"));
    expect(cloned.summary).toMatchObject({ fatal: null, totals: { failed: 0, quarantined: 0 } });
    expect(simulator.calls().byRoute["git"]).toBeGreaterThan(0);
    const [api, git] = [rowsOf(listed, "commit"), rowsOf(cloned, "commit")];
    expect(git.map(({ id }) => id).sort()).toEqual(api.map(({ id }) => id).sort());
    expect(git.length).toBeGreaterThan(50);
    expect(api.every(({ additions }) => (additions ?? null) === null)).toBe(true);
    expect(git.every(({ additions, deletions }) => typeof additions === "number" && typeof deletions === "number")).toBe(true);
    expect(git.reduce((sum, { additions }) => sum + additions!, 0)).toBeGreaterThan(git.length);
    const byId = new Map(api.map((row) => [row.id, row]));
    for (const row of git)
      expect(row).toMatchObject({ title: byId.get(row.id)!.title, authorAccountId: byId.get(row.id)!.authorAccountId });
    expect(rowsOf(cloned, "commit_file").length).toBeGreaterThan(0);
    expect(rowsOf(cloned, "commit_parent").length).toBeGreaterThan(git.length / 2);
  });

  it("are read by the list where there is no place for clones", async () => {
    const read = await readCommits({ git: true });
    expect(read.summary).toMatchObject({ fatal: null, totals: { failed: 0 } });
    expect(simulator.calls().byRoute["git"]).toBeUndefined();
    expect(rowsOf(read, "commit").length).toBeGreaterThan(50);
  });

  it("go on where an interrupted read stopped, and leave nothing when the clones are forgotten", async () => {
    const clones = join(home, "other");
    const whole = await readCommits({ git: true }, join(home, "clones"));
    const sink = memorySink();
    await withEngine(
      sink,
      async (engine) => {
        const integration = await integrationOf(engine, { git: true });
        const pause = new AbortController();
        sink.beforeWrite = () => pause.abort();
        await engine.ingest({ integration, signal: pause.signal });
        sink.beforeWrite = () => undefined;
        expect(await engine.ingest({ integration })).toMatchObject({ outcome: "succeeded" });
        expect(sink.table()).toEqual(whole.sink.table());
        expect(await readdir(clones)).toHaveLength(1);
        await engine.forgetClones("acme-azure");
        expect(await readdir(clones)).toEqual([]);
      },
      clones,
    );
  });

  it("need a token that may read code", async () => {
    const sink = memorySink();
    await withEngine(
      sink,
      async (engine) => {
        const integration = await integrationOf(engine, { git: true });
        const config = { ...(integration.config as object), token: "not-the-token-that-is-accepted" };
        const summary = await engine.ingest({ integration: { ...integration, config } });
        expect(summary.outcome).toBe("failed");
        expect(JSON.stringify(summary)).not.toContain("not-the-token");
      },
      join(home, "third"),
    );
  });
});
