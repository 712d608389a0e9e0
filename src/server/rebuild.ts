import { rm } from "node:fs/promises";

import type { IngestIntegration } from "../ingest/engine.ts";
import { replayArchive, type ReplayIntegration } from "../ingest/replay.ts";
import type { Archive, Sink } from "../ingest/sink.ts";
import { clearEntities, digestTables, entityTables } from "../warehouse/digest.ts";
import { openWarehouse, type WritableWarehouse } from "../warehouse/open.ts";
import { listScopes } from "../workspace/integration-scopes.ts";
import { listIntegrations, type Integration } from "../workspace/integrations.ts";
import { formFields } from "./connector-form.ts";
import type { Context } from "./context.ts";
import { connectorOf, openIntegration, toScope } from "./integration-access.ts";
import type { RebuildReport } from "./services.ts";

export interface RebuildOptions {
  readonly archive: Archive;
  readonly sink: Pick<Sink, "write">;
  /** Only compare: map into a second warehouse, which is thrown away. */
  readonly isVerified: boolean;
  /** Where the second warehouse may live. */
  readonly folder: string;
}

/**
 * Maps the whole archive again, without a call to any vendor. Nothing is read from vendors meanwhile, so that the
 * comparison is of one moment.
 */
export const rebuild = (context: Context, options: RebuildOptions): Promise<RebuildReport> =>
  context.reconciler.quietly(() =>
    context.scheduler.quietly(() => (options.isVerified ? verify(context, options) : replaceAll(context, options))),
  );

async function verify(context: Context, { archive, folder }: RebuildOptions): Promise<RebuildReport> {
  const began = performance.now();
  await rm(folder, { recursive: true, force: true });
  const second = await openWarehouse({ home: folder });
  try {
    await replay(context, archive, second);
    const tables = await compare(context, second);
    return { isEqual: tables.every((table) => table.isEqual), seconds: (performance.now() - began) / 1000, tables };
  } finally {
    await second.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare({ warehouse }: Context, second: WritableWarehouse): Promise<RebuildReport["tables"]> {
  const stored = await digestTables(warehouse, entityTables);
  const rebuilt = new Map((await digestTables(second, entityTables)).map((one) => [one.table, one]));
  return stored.map(({ table, rows, digest }) => {
    const other = rebuilt.get(table)!;
    return { table, rows, rebuiltRows: other.rows, isEqual: digest === other.digest };
  });
}

async function replaceAll(context: Context, { archive, sink }: RebuildOptions): Promise<RebuildReport> {
  const { warehouse, facts } = context;
  const began = performance.now();
  const before = await digestTables(warehouse, entityTables);
  await clearEntities(warehouse);
  await replay(context, archive, sink);
  const after = new Map((await digestTables(warehouse, entityTables)).map((one) => [one.table, one]));
  await facts.refresh();
  const tables = before.map(({ table, rows, digest }) => ({
    table,
    rows,
    rebuiltRows: after.get(table)!.rows,
    isEqual: after.get(table)!.digest === digest,
  }));
  return { isEqual: tables.every((table) => table.isEqual), seconds: (performance.now() - began) / 1000, tables };
}

async function replay(context: Context, archive: Archive, sink: Pick<Sink, "write">): Promise<void> {
  const integrations: ReplayIntegration[] = [];
  for (const saved of await listIntegrations(context.workspace)) {
    const { config } = await readable(context, saved);
    const scopes = (await listScopes(context.workspace, saved.id)).map(toScope);
    integrations.push({ id: saved.id, connector: saved.connector, config, scopes });
  }
  await replayArchive({
    query: (sql, values) => context.warehouse.query(sql, values, { timeoutMs: 600_000 }),
    archive,
    connectors: context.connectors,
    integrations,
    sink,
  });
}

/** Mapping needs no credential: where it cannot be read any more, any text stands in for it. */
async function readable(context: Context, saved: Integration): Promise<Pick<IngestIntegration, "config">> {
  try {
    return await openIntegration(context, saved);
  } catch {
    const connector = connectorOf(context.connectors, saved.connector);
    const secret = formFields(connector).find((field) => field.isSecret);
    const config = { ...saved.config, ...(secret ? { [secret.name]: "not needed for mapping" } : {}) };
    return { config: connector.config.parse(config) };
  }
}
