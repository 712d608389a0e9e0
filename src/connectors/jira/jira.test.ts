import { describe, expect, it } from "vitest";

import { canonicalJson } from "../../ingest/canonical.ts";
import { connectorContract } from "../../ingest/contract.ts";
import { type MappedRow, type Stream, wholeIntegration } from "../../ingest/connector.ts";
import { fixturePages as pages, unfilled } from "./fixtures/index.ts";
import { accessTo, connector, startJira } from "./testing/reading.ts";

const config = { url: "https://acme.atlassian.net", email: "reader@acme.example", token: "made-up-token-of-acme" };
const scope = { id: "10000", name: "PAY", kind: "project", attributes: { isCloud: true } };

const live = (flavour: "cloud" | "server") => ({
  stops: 4,
  async start() {
    const simulator = await startJira({ flavour, size: { projects: 2, issuesPerProject: 12, days: 40 }, zone: "Asia/Kolkata" });
    return { config: accessTo(simulator), stop: () => simulator.stop() };
  },
});

connectorContract(connector, { config, scope, pages, unfilled, live: live("cloud") });

describe("on Data Center", () => {
  connectorContract(connector, {
    config: { url: "https://jira.acme.example", token: "made-up-token-of-acme" },
    scope,
    pages,
    unfilled,
    live: live("server"),
  });
});

describe("fixtures in, rows out", () => {
  const parsed = connector.config.parse(config);
  const rows = connector.streams.flatMap((stream) =>
    pages[stream.name]!.flat().flatMap((record) =>
      stream.map((stream as Stream<unknown, unknown>).record.parse(record) as never, {
        config: parsed,
        scope: stream.level === "scope" ? scope : wholeIntegration,
        host: "acme.atlassian.net",
        id: (entity, ...nativeKey) => `jira:${entity}:acme-jira:${nativeKey.join("/")}`,
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
