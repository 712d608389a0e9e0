import { afterEach, describe, expect, it } from "vitest";

import type { Stream } from "../ingest/connector.ts";
import { thingConnector, type ThingConfig } from "../ingest/testing/thing-connector.ts";
import { openTestHouse, SECRET, type TestHouse } from "./testing/house.ts";

let house: TestHouse;
afterEach(() => house.close());

const sizes: Record<string, number> = { a: 25, b: 12 };
const connector = thingConnector("descending", {
  async *scopes() {
    for (const id of Object.keys(sizes)) yield { id, name: `acme/${id}`, kind: "repository" };
  },
  streams: thingConnector().streams.map((stream): Stream<ThingConfig> => ({
    ...stream,
    cost: { recordsPerCall: 10, count: async ({ scope }) => sizes[scope.id]! },
  })),
});
const forecasts = async (id: string) => (await house.ask("GET", `/api/v1/integrations/${id}/forecasts`)).body.items;

describe("forecast and what happened", () => {
  it("stand beside each other for every run that reads history, and for no other", async () => {
    house = await openTestHouse({ connector });
    const id = await house.connect();
    expect(await forecasts(id)).toEqual([]);
    await house.ingest(id);
    const first = {
      id: expect.any(String),
      subject: "run",
      madeAt: expect.any(String),
      finishedAt: expect.any(String),
      outcome: "succeeded",
      forecast: {
        calls: 5,
        points: 5,
        records: 37,
        seconds: expect.any(Number),
        secondsLow: expect.any(Number),
        secondsHigh: expect.any(Number),
        basis: "counted",
      },
      actual: { calls: 5, points: 5, records: 37, seconds: expect.any(Number) },
    };
    expect(await forecasts(id)).toEqual([first]);

    await house.ask("PATCH", `/api/v1/integrations/${id}`, { backfill: { since: "2026-01-01" } });
    await house.ingest(id);
    const known = await forecasts(id);
    await house.ingest(id);
    expect(await forecasts(id)).toEqual(known);
    await house.ingest(id, { full: true });
    const [again] = await forecasts(id);
    expect(again).toMatchObject({
      subject: "backfill",
      outcome: "succeeded",
      forecast: { records: 37 },
      actual: { records: 37 },
    });
    expect((await house.ask("GET", "/api/v1/integrations/none/forecasts")).status).toBe(404);
  });

  it("a provider that will not count stops no reading", async () => {
    const refusing = thingConnector("descending", {
      ...connector,
      count: async function* () {
        yield* [];
        throw new Error("no counts today");
      },
    });
    house = await openTestHouse({ connector: refusing });
    const id = await house.connect();
    expect(await house.ingest(id)).toMatchObject({ state: "succeeded" });
    expect(await forecasts(id)).toEqual([]);
    expect(house.logged.join("")).not.toContain(SECRET);
  });
});
