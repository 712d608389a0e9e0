import { describe, expect, it } from "vitest";

import { canonicalJson } from "../../ingest/canonical.ts";
import { type Connector, type MappedRow, type Stream, wholeIntegration } from "../../ingest/connector.ts";
import { github } from "./connector.ts";
import { fixturePages as pages } from "./fixtures/index.ts";

const connector = github as unknown as Connector<unknown>;
describe("fixtures in, rows out", () => {
  const config = connector.config.parse({ token: "made-up-token-of-acme" });
  const scope = { id: "1001", name: "acme/pay", kind: "repository", attributes: { defaultBranch: "main" } };
  const rows = connector.streams.flatMap((stream) =>
    pages[stream.name]!.flat().flatMap((record) =>
      stream.map((stream as Stream<unknown, unknown>).record.parse(record) as never, {
        config,
        scope: stream.level === "scope" ? scope : wholeIntegration,
        host: "github.com",
        id: (entity, ...nativeKey) => `github:${entity}:acme-github:${nativeKey.join("/")}`,
      }),
    ),
  );
  const tables = new Set(connector.streams.flatMap(({ fills }) => fills));

  it.each([...tables].toSorted())("%s", async (table) => {
    const own = rows.filter((row): row is MappedRow => "entity" in row && row.entity === table);
    const sorted = own.map((row) => canonicalJson(row)).toSorted();
    const text = `[\n${sorted.join(",\n")}\n]\n`;
    await expect(text).toMatchFileSnapshot(`./fixtures/expected/${table}.json`);
  });
});
