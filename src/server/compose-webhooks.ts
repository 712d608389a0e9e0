import { join } from "node:path";

import type { FastifyBaseLogger } from "fastify";

import { openArchive, removeArchived, type Engine } from "../ingest/engine.ts";
import type { Archive } from "../ingest/sink.ts";
import type { Workspace } from "../workspace/open.ts";
import { deliveryBodies } from "../workspace/webhook-deliveries.ts";
import type { EventStream } from "./events.ts";
import type { FactRefresher } from "./fact-refresher.ts";
import type { Connectors } from "./integration-access.ts";
import type { Lease } from "./lease.ts";
import type { Measures } from "./prometheus.ts";
import type { Scheduler } from "./scheduler.ts";
import { createReceiver, type WebhookReceiver } from "./webhook-receiver.ts";
import { createUpkeep, type WebhookUpkeep } from "./webhook-upkeep.ts";
import { createWebhookWorker, type WebhookWorker } from "./webhook-worker.ts";

export interface WebhookParts {
  readonly home: string;
  readonly workspace: Workspace;
  readonly connectors: Connectors;
  readonly engine: Engine;
  readonly events: EventStream;
  readonly facts: FactRefresher;
  readonly measures: Measures;
  readonly scheduler: Pick<Scheduler, "soon">;
  readonly lease: Lease;
  readonly log: FastifyBaseLogger;
  readonly hookAddress: (integrationId: string) => string;
}

export interface Webhooks {
  readonly worker: WebhookWorker;
  readonly receiver: WebhookReceiver;
  readonly upkeep: WebhookUpkeep;
  readonly bodies: Archive;
  /** Removes the stored bodies of an integration that is being deleted. */
  eraseBodies(integrationId: string): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** A minute, five, half an hour, two hours; then the delivery is dead, and the next reading finds what it announced. */
const RETRY_SECONDS = [60, 300, 1800, 7200];

/** From a vendor's delivery to rows: received, kept, read, forgotten. */
export function composeWebhooks(parts: WebhookParts): Webhooks {
  const { workspace, connectors, engine, log, events, facts, measures, scheduler, lease } = parts;
  const folder = join(parts.home, "deliveries");
  const bodies = openArchive(folder);
  const worker = createWebhookWorker({
    workspace,
    connectors,
    engine,
    bodies,
    lease,
    log,
    events,
    measures: measures.webhooks,
    retrySeconds: RETRY_SECONDS,
    onNewScopes: (id) => scheduler.soon(id),
    onRows: facts.touchSoon,
    onTaskEnd: measures.taskEnded,
  });
  const onReceived = (integration: string) => {
    worker.notify(integration);
    events.publish({ type: "webhook", integration });
  };
  const upkeep = createUpkeep({
    workspace,
    connectors,
    engine,
    lease,
    log,
    addressOf: parts.hookAddress,
    removeBodies: (hashes) => removeArchived(folder, hashes),
    onFound: onReceived,
  });
  return {
    worker,
    upkeep,
    bodies,
    receiver: createReceiver({ workspace, connectors, bodies, lease, log, measures: measures.webhooks, onReceived }),
    eraseBodies: async (id) => removeArchived(folder, await deliveryBodies(workspace, id)),
    start() {
      worker.start();
      upkeep.start();
    },
    async stop() {
      await upkeep.stop();
      await worker.stop();
    },
  };
}
