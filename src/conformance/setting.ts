import { expect } from "vitest";

import type { Connector } from "../ingest/connector.ts";
import type { IngestIntegration, IngestSummary } from "../ingest/engine.ts";
import { compareRows } from "./compare.ts";
import { connect, entityRows, type Place, type Rows } from "./place.ts";
import type { Vendor, VendorStart } from "./vendor.ts";

const NOW = "2026-11-01T00:00:00Z";

/** A vendor with what one undisturbed read of it finds. */
export interface Setting {
  readonly place: Place;
  readonly connector: Connector<unknown>;
  readonly start: VendorStart;
  readonly whole: Rows;
  /** Calls of the undisturbed read. */
  readonly calls: number;
}

let integrations = 0;

/** Works with a vendor of its own, in the state that `whole` was read from. */
export async function withVendor<Result>(
  { place, connector, start }: Pick<Setting, "place" | "connector" | "start">,
  work: (vendor: Vendor, integration: IngestIntegration) => Promise<Result>,
): Promise<Result> {
  const vendor = await start.start({ seed: 1, now: NOW, elapsed: place.elapsed });
  try {
    const { config, scopes } = vendor;
    return await work(vendor, await connect(place, connector, { id: `conformance-${++integrations}`, config, scopes }));
  } finally {
    await vendor.stop();
  }
}

export const ingest = ({ place }: Pick<Setting, "place">, integration: IngestIntegration, how = {}): Promise<IngestSummary> =>
  place.withEngine((engine) => engine.ingest({ integration }), how);

export async function readWhole(setting: Setting): Promise<{ whole: Rows; calls: number }> {
  return withVendor(setting, async (vendor, integration) => {
    const before = vendor.calls();
    expect(await ingest(setting, integration)).toMatchObject({ outcome: "succeeded", totals: { quarantined: 0 } });
    expect(vendor.writes?.() ?? 0).toBe(0);
    return { whole: await entityRows(setting.place, integration, vendor), calls: vendor.calls() - before };
  });
}

interface Read {
  readonly vendor: Vendor;
  readonly integration: IngestIntegration;
}

/** What a reader finds who looks for the first time. */
export async function freshRows(setting: Setting, { vendor, integration }: Read, about: string): Promise<Rows> {
  const { config, scopes } = vendor;
  const fresh = await connect(setting.place, setting.connector, { id: `${integration.id}-fresh`, config, scopes });
  expect(await ingest(setting, fresh), about).toMatchObject({ outcome: "succeeded" });
  return entityRows(setting.place, fresh, vendor);
}

export async function expectLikeFresh(setting: Setting, read: Read, about: string): Promise<void> {
  const fresh = await freshRows(setting, read, about);
  compareRows(await entityRows(setting.place, read.integration, read.vendor), fresh);
}

/** Vendors tell time in whole seconds: what is read in one and the same has no order. */
export const calmDown = (vendor: Vendor) => {
  vendor.calm();
  vendor.advance(5);
};

/** Does something at each of these moments of the read, counted in calls. */
export async function atCalls<Result>(
  vendor: Vendor,
  { moments, act }: { moments: readonly number[]; act: () => void },
  work: () => Promise<Result>,
): Promise<Result> {
  const begun = vendor.calls();
  const waiting = moments.toSorted((a, b) => a - b);
  const watch = setInterval(() => {
    if (waiting.length === 0 || vendor.calls() - begun < waiting[0]!) return;
    waiting.shift();
    act();
  }, 2);
  try {
    return await work();
  } finally {
    clearInterval(watch);
  }
}
