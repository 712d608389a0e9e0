import type { FastifyBaseLogger } from "fastify";

import { sha256 } from "../ingest/canonical.ts";
import type { WebhookDelivery, WebhookSpec } from "../ingest/connector.ts";
import type { Archive } from "../ingest/sink.ts";
import type { Workspace } from "../workspace/open.ts";
import { addDelivery, type StoredHint } from "../workspace/webhook-deliveries.ts";
import { noteRefused, usableSecrets } from "../workspace/webhook-endpoints.ts";
import { chosenScopes, toScope, type Connectors } from "./integration-access.ts";
import type { Lease } from "./lease.ts";
import type { WebhookMeasures } from "./prometheus.ts";
import { badSignature, unknownHook } from "./webhook-problems.ts";

export interface ReceiverParts {
  readonly workspace: Workspace;
  readonly connectors: Connectors;
  /** Where bodies lie until they are pruned. */
  readonly bodies: Archive;
  readonly log: FastifyBaseLogger;
  readonly measures: WebhookMeasures;
  /** A delivery waits to be read. */
  /** A process that does not hold it writes down what a delivery names: its body lies here, where nobody reads. */
  readonly lease: Pick<Lease, "isHeld">;
  readonly onReceived: (integrationId: string) => void;
}

export interface WebhookReceiver {
  /** The id of the integration that receives under this id or name; throws the same for everything that does not. */
  find(name: string): Promise<string>;
  /** Verifies a delivery and keeps it; it is safe when this answers. Throws without keeping anything of one that is not signed. */
  receive(name: string, delivery: WebhookDelivery): Promise<void>;
}

export function createReceiver(parts: ReceiverParts): WebhookReceiver {
  const { workspace, connectors, bodies, log, measures, onReceived } = parts;
  const lookUp = async (name: string) => {
    const row = await workspace.db
      .selectFrom("integration")
      .select(["id", "connector", "lifecycle"])
      .where((e) => e.or([e("id", "=", name), e(e.fn<string>("lower", ["name"]), "=", name.toLowerCase())]))
      .orderBy((e) => e.case().when("id", "=", name).then(0).else(1).end())
      .executeTakeFirst();
    const spec = connectors.find((connector) => connector.name === row?.connector)?.webhook;
    const secrets = row && (await usableSecrets(workspace, row.id));
    if (!row || !spec || !secrets || row.lifecycle === "deleting") throw unknownHook();
    return { id: row.id, spec, secrets };
  };
  return {
    find: async (name) => (await lookUp(name)).id,
    async receive(name, delivery) {
      const { id, spec, secrets } = await lookUp(name);
      if (!isSigned(spec, delivery, secrets)) {
        await noteRefused(workspace, id, `No accepted signature on ${delivery.body.byteLength} bytes.`);
        measures.refused(id);
        log.warn({ integration: id, bytes: delivery.body.byteLength }, "a delivery was refused: its signature is not accepted");
        throw badSignature();
      }
      const { id: given, event } = spec.identify(delivery);
      const bodyHash = await bodies.put(delivery.body);
      const hints = parts.lease.isHeld() ? null : await hintsOf(parts, { id, spec, event, body: delivery.body });
      const isNew = await addDelivery(workspace, {
        integrationId: id,
        deliveryId: (given ?? `body-${sha256(delivery.body)}`).slice(0, 200),
        event: event.slice(0, 200),
        via: "delivery",
        bodyHash,
        bodyBytes: delivery.body.byteLength,
        ...(hints ? { hints } : {}),
      });
      measures.received(id, isNew);
      if (isNew) onReceived(id);
    },
  };
}

interface Heard {
  readonly id: string;
  readonly spec: WebhookSpec<never>;
  readonly event: string;
  readonly body: Uint8Array;
}

/** Null when it is not understood; then it becomes a dead letter that says so. */
async function hintsOf({ workspace }: ReceiverParts, { id, spec, event, body }: Heard): Promise<readonly StoredHint[] | null> {
  const scopes = (await chosenScopes(workspace, id)).map(toScope);
  try {
    return spec.hints({ name: event, body: JSON.parse(Buffer.from(body).toString()), scopes });
  } catch {
    return null;
  }
}

/** Every secret is tried whatever the first one says, so that time tells nothing. */
function isSigned(spec: WebhookSpec<never>, delivery: WebhookDelivery, secrets: readonly string[]): boolean {
  const results = secrets.map((secret) => spec.verify(delivery, secret));
  return results.includes(true);
}
