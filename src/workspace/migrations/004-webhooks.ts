import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

import { make, type Columns } from "./columns.ts";

/** Where vendors deliver to, and what they delivered. */
export const webhooks: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await make(schema, "webhookEndpoint", endpoint, ["integrationId"]);
    await make(schema, "webhookDelivery", delivery, ["integrationId", "deliveryId"]);
    await schema.createIndex("webhookDeliveryStatus").on("webhookDelivery").columns(["status", "nextAttemptAt"]).execute();
    await schema.createIndex("webhookDeliveryTime").on("webhookDelivery").columns(["integrationId", "receivedAt"]).execute();
  },
};

const endpoint: Columns = {
  integrationId: "text!",
  secretId: "text!",
  sealed: "text!",
  secretMadeAt: "text!",
  previousId: "text",
  previousSealed: "text",
  previousUntil: "text",
  received: "integer!",
  duplicates: "integer!",
  refused: "integer!",
  lastReceivedAt: "text",
  lastRefusedAt: "text",
  lastRefusedReason: "text",
  missedAskedAt: "text",
  missedFound: "integer!",
  missedProblem: "text",
};

const delivery: Columns = {
  integrationId: "text!",
  deliveryId: "text!",
  event: "text!",
  receivedAt: "text!",
  status: "text!",
  via: "text!",
  attempts: "integer!",
  nextAttemptAt: "text",
  finishedAt: "text",
  hints: "text",
  tasks: "text!",
  outcome: "text",
  error: "text",
  bodyHash: "text",
  bodyBytes: "integer!",
  copies: "integer!",
};
