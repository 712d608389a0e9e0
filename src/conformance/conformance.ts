import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Connector } from "../ingest/connector.ts";
import { DataError } from "../ingest/errors.ts";
import type { IngestIntegration, IngestSummary } from "../ingest/engine.ts";
import { secretsOf } from "../ingest/redact.ts";
import { compareRows, compareTruth, ownRows } from "./compare.ts";
import { playHistory } from "./history.ts";
import { connect, entityRows, openPlace, type Place, type Rows } from "./place.ts";
import type { Fault, Vendor, VendorStart } from "./vendor.ts";

export type { Truth, Vendor, VendorStart } from "./vendor.ts";

export interface ConformanceOptions {
  /** Random histories per flavour; `LEADLINE_HISTORIES` takes their place. Default 6. */
  readonly histories?: number;
}

const NOW = "2026-11-01T00:00:00Z";
const LONG = 600_000;

/**
 * Holds a connector to its promises against a simulator of its vendor, in each of its flavours, through the real engine and an embedded
 * warehouse:
 *
 *     conformance(github, [{ flavour: "cloud", start }, { flavour: "server", start: startServer }]);
 *
 * Credentials that are revoked in the middle · every way to misbehave · a wrong clock of ours · runs that race · webhooks forged, doubled,
 * out of order, unknown or nonsense · records of another shape · random histories of edits, crashes, faults and webhooks. After each the
 * stored rows equal those of a first look at the vendor, and what the simulator knows to be true.
 */
export function conformance(
  connector: Connector<unknown>,
  starts: readonly VendorStart[],
  options: ConformanceOptions = {},
): void {
  for (const start of starts)
    describe(`conformance of ${connector.name} (${start.flavour})`, () => describeFlavour(connector, start, options));
}

/** A vendor with what one undisturbed read of it finds. */
interface Setting {
  readonly place: Place;
  readonly connector: Connector<unknown>;
  readonly start: VendorStart;
  readonly whole: Rows;
  /** Calls of the undisturbed read. */
  readonly calls: number;
}

let integrations = 0;

function describeFlavour(connector: Connector<unknown>, start: VendorStart, options: ConformanceOptions): void {
  let setting: Setting;
  beforeAll(async () => {
    const place = await openPlace();
    setting = { place, connector, start, whole: new Map(), calls: 0 };
    setting = { ...setting, ...(await readWhole(setting)) };
  }, LONG);
  afterAll(() => setting?.place.close());

  it("finds what the simulator knows to be true", () => expectTruth(setting), LONG);
  it("stops with words when its credential is revoked, and goes on with another", () => expectRevoked(setting), LONG);
  it("keeps secrets out of every text when it is refused", () => expectNoSecrets(setting), LONG);
  it("does not care about our own clock", () => expectWrongClock(setting), LONG);
  it("is not disturbed by runs that race", () => expectRace(setting), LONG);
  describeFaults(() => setting);
  describeWebhooks(connector, () => setting);
  describeHistories(() => setting, options);
}

/** Works with a vendor of its own, in the state that `whole` was read from. */
async function withVendor<Result>(
  { place, connector, start }: Pick<Setting, "place" | "connector" | "start">,
  work: (vendor: Vendor, integration: IngestIntegration) => Promise<Result>,
): Promise<Result> {
  const vendor = await start.start({ seed: 1, now: NOW });
  try {
    const { config, scopes } = vendor;
    return await work(vendor, await connect(place, connector, { id: `conformance-${++integrations}`, config, scopes }));
  } finally {
    await vendor.stop();
  }
}

const ingest = ({ place }: Pick<Setting, "place">, integration: IngestIntegration, how = {}): Promise<IngestSummary> =>
  place.withEngine((engine) => engine.ingest({ integration }), how);

async function readWhole(setting: Setting): Promise<{ whole: Rows; calls: number }> {
  return withVendor(setting, async (vendor, integration) => {
    const before = vendor.calls();
    expect(await ingest(setting, integration)).toMatchObject({ outcome: "succeeded", totals: { quarantined: 0 } });
    return { whole: await entityRows(setting.place, integration, vendor), calls: vendor.calls() - before };
  });
}

const expectTruth = (setting: Setting) =>
  withVendor(setting, async (vendor) => {
    expect(setting.whole.size).toBeGreaterThan(0);
    compareTruth(setting.whole, vendor.truth());
  });

/* ── Credentials ─────────────────────────────────────────────────────────────────────────────────────────────── */

const expectRevoked = (setting: Setting) =>
  withVendor(setting, async (vendor, integration) => {
    const moment = vendor.calls() + Math.ceil(setting.calls / 3);
    const watch = setInterval(() => void (vendor.calls() >= moment && vendor.revoke()), 2);
    const summary = await ingest(setting, integration).finally(() => clearInterval(watch));
    vendor.revoke();
    const refused = summary.fatal ? summary : await ingest(setting, integration);
    expect(refused.outcome).toBe("failed");
    expect(refused.fatal).toMatchObject({ what: expect.stringMatching(/\S+ \S+/), next: expect.stringMatching(/\S+ \S+/) });
    const healed = await connect(setting.place, setting.connector, {
      id: integration.id,
      config: vendor.otherConfig,
      scopes: vendor.scopes,
    });
    expect(await ingest(setting, healed)).toMatchObject({ outcome: "succeeded" });
    compareRows(await entityRows(setting.place, healed, vendor), setting.whole);
  });

const expectNoSecrets = (setting: Setting) =>
  withVendor(setting, async (vendor, integration) => {
    vendor.revoke();
    const summary = await ingest(setting, integration);
    const check = await setting.place
      .withEngine((engine) => engine.check(integration))
      .catch((error: Error) => `${error.message}\n${error.stack}\n${JSON.stringify(error)}`);
    const { rows } = await setting.place.warehouse.query("select * from ingestion_task where integration_id = $1", [
      integration.id,
    ]);
    const text = JSON.stringify([summary, check, rows]);
    for (const secret of secretsOf(setting.connector.config, integration.config)) expect(text.includes(secret)).toBe(false);
  });

/* ── Clocks and races ────────────────────────────────────────────────────────────────────────────────────────── */

const DAY_MS = 86_400_000;

async function expectWrongClock(setting: Setting) {
  for (const clockAheadMs of [DAY_MS, -DAY_MS])
    await withVendor(setting, async (vendor, integration) => {
      expect(await ingest(setting, integration, { clockAheadMs })).toMatchObject({ outcome: "succeeded" });
      compareRows(await entityRows(setting.place, integration, vendor), setting.whole);
      vendor.advance(600);
      const edits = [0.2, 0.5, 0.8].map((at) => vendor.edit(() => at));
      // Long enough for the streams that are read once in a while.
      vendor.advance(2 * 86_400);
      // The clock is set right in between, as an administrator may.
      await ingest(setting, integration, { clockAheadMs: -clockAheadMs });
      await expectLikeFresh(setting, { vendor, integration }, edits.join(", "));
    });
}

/** What is stored equals what a reader finds who looks for the first time. */
async function expectLikeFresh(setting: Setting, read: { vendor: Vendor; integration: IngestIntegration }, about: string) {
  const { config, scopes } = read.vendor;
  const fresh = await connect(setting.place, setting.connector, { id: `${read.integration.id}-fresh`, config, scopes });
  expect(await ingest(setting, fresh), about).toMatchObject({ outcome: "succeeded" });
  compareRows(
    await entityRows(setting.place, read.integration, read.vendor),
    await entityRows(setting.place, fresh, read.vendor),
  );
}

const expectRace = (setting: Setting) =>
  withVendor(setting, async (vendor, integration) => {
    await setting.place.withEngine(async (engine) => {
      const runs = await Promise.all([
        engine.ingest({ integration }),
        engine.ingest({ integration }),
        engine.ingest({ integration, kind: "refresh" }),
        engine.ingest({ integration, kind: "backfill" }),
      ]);
      expect(runs.map(({ totals }) => totals.failed)).toEqual([0, 0, 0, 0]);
    });
    expect(await ingest(setting, integration)).toMatchObject({ outcome: "succeeded" });
    compareRows(await entityRows(setting.place, integration, vendor), setting.whole);
    expect(vendor.callsInsideBlock?.() ?? 0).toBe(0);
  });

/* ── Misbehaviour ────────────────────────────────────────────────────────────────────────────────────────────── */

const troubles: readonly { fault: Fault; how: { rate?: number; times?: number } }[] = [
  { fault: "bad_gateway", how: { rate: 0.1 } },
  { fault: "timeout", how: { rate: 0.05 } },
  { fault: "truncated", how: { rate: 0.1 } },
  { fault: "reset", how: { rate: 0.1 } },
  { fault: "limited", how: { rate: 0.1 } },
  { fault: "html", how: { times: 3 } },
  { fault: "partial", how: { rate: 0.1 } },
  { fault: "duplicate_page", how: { times: 3 } },
  { fault: "loop_page", how: { times: 40 } },
];
const shapes: readonly Fault[] = ["missing_field", "wrong_type", "weird_text"];

function describeFaults(get: () => Setting): void {
  it.each(troubles)(
    "loses nothing when the vendor misbehaves: $fault",
    ({ fault, how }) => expectSurvived(get(), fault, how),
    LONG,
  );
  it.each(shapes)(
    "sets records of another shape apart, and takes them when they are whole again: %s",
    (fault) => expectShape(get(), fault),
    LONG,
  );
}

const skipped = (vendor: Vendor, fault: Fault): boolean => {
  if (vendor.faults[fault]) return false;
  expect(vendor.withoutFaults?.[fault], `${fault} is left out without a reason`).toMatch(/\S+ \S+/);
  return true;
};

/** Vendors tell time in whole seconds: what is read in one and the same has no order. */
const calmDown = (vendor: Vendor) => {
  vendor.calm();
  vendor.advance(5);
};

const expectSurvived = (setting: Setting, fault: Fault, how: { rate?: number; times?: number }) =>
  withVendor(setting, async (vendor, integration) => {
    if (skipped(vendor, fault)) return;
    vendor.faults[fault]!(how);
    const summary = await ingest(setting, integration);
    expect(summary.tasks.filter(({ errorCode }) => errorCode === "unexpected")).toEqual([]);
    calmDown(vendor);
    expect(await ingest(setting, integration)).toMatchObject({ outcome: "succeeded" });
    compareRows(await entityRows(setting.place, integration, vendor), setting.whole);
    expect(vendor.callsInsideBlock?.() ?? 0).toBe(0);
  });

const expectShape = (setting: Setting, fault: Fault) =>
  withVendor(setting, async (vendor, integration) => {
    if (skipped(vendor, fault)) return;
    vendor.faults[fault]!({ rate: 0.3 });
    const summary = await ingest(setting, integration);
    expect(summary.tasks.filter(({ errorCode }) => errorCode === "unexpected")).toEqual([]);
    calmDown(vendor);
    expect(await setting.place.withEngine((engine) => engine.ingest({ integration, full: true }))).toMatchObject({
      totals: { quarantined: 0 },
    });
    const left = await setting.place.warehouse.query(
      // Where the key itself was of another shape, nothing ever comes under it again.
      `select q.stream, q.native_key, q.error_path from quarantined_record as q
       join raw_record as r on r.integration_id = q.integration_id and r.scope_id = q.scope_id and r.stream = q.stream and r.native_key = q.native_key
       where q.integration_id = $1 and q.resolved_at is null`,
      [integration.id],
    );
    expect(left.rows).toEqual([]);
    compareRows(ownRows(await entityRows(setting.place, integration, vendor)), ownRows(setting.whole));
  });

/* ── Webhooks ────────────────────────────────────────────────────────────────────────────────────────────────── */

function describeWebhooks({ webhook }: Connector<unknown>, get: () => Setting): void {
  if (!webhook) return it.skip("takes webhooks (the connector declares none)", () => undefined);
  it("takes what is signed with its secret, and nothing else", () => expectSigned(get()), LONG);
  it("hears of changes at once, in any order and however often", () => expectHints(get()), LONG);
  it("passes over events that it does not know, and refuses nonsense", () => expectStrange(get()), LONG);
}

const expectSigned = (setting: Setting) =>
  withVendor(setting, async (vendor) => {
    const webhook = setting.connector.webhook!;
    vendor.edit(() => 0.5);
    const deliveries = vendor.deliveries!();
    expect(deliveries.length).toBeGreaterThan(0);
    for (const delivery of deliveries) {
      expect(webhook.verify(delivery, vendor.webhookSecret!)).toBe(true);
      expect(webhook.verify(delivery, `${vendor.webhookSecret!}x`)).toBe(false);
      expect(webhook.verify({ ...delivery, headers: {}, query: {} }, vendor.webhookSecret!)).toBe(false);
      expect(webhook.identify(delivery).event).toMatch(/\S/);
    }
  });

const hintsOf = (setting: Setting, integration: IngestIntegration, deliveries: ReturnType<NonNullable<Vendor["deliveries"]>>) =>
  deliveries.flatMap((delivery) => {
    const webhook = setting.connector.webhook!;
    const body: unknown = JSON.parse(Buffer.from(delivery.body).toString());
    return webhook.hints({ name: webhook.identify(delivery).event, body, scopes: integration.scopes });
  });

const expectHints = (setting: Setting) =>
  withVendor(setting, async (vendor, integration) => {
    await ingest(setting, integration);
    vendor.deliveries!();
    for (let edit = 0; edit < 8; edit++) {
      vendor.advance(30);
      vendor.edit(() => (edit + 0.5) / 8);
    }
    const hints = hintsOf(setting, integration, vendor.deliveries!());
    await setting.place.withEngine(async (engine) => {
      await engine.readHints({ integration, hints: hints.toReversed() });
      await engine.readHints({ integration, hints: [...hints, ...hints] });
    });
    compareTruth(await entityRows(setting.place, integration, vendor), vendor.truth());
  });

const expectStrange = (setting: Setting) =>
  withVendor(setting, async (vendor, integration) => {
    const webhook = setting.connector.webhook!;
    if (vendor.strangeDelivery) expect(hintsOf(setting, integration, [vendor.strangeDelivery])).toEqual([]);
    for (const name of webhook.events)
      for (const body of [null, 5, "text", [], {}, { action: {} }]) {
        try {
          expect(webhook.hints({ name, body, scopes: integration.scopes })).toBeInstanceOf(Array);
        } catch (error) {
          expect(error, `${name} ${JSON.stringify(body)}`).toBeInstanceOf(DataError);
        }
      }
  });

/* ── Histories ───────────────────────────────────────────────────────────────────────────────────────────────── */

function describeHistories(get: () => Setting, { histories = 6 }: ConformanceOptions): void {
  const count = Number(process.env["LEADLINE_HISTORIES"] ?? histories);
  const first = Number(process.env["LEADLINE_HISTORY"] ?? 1);
  it.each(Array.from({ length: count }, (_, index) => first + index))(
    "ends where the vendor ends, whatever happens: history %i",
    (seed) => playHistory(get().place, get().connector, get().start, seed),
    LONG,
  );
}
