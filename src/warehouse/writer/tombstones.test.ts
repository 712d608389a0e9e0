import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type MappedRow, emptyBatch, id, minute, record, streamKey } from "../testing/batches.ts";
import { type TestWarehouse, createTestWarehouse, engines } from "../testing/engines.ts";

const requestOf = (number: number, title = "t"): MappedRow<"pull_request"> => ({
  entity: "pull_request",
  id: id("pull_request", `1/${number}`),
  repositoryId: id("repository", "1"),
  number,
  title,
  stateCategory: "open",
  openedAt: minute(0),
});
const reviewOf = (number: number): MappedRow<"pull_request_review"> => ({
  entity: "pull_request_review",
  id: id("pull_request_review", `1/${number}/1`),
  pullRequestId: id("pull_request", `1/${number}`),
  verdictCategory: "approved",
});
const author: MappedRow<"account"> = {
  entity: "account",
  id: id("account", "9"),
  canonicalKey: "code.example.com/account/9",
  kindCategory: "other",
};

for (const { name, missing } of engines)
  describe.skipIf(missing !== null)(missing ? `tombstones on ${name} (${missing})` : `tombstones on ${name}`, () => {
    let test: TestWarehouse;
    beforeAll(async () => {
      test = await createTestWarehouse(name);
    });
    afterAll(() => test.drop());

    it("mark all that came from the named records and nothing else, once", async () => {
      const { warehouse } = test;
      const first = [7, 8].map((number) =>
        record({ hash: `h${number}`, nativeKey: `1/${number}`, rows: [requestOf(number), reviewOf(number), author] }),
      );
      const second = record({ hash: "h7b", nativeKey: "1/7", changedAt: minute(5), rows: [requestOf(7, "later")] });
      await warehouse.write({ ...emptyBatch(), records: first });
      await warehouse.write({ ...emptyBatch(), records: [second] });
      const gone = { key: streamKey(), tables: ["pull_request", "pull_request_review", "account"] as const };
      expect(await warehouse.tombstone({ ...gone, nativeKeys: ["1/7", "1/99"], at: minute(9) })).toBe(2);
      expect(await warehouse.tombstone({ ...gone, nativeKeys: ["1/7"], at: minute(30) })).toBe(0);
      const { rows } = await warehouse.query(
        `select native_id, deleted_at from pull_request union all select native_id, deleted_at from pull_request_review
         union all select native_id, deleted_at from account order by 1`,
      );
      const at = minute(9).replace(".000Z", "Z");
      expect(rows.map((row) => [row["native_id"], row["deleted_at"]])).toEqual([
        ["1/7", at],
        ["1/7/1", at],
        ["1/8", null],
        ["1/8/1", null],
        ["9", null],
      ]);
      // another stream or integration with the same key is another thing
      expect(await warehouse.tombstone({ ...gone, key: streamKey("issues"), nativeKeys: ["1/8"], at: minute(9) })).toBe(0);
    });
  });
