import { createHmac, timingSafeEqual } from "node:crypto";

import type { WebhookDelivery, WebhookSpec } from "../../ingest/connector.ts";
import type { Config } from "./config.ts";
import { hintsOf } from "./webhook-hints.ts";
import { missed } from "./webhook-missed.ts";

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads */
export const webhook: WebhookSpec<Config> = {
  docs: "https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks",
  events: [
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
    "issue_comment",
    "issues",
    "push",
    "create",
    "delete",
    "release",
    "deployment",
    "deployment_status",
    "workflow_run",
    "workflow_job",
    "repository",
  ],
  guidance: [
    "Open the settings of the organisation, then Webhooks, then Add webhook. For a single repository do the same in its own settings; for a GitHub App, on the App's settings page.",
    "Put the address below into Payload URL, and choose the content type application/json.",
    "Make a secret below and put it into Secret. GitHub signs every delivery with it.",
    "Choose Let me select individual events, and tick the events below. Others do no harm: they are ignored.",
    "Leave Active ticked and save. GitHub sends a ping at once; it appears below.",
  ],
  verify,
  identify: ({ headers }) => ({ id: headers["x-github-delivery"] ?? null, event: headers["x-github-event"] ?? "unknown" }),
  hints: ({ name, body }) => hintsOf(name, body),
  missed,
};

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
function verify({ headers, body }: WebhookDelivery, secret: string): boolean {
  const given = /^sha256=([0-9a-f]{64})$/i.exec(headers["x-hub-signature-256"]?.trim() ?? "")?.[1];
  const own = createHmac("sha256", secret).update(body).digest();
  // Without a signature the work is the same, so that time tells nothing.
  const isEqual = timingSafeEqual(own, given ? Buffer.from(given, "hex") : Buffer.alloc(own.length));
  return isEqual && given !== undefined;
}
