import { z } from "zod";

import { instant, integrationParams, pageQuery, problemText, words } from "./shared.ts";

const deliveryStatus = z.enum(["received", "processing", "done", "ignored", "dead"]);

export const webhook = z
  .object({
    isSupported: z.boolean().meta({ description: "false: the connector understands no deliveries" }),
    address: z.string().meta({ description: "where the vendor sends to" }),
    isLoopback: z.boolean().meta({ description: "true: only this machine reaches the address; set LEADLINE_PUBLIC_URL" }),
    contentType: z.string(),
    docs: z.string().nullable(),
    events: z.array(z.string()).meta({ description: "what to subscribe to" }),
    guidance: z.array(z.string()).meta({ description: "what people do at the vendor, step by step" }),
    secret: z
      .object({
        madeAt: instant,
        previousUntil: instant.nullable().meta({ description: "until then the one before is accepted too" }),
      })
      .nullable()
      .meta({ description: "null: none was made yet, and nothing is received" }),
    received: z.int(),
    duplicates: z.int().meta({ description: "copies of deliveries that had come before" }),
    refused: z.int().meta({ description: "without an accepted signature; nothing of them is kept" }),
    lastReceivedAt: instant.nullable(),
    lastRefusedAt: instant.nullable(),
    lastRefusedReason: z.string().nullable(),
    waiting: z.int(),
    dead: z.int(),
    missed: z
      .object({
        isAsked: z.boolean().meta({ description: "the vendor can list what it could not deliver" }),
        askedAt: instant.nullable(),
        found: z.int(),
        problem: z.string().nullable(),
      })
      .meta({ description: "deliveries that the vendor could not bring and does not send again" }),
    health: z.enum(["off", "silent", "receiving", "troubled"]),
    sentence: z.string().meta({ description: "the state in words" }),
  })
  .meta({ id: "Webhook" });

export const secretRequest = z.strictObject({
  overlapHours: z
    .number()
    .min(0)
    .max(720)
    .default(24)
    .meta({ description: "how long the secret before stays accepted; 0: not at all" }),
});

export const madeSecret = z
  .object({ secret: z.string().meta({ description: "shown this once" }), webhook })
  .meta({ id: "WebhookSecret" });

export const delivery = z
  .object({
    id: z.string(),
    event: z.string(),
    receivedAt: instant,
    status: deliveryStatus,
    via: z.enum(["delivery", "missed"]).meta({ description: "missed: it never arrived, the vendor's list names it" }),
    copies: z.int(),
    attempts: z.int(),
    nextAttemptAt: instant.nullable(),
    finishedAt: instant.nullable(),
    lagMs: z.int().nullable().meta({ description: "from arrival until it was read" }),
    hints: z
      .array(z.object({ stream: z.string(), scope: z.string(), keys: z.array(z.string()).nullable(), isGone: z.boolean() }))
      .meta({ description: "what was read again because of it" }),
    tasks: z.array(z.string()),
    outcome: z.string().nullable(),
    error: problemText.nullable(),
    bytes: z.int(),
    bodyHash: z.string().nullable(),
  })
  .meta({ id: "WebhookDelivery" });

export const deliveryQuery = z.object({
  status: words("received", "processing", "done", "ignored", "dead"),
  event: z.string().optional(),
  ...pageQuery,
});

export const deliveryParams = integrationParams.extend({ delivery: z.string() });

export const deliveryBody = z
  .object({ delivery, body: z.unknown().meta({ description: "as it came, secrets hidden; null when it is not kept" }) })
  .meta({ id: "WebhookDeliveryBody" });

export const replayed = z.object({ replayed: z.int() }).meta({ id: "WebhookReplay" });

export type WebhookBody = z.output<typeof webhook>;
export type MadeSecret = z.output<typeof madeSecret>;
export type DeliveryBody = z.output<typeof delivery>;
export type DeliveryQuery = z.output<typeof deliveryQuery>;
export type DeliveryWithBody = z.output<typeof deliveryBody>;
