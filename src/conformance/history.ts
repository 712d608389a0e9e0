import { expect } from "vitest";

import type { Connector, Hint, WebhookDelivery } from "../ingest/connector.ts";
import type { Engine, IngestIntegration } from "../ingest/engine.ts";
import { compareRows, compareTruth } from "./compare.ts";
import { connect, dyingSink, entityRows, type Place } from "./place.ts";
import type { Fault, Vendor, VendorStart } from "./vendor.ts";

const A_DAY = 86_400;
const BEGIN = "2026-11-01T00:00:00Z";
/** What a reader may suffer without anything being lost for good; records that do not fit are quarantined, and so compared apart. */
const passing: readonly Fault[] = [
  "bad_gateway",
  "timeout",
  "truncated",
  "reset",
  "limited",
  "spent",
  "partial",
  "html",
  "duplicate_page",
];

/** The state of one random history, and what was done in it so far. */
interface Play {
  readonly place: Place;
  readonly vendor: Vendor;
  readonly integration: IngestIntegration;
  readonly random: () => number;
  readonly steps: string[];
  /** Deliveries that have not arrived yet; some never will. */
  readonly underWay: WebhookDelivery[];
}

/**
 * Random edits at the vendor, mixed with reads that die, pause or suffer, and with webhooks that come late, twice or never. Afterwards, once
 * the vendor is calm and every reader had its turn, the stored rows equal those of a reader who looks for the first time, and the truth.
 */
export async function playHistory(
  place: Place,
  connector: Connector<unknown>,
  { start }: VendorStart,
  seed: number,
): Promise<void> {
  const vendor = await start({ seed: 1 + (seed % 3), now: BEGIN, elapsed: place.elapsed });
  const random = seeded(seed);
  const steps: string[] = [];
  try {
    const { config, scopes } = vendor;
    const integration = await connect(place, connector, { id: `history-${seed}`, config, scopes });
    const play: Play = { place, vendor, integration, random, steps, underWay: [] };
    const length = 4 + Math.floor(random() * 6);
    for (let step = 0; step < length; step++) await oneStep(play);
    await settle(play);
    const fresh = await connect(place, connector, { id: `history-${seed}-fresh`, config, scopes });
    const summary = await place.withEngine((engine) => engine.ingest({ integration: fresh }));
    expect(summary).toMatchObject({ outcome: "succeeded", totals: { quarantined: 0 } });
    const stored = await entityRows(place, integration, vendor);
    compareRows(stored, await entityRows(place, fresh, vendor));
    compareTruth(stored, vendor.truth());
    expect(vendor.writes?.() ?? 0).toBe(0);
  } catch (error) {
    throw new Error(`history ${seed} (${steps.join(" · ")}): ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    await vendor.stop();
  }
}

const STEPS: readonly { readonly weight: number; play(play: Play): Promise<unknown> }[] = [
  { weight: 4, play: editSome },
  { weight: 2, play: (play) => read(play, "read") },
  { weight: 2, play: (play) => readWhileEdited(play) },
  { weight: 2, play: die },
  { weight: 2, play: suffer },
  { weight: 1, play: pause },
  { weight: 3, play: deliver },
  { weight: 1, play: reconcile },
];

async function oneStep(play: Play): Promise<void> {
  const steps = play.vendor.endTokens ? [...STEPS, { weight: 1, play: outliveToken }] : STEPS;
  const total = steps.reduce((sum, { weight }) => sum + weight, 0);
  let left = play.random() * total;
  const chosen = steps.find(({ weight }) => (left -= weight) < 0) ?? steps[0]!;
  await chosen.play(play);
  play.vendor.advance(2 + Math.floor(play.random() ** 3 * 7200));
}

/* ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────── */

async function editSome({ vendor, random, steps }: Play): Promise<void> {
  const count = 1 + Math.floor(random() * 4);
  for (let edit = 0; edit < count; edit++) {
    steps.push(vendor.edit(random));
    vendor.advance(1 + Math.floor(random() * 60));
  }
}

async function read({ place, integration, steps }: Play, name: string, signal?: AbortSignal) {
  steps.push(name);
  return place.withEngine((engine) => engine.ingest({ integration, ...(signal ? { signal } : {}) }));
}

/** Does something once the vendor was called so often. */
async function duringRead(
  play: Play,
  { name, act }: { name: string; act: () => void },
  work: (name: string) => Promise<unknown>,
) {
  const moment = play.vendor.calls() + Math.floor(play.random() * 12);
  const watch = setInterval(() => {
    if (play.vendor.calls() < moment) return;
    clearInterval(watch);
    act();
  }, 2);
  try {
    await work(name);
  } finally {
    clearInterval(watch);
  }
}

const readWhileEdited = (play: Play) =>
  duringRead(play, { name: "read, edited meanwhile", act: () => void play.steps.push(play.vendor.edit(play.random)) }, (name) =>
    read(play, name),
  );

function pause(play: Play) {
  const stop = new AbortController();
  return duringRead(play, { name: "paused read", act: () => stop.abort() }, (name) => read(play, name, stop.signal));
}

async function die({ place, integration, random, steps }: Play): Promise<void> {
  const writes = Math.floor(random() * 8);
  steps.push(`died after ${writes} writes`);
  await place
    .withEngine((engine) => engine.ingest({ integration }), { sink: dyingSink(place.warehouse, writes) })
    .catch(() => undefined);
}

const outliveToken = (play: Play) =>
  duringRead(play, { name: "read, its token ended", act: () => play.vendor.endTokens!() }, (name) => read(play, name));

async function suffer(play: Play): Promise<void> {
  const { vendor, random } = play;
  const known = passing.filter((fault) => vendor.faults[fault]);
  const chosen = known.filter(() => random() < 0.4);
  for (const fault of chosen) vendor.faults[fault]!({ rate: 0.05 + random() * 0.15 });
  await read(play, `read with ${chosen.join(", ") || "nothing wrong"}`);
  vendor.calm();
}

/** Some deliveries arrive, in any order and now and then twice; some are lost, some come later. */
async function deliver(play: Play): Promise<void> {
  const { vendor, random, underWay, steps } = play;
  if (!vendor.deliveries) return void (await read(play, "read"));
  underWay.push(...vendor.deliveries().filter(() => random() < 0.75));
  const arriving = underWay.splice(0, underWay.length).filter((delivery) => random() < 0.8 || void underWay.push(delivery));
  const twice = arriving.filter(() => random() < 0.2);
  const all = [...arriving, ...twice].sort(() => random() - 0.5);
  steps.push(`${all.length} deliveries`);
  await play.place.withEngine((engine) => readDeliveries(engine, play, all));
}

async function readDeliveries(
  engine: Engine,
  { integration, vendor }: Play,
  deliveries: readonly WebhookDelivery[],
): Promise<void> {
  const webhook = integration.connector.webhook!;
  const hints: Hint[] = [];
  for (const delivery of deliveries) {
    expect(webhook.verify(delivery, vendor.webhookSecret!)).toBe(true);
    const { event } = webhook.identify(delivery);
    const body: unknown = JSON.parse(Buffer.from(delivery.body).toString());
    hints.push(...webhook.hints({ name: event, body, scopes: integration.scopes }));
  }
  if (hints.length > 0) await engine.readHints({ integration, hints });
}

async function reconcile({ place, integration, steps }: Play): Promise<void> {
  if (!integration.connector.streams.some(({ sweep }) => sweep)) return;
  steps.push("reconciled");
  await place.withEngine((engine) => engine.reconcile({ integration }));
}

/* ── The end ─────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Calm days: every reader has its turn, every sweep its second look, every unfinished thing is asked for again. */
async function settle(play: Play): Promise<void> {
  play.vendor.calm();
  for (let day = 0; day < 3; day++) {
    play.vendor.advance(A_DAY + 600);
    expect(await read(play, "calm read")).toMatchObject({ outcome: "succeeded" });
    await reconcile(play);
  }
}

/** The same numbers for the same seed. https://prng.di.unimi.it (splitmix32) */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 4_294_967_296;
  };
}
