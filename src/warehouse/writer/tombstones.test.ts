import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { clearEntities } from "../digest.ts";
import { type MappedRow, type TestRecord, emptyBatch, id, minute, record, streamKey } from "../testing/batches.ts";
import { type TestWarehouse, createTestWarehouse, engines } from "../testing/engines.ts";

const issueId = id("issue", "7");
const issue = (title: string, more: Partial<MappedRow<"issue">> = {}): MappedRow<"issue"> => ({
  entity: "issue",
  id: issueId,
  projectId: id("project", "1"),
  key: "acme/pay#7",
  title,
  typeCategory: "task",
  isSubtask: false,
  statusCategory: "todo",
  createdAt: minute(0),
  ...more,
});
const repository = (more: Partial<MappedRow<"repository">>): MappedRow<"repository"> => ({
  entity: "repository",
  id: id("repository", "1"),
  name: "pay",
  fullName: "acme/pay",
  canonicalKey: "code.example.com/repository/1",
  isArchived: false,
  isFork: false,
  ...more,
});

const seen = (title: string, at: number, changed = 1): TestRecord =>
  record({ hash: `issue-${title}`, nativeKey: "7", changedAt: minute(changed), seenAt: minute(at), rows: [issue(title)] });
const gone = (at: number, entity: "issue" | "repository" = "issue"): TestRecord =>
  record({
    hash: `gone-${entity}-${at}`,
    nativeKey: `${entity} ${at}`,
    changedAt: minute(at),
    seenAt: minute(at),
    rows: [],
    gone: [{ gone: entity, id: entity === "issue" ? issueId : id("repository", "1"), at: minute(at) }],
  });

for (const engine of engines) {
  describe.skipIf(engine.missing)(`tombstones on ${engine.name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    let test: TestWarehouse;
    const write = (stream: string, ...records: TestRecord[]) =>
      test.warehouse.write({ ...emptyBatch(streamKey(stream)), records });
    const sawIssue = (...records: TestRecord[]) => write("issues", ...records);
    const saidGone = (...at: number[]) => write("deletions", ...at.map((minutes) => gone(minutes)));
    const deletedAt = async (table = "issue") =>
      (await test.warehouse.query<{ deleted_at: string | null }>(`select deleted_at from ${table}`)).rows.map(
        (row) => row.deleted_at,
      );
    const at = (minutes: number) => minute(minutes).replace(".000Z", "Z");

    beforeAll(async () => {
      test = await createTestWarehouse(engine.name);
    });
    beforeEach(async () => {
      await clearEntities(test.warehouse);
      await test.warehouse.run([{ sql: "delete from raw_record" }]);
    });
    afterAll(() => test.drop());

    it("mark a row since the first statement after its last sight", async () => {
      await sawIssue(seen("one", 10));
      expect(await saidGone(20)).toMatchObject({ entities: 0, tombstoned: 1 });
      expect(await deletedAt()).toEqual([at(20)]);
      expect(await saidGone(30, 20)).toMatchObject({ tombstoned: 0 });
      expect(await deletedAt()).toEqual([at(20)]);
      expect(await saidGone(15)).toMatchObject({ tombstoned: 0 });
      expect(await deletedAt()).toEqual([at(15)]);
    });

    it("are lifted by a later sight, even of the very content that was there before", async () => {
      await sawIssue(seen("one", 10));
      await saidGone(20);
      expect(await sawIssue(seen("one", 30))).toMatchObject({ unchanged: 1 });
      expect(await deletedAt()).toEqual([null]);
      await saidGone(40);
      expect(await deletedAt()).toEqual([at(40)]);
      await sawIssue(seen("two", 50, 2));
      expect(await deletedAt()).toEqual([null]);
    });

    it("are lifted by a sight of an older content of the same record too", async () => {
      await sawIssue(seen("one", 10, 1), seen("two", 12, 2));
      await saidGone(20);
      await sawIssue(seen("one", 30, 1));
      expect(await deletedAt()).toEqual([null]);
      expect((await test.warehouse.query("select title from issue")).rows).toEqual([{ title: "two" }]);
    });

    it("come out the same in whatever order the records arrive, and again after a rebuild", async () => {
      const steps = [
        () => sawIssue(seen("one", 10)),
        () => saidGone(20),
        () => sawIssue(seen("one", 25)),
        () => saidGone(30, 40),
      ];
      const orders = [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
        [1, 3, 0, 2],
        [2, 0, 3, 1],
      ];
      for (const order of orders) {
        await clearEntities(test.warehouse);
        await test.warehouse.run([{ sql: "delete from raw_record" }]);
        for (const step of order) await steps[step]!();
        expect(await deletedAt(), String(order)).toEqual([at(30)]);
      }
      await clearEntities(test.warehouse);
      await saidGone(20, 30, 40);
      await sawIssue(seen("one", 10), seen("one", 25));
      expect(await deletedAt()).toEqual([at(30)]);
    });

    it("of a thing that others mention stay when it is mentioned again, and not when it is seen", async () => {
      const own = (at: number) =>
        record({ hash: "own", nativeKey: "1", changedAt: minute(1), seenAt: minute(at), rows: [repository({})] });
      const mention = (at: number) =>
        record({ hash: "mention", nativeKey: "9", seenAt: minute(at), rows: [repository({ url: "https://x", sighted: true })] });
      await write("repositories", own(10));
      await write("deletions", gone(20, "repository"));
      await write("requests", mention(30));
      expect(await deletedAt("repository")).toEqual([at(20)]);
      await write("repositories", own(40));
      expect(await deletedAt("repository")).toEqual([null]);
    });

    it("leave alone what a record itself says of its end, and rows of other integrations", async () => {
      await sawIssue(
        record({
          hash: "own",
          nativeKey: "7",
          changedAt: minute(1),
          seenAt: minute(10),
          rows: [issue("one", { deletedAt: minute(5) })],
        }),
      );
      await saidGone(20);
      expect(await deletedAt()).toEqual([at(5)]);
      await test.warehouse.write({ ...emptyBatch(streamKey("deletions", "other")), records: [gone(1)] });
      expect(await deletedAt()).toEqual([at(5)]);
    });

    it("keep counts and doubts with the batch that found them", async () => {
      const count = { integrationId: "acme-code", scopeId: "1", entity: "issue", storedCount: 3, sourceCount: 3 };
      const doubt = {
        entity: "issue",
        entityId: issueId,
        missingSince: minute(1),
        sweeps: 1,
        lastMissedAt: minute(2),
        integrationId: "acme-code",
        scopeId: "1",
        stream: "issues",
        nativeKey: "7",
      };
      const note = (countedAt: string, missing: { keep: (typeof doubt)[]; done: string[] }) =>
        test.warehouse.write({ ...emptyBatch(streamKey("issues")), reconciled: { counts: [{ ...count, countedAt }], missing } });
      await sawIssue(seen("one", 10));
      await note("2026-01-01T00:00:00Z", { keep: [doubt], done: [] });
      const { reconciliation } = test.warehouse;
      const of = { entity: "issue" as const, nativeKeys: ["7", "8"] };
      expect(await reconciliation.candidates(streamKey("issues"), of)).toEqual([
        { nativeKey: "7", entityId: issueId, sweeps: 1, missingSince: at(1), lastMissedAt: at(2) },
      ]);
      expect(await reconciliation.missing(streamKey("issues"))).toEqual([{ entityId: issueId, nativeKey: "7" }]);
      await note("2026-03-01T00:00:00Z", { keep: [], done: [issueId] });
      expect(await reconciliation.missing(streamKey("issues"))).toEqual([]);
      expect((await test.warehouse.query("select counted_at from source_count")).rows).toEqual([
        { counted_at: "2026-03-01T00:00:00Z" },
      ]);
      expect(await reconciliation.newestCounts("acme-code")).toMatchObject([
        { entity: "issue", countedAt: "2026-03-01T00:00:00Z" },
      ]);
      await saidGone(20);
      expect(await reconciliation.storedKeys(streamKey("issues"), "issue")).toEqual([
        { nativeKey: "7", changedAt: at(1), deletedAt: at(20) },
      ]);
    });
  });
}
