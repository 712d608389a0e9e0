import { z } from "zod";

import { notificationEvents } from "../notify-judge.ts";
import { instant, pageOf, problemText } from "./shared.ts";

const events = z
  .array(z.enum(notificationEvents))
  .min(1)
  .meta({ description: "what to hear of: failed, recovered, stale, credential (about to end), stuck, deleted" });

const common = {
  name: z.string().trim().min(1).max(100),
  events: events.default([...notificationEvents]),
  isEnabled: z.boolean().default(true),
};
const url = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .meta({ description: "kept encrypted, never shown again" });
const address = z
  .string()
  .trim()
  .min(3)
  .max(320)
  .regex(/^[^\r\n]+@[^\r\n]+$/, "an e-mail address");

const email = {
  host: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^[\w.:[\]-]+$/, "a host name or address"),
  port: z.int().min(1).max(65_535),
  security: z
    .enum(["tls", "starttls", "none"])
    .meta({ description: "tls: from the first byte; starttls: refused when the server cannot" }),
  user: z.string().max(320).nullable().default(null),
  password: z.string().max(1000).optional().meta({ description: "kept encrypted, never shown again" }),
  from: address,
  to: z.array(address).min(1).max(50),
};
const secret = z
  .string()
  .min(16)
  .max(1000)
  .optional()
  .meta({ description: "signs each message: HMAC-SHA-256 in x-leadline-signature" });

export const channelCreate = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("email"), ...common, ...email }),
  z.strictObject({ kind: z.literal("slack"), ...common, url }),
  z.strictObject({ kind: z.literal("webhook"), ...common, url, secret }),
]);

/** Only what changes; a secret that is left out stays. What does not belong to the kind of channel is refused. */
export const channelPatch = z.strictObject({
  name: common.name.optional(),
  events: events.optional(),
  isEnabled: z.boolean().optional(),
  url: url.optional(),
  secret,
  host: email.host.optional(),
  port: email.port.optional(),
  security: email.security.optional(),
  user: z.string().max(320).nullable().optional(),
  password: email.password,
  from: address.optional(),
  to: email.to.optional(),
});

export const channel = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["email", "slack", "webhook"]),
    settings: z.record(z.string(), z.unknown()).meta({ description: "without secrets; of an address only its host" }),
    events: z.array(z.string()),
    isEnabled: z.boolean(),
    createdAt: instant,
    updatedAt: instant,
    lastSentAt: instant.nullable(),
    lastError: z.string().nullable(),
  })
  .meta({ id: "NotificationChannel" });

export const testAnswer = z
  .object({ ok: z.boolean(), sentence: z.string(), problem: problemText.nullable() })
  .meta({ id: "NotificationTest" });

export const notification = z
  .object({
    id: z.string(),
    channel: z.string(),
    event: z.string(),
    integration: z.string().nullable(),
    title: z.string(),
    text: z.string(),
    state: z.enum(["pending", "sent", "failed"]),
    attempts: z.int(),
    createdAt: instant,
    nextAttemptAt: instant.nullable(),
    sentAt: instant.nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: "Notification" });

export const notificationPage = pageOf(notification);

export type ChannelCreate = z.output<typeof channelCreate>;
export type ChannelPatch = z.output<typeof channelPatch>;
export type ChannelBody = z.output<typeof channel>;
export type TestAnswer = z.output<typeof testAnswer>;
export type NotificationBody = z.output<typeof notification>;
