import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { columnsOf } from "../engine.ts";
import { tableNamed } from "../../domain/tables.ts";
import { type MappedRow, type TestRecord, emptyBatch, id, minute, record, streamKey } from "../testing/batches.ts";
import { type TestWarehouse, createTestWarehouse, engines } from "../testing/engines.ts";

/* The entity tables are a function of the set of records written: order, repetition and the cut into batches do not matter. */

const tableNames = ["pull_request", "pull_request_commit", "pull_request_review", "account", "commit"] as const;

interface Observation {
  readonly stream: "pull_requests" | "accounts";
  readonly key: number;
  readonly content: number;
  /** Minutes; null where the provider has no update time. */
  readonly changed: number | null;
  readonly seen: number;
}

/** What a content number says: a few bits decide children, mentioned accounts and which columns are known. */
function rowsOf(observation: Observation, integration: string): Pick<TestRecord, "rows" | "sets"> {
  const bit = (position: number) => ((observation.content >> position) & 1) === 1;
  const key = String(observation.key);
  const account = (n: number, sighted: boolean): MappedRow => ({
    entity: "account",
    id: id("account", String(n), integration),
    canonicalKey: `code.example.com/account/${n}`,
    kindCategory: bit(0) ? "human" : "other",
    kind: bit(0) ? "User" : null,
    username: bit(1) ? `name-${observation.content % 5}` : null,
    email: bit(2) ? `mail-${observation.content % 3}@example.com` : null,
    createdAt: bit(3) ? minute(observation.content) : null,
    sighted,
  });
  if (observation.stream === "accounts") return { rows: [account(observation.key, false)], sets: [] };
  const pullRequestId = id("pull_request", key, integration);
  const rows: MappedRow[] = [
    {
      entity: "pull_request",
      id: pullRequestId,
      repositoryId: id("repository", "1", integration),
      number: observation.key,
      stateCategory: bit(0) ? "open" : "merged",
      openedAt: minute(0),
      labels: bit(1) ? ["a", "b"] : null,
    },
    account((observation.content >> 4) % 3, true),
  ];
  for (const n of [0, 1, 2]) {
    if (!bit(n)) continue;
    rows.push({
      entity: "pull_request_commit",
      id: id("pull_request_commit", `${key}/${n}`, integration),
      pullRequestId,
      repositoryId: id("repository", "1", integration),
      sha: String(n),
      position: observation.content,
    });
    rows.push({
      entity: "pull_request_review",
      id: id("pull_request_review", `${key}/${n}`, integration),
      pullRequestId,
      verdictCategory: "approved",
      bodyLength: observation.content,
    });
    rows.push({
      entity: "commit",
      id: id("commit", `1/${n}`, integration),
      repositoryId: id("repository", "1", integration),
      sha: String(n),
      title: bit(3) ? `title ${observation.content % 2}` : null,
      authoredAt: minute(n),
      committedAt: minute(n),
      isMerge: false,
      sighted: true,
    });
  }
  const parent = { column: "pullRequestId", id: pullRequestId };
  return {
    rows,
    sets: [
      { wholeSet: "pull_request_commit", parent },
      { wholeSet: "pull_request_review", parent },
    ],
  };
}

const toRecord = (observation: Observation, integration: string): TestRecord =>
  record({
    hash: `hash-${(observation.content * 7919) % 64}-${observation.stream}-${observation.key}-${observation.content}-${observation.changed}`,
    nativeKey: String(observation.key),
    pageId: `page-${observation.seen}`,
    changedAt: observation.changed === null ? null : minute(observation.changed),
    seenAt: minute(100 + observation.seen),
    ...rowsOf(observation, integration),
  });

/** Few values each, so that contents come back, times are equal and keys meet. */
const observations = fc.array(
  fc.record({
    stream: fc.constantFrom("pull_requests", "pull_requests", "accounts"),
    key: fc.integer({ min: 0, max: 1 }),
    content: fc.integer({ min: 0, max: 63 }),
    changed: fc.option(fc.integer({ min: 1, max: 3 })),
    seen: fc.integer({ min: 1, max: 6 }),
  }) as fc.Arbitrary<Observation>,
  { minLength: 1, maxLength: 7 },
);

/** Two ways to deliver the same observations: each in its own order, with repetitions, cut into batches. */
const deliveries = observations.chain((all) => {
  const delivery = fc
    .tuple(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.array(fc.constantFrom(...all), { maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 10, maxLength: 10 }),
    )
    .map(([order, again, sizes]) => cut([...order, ...again], sizes));
  return fc.tuple(delivery, delivery);
});

function cut(list: readonly Observation[], sizes: readonly number[]): Observation[][] {
  const parts: Observation[][] = [];
  for (let at = 0, turn = 0; at < list.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    parts.push(list.slice(at, at + size));
    at += size;
  }
  return parts;
}

for (const engine of engines) {
  describe.skipIf(engine.missing)(`order of arrival on ${engine.name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    let test: TestWarehouse;
    let run = 0;

    beforeAll(async () => {
      test = await createTestWarehouse(engine.name);
    });
    afterAll(() => test.drop());

    /** Streams of one part alone, or together in one transaction. */
    async function deliver(parts: readonly (readonly Observation[])[], how: "alone" | "together") {
      const integration = `run-${run++}`;
      for (const part of parts) {
        const batches = [...Map.groupBy(part, (observation) => observation.stream)].map(([stream, list]) => ({
          ...emptyBatch(streamKey(stream, integration)),
          records: list.map((observation) => toRecord(observation, integration)),
        }));
        if (how === "together") await test.warehouse.writeAll(batches);
        else for (const batch of batches) await test.warehouse.write(batch);
      }
      return readAll(integration);
    }

    async function readAll(integration: string) {
      const tables: Record<string, unknown[]> = {};
      for (const name of tableNames) {
        const list = columnsOf(tableNamed(name)).map((column) => column.sql);
        const { rows } = await test.warehouse.query(
          `select ${list.join(", ")} from "${name}" where integration_id = $1 order by id`,
          [integration],
        );
        tables[name] = JSON.parse(JSON.stringify(rows).replaceAll(integration, "integration")) as unknown[];
      }
      return tables;
    }

    it("does not show in the rows", { timeout: 240_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(deliveries, async ([one, other]) => {
          expect(await deliver(one, "alone")).toEqual(await deliver(other, "together"));
        }),
        { numRuns: engine.name === "duckdb" ? 40 : 100 },
      );
    });
  });
}
