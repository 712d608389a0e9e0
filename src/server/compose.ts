import { join } from "node:path";

import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import { createEngine, openArchive, type TaskRow } from "../ingest/engine.ts";
import { buildFacts } from "../warehouse/facts/build.ts";
import { buildLinks } from "../warehouse/links/build.ts";
import { openWarehouse } from "../warehouse/open.ts";
import type { Warehouse } from "../warehouse/warehouse.ts";
import { openWorkspace } from "../workspace/open.ts";
import type { Context } from "./context.ts";
import { mayReachLoopback, type Environment } from "./environment.ts";
import { createEventStream } from "./events.ts";
import { createFactRefresher } from "./fact-refresher.ts";
import { fenced, openLease, workIsElsewhere } from "./lease.ts";
import type { Connectors } from "./integration-access.ts";
import { createSecretKeeper } from "./secret-keeper.ts";
import { metricsWithRowsOf } from "./metrics-service.ts";
import { forecastHistory } from "./forecast-history.ts";
import { createMeasures } from "./prometheus.ts";
import { publish } from "./publisher.ts";
import { createReconciler } from "./reconciler.ts";
import { BackfillPurpose } from "./run-backfill.ts";
import { LivePurpose } from "./run-live.ts";
import { Run } from "./run.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { composeServices } from "./compose-services.ts";
import { composeWebhooks, type Webhooks } from "./compose-webhooks.ts";
import { createDeletions } from "./deletion-service.ts";
import type { Services } from "./services.ts";
import { createWatchers, type Watching } from "./watchers.ts";
import type { WebhookWorker } from "./webhook-worker.ts";

export interface HouseOptions {
  readonly environment: Pick<Environment, "home" | "databaseUrl" | "secretKey" | "allowedNetworks"> &
    Partial<Pick<Environment, "publicUrl" | "cloneMb">>;
  readonly isDemo: boolean;
  readonly log: FastifyBaseLogger;
  /** The token of the command line on this machine. */
  readonly localToken: string | null;
  readonly connectors: Connectors;
  readonly now?: () => Instant;
  /** Where people and vendors reach the server, as far as it is known yet: `https://leadline.example.com`. */
  readonly address?: () => string;
  /** How the watchers look at time; for tests. */
  readonly watching?: Watching;
  /** How long a process that no longer answers keeps the work of a shared workspace; for tests. */
  readonly leaseMs?: number;
}

/** Everything opened and wired: what a server listens with, and what the command line uses in its own process. */
export interface House {
  readonly context: Context;
  readonly webhooks: Webhooks;
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
  const address = options.address ?? (() => "http://127.0.0.1:4400");
  const lease = openLease({
    workspace,
    log,
    address: () => options.address?.() ?? null,
    ...(options.leaseMs ? { ttlMs: options.leaseMs } : {}),
  });
  const sink = fenced(warehouse, lease);
  const network = { allowedNetworks: environment.allowedNetworks, allowLoopback: mayReachLoopback(environment, isDemo) };
  const engine = createEngine({
    sink,
    archive,
    network,
    now,
    log,
    history: forecastHistory(warehouse, workspace),
    keeper: createSecretKeeper(workspace),
    clones: join(environment.home, "clones"),
    mostCloneBytes: environment.cloneMb && environment.cloneMb * 1e6,
    tasks: { save: (row) => routeTask(row), turn: (taskId, look) => watchers.stuckWatch.turn(taskId, look) },
  });
  const facts = createFactRefresher({
    async build() {
      if (!(await lease.take())) throw workIsElsewhere(await lease.holder());
      await buildAll(warehouse, now());
    },
    events,
    now,
    onError: (error) => log.error({ err: error }, "links and facts could not be built"),
  });
  const measures = createMeasures(() => context);
  const elapsed = () => performance.now();
  const heard = { onRows: facts.touch, onTaskEnd: measures.taskEnded };
  const runParts = { workspace, warehouse, connectors, engine, events, log, elapsed, ...heard };
  const runs = createScheduler<Run>({
    workspace,
    log,
    lease,
    elapsed,
    begin: (integration, asked) => new Run(runParts, integration.id, new LivePurpose(runParts, integration.id, asked)),
    widen: ({ purpose }, wish) => {
      if (purpose instanceof LivePurpose) purpose.wish = wish;
    },
    beginBackfill: (integration, backfill) => new Run(runParts, integration.id, new BackfillPurpose(runParts, backfill)),
    async erase(integration, signal) {
      await Promise.all([runs.interrupt(integration.id), reconciler.interrupt(integration.id)]);
      await carryOut(integration, signal);
    },
  });
  const reconciler = createReconciler({
    workspace,
    connectors,
    engine,
    events,
    log,
    lease,
    onRows: facts.touch,
    onTaskEnd: measures.taskEnded,
  });
  const hookAddress = (id: string) => `${address()}/hooks/${encodeURIComponent(id)}`;
  const webhooks = composeWebhooks({ ...runParts, home: environment.home, facts, measures, scheduler: runs, lease, hookAddress });
  const scheduler = withWebhooks(runs, webhooks.worker);
  // Runs hear of their own tasks; these are of those that ask without one.
  const routeTask = (row: TaskRow) => (row.kind === "reconcile" ? reconciler.onTask(row) : webhooks.worker.onTask(row));
  const watchers = createWatchers({
    workspace,
    log,
    network,
    home: environment.publicUrl?.origin ?? null,
    isRunning: (id) => scheduler.isRunning(id),
    mayTell: () => lease.isHeld(),
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
    lease,
    scheduler,
    reconciler,
    facts,
    stuckWatch: watchers.stuckWatch,
    events,
    log,
    isDemo,
    hookAddress,
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
    async eraseBodies(id) {
      await webhooks.eraseBodies(id);
      await engine.forgetClones(id);
    },
    oldestRun: () => scheduler.oldestRun(),
    onDone: watchers.tellDeleted,
  });

  const onWaiting = (id: string) =>
    void lease.take().then(
      (isOurs) => isOurs && webhooks.worker.notify(id),
      (error: unknown) => log.error({ err: error, integration: id }, "deliveries wait"),
    );
  const turns = {
    async onTaken() {
      await Promise.all([scheduler.takeOver(), webhooks.worker.takeOver()]);
      if (await hasRows(warehouse)) facts.touch();
    },
    /** Everything is interrupted; nothing begins before it is taken again. */
    onLost: () => reconciler.quietly(() => scheduler.quietly(async () => {})),
  };

  await context.publish();
  return {
    context,
    services: composeServices(context, {
      archive,
      sink,
      measures,
      sender: watchers.sender,
      publicUrl: environment.publicUrl?.origin ?? null,
      home: environment.home,
      localToken: options.localToken,
      webhooks: { receiver: webhooks.receiver, bodies: webhooks.bodies, onWaiting },
    }),
    webhooks,
    async start() {
      await lease.start(turns);
      scheduler.start();
      reconciler.start();
      webhooks.start();
      watchers.start();
    },
    async close() {
      await webhooks.stop();
      await Promise.all([scheduler.stop(), reconciler.stop()]);
      await watchers.stop();
      await facts.stop();
      await lease.release();
      await engine.close();
      await warehouse.close();
      await workspace.close();
    },
  };
}

/** What interrupts runs interrupts the reading of deliveries too. */
const withWebhooks = (runs: Scheduler<Run>, worker: WebhookWorker): Scheduler<Run> => ({
  ...runs,
  async interrupt(id) {
    await Promise.all([runs.interrupt(id), worker.interrupt(id)]);
  },
  quietly: (work) => worker.quietly(() => runs.quietly(work)),
});

async function buildAll(warehouse: Warehouse, now: Instant): Promise<void> {
  await buildLinks(warehouse, { now });
  await buildFacts(warehouse, { now });
}

async function hasRows(warehouse: Warehouse): Promise<boolean> {
  const { rows } = await warehouse.query("select 1 as one from progress limit 1");
  return rows.length > 0;
}
