import { createHmac, randomUUID } from "node:crypto";

/** What GitHub would send. https://docs.github.com/en/webhooks/webhook-events-and-payloads */
export interface WebhookEvent {
  /** `pull_request`, `workflow_run` … */
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly to: string;
  /** 0 when nobody answered. */
  readonly status: number;
}

/** Sends signed deliveries; like GitHub, never a second time by itself. */
export class Webhooks {
  readonly deliveries: Delivery[] = [];
  readonly #hooks: { url: string; secret: string }[] = [];
  #pending: Promise<unknown> = Promise.resolve();

  /** From now on every edit is delivered there. */
  subscribe(url: string, secret: string) {
    this.#hooks.push({ url, secret });
  }

  /** Queues an event for all subscribers, in order. */
  publish(event: WebhookEvent) {
    for (const { url, secret } of this.#hooks) this.#pending = this.#pending.then(() => this.deliver(url, secret, event));
  }

  /** Resolves when everything published so far was sent. */
  async settled() {
    await this.#pending;
  }

  /** Sends one event, signed with the secret. */
  async deliver(to: string, secret: string, event: WebhookEvent): Promise<Delivery> {
    const body = JSON.stringify(event.payload);
    const id = randomUUID();
    const headers = {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/simulated",
      "x-github-event": event.name,
      "x-github-delivery": id,
      "x-github-hook-id": "1",
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    };
    const status = await fetch(to, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) }).then(
      (answer) => answer.status,
      () => 0,
    );
    const delivery = { id, event: event.name, to, status };
    this.deliveries.push(delivery);
    return delivery;
  }
}
