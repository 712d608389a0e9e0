import type { Archive } from "../ingest/sink.ts";
import { createRedactor } from "../ingest/redact.ts";
import { listScopes } from "../workspace/integration-scopes.ts";
import { getIntegration, type Integration } from "../workspace/integrations.ts";
import {
  countDeliveries,
  getDelivery,
  listDeliveries,
  replayDeliveries,
  type Delivery,
} from "../workspace/webhook-deliveries.ts";
import { endOverlap, getEndpoint, rotateSecret, usableSecrets, type WebhookEndpoint } from "../workspace/webhook-endpoints.ts";
import { unknownDelivery } from "../workspace/problems.ts";
import type { AnyConnector } from "./connector-form.ts";
import type { Context } from "./context.ts";
import { connectorOf } from "./integration-access.ts";
import { readCursor } from "./paging.ts";
import { hideSecrets } from "./payload-view.ts";
import type { Services } from "./services.ts";
import type { DeliveryBody, WebhookBody } from "./shapes/webhooks.ts";
import type { WebhookReceiver } from "./webhook-receiver.ts";
import { noWebhooks } from "./webhook-problems.ts";

export interface WebhookBelongings {
  readonly receiver: WebhookReceiver;
  readonly bodies: Archive;
  /** Deliveries went back into the queue. */
  readonly onWaiting: (integrationId: string) => void;
}

export function webhooksService(context: Context, { receiver, bodies, onWaiting }: WebhookBelongings): Services["webhooks"] {
  const { workspace } = context;
  return {
    find: (name) => receiver.find(name),
    receive: (name, delivery) => receiver.receive(name, delivery),
    get: (id) => webhookBody(context, id),
    async makeSecret(actor, id, { overlapHours }) {
      const { connector } = await supported(context, id);
      if (!connector.webhook) throw noWebhooks(connector.label);
      const secret = await rotateSecret(workspace, actor, { integrationId: id, overlapSeconds: overlapHours * 3600 });
      return { secret, webhook: await webhookBody(context, id) };
    },
    async endOverlap(actor, id) {
      await getIntegration(workspace, id);
      await endOverlap(workspace, actor, id);
      return webhookBody(context, id);
    },
    async deliveries(id, { cursor, limit, ...filter }) {
      await getIntegration(workspace, id);
      const offset = readCursor(cursor);
      const { items, total } = await listDeliveries(workspace, id, { ...filter, offset, limit });
      const names = await scopeNames(context, id);
      const nextCursor = offset + limit < total ? String(offset + limit) : null;
      return { items: items.map((item) => deliveryBody(item, names)), nextCursor, total };
    },
    async delivery(id, deliveryId) {
      const found = await getDelivery(workspace, id, deliveryId);
      const redactor = createRedactor((await usableSecrets(workspace, id)) ?? []);
      const body =
        found.bodyHash === null ? null : bodyOf(redactor.redact(Buffer.from(await bodies.get(found.bodyHash)).toString()));
      return { delivery: deliveryBody(found, await scopeNames(context, id)), body };
    },
    async replay(_actor, id, deliveryId) {
      await getIntegration(workspace, id);
      const replayed = await replayDeliveries(workspace, id, deliveryId);
      if (deliveryId !== null && replayed === 0) {
        const { status } = await getDelivery(workspace, id, deliveryId);
        if (status !== "processing") throw unknownDelivery(deliveryId);
      }
      if (replayed > 0) onWaiting(id);
      return { replayed };
    },
  };
}

/** Text stays text: what is not JSON is shown as it came. */
function bodyOf(text: string): unknown {
  try {
    return hideSecrets(JSON.parse(text));
  } catch {
    return text.slice(0, 20_000);
  }
}

async function supported(context: Context, id: string): Promise<{ saved: Integration; connector: AnyConnector }> {
  const saved = await getIntegration(context.workspace, id);
  return { saved, connector: connectorOf(context.connectors, saved.connector) };
}

async function webhookBody(context: Context, id: string): Promise<WebhookBody> {
  const { saved, connector } = await supported(context, id);
  const { webhook: spec } = connector;
  const endpoint = await getEndpoint(context.workspace, id);
  const counts = await countDeliveries(context.workspace, id);
  const address = context.hookAddress(id);
  const state = stateOf(endpoint, { dead: counts.dead, lifecycle: saved.lifecycle });
  return {
    isSupported: spec !== undefined,
    address,
    isLoopback: /^(localhost|127\..*|\[::1\]|0\.0\.0\.0)$/.test(new URL(address).hostname),
    contentType: "application/json",
    docs: spec?.docs ?? null,
    events: [...(spec?.events ?? [])],
    guidance: [...(spec?.guidance ?? [])],
    secret: endpoint && { madeAt: endpoint.secretMadeAt, previousUntil: overlapOf(endpoint, context.workspace.now()) },
    received: endpoint?.received ?? 0,
    duplicates: endpoint?.duplicates ?? 0,
    refused: endpoint?.refused ?? 0,
    lastReceivedAt: endpoint?.lastReceivedAt ?? null,
    lastRefusedAt: endpoint?.lastRefusedAt ?? null,
    lastRefusedReason: endpoint?.lastRefusedReason ?? null,
    waiting: counts.received + counts.processing,
    dead: counts.dead,
    missed: {
      isAsked: spec?.missed !== undefined,
      askedAt: endpoint?.missedAskedAt ?? null,
      found: endpoint?.missedFound ?? 0,
      problem: endpoint?.missedProblem ?? null,
    },
    ...state,
  };
}

const overlapOf = ({ previousUntil }: WebhookEndpoint, now: string): string | null =>
  previousUntil !== null && Date.parse(previousUntil) > Date.parse(now) ? previousUntil : null;

function stateOf(
  endpoint: WebhookEndpoint | null,
  { dead, lifecycle }: { dead: number; lifecycle: Integration["lifecycle"] },
): Pick<WebhookBody, "health" | "sentence"> {
  if (!endpoint) return { health: "off", sentence: "No secret was made yet, so nothing is received." };
  const { lastReceivedAt, lastRefusedAt } = endpoint;
  const isRefusedLast = lastRefusedAt !== null && (lastReceivedAt === null || lastRefusedAt > lastReceivedAt);
  if (isRefusedLast) return { health: "troubled", sentence: "The last delivery was refused: it is not signed with this secret." };
  if (dead > 0) return { health: "troubled", sentence: `${dead} ${dead === 1 ? "delivery" : "deliveries"} could not be read.` };
  if (lastReceivedAt === null) return { health: "silent", sentence: "No delivery has come yet." };
  if (lifecycle === "paused") return { health: "receiving", sentence: "Deliveries are kept while the integration is paused." };
  return { health: "receiving", sentence: "Deliveries arrive." };
}

const scopeNames = async ({ workspace }: Context, id: string): Promise<ReadonlyMap<string, string>> =>
  new Map((await listScopes(workspace, id)).map((scope) => [scope.id, scope.name]));

function deliveryBody(delivery: Delivery, names: ReadonlyMap<string, string>): DeliveryBody {
  const { deliveryId, bodyBytes, receivedAt, finishedAt, tasks, hints, integrationId: _id, ...rest } = delivery;
  return {
    ...rest,
    id: deliveryId,
    receivedAt,
    finishedAt,
    bytes: bodyBytes,
    tasks: [...tasks],
    lagMs: finishedAt === null ? null : Math.max(0, Date.parse(finishedAt) - Date.parse(receivedAt)),
    hints: (hints ?? []).map(({ stream, scopeId, keys, isGone = false }) => ({
      stream,
      scope: names.get(scopeId) ?? scopeId,
      keys: keys && [...keys],
      isGone,
    })),
  };
}
