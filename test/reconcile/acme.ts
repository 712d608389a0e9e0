import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { github } from "../../src/connectors/github/connector.ts";
import type { Connector, Scope } from "../../src/ingest/connector.ts";
import { createEngine, type IngestIntegration, type IngestSummary, type ReconcileSummary } from "../../src/ingest/engine.ts";
import { silentLog } from "../../src/ingest/log.ts";
import { replayArchive } from "../../src/ingest/replay.ts";
import { fastClock } from "../../src/ingest/testing/fast-clock.ts";
import { memoryArchive } from "../../src/ingest/testing/memory.ts";
import { type GithubSimulator, startGithubSimulator } from "../../src/simulators/index.ts";
import { digestTables, entityTables } from "../../src/warehouse/digest.ts";
import { openWarehouse, type WritableWarehouse } from "../../src/warehouse/open.ts";
import type { SqlValue } from "../../src/warehouse/warehouse.ts";

const AN_HOUR = 3600;

const connector = github as unknown as Connector<unknown>;

/** A GitHub of acme, a warehouse, and an engine in between whose clock may jump. */
export interface Acme {
  readonly github: GithubSimulator;
  readonly warehouse: WritableWarehouse;
  readonly clock: ReturnType<typeof fastClock>;
  /** Full name of a repository with issues and pull requests. */
  readonly repository: string;
  scopes(): Promise<Scope[]>;
  ingest(more?: { streams?: string[]; full?: boolean }): Promise<IngestSummary>;
  /** An hour after whatever was before, unless at once. */
  reconcile(more?: { streams?: string[]; scopes?: string[]; isAtOnce?: boolean }): Promise<ReconcileSummary>;
  rows<Row = Record<string, unknown>>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Tables that a rebuild from the archive does not make as they are; none, that is the promise. */
  rebuiltDifferently(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openAcme(options: { streams: readonly string[]; repositories?: number; since?: string }): Promise<Acme> {
  const vendor = await startGithubSimulator({
    size: { repositories: options.repositories ?? 2, pullRequestsPerRepository: 12 },
    now: "2026-11-01T09:00:00Z",
  });
  const home = await mkdtemp(join(tmpdir(), "leadline-reconcile-"));
  const warehouse = await openWarehouse({ home });
  const archive = memoryArchive();
  const clock = fastClock();
  const engine = createEngine({
    sink: warehouse,
    archive,
    network: { allowedNetworks: [], allowLoopback: true },
    log: silentLog,
    clock,
  });
  const { url, token, organisation: owner } = vendor;
  const integration: IngestIntegration = {
    id: "acme-github",
    connector: { ...connector, streams: connector.streams.filter(({ name }) => options.streams.includes(name)) },
    config: connector.config.parse({ url, token, owner }),
    scopes: [],
    backfill: { since: options.since ?? null },
  };
  let chosen: Scope[] = [];
  const scopes = async () => {
    chosen = [];
    for await (const scope of engine.listScopes(integration)) chosen.push(scope);
    return chosen;
  };
  await scopes();
  return {
    github: vendor,
    warehouse,
    clock,
    repository: chosen[0]!.name,
    scopes,
    ingest: (more = {}) => engine.ingest({ ...more, integration: { ...integration, scopes: chosen } }),
    reconcile({ isAtOnce = false, ...more } = {}) {
      if (!isAtOnce) vendor.advance(AN_HOUR);
      return engine.reconcile({ ...more, integration: { ...integration, scopes: chosen } });
    },
    rows: async <Row>(sql: string, values: readonly SqlValue[] = []) => (await warehouse.query<Row>(sql, values)).rows,
    async rebuiltDifferently() {
      const folder = await mkdtemp(join(tmpdir(), "leadline-rebuilt-"));
      const second = await openWarehouse({ home: folder });
      try {
        await replayArchive({
          query: (sql, values) => warehouse.query(sql, values),
          archive,
          connectors: [connector],
          integrations: [{ id: integration.id, connector: "github", config: integration.config, scopes: chosen }],
          sink: second,
        });
        const rebuilt = new Map((await digestTables(second, entityTables)).map((one) => [one.table, one.digest]));
        return (await digestTables(warehouse, entityTables))
          .filter(({ table, digest }) => rebuilt.get(table) !== digest)
          .map(({ table }) => table);
      } finally {
        await second.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
    async close() {
      await engine.close();
      await warehouse.close();
      await vendor.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
