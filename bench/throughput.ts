import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { toCamel } from "../src/domain/table.ts";
import { entityTables } from "../src/warehouse/digest.ts";
import { openWarehouse, type WritableWarehouse } from "../src/warehouse/open.ts";
import type { Row } from "./result.ts";
import { openReader, startVendor } from "./vendor.ts";

/** HTTP → archive → map → DuckDB, against a bare bulk load of the same rows into the same engine. */
export async function wholePath(): Promise<Row[]> {
  const vendor = await startVendor({
    size: { repositories: 4, pullRequestsPerRepository: 500 },
    seed: 5,
    limits: { core: 10_000_000, graphql: 10_000_000 },
  });
  const reader = await openReader(vendor);
  try {
    const cpu = process.cpuUsage();
    const began = performance.now();
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 100);
    const summary = await reader.engine.ingest({ integration: reader.integration });
    clearInterval(watch);
    const seconds = (performance.now() - began) / 1000;
    const used = process.cpuUsage(cpu);
    const busy = (used.user + used.system) / 1e6;
    const { entities } = summary.totals;
    const bare = await bulkLoad(reader.warehouse);
    return [
      {
        name: "whole path, entities per second of our own CPU",
        value: entities / busy,
        unit: "entities/s",
        limit: 10_000,
        ratio: entities / busy / bare.perBusySecond,
        against: "bare bulk load (≥ 0.25)",
      },
      {
        name: "whole path, wall clock with the simulator on the same cores",
        value: entities / seconds,
        unit: "entities/s",
        limit: null,
        ratio: entities / seconds / bare.perSecond,
        against: "bare bulk load",
      },
      { name: "CPU per 100,000 entities", value: (busy / entities) * 100_000, unit: "s", limit: null, ratio: null },
      { name: "bare bulk load of the same rows", value: bare.perBusySecond, unit: "rows/s", limit: null, ratio: null },
      { name: "memory while ingesting (peak)", value: peak / 1e6, unit: "MB", limit: 600, ratio: null },
    ];
  } finally {
    await reader.close();
    await vendor.stop();
  }
}

async function bulkLoad(source: WritableWarehouse) {
  const home = await mkdtemp(join(tmpdir(), "leadline-bulk-"));
  const target = await openWarehouse({ home });
  try {
    let rows = 0;
    let seconds = 0;
    let busy = 0;
    for (const table of entityTables) {
      const result = await source.query(`select * from ${table === "commit" ? '"commit"' : table}`, [], { timeoutMs: 600_000 });
      if (result.rows.length === 0) continue;
      const camel = result.rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [toCamel(name), value])),
      );
      const cpu = process.cpuUsage();
      const began = performance.now();
      await target.replaceRows(table, camel as never);
      seconds += (performance.now() - began) / 1000;
      const used = process.cpuUsage(cpu);
      busy += (used.user + used.system) / 1e6;
      rows += camel.length;
    }
    return { perSecond: rows / seconds, perBusySecond: rows / busy };
  } finally {
    await target.close();
    await rm(home, { recursive: true, force: true });
  }
}
