import { join } from "node:path";

import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import { createEngine, openArchive, type TaskRow } from "../ingest/engine.ts";
import { buildFacts } from "../warehouse/facts/build.ts";
import { buildLinks } from "../warehouse/links/build.ts";
import { openWarehouse } from "../warehouse/open.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import type { Integration } from "../workspace/integrations.ts";
import { openWorkspace } from "../workspace/open.ts";
import type { Context } from "./context.ts";
import { mayReachLoopback, type Environment } from "./environment.ts";
import { createEventStream } from "./events.ts";
import { createFactRefresher } from "./fact-refresher.ts";
import type { Connectors } from "./integration-access.ts";
import { metricsWithRowsOf } from "./metrics-service.ts";
import { createMeasures } from "./prometheus.ts";
import { publish } from "./publisher.ts";
import { Run, type RunWish } from "./run.ts";
import { createScheduler } from "./scheduler.ts";
import { composeServices } from "./compose-services.ts";
import { createDeletions } from "./deletion-service.ts";
import type { Services } from "./services.ts";
import { createWatchers, type Watching } from "./watchers.ts";

export interface HouseOptions {
  readonly environment: Pick<Environment, "home" | "databaseUrl" | "secretKey" | "allowedNetworks"> &
    Partial<Pick<Environment, "publicUrl">>;
  readonly isDemo: boolean;
  readonly log: FastifyBaseLogger;
  /** The token of the command line on this machine. */
  readonly localToken: string | null;
  readonly connectors: Connectors;
  readonly now?: () => Instant;
  /** How the watchers look at time; for tests. */
  readonly watching?: Watching;
}

/** Everything opened and wired: what a server listens with, and what the command line uses in its own process. */
export interface House {
  readonly context: Context;
  readonly services: Services;
  /** Begins to look for due integrations. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const archiveFolder = (home: string): string => join(home, "archive");

/** The caller holds the lock of the data folder. */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { environment, isDemo, log, connectors } = options;
  const workspace = await openWorkspace({ ...environment, ...(options.now ? { now: options.now } : {}) });
  const warehouse = await openWarehouse(environment).catch(async (error: unknown) => {
    await workspace.close();
    throw error;
  });
  const { now } = workspace;
  const archive = openArchive(archiveFolder(environment.home));
  const events = createEventStream();
  const network = { allowedNetworks: environment.allowedNetworks, allowLoopback: mayReachLoopback(environment, isDemo) };
  const engine = createEngine({
    sink: warehouse,
    archive,
    network,
    now,
    log,
    tasks: { save: (row) => routeTask(row), turn: (taskId, look) => watchers.stuckWatch.turn(taskId, look) },
  });
  const facts = createFactRefresher({
    build: () => buildAll(warehouse, now()),
    events,
    now,
    onError: (error) => log.error({ err: error }, "links and facts could not be built"),
  });
  const measures = createMeasures(() => context);
  const runParts = { workspace, warehouse, connectors, engine, events, log, onRows: facts.touch, onTaskEnd: measures.taskEnded };
  const scheduler = createScheduler({
    workspace,
    log,
    begin: (integration: Integration, wish: RunWish) => new Run(runParts, integration, wish),
    erase: (integration, signal) => carryOut(integration, signal),
  });
  const routeTask = (row: TaskRow) => scheduler.latest(row.integrationId)?.onTask(row);
  const watchers = createWatchers({
    workspace,
    log,
    network,
    home: environment.publicUrl?.origin ?? null,
    isRunning: (id) => scheduler.isRunning(id),
    interrupt: (id) => scheduler.interrupt(id),
    onSettled: measures.notificationSettled,
    watching: options.watching ?? {},
  });
  let publishing = Promise.resolve();
  const context: Context = {
    workspace,
    warehouse,
    connectors,
    engine,
    scheduler,
    facts,
    stuckWatch: watchers.stuckWatch,
    events,
    log,
    isDemo,
    // One after the other, so that an older look at the workspace never comes last.
    publish: () => (publishing = publishing.catch(() => {}).then(() => publish(workspace, warehouse))),
    metricsOf: (id) => metricsWithRowsOf({ warehouse }, id),
  };
  const carryOut = createDeletions({
    workspace,
    warehouse,
    archive: archiveFolder(environment.home),
    events,
    log,
    publish: context.publish,
    rebuild: async () => void (await facts.refresh()),
    oldestRun: () => scheduler.oldestRun(),
    onDone: watchers.tellDeleted,
  });

  await context.publish();
  return {
    context,
    services: composeServices(context, {
      archive,
      sink: warehouse,
      measures,
      sender: watchers.sender,
      publicUrl: environment.publicUrl?.origin ?? null,
      home: environment.home,
      localToken: options.localToken,
    }),
    async start() {
      await scheduler.start();
      watchers.start();
      if (await hasRows(warehouse)) facts.touch();
    },
    async close() {
      await scheduler.stop();
      await watchers.stop();
      await facts.stop();
      await engine.close();
      await warehouse.close();
      await workspace.close();
    },
  };
}

async function buildAll(warehouse: Warehouse, now: Instant): Promise<void> {
  await buildLinks(warehouse, { now });
  await buildFacts(warehouse, { now });
}

async function hasRows(warehouse: Warehouse): Promise<boolean> {
  const { rows } = await warehouse.query("select 1 as one from progress limit 1");
  return rows.length > 0;
}
