import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { tables } from "../domain/tables.ts";
import type { Connector, Json, Scope } from "../ingest/connector.ts";
import { createEngine, openArchive, type Engine, type IngestIntegration } from "../ingest/engine.ts";
import type { Sink } from "../ingest/sink.ts";
import { fastClock } from "../ingest/testing/fast-clock.ts";
import { openWarehouse, type WritableWarehouse } from "../warehouse/open.ts";

/** An embedded warehouse and an archive in a temporary folder. Integrations with names of their own share it. */
export interface Place {
  readonly warehouse: WritableWarehouse;
  /** Milliseconds that only ever grow, by the engine's clock: what it slept is in them. */
  elapsed(): number;
  /** Everything that the engine told its log so far. */
  logged(): string;
  /** Works with an engine, and closes it. Sleeps are over at once; our own clock may be wrong by so much. */
  withEngine<Result>(work: (engine: Engine) => Promise<Result>, how?: { sink?: Sink; clockAheadMs?: number }): Promise<Result>;
  close(): Promise<void>;
}

export async function openPlace(): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), "leadline-conformance-"));
  const warehouse = await openWarehouse({ home });
  let clock = fastClock();
  let sleptBefore = 0;
  const lines: string[] = [];
  const tell = (fields: object, message: string) => void lines.push(`${JSON.stringify(fields)} ${message}`);
  return {
    warehouse,
    elapsed: () => sleptBefore + clock.elapsed(),
    logged: () => lines.join("\n"),
    async withEngine(work, { sink = warehouse, clockAheadMs = 0 } = {}) {
      clock.jump(clockAheadMs);
      const engine = createEngine({
        sink,
        archive: openArchive(join(home, "archive")),
        network: { allowedNetworks: [], allowLoopback: true },
        // Every name leads to this machine: no call ever leaves it.
        resolve: async () => [{ address: "127.0.0.1", family: 4 }],
        log: { debug: tell, info: tell, warn: tell, error: tell },
        clock,
      });
      try {
        return await work(engine);
      } finally {
        await engine.close();
        sleptBefore += clock.slept.reduce((sum, ms) => sum + ms, 0);
        clock = fastClock();
      }
    },
    async close() {
      await warehouse.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** An integration with the scopes that the vendor shows. */
export async function connect(
  place: Place,
  connector: Connector<unknown>,
  { id, config, scopes }: { id: string; config: Readonly<Record<string, Json>>; scopes?: readonly string[] | undefined },
): Promise<IngestIntegration> {
  const open: IngestIntegration = {
    id,
    connector,
    config: connector.config.parse(config),
    scopes: [],
    backfill: { since: null },
  };
  const found: Scope[] = [];
  await place.withEngine(async (engine) => {
    for await (const scope of engine.listScopes(open)) if (!scopes || scopes.includes(scope.name)) found.push(scope);
  });
  return { ...open, scopes: found };
}

/** When something was fetched differs from read to read; what was found may not. */
const notCompared = new Set(["ingested_at", "raw_hash", "integration_id"]);

export type Rows = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Every entity row of an integration, by table and native key; its own name and the vendor's address are taken out. */
export async function entityRows(
  { warehouse }: Place,
  { id, connector }: IngestIntegration,
  { host }: { readonly host: string },
): Promise<Rows> {
  const rows = new Map<string, Record<string, unknown>>();
  for (const { name } of tables.filter(({ kind }) => kind === "E")) {
    const found = await warehouse.query(`select * from "${name}" where integration_id = $1`, [id]);
    for (const row of found.rows) {
      const kept = Object.entries(row).filter(([column]) => !notCompared.has(column));
      const text = JSON.stringify(Object.fromEntries(kept))
        .replaceAll(`${connector.name}:`, "")
        .replaceAll(`:${id}:`, ":")
        .replaceAll(host, "vendor");
      rows.set(`${name}/${String(row["native_id"])}`, JSON.parse(text) as Record<string, unknown>);
    }
  }
  return rows;
}

/** A sink that is gone after so many writes, as when the process ends between two transactions. */
export function dyingSink(sink: Sink, writes: number): Sink {
  let left = writes;
  const use = () => {
    if (left-- <= 0) throw new Error("the process is gone");
  };
  return {
    ...(sink.reconciliation ? { reconciliation: sink.reconciliation } : {}),
    readProgress: (key) => sink.readProgress(key),
    readUnfinished: (key, due) => sink.readUnfinished(key, due),
    async write(batch) {
      use();
      return sink.write(batch);
    },
    async writeAll(batches) {
      use();
      return sink.writeAll!(batches);
    },
  };
}
