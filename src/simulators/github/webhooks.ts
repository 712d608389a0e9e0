import { createHmac, randomUUID } from "node:crypto";

import type { Seconds } from "../organisation/index.ts";
import { Random } from "../organisation/random.ts";

/** What GitHub would send. https://docs.github.com/en/webhooks/webhook-events-and-payloads */
export interface WebhookEvent {
  /** `pull_request`, `workflow_run` … */
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** One try of one delivery; a try again has the same `id`. */
export interface Delivery {
  /** Of the try. */
  readonly number: number;
  readonly id: string;
  readonly hookId: number;
  readonly event: string;
  readonly payload: WebhookEvent["payload"];
  readonly to: string;
  readonly deliveredAt: Seconds;
  readonly isRedelivery: boolean;
  /** 0 when nobody answered. */
  readonly status: number;
}

/** Where a webhook was made: by the organisation, by the App, or in a repository named `acme/pay`. */
export type HookPlace = "organisation" | "app" | `${string}/${string}`;

export interface Hook {
  readonly id: number;
  readonly url: string;
  readonly secret: string;
  readonly place: HookPlace;
}

type ReleaseOrder = "sent" | "reversed" | "shuffled";

const undisturbed = { copies: 1, isLost: false, isListed: true };

interface Sending {
  readonly hook: Hook;
  readonly event: WebhookEvent;
  readonly id: string;
  /** Decided when it was published. */
  readonly copies: number;
  readonly isLost: boolean;
  readonly isListed: boolean;
}

/** Sends signed deliveries; like GitHub, never a second time by itself. Tests make it lose, double, delay and reorder them. */
export class Webhooks {
  /** Every try that GitHub's own list shows, oldest first. */
  readonly deliveries: Delivery[] = [];
  readonly hooks: Hook[] = [];
  readonly #clock: () => Seconds;
  readonly #random = new Random("webhooks");
  #pending: Promise<unknown> = Promise.resolve();
  #held: Sending[] | null = null;
  #lossRate = 0;
  #isLossListed = true;
  #copies = 1;
  #nextNumber = 12_345_678_901;

  constructor(clock: () => Seconds = () => Math.floor(Date.now() / 1000)) {
    this.#clock = clock;
  }

  /** From now on edits are delivered there: all of them, or those of one repository. */
  subscribe(url: string, secret: string, place: HookPlace = "organisation"): Hook {
    const hook = { id: this.hooks.length + 1, url, secret, place };
    this.hooks.push(hook);
    return hook;
  }

  /** Queues an event for its subscribers, in order. */
  publish(event: WebhookEvent) {
    const { full_name: name } = (event.payload.repository ?? {}) as { full_name?: string };
    for (const hook of this.hooks)
      if (!hook.place.includes("/") || hook.place === name) this.#queue({ hook, event, id: randomUUID(), ...this.#fate() });
  }

  /** Resolves when everything published so far was sent; what is held is not waited for. */
  async settled() {
    await this.#pending;
  }

  /* ── What goes wrong on the way ── */

  /** So many of the next deliveries never arrive. GitHub's list knows them as failed, unless it is told to forget them. */
  drop(rate: number, { isListed = true }: { isListed?: boolean } = {}) {
    this.#lossRate = rate;
    this.#isLossListed = isListed;
  }

  /** Each of the next deliveries arrives so many times, with the same id. */
  duplicate(copies: number) {
    this.#copies = copies;
  }

  /** From now on deliveries wait. */
  hold() {
    this.#held ??= [];
  }

  /** Sends what waits, late and in this order, all at once if so wanted; resolves when it was sent. */
  async release(order: ReleaseOrder = "sent", { isBurst = false }: { isBurst?: boolean } = {}) {
    const held = this.#held ?? [];
    this.#held = null;
    if (order === "reversed") held.reverse();
    if (order === "shuffled") held.sort(() => this.#random.next() - 0.5);
    if (isBurst) await Promise.all(held.map((sending) => this.#send(sending)));
    else for (const sending of held) this.#queue(sending);
    await this.settled();
  }

  /* ── Sending ── */

  /** Sends one event to an address that nobody subscribed. */
  deliver(to: string, secret: string, event: WebhookEvent, id: string = randomUUID()): Promise<Delivery> {
    return this.#try({ hook: { id: 0, url: to, secret, place: "organisation" }, event, id, ...undisturbed }, false);
  }

  /** https://docs.github.com/en/rest/orgs/webhooks#redeliver-a-delivery-for-an-organization-webhook */
  async redeliver(number: number): Promise<Delivery | null> {
    const before = this.deliveries.find((delivery) => delivery.number === number);
    const hook = this.hooks.find(({ id }) => id === before?.hookId);
    if (!before || !hook) return null;
    return this.#try({ hook, event: { name: before.event, payload: before.payload }, id: before.id, ...undisturbed }, true);
  }

  #queue(sending: Sending) {
    if (this.#held) this.#held.push(sending);
    else this.#pending = this.#pending.then(() => this.#send(sending));
  }

  async #send(sending: Sending) {
    const { isLost, isListed, copies } = sending;
    if (isLost && isListed) this.#note(sending, { status: 0, isRedelivery: false });
    for (let copy = 0; copy < copies && !isLost; copy++) await this.#try(sending, copy > 0);
  }

  #fate = () => ({
    copies: this.#copies,
    isLost: this.#random.next() < this.#lossRate,
    isListed: this.#isLossListed,
  });

  async #try(sending: Sending, isRedelivery: boolean): Promise<Delivery> {
    const { hook, event, id } = sending;
    const body = JSON.stringify(event.payload);
    const headers = {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/simulated",
      "x-github-event": event.name,
      "x-github-delivery": id,
      "x-github-hook-id": String(hook.id),
      "x-hub-signature-256": `sha256=${createHmac("sha256", hook.secret).update(body).digest("hex")}`,
    };
    const status = await fetch(hook.url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) }).then(
      (answer) => answer.status,
      () => 0,
    );
    return this.#note(sending, { status, isRedelivery });
  }

  #note({ hook, event, id }: Sending, { status, isRedelivery }: Pick<Delivery, "status" | "isRedelivery">): Delivery {
    const delivery: Delivery = {
      number: this.#nextNumber++,
      id,
      hookId: hook.id,
      event: event.name,
      payload: event.payload,
      to: hook.url,
      deliveredAt: this.#clock(),
      isRedelivery,
      status,
    };
    this.deliveries.push(delivery);
    return delivery;
  }
}
