import type { FastifyBaseLogger } from "fastify";

import type { Instant } from "../domain/instant.ts";
import { Problem } from "../domain/problem.ts";
import type { Engine } from "../ingest/engine.ts";
import { getIntegration } from "../workspace/integrations.ts";
import type { Workspace } from "../workspace/open.ts";
import { addDelivery, pruneDeliveries } from "../workspace/webhook-deliveries.ts";
import { getEndpoint, listEndpoints, noteMissed } from "../workspace/webhook-endpoints.ts";
import type { Lease } from "./lease.ts";
import { chosenScopes, connectorOf, openIntegration, toScope, type Connectors } from "./integration-access.ts";

export interface UpkeepParts {
  readonly workspace: Workspace;
  readonly connectors: Connectors;
  readonly engine: Pick<Engine, "missedDeliveries">;
  readonly log: FastifyBaseLogger;
  readonly lease: Pick<Lease, "isHeld">;
  /** Where vendors deliver to for this integration. */
  readonly addressOf: (integrationId: string) => string;
  readonly removeBodies: (hashes: readonly string[]) => Promise<void>;
  readonly onFound: (integrationId: string) => void;
}

export interface WebhookUpkeep {
  start(): void;
  /** Asks the vendor now which deliveries it could not bring, and queues them; answers how many were new. */
  askMissed(integrationId: string): Promise<number>;
  /** Forgets deliveries that have been kept for long enough. */
  prune(): Promise<void>;
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LOOK_EVERY_MS = 60_000;
/** How long deliveries are remembered, so that one that comes again is known. */
const KEEP_DAYS = 8;
const KEEP_DEAD_DAYS = 30;
/** Vendors forget their own lists after a few days. */
const LONGEST_BACK_DAYS = 3;

/** Once an hour: what vendors could not deliver, and what may be forgotten. */
export function createUpkeep(parts: UpkeepParts): WebhookUpkeep {
  const { workspace, log } = parts;
  let timer: NodeJS.Timeout | null = null;
  let work: Promise<unknown> = Promise.resolve();
  let prunedAt = 0;
  const ago = (ms: number): Instant => new Date(Date.parse(workspace.now()) - ms).toISOString();

  const prune = async () => {
    const hashes = await pruneDeliveries(workspace, { ended: ago(KEEP_DAYS * DAY_MS), dead: ago(KEEP_DEAD_DAYS * DAY_MS) });
    await parts.removeBodies(hashes);
  };
  const look = async () => {
    if (!parts.lease.isHeld()) return;
    for (const { integrationId, missedAskedAt } of await listEndpoints(workspace)) {
      const isDue = missedAskedAt === null || Date.parse(missedAskedAt) <= Date.parse(ago(HOUR_MS));
      if (isDue && (await getIntegration(workspace, integrationId)).lifecycle === "active") await askMissed(parts, integrationId);
    }
    if (Date.now() - prunedAt < HOUR_MS) return;
    prunedAt = Date.now();
    await prune();
  };
  return {
    start() {
      timer = setInterval(() => {
        work = work.then(look).catch((error: unknown) => log.error({ err: error }, "the upkeep of webhooks failed"));
      }, LOOK_EVERY_MS);
      timer.unref();
    },
    askMissed: (id) => askMissed(parts, id),
    prune,
    async stop() {
      if (timer) clearInterval(timer);
      await work;
    },
  };
}

async function askMissed(parts: UpkeepParts, id: string): Promise<number> {
  const { workspace, connectors, engine, log } = parts;
  const saved = await getIntegration(workspace, id);
  const endpoint = await getEndpoint(workspace, id);
  if (!endpoint || !connectorOf(connectors, saved.connector).webhook?.missed) return 0;
  const farthest = Date.parse(workspace.now()) - LONGEST_BACK_DAYS * DAY_MS;
  // Twice the interval, so that what failed while we asked is asked for again; all of it after a time without an answer.
  const last =
    endpoint.missedAskedAt !== null && endpoint.missedProblem === null ? Date.parse(endpoint.missedAskedAt) - 2 * HOUR_MS : 0;
  let found = 0;
  let problem: string | null = null;
  try {
    const open = await openIntegration({ workspace, connectors }, saved);
    const integration = { ...open, scopes: (await chosenScopes(workspace, id)).map(toScope) };
    const since = new Date(Math.max(farthest, last)).toISOString();
    for await (const missed of engine.missedDeliveries(integration, { address: parts.addressOf(id), since })) {
      const delivery = {
        integrationId: id,
        deliveryId: missed.id,
        event: missed.event,
        via: "missed",
        bodyHash: null,
        bodyBytes: 0,
      } as const;
      if (await addDelivery(workspace, { ...delivery, hints: missed.hints })) found++;
    }
  } catch (error) {
    if (!(error instanceof Problem)) log.error({ err: error, integration: id }, "missed deliveries could not be asked for");
    problem = error instanceof Problem ? error.message : "The server failed while it asked; its log says why.";
  }
  await noteMissed(workspace, id, { found, problem });
  if (found > 0) parts.onFound(id);
  return found;
}
