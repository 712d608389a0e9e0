import { createHmac, randomUUID } from "node:crypto";

import type { Json } from "./state.ts";

export interface WebhookEvent {
  /** `jira:issue_updated`, `sprint_closed` … */
  readonly name: string;
  readonly payload: Json;
}

/** Sends signed deliveries. https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks */
export class Webhooks {
  readonly deliveries: { id: string; event: string; status: number }[] = [];
  readonly #hooks: { url: string; secret: string | null }[] = [];
  #pending: Promise<unknown> = Promise.resolve();

  /** From now on every edit is delivered there; without a secret unsigned, as old servers do. */
  subscribe(url: string, secret: string | null) {
    this.#hooks.push({ url, secret });
  }

  publish(event: WebhookEvent) {
    for (const hook of this.#hooks) this.#pending = this.#pending.then(() => this.#deliver(hook, event));
  }

  /** Resolves when everything published so far was sent. */
  async settled() {
    await this.#pending;
  }

  async #deliver({ url, secret }: { url: string; secret: string | null }, { name, payload }: WebhookEvent) {
    const body = JSON.stringify(payload);
    const id = randomUUID();
    const headers = {
      "content-type": "application/json; charset=UTF-8",
      "x-atlassian-webhook-identifier": id,
      "x-atlassian-webhook-flow": "Primary",
      ...(secret === null ? {} : { "x-hub-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` }),
    };
    const status = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) }).then(
      (answer) => answer.status,
      () => 0,
    );
    this.deliveries.push({ id, event: name, status });
  }
}
