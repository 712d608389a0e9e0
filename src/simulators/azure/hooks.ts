import { randomUUID } from "node:crypto";

import { iso, type Json } from "./wire.ts";

/** What Azure DevOps would send. https://learn.microsoft.com/en-us/azure/devops/service-hooks/events */
export interface HookEvent {
  /** `workitem.updated`, `build.complete` … */
  readonly name: string;
  readonly payload: Json;
}

export const hookEvent = (name: string, resource: Json, project: { id: string; name: string }, at: number): HookEvent => ({
  name,
  payload: {
    subscriptionId: randomUUID(),
    notificationId: 1,
    id: randomUUID(),
    eventType: name,
    publisherId: name.startsWith("ms.vss-release") ? "rm" : name.startsWith("ms.vss-pipelines") ? "pipelines" : "tfs",
    message: { text: name },
    resource,
    resourceVersion: "1.0",
    resourceContainers: { collection: { id: randomUUID() }, account: { id: randomUUID() }, project: { id: project.id } },
    createdDate: iso(at),
  },
});

export interface HookDelivery {
  readonly event: string;
  readonly to: string;
  /** 0 when nobody answered. */
  readonly status: number;
}

/** Sends deliveries with the secret as password of basic authentication: nothing is signed. */
export class ServiceHooks {
  readonly deliveries: HookDelivery[] = [];
  readonly #hooks: { url: string; secret: string }[] = [];
  #pending: Promise<unknown> = Promise.resolve();

  /** From now on every edit is delivered there. */
  subscribe(url: string, secret: string) {
    this.#hooks.push({ url, secret });
  }

  publish(event: HookEvent) {
    for (const { url, secret } of this.#hooks) this.#pending = this.#pending.then(() => this.deliver(url, secret, event));
  }

  /** Resolves when everything published so far was sent. */
  async settled() {
    await this.#pending;
  }

  async deliver(to: string, secret: string, event: HookEvent): Promise<HookDelivery> {
    const headers = {
      "content-type": "application/json; charset=utf-8",
      "user-agent": "VSServices/simulated",
      authorization: `Basic ${Buffer.from(`leadline:${secret}`).toString("base64")}`,
    };
    const body = JSON.stringify(event.payload);
    const status = await fetch(to, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) }).then(
      (answer) => answer.status,
      () => 0,
    );
    const delivery = { event: event.name, to, status };
    this.deliveries.push(delivery);
    return delivery;
  }
}
