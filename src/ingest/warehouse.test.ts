import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createTestDatabase, postgresMissing } from "../../test/postgres.ts";
import { clearEntities } from "../warehouse/digest.ts";
import { openWarehouse, type WritableWarehouse } from "../warehouse/open.ts";
import { createEngine, openArchive, type IngestIntegration } from "./engine.ts";
import { silentLog } from "./log.ts";
import { replayArchive } from "./replay.ts";
import { sendJson, someThings, startProvider, type Provider } from "./testing/provider.ts";
import { thingConnector } from "./testing/thing-connector.ts";

const KILLS = 4;
const source = (file: string) => pathToFileURL(path.join(import.meta.dirname, file)).href;

/** What a process does that is killed in the middle. */
const child = (config: object) => `
  import { createEngine, openArchive } from ${JSON.stringify(source("engine.ts"))};
  import { silentLog } from ${JSON.stringify(source("log.ts"))};
  import { thingConnector } from ${JSON.stringify(source("testing/thing-connector.ts"))};
  import { openWarehouse } from ${JSON.stringify(source("../warehouse/open.ts"))};
  const { address, archive, integration } = ${JSON.stringify(config)};
  const sink = await openWarehouse(address);
  const engine = createEngine({ sink, archive: openArchive(archive), network: { allowedNetworks: [], allowLoopback: true }, log: silentLog });
  console.log("reading");
  await engine.ingest({ integration: { ...integration, connector: thingConnector("descending") } });
  console.log("done");
  await sink.close();
  process.exit(0);
`;

describe.each(["duckdb", "postgres"] as const)("reading into %s", (name) => {
  describe.skipIf(name === "postgres" && postgresMissing)("a real warehouse", () => {
    let home: string;
    let provider: Provider;
    let databaseUrl: string | null = null;
    let dropDatabase = async () => undefined as void;

    const address = () => ({ home: path.join(home, "data"), databaseUrl });
    const archiveFolder = () => path.join(home, "archive");
    const integration = (): IngestIntegration => ({
      id: "acme",
      connector: thingConnector("descending"),
      config: { url: provider.url, token: "very-secret-token" },
      scopes: [...provider.things.keys()].map((id) => ({ id, name: `acme/${id}`, kind: "repository" })),
      backfill: { since: null },
    });
    const inWarehouse = async <Result>(work: (warehouse: WritableWarehouse) => Promise<Result>): Promise<Result> => {
      const warehouse = await openWarehouse(address());
      try {
        return await work(warehouse);
      } finally {
        await warehouse.close();
      }
    };
    const read = () =>
      inWarehouse(async (sink) => {
        const engine = createEngine({
          sink,
          archive: openArchive(archiveFolder()),
          network: { allowedNetworks: [], allowLoopback: true },
          log: silentLog,
        });
        const summary = await engine.ingest({ integration: integration() });
        await engine.close();
        return summary;
      });
    const rows = () =>
      inWarehouse(
        async (warehouse) =>
          (await warehouse.query("select id, name, full_name, source_updated_at, raw_hash from account_group order by id")).rows,
      );

    beforeEach(async () => {
      home = await mkdtemp(path.join(tmpdir(), "leadline-ingest-"));
      provider = await startProvider({
        a: someThings(180, { now: "2026-06-01T00:00:00Z" }),
        b: someThings(40, { firstId: 1001, now: "2026-06-01T00:00:00Z" }),
      });
      if (name === "postgres") ({ url: databaseUrl, drop: dropDatabase } = await createTestDatabase());
    });
    afterEach(async () => {
      await provider.close();
      await rm(home, { recursive: true, force: true });
      await dropDatabase();
    });

    it("keeps rows, progress, raw index and ledger, and gives them again from the archive", async () => {
      provider.things
        .get("a")!
        .push(
          { id: 999, title: "😀\u0000\ud800", updatedAt: "2026-06-02T00:00:00Z" },
          { id: 998, title: 5 as never, updatedAt: "2026-06-02T00:00:00Z" },
        );
      expect(await read()).toMatchObject({ outcome: "succeeded", totals: { records: 222, entities: 221, quarantined: 1 } });
      const before = await rows();
      expect(before).toHaveLength(221);
      await inWarehouse(async (warehouse) => {
        const { rows: ledger } = await warehouse.query("select status, records, entities from ingestion_task order by records");
        expect(ledger).toEqual([
          { status: "succeeded", records: 40, entities: 40 },
          { status: "succeeded", records: 182, entities: 181 },
        ]);
        await clearEntities(warehouse);
        const { id, connector, config, scopes } = integration();
        await replayArchive({
          query: (sql, values) => warehouse.query(sql, values),
          archive: openArchive(archiveFolder()),
          connectors: [connector],
          integrations: [{ id, connector: connector.name, config, scopes }],
          sink: warehouse,
        });
      });
      expect(await rows()).toEqual(before);
      expect(await read()).toMatchObject({ totals: { entities: 0 } });
    });

    it("loses and doubles nothing when the process is killed at any moment", { timeout: 120_000 }, async () => {
      provider.things.set("a", someThings(2600, { now: "2026-06-01T00:00:00Z", firstId: 10_000 }));
      const file = path.join(home, "child.mjs");
      const { connector: _, ...rest } = integration();
      await writeFile(file, child({ address: address(), archive: archiveFolder(), integration: rest }));
      // Pages come slowly, and now and then not at all, so that kills fall between any two steps.
      provider.fault = ({ number }, response) => {
        if (number % 9 !== 4) return false;
        sendJson(response, {}, 502);
        return true;
      };
      const found: number[] = [];
      for (let kill = 0; kill < KILLS; kill++) {
        const started = provider.calls.length;
        const running = spawn(process.execPath, [file], { stdio: ["ignore", "ignore", "inherit"] });
        const ended = once(running, "exit");
        await Promise.race([ended, untilCalls(started + 20 + ((kill * 80) % 250))]);
        running.kill("SIGKILL");
        await ended;
        found.push(await expectNothingMissing());
      }
      expect(found.some((count) => count > 0 && count < 2640)).toBe(true);
      provider.fault = () => false;
      expect(await read()).toMatchObject({ outcome: "succeeded" });
      const survived = (await rows()) as { id: string; name: string }[];
      expect(survived.map(({ id }) => id)).toEqual([...new Set(survived.map(({ id }) => id))]);
      expect(survived.map((row) => row.name).toSorted()).toEqual(
        [...provider.things.values()]
          .flat()
          .map(({ title }) => title)
          .toSorted(),
      );
    });

    /** Progress never speaks of rows that are not there; answers how many there are. */
    const expectNothingMissing = () =>
      inWarehouse(async (warehouse) => {
        const names = new Set(
          (await warehouse.query<{ name: string }>("select name from account_group")).rows.map(({ name }) => name),
        );
        for (const [scopeId, things] of provider.things) {
          const progress = await warehouse.readProgress({ integrationId: "acme", scopeId, stream: "things" });
          if (!progress?.coveredFrom) continue;
          const covered = things.filter(({ updatedAt }) => Date.parse(updatedAt) >= Date.parse(progress.coveredFrom!));
          expect(covered.filter(({ title }) => !names.has(title))).toEqual([]);
        }
        return names.size;
      });

    const untilCalls = async (count: number) => {
      while (provider.calls.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
    };
  });
});
