import { fork } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { openArchive } from "../ingest/engine.ts";
import type { BatchToWrite } from "../warehouse/batch.ts";
import { createTestWarehouse, engines, type TestWarehouse } from "../warehouse/testing/engines.ts";
import { numberedBatch } from "../warehouse/testing/numbered-batches.ts";
import { listAudit, type Actor } from "../workspace/audit.ts";
import { findDeletion, requestDeletion, type DeletionProof } from "../workspace/integration-deletions.ts";
import { createIntegration, listIntegrations } from "../workspace/integrations.ts";
import { openWorkspace, type Workspace } from "../workspace/open.ts";
import { everything } from "../workspace/selection.ts";
import { rowsToErase, scanWarehouse } from "./erase-rows.ts";
import { erase } from "./erasure.ts";

const ann: Actor = { kind: "user", id: "ann", name: "Ann" };
const kills = { duckdb: 20, postgres: 4 };

/** The numbered batch as another integration would have read it. */
const batchOf = (integration: string, n: number, bodyHash: string): BatchToWrite => {
  const text = JSON.stringify(numberedBatch(n))
    .replaceAll("acme-code", integration)
    .replaceAll('"page-', `"${integration}-page-`);
  const batch = JSON.parse(text) as BatchToWrite;
  return { ...batch, pages: batch.pages.map((page) => ({ ...page, bodyHash })) };
};

/** Two integrations that were read; one archived page is the same in both. */
async function readTwo({ warehouse, address }: TestWarehouse, workspace: Workspace): Promise<void> {
  const archive = openArchive(join(address.home, "archive"));
  for (const name of ["gone", "kept"]) {
    await createIntegration(workspace, ann, {
      connector: "acme",
      name,
      description: null,
      tags: [],
      config: {},
      secrets: { token: "tok_planted_secret" },
      backfillSince: null,
      everySeconds: 300,
      selection: everything,
    });
    for (const n of [1, 2, 3])
      await warehouse.write(batchOf(name, n, await archive.put(Buffer.from(n === 3 ? "shared" : `${name} ${n}`))));
  }
  // Stored, but its row was never written.
  await archive.put(Buffer.from("an orphan"));
}

const filesOf = async (home: string) =>
  (await readdir(join(home, "archive"), { recursive: true })).filter((file) => file.endsWith(".zst"));

/** Runs the deletion until it is done, or kills it after so many steps. */
async function runChild({ address: { home, databaseUrl } }: TestWarehouse, steps: number): Promise<DeletionProof | null> {
  const child = fork(new URL("testing/erase-child.ts", import.meta.url), [home, databaseUrl ?? "", "gone"], {
    // Twenty starts of the same program: what the first one compiled serves the others.
    env: { ...process.env, NODE_COMPILE_CACHE: join(home, "compiled") },
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exit = once(child, "exit");
  let proof: DeletionProof | null = null;
  let seen = 0;
  child.on("message", (said: "step" | DeletionProof) => {
    if (said !== "step") proof = said;
    else if (++seen < steps) child.send("go");
    else {
      // Some die while they wait, some within the next step.
      if (Math.random() < 0.7) child.send("go");
      setTimeout(() => child.kill("SIGKILL"), Math.random() * 6);
    }
  });
  await exit;
  return proof;
}

for (const engine of engines) {
  describe.skipIf(engine.missing)(`a deletion on ${engine.name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    it("leaves nothing after being killed again and again, and touches nothing else", { timeout: 240_000 }, async () => {
      const test = await createTestWarehouse(engine.name);
      const workspaceAt = { home: test.address.home, databaseUrl: test.address.databaseUrl ?? undefined };
      let workspace = await openWorkspace(workspaceAt);
      await readTwo(test, workspace);
      const kept = await rowsToErase(test.warehouse, "kept");
      await requestDeletion(workspace, ann, { id: "gone", beginsAt: workspace.now() });
      await workspace.close();
      await test.warehouse.close();

      for (let turn = 0; turn < kills[engine.name]; turn++)
        expect(await runChild(test, 1 + Math.floor(Math.random() * 2)), "it ended before it was killed often enough").toBeNull();
      const proof = await runChild(test, Infinity);

      expect(proof).toMatchObject({ left: [], rowsRemoved: expect.any(Number) });
      const warehouse = await test.reopen().catch(() => test.warehouse);
      workspace = await openWorkspace(workspaceAt);
      expect(await scanWarehouse(warehouse, "gone")).toMatchObject({ left: [] });
      expect(await rowsToErase(warehouse, "kept")).toEqual(kept);
      expect(await filesOf(test.address.home)).toHaveLength(3);
      expect(await listIntegrations(workspace)).toMatchObject([{ id: "kept", secrets: [{ field: "token" }] }]);
      expect(await findDeletion(workspace, "gone")).toMatchObject({ step: "done", rowsLeft: 0, filesRemoved: 3, proof });
      const { items } = await listAudit(workspace, { subject: "integration", subjectId: "gone", limit: 1 });
      expect(items[0]).toMatchObject({ action: "integration.deleted", changes: expect.stringContaining('"left":[]') });
      await workspace.close();
      await test.drop();
    });
  });
}

describe("a scan", () => {
  it("finds what a deletion forgot, in whatever table", async () => {
    const test = await createTestWarehouse("duckdb");
    const workspace = await openWorkspace({ home: test.address.home });
    await readTwo(test, workspace);
    await test.warehouse.run([
      { sql: "create table fact_new as select id as thing_id from pull_request" },
      {
        sql: "insert into missing_record (integration_id, scope_id, stream, native_key, entity, entity_id, missing_since, sweeps, last_missed_at) values ('kept', '1', 'pull_requests', '1/100', 'pull_request', 'acme:pull_request:gone:1/100', now(), 1, now())",
      },
    ]);
    const { left } = await scanWarehouse(test.warehouse, "gone");
    const places = left.map(({ place }) => place);
    expect(places).toEqual(
      expect.arrayContaining([
        "warehouse fact_new.thing_id",
        "warehouse missing_record.entity_id",
        "warehouse progress.integration_id",
      ]),
    );
    await requestDeletion(workspace, ann, { id: "gone", beginsAt: workspace.now() });
    const parts = { workspace, warehouse: test.warehouse, archive: join(test.address.home, "archive"), actor: ann };
    const nothing = { publish: async () => {}, rebuild: async () => {} };
    await expect(erase({ ...parts, ...nothing }, "gone")).rejects.toMatchObject({
      code: "deletion_incomplete",
      what: expect.stringContaining("fact_new.thing_id"),
    });
    const rebuild = () => test.warehouse.run([{ sql: "drop table fact_new" }]);
    expect(await erase({ ...parts, ...nothing, rebuild }, "gone")).toMatchObject({ left: [] });
    await workspace.close();
    await test.drop();
  });
});
