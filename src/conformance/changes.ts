import { expect, type TestContext } from "vitest";

import { secretsOf } from "../ingest/redact.ts";
import { compareRows, compareTruth } from "./compare.ts";
import { connect, entityRows, type Rows } from "./place.ts";
import { atCalls, expectLikeFresh, freshRows, ingest, type Setting, withVendor } from "./setting.ts";
import type { Vendor } from "./vendor.ts";

/* What changes at the vendor while it is read or between two looks: credentials, rights, names, and things that never rest. */

/** Long enough for the streams that are read once in a while. */
const LONG_SECONDS = 2 * 86_400;
const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Moments of a read, so many of them, spread over its first two thirds. */
const spread = ({ calls }: Setting, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.ceil(((index + 1) * calls * 2) / 3 / count));

const cannot = (context: TestContext, what: string): void => context.skip(`this vendor has no ${what}`);

export const expectTokenEnded = (setting: Setting, context: TestContext) =>
  withVendor(setting, async (vendor, integration) => {
    if (!vendor.endTokens) return cannot(context, "short-lived credentials");
    let ended = 0;
    const act = () => {
      ended++;
      vendor.endTokens!();
    };
    const summary = await atCalls(vendor, { moments: spread(setting, 1), act }, () => ingest(setting, integration));
    expect(summary).toMatchObject({ outcome: "succeeded", fatal: null });
    expect(ended).toBe(1);
    compareRows(await entityRows(setting.place, integration, vendor), setting.whole);
  });

/** A right that is missing is named before the first read, and takes nothing away that was read with it. */
export const expectNarrow = (setting: Setting, context: TestContext) =>
  withVendor(setting, async (vendor, integration) => {
    const { narrow } = vendor;
    if (!narrow) return cannot(context, "rights that streams depend on");
    const { place, connector } = setting;
    await ingest(setting, integration);
    const poor = { ...integration, config: connector.config.parse(narrow.config) };
    const { missing } = await place.withEngine((engine) => engine.check(poor));
    expect(missing.flatMap(({ streams }) => streams)).toEqual(expect.arrayContaining([...narrow.streams]));
    vendor.advance(HOUR);
    const { tasks } = await place.withEngine((engine) => engine.ingest({ integration: poor, full: true }));
    for (const name of narrow.streams)
      for (const task of tasks.filter(({ stream }) => stream === name))
        expect(task, name).toMatchObject({ status: expect.stringMatching(/failed|skipped/), errorCode: expect.any(String) });
    await reconcileTwice(setting, { vendor, integration: poor });
    expectKept(setting, await entityRows(place, integration, vendor));
  });

/** Out of sight is not deleted. */
export const expectHidden = (setting: Setting, context: TestContext) =>
  withVendor(setting, async (vendor, integration) => {
    if (!vendor.hide) return cannot(context, "scopes that it can hide");
    await ingest(setting, integration);
    const show = vendor.hide();
    vendor.advance(HOUR);
    await ingest(setting, integration);
    await reconcileTwice(setting, { vendor, integration });
    expectKept(setting, await entityRows(setting.place, integration, vendor));
    show();
    vendor.advance(HOUR);
    expect(await ingest(setting, integration)).toMatchObject({ outcome: "succeeded" });
    expectKept(setting, await entityRows(setting.place, integration, vendor));
  });

const isGone = (row: ReturnType<Rows["get"]>): boolean => !row || (row["deleted_at"] ?? row["removed_at"] ?? null) !== null;

/** Everything that was there is there, whatever else has changed with time. */
function expectKept({ whole }: Setting, stored: Rows): void {
  expect([...whole.keys()].filter((key) => !isGone(whole.get(key)) && isGone(stored.get(key)))).toEqual([]);
}

type Read = Parameters<typeof expectLikeFresh>[1];

async function reconcileTwice({ place, connector }: Setting, { vendor, integration }: Read): Promise<void> {
  if (!connector.streams.some(({ sweep }) => sweep)) return;
  for (let sweep = 0; sweep < 2; sweep++) {
    vendor.advance(HOUR);
    await place.withEngine((engine) => engine.reconcile({ integration }));
  }
}

/** What a row is and where it belongs; what it is called may be looked up again later. */
const identities = (rows: Rows): Rows =>
  new Map(
    [...rows].map(([key, row]) => [key, Object.fromEntries(Object.entries(row).filter(([column]) => IDENTITY.test(column)))]),
  );
const IDENTITY = /(?:^|_)id$|^(?:deleted|removed)_at$/;

/** Under its new name everything is what it was: no row appears a second time, or belongs elsewhere. */
export const expectRename = (setting: Setting, context: TestContext) =>
  withVendor(setting, async (vendor, integration) => {
    if (!vendor.rename) return cannot(context, "names that change");
    await ingest(setting, integration);
    const renamed = vendor.rename();
    vendor.advance(HOUR);
    expect(await ingest(setting, integration), renamed).toMatchObject({ outcome: "succeeded" });
    const { config, scopes } = vendor;
    const found = await connect(setting.place, setting.connector, { id: integration.id, config, scopes });
    expect(found.scopes.map(({ id }) => id).toSorted()).toEqual(integration.scopes.map(({ id }) => id).toSorted());
    vendor.advance(HOUR);
    expect(await ingest(setting, found), renamed).toMatchObject({ outcome: "succeeded" });
    const stored = await entityRows(setting.place, found, vendor);
    compareRows(identities(stored), identities(await freshRows(setting, { vendor, integration: found }, renamed)));
    compareTruth(stored, vendor.truth());
  });

/** The same change to the same thing every minute, all the while it is read. */
export const expectHot = (setting: Setting) =>
  withVendor(setting, async (vendor, integration) => {
    const edits: string[] = [];
    const act = () => {
      vendor.advance(MINUTE);
      edits.push(vendor.edit(() => 0.1));
    };
    await atCalls(vendor, { moments: spread(setting, 6), act }, () => ingest(setting, integration));
    expect(edits.length).toBeGreaterThan(0);
    vendor.advance(MINUTE);
    await ingest(setting, integration);
    compareTruth(await entityRows(setting.place, integration, vendor), vendor.truth());
    vendor.advance(LONG_SECONDS);
    await ingest(setting, integration);
    await expectSame(setting, { vendor, integration }, edits);
  });

/** Changes within the very seconds in which the vendor is asked: before a page, after it, and at the same time as others. */
export const expectTies = (setting: Setting) =>
  withVendor(setting, async (vendor, integration) => {
    await ingest(setting, integration);
    vendor.advance(600);
    const edits: string[] = [];
    const tenths = [1, 3, 5, 7, 9];
    const act = () => void edits.push(vendor.edit(() => tenths[edits.length % tenths.length]! / 10));
    tenths.forEach(act);
    await atCalls(vendor, { moments: spread(setting, 10), act }, () => ingest(setting, integration));
    expect(edits.length).toBeGreaterThan(tenths.length);
    vendor.advance(LONG_SECONDS);
    await ingest(setting, integration);
    await expectSame(setting, { vendor, integration }, edits);
  });

async function expectSame(setting: Setting, read: Read, edits: readonly string[]): Promise<void> {
  await expectLikeFresh(setting, read, edits.join(", "));
  compareTruth(await entityRows(setting.place, read.integration, read.vendor), read.vendor.truth());
}

/** A vendor at which nothing happened costs few calls, and not a row changes. */
export const expectIdle = (setting: Setting) =>
  withVendor(setting, async (vendor, integration) => {
    await ingest(setting, integration);
    vendor.advance(MINUTE);
    // What was young when it was first seen is looked at once more.
    await ingest(setting, integration);
    vendor.advance(MINUTE);
    const before = vendor.calls();
    expect(await ingest(setting, integration)).toMatchObject({ outcome: "succeeded" });
    expect(vendor.calls() - before).toBeLessThanOrEqual(vendor.idleCalls ?? setting.calls);
    compareRows(await entityRows(setting.place, integration, vendor), setting.whole);
  });

/** In nothing that people or machines will read, in no spelling. */
export function expectAbsent(setting: Setting, { vendor, text }: { vendor: Vendor; text: string }): void {
  for (const given of [vendor.config, vendor.otherConfig])
    for (const secret of secretsOf(setting.connector.config, setting.connector.config.parse(given)))
      for (const spelling of [secret, JSON.stringify(secret).slice(1, -1)]) expect(text.includes(spelling)).toBe(false);
}
