import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";

import type { Connector } from "../ingest/connector.ts";
import { DataError } from "../ingest/errors.ts";
import type { IngestIntegration } from "../ingest/engine.ts";
import {
  expectAbsent,
  expectHidden,
  expectHot,
  expectIdle,
  expectNarrow,
  expectRename,
  expectTies,
  expectTokenEnded,
} from "./changes.ts";
import { compareRows, compareTruth, ownRows } from "./compare.ts";
import { playHistory } from "./history.ts";
import { connect, entityRows, openPlace } from "./place.ts";
import { calmDown, expectLikeFresh, ingest, readWhole, type Setting, withVendor } from "./setting.ts";
import type { Fault, Vendor, VendorStart } from "./vendor.ts";

export type { Truth, Vendor, VendorStart } from "./vendor.ts";

export interface ConformanceOptions {
  /** Random histories per flavour; `LEADLINE_HISTORIES` takes their place. Default 6. */
  readonly histories?: number;
}

const LONG = 600_000;

/**
 * Holds a connector to its promises against a simulator of its vendor, in each of its flavours, through the real engine and an embedded
 * warehouse:
 *
 *     conformance(github, [{ flavour: "cloud", start }, { flavour: "server", start: startServer }]);
 *
 * Credentials that end or are revoked in the middle · rights that are missing · names that change · things that are edited all the while ·
 * every way to misbehave · a wrong clock of ours · runs that race · webhooks forged, doubled, out of order, unknown or nonsense · records
 * of another shape · random histories of edits, crashes, faults and webhooks. After each the
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
  it("goes on when its short-lived credential ends", (context) => expectTokenEnded(setting, context), LONG);
  if (start.extent !== "brief") describeChanges(() => setting);
  describeFaults(() => setting, start.extent === "brief" ? troubles.filter(({ isBrief }) => isBrief) : troubles);
  if (start.extent !== "brief") {
    describeShapes(() => setting);
    describeWebhooks(connector, () => setting);
  }
  describeHistories(() => setting, start.histories ?? options.histories ?? 6);
}

function describeChanges(get: () => Setting): void {
  it("asks for little when nothing has changed", () => expectIdle(get()), LONG);
  it("does not care about our own clock", () => expectWrongClock(get()), LONG);
  it("names the right that is missing, and keeps what was read with it", (context) => expectNarrow(get(), context), LONG);
  it("does not take for deleted what is hidden", (context) => expectHidden(get(), context), LONG);
  it("knows again what has another name", (context) => expectRename(get(), context), LONG);
  it("has what is edited all the while by the next look", () => expectHot(get()), LONG);
  it("loses nothing of what happens in one second", () => expectTies(get()), LONG);
  it("is not disturbed by runs that race", () => expectRace(get()), LONG);
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
    expectAbsent(setting, { vendor, text: JSON.stringify([summary, check, rows]) + setting.place.logged() });
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

interface Trouble {
  readonly fault: Fault;
  readonly how: { readonly rate?: number; readonly times?: number };
  /** Depends on how the vendor is reached. */
  readonly isBrief?: boolean;
}

const troubles: readonly Trouble[] = [
  { fault: "bad_gateway", how: { rate: 0.1 } },
  { fault: "timeout", how: { rate: 0.05 } },
  { fault: "truncated", how: { rate: 0.1 } },
  { fault: "reset", how: { rate: 0.1 } },
  { fault: "limited", how: { rate: 0.1 }, isBrief: true },
  { fault: "spent", how: { rate: 0.05 }, isBrief: true },
  { fault: "html", how: { times: 3 } },
  { fault: "partial", how: { rate: 0.1 } },
  { fault: "duplicate_page", how: { times: 3 } },
  { fault: "loop_page", how: { times: 40 } },
];
const shapes: readonly Fault[] = ["missing_field", "wrong_type", "null_field", "new_field", "weird_text"];
/** Faults that came later than the first vendors: they may be left out without a reason. */
const optional = new Set<Fault>(["spent", "null_field", "new_field"]);

function describeFaults(get: () => Setting, known: readonly Trouble[]): void {
  it.for(known)("loses nothing when the vendor misbehaves: $fault", { timeout: LONG }, (trouble, context) =>
    expectSurvived(get(), trouble, context),
  );
}

function describeShapes(get: () => Setting): void {
  it.for(shapes)(
    "sets records of another shape apart, and takes them when they are whole again: %s",
    { timeout: LONG },
    (fault, context) => expectShape(get(), fault, context),
  );
}

function skipUnknown(vendor: Vendor, fault: Fault, context: TestContext): void {
  if (vendor.faults[fault]) return;
  const reason = vendor.withoutFaults?.[fault] ?? (optional.has(fault) ? "its simulator does not know it" : "");
  expect(reason, `${fault} is left out without a reason`).toMatch(/\S+ \S+/);
  context.skip(reason);
}

const expectSurvived = (setting: Setting, { fault, how }: Trouble, context: TestContext) =>
  withVendor(setting, async (vendor, integration) => {
    skipUnknown(vendor, fault, context);
    vendor.faults[fault]!(how);
    const summary = await ingest(setting, integration);
    expect(summary.tasks.filter(({ errorCode }) => errorCode === "unexpected")).toEqual([]);
    calmDown(vendor);
    expect(await ingest(setting, integration)).toMatchObject({ outcome: "succeeded" });
    compareRows(await entityRows(setting.place, integration, vendor), setting.whole);
    expect(vendor.callsInsideBlock?.() ?? 0).toBe(0);
  });

const expectShape = (setting: Setting, fault: Fault, context: TestContext) =>
  withVendor(setting, async (vendor, integration) => {
    skipUnknown(vendor, fault, context);
    vendor.faults[fault]!({ rate: 0.3 });
    const summary = await ingest(setting, integration);
    expect(summary.tasks.filter(({ errorCode }) => errorCode === "unexpected")).toEqual([]);
    if (fault === "new_field") {
      expect(summary).toMatchObject({ outcome: "succeeded", totals: { quarantined: 0 } });
      return compareRows(await entityRows(setting.place, integration, vendor), setting.whole);
    }
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
      const body = Buffer.concat([delivery.body, Buffer.from(" ")]);
      if (vendor.signsBodies) expect(webhook.verify({ ...delivery, body }, vendor.webhookSecret!)).toBe(false);
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

function describeHistories(get: () => Setting, histories: number): void {
  const count = Number(process.env["LEADLINE_HISTORIES"] ?? histories);
  const first = Number(process.env["LEADLINE_HISTORY"] ?? 1);
  it.each(Array.from({ length: count }, (_, index) => first + index))(
    "ends where the vendor ends, whatever happens: history %i",
    (seed) => playHistory(get().place, get().connector, get().start, seed),
    LONG,
  );
}
