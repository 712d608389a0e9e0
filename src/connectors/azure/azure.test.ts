import { describe, expect, it } from "vitest";

import { canonicalJson } from "../../ingest/canonical.ts";
import { connectorContract } from "../../ingest/contract.ts";
import { describeLive } from "../../ingest/contract-live.ts";
import { type Connector, type Json, type MappedRow, type Stream, wholeIntegration } from "../../ingest/connector.ts";
import { azure } from "./connector.ts";
import { fixturePages as pages, fixtureScope as scope, unfilled } from "./fixtures/index.ts";

const connector = azure as unknown as Connector<unknown>;
const given = { url: "https://dev.azure.com/acme", token: "made-up-token-of-acme", custom_fields: "Custom.CustomerTier" };

const startOn = (flavour: "services" | "server", config: { readonly [name: string]: Json }) => async () => {
  const { startAzureSimulator } = await import("../../simulators/index.ts");
  const simulator = await startAzureSimulator({ size: "tiny", workItems: 40, now: "2026-03-31T12:00:00Z", flavour });
  return { config: { url: simulator.url, token: simulator.token, ...config }, stop: simulator.stop };
};

connectorContract(connector, {
  config: given,
  scope,
  pages,
  unfilled,
  live: { start: startOn("services", { api_version: "7.1" }), stops: 3 },
});

/** The promises that need a provider, kept on a Server too: another address, an older version, and Analytics. */
describeLive(connector, { start: startOn("server", { api_version: "7.0", analytics: true }), stops: 3 });

describe("fixtures in, rows out", () => {
  const config = connector.config.parse(given);
  const rows = connector.streams.flatMap((stream) =>
    pages[stream.name]!.flat().flatMap((record) =>
      stream.map((stream as Stream<unknown, unknown>).record.parse(record) as never, {
        config,
        scope: stream.level === "scope" ? scope : wholeIntegration,
        host: "dev.azure.com",
        id: (entity, ...nativeKey) => `azure:${entity}:acme-azure:${nativeKey.join("/")}`,
      }),
    ),
  );
  const tables = new Set(connector.streams.flatMap(({ fills }) => fills));

  it.each([...tables].toSorted())("%s", async (table) => {
    const own = rows.filter((row): row is MappedRow => "entity" in row && row.entity === table);
    const sorted = own.map((row) => canonicalJson(row)).toSorted();
    await expect(`[\n${sorted.join(",\n")}\n]\n`).toMatchFileSnapshot(`./fixtures/expected/${table}.json`);
  });
});
