import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { Batch, Sink } from "../../ingest/sink.ts";
import { clearEntities } from "../digest.ts";
import type { WritableWarehouse } from "../open.ts";
import { type MappedRow, type TestRecord, emptyBatch, id, minute, record, streamKey } from "../testing/batches.ts";
import { type TestWarehouse, createTestWarehouse, engines } from "../testing/engines.ts";

/** The warehouse is a sink as it stands: this line fails to compile when it is not. */
const asSink = (warehouse: WritableWarehouse): Sink => warehouse;

const pullRequestId = id("pull_request", "1/7");

const pullRequest = (title: string, more: Partial<MappedRow<"pull_request">> = {}): MappedRow<"pull_request"> => ({
  entity: "pull_request",
  id: pullRequestId,
  repositoryId: id("repository", "1"),
  number: 7,
  title,
  stateCategory: "open",
  openedAt: minute(0),
  ...more,
});

const commitOf = (word: string): MappedRow<"pull_request_commit"> => ({
  entity: "pull_request_commit",
  id: id("pull_request_commit", `1/7/${word}`),
  pullRequestId,
  repositoryId: id("repository", "1"),
  sha: word,
});

const reviewOf = (n: number): MappedRow<"pull_request_review"> => ({
  entity: "pull_request_review",
  id: id("pull_request_review", `1/7/${n}`),
  pullRequestId,
  verdictCategory: "approved",
});

const account = (more: Partial<MappedRow<"account">>): MappedRow<"account"> => ({
  entity: "account",
  id: id("account", "9"),
  canonicalKey: "code.example.com/account/9",
  kindCategory: "other",
  ...more,
});

const setsOf = (...tables: ("pull_request_commit" | "pull_request_review")[]): TestRecord["sets"] =>
  tables.map((wholeSet) => ({ wholeSet, parent: { column: "pullRequestId", id: pullRequestId } }));

for (const engine of engines) {
  describe.skipIf(engine.missing)(`writing on ${engine.name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    let test: TestWarehouse;
    const write = (records: TestRecord[], more: Partial<Batch> = {}) =>
      asSink(test.warehouse).write({ ...emptyBatch(), ...more, records });
    const rows = async (sql: string) => (await test.warehouse.query(sql)).rows;

    beforeAll(async () => {
      test = await createTestWarehouse(engine.name);
    });
    afterAll(() => test.drop());

    beforeEach(async () => {
      await clearEntities(test.warehouse);
      await test.warehouse.run(
        ["raw_record", "raw_page", "progress", "unfinished_record", "quarantined_record", "ingestion_task"].map((name) => ({
          sql: `delete from ${name}`,
        })),
      );
    });

    it("stamps rows with integration, native key, times and hash", async () => {
      const result = await write([
        record({ hash: "h1", nativeKey: "7", changedAt: "2026-03-01T08:00:00.123456+08:00", rows: [pullRequest("One")] }),
      ]);
      expect(result).toEqual({ entities: 1, unchanged: 0, tombstoned: 0 });
      expect(await rows("select * from pull_request")).toMatchObject([
        {
          id: pullRequestId,
          integration_id: "acme-code",
          native_id: "1/7",
          url: null,
          source_updated_at: "2026-03-01T00:00:00.123456Z",
          ingested_at: "2026-03-01T00:00:00Z",
          deleted_at: null,
          raw_hash: "h1",
          title: "One",
          labels: null,
        },
      ]);
    });

    it("keeps every type of column as it was given", async () => {
      const issue: MappedRow<"issue"> = {
        entity: "issue",
        id: id("issue", "5"),
        url: 'https://example.com/5?a=b&c="d"',
        projectId: id("project", "1"),
        key: "PAY-5",
        previousKeys: ["OLD-1", "a,b", 'c"d', "e\\f", "{g}", "", "null"],
        number: 9007199254740991,
        title: "\u{1F680} naïve \u202Ertl\t\n'quoted' \\ and \u0000 nul",
        typeCategory: "bug",
        isSubtask: false,
        statusCategory: "todo",
        points: -0.5,
        createdAt: "1969-12-31T23:59:59.999999Z",
        dueOn: "2024-02-29",
        labels: [],
        customFields: { list: [1, 2.5, null, "x\u0000y"], deep: { ключ: true } },
      };
      await write([record({ hash: "h1", nativeKey: "5", rows: [issue] })]);
      expect(await rows("select * from issue")).toMatchObject([
        {
          url: issue.url,
          previous_keys: issue.previousKeys,
          number: 9007199254740991,
          title: "\u{1F680} naïve \u202Ertl\t\n'quoted' \\ and \uFFFD nul",
          is_subtask: false,
          points: -0.5,
          created_at: "1969-12-31T23:59:59.999999Z",
          due_on: "2024-02-29",
          labels: [],
          custom_fields: { list: [1, 2.5, null, "x\uFFFDy"], deep: { ключ: true } },
          components: null,
          spent_seconds: null,
        },
      ]);
    });

    it("writes a record once: the same content again only moves the time it was last seen", async () => {
      const one = record({ hash: "h1", nativeKey: "7", rows: [pullRequest("One")] });
      await write([one]);
      expect(await write([one, { ...one, seenAt: minute(5), pageId: "page-2" }])).toEqual({
        entities: 0,
        unchanged: 2,
        tombstoned: 0,
      });
      expect(await rows("select ingested_at from pull_request")).toEqual([{ ingested_at: "2026-03-01T00:00:00Z" }]);
      expect(await rows("select page_id, first_seen_at, last_seen_at, is_latest, mapped_version from raw_record")).toEqual([
        {
          page_id: "page-1",
          first_seen_at: "2026-03-01T00:00:00Z",
          last_seen_at: "2026-03-01T00:05:00Z",
          is_latest: true,
          mapped_version: 1,
        },
      ]);
      const anew = { ...one, mapperVersion: 2, rows: [pullRequest("One, better mapped")] };
      expect(await write([anew])).toEqual({ entities: 1, unchanged: 0, tombstoned: 0 });
      expect(await rows("select title from pull_request")).toEqual([{ title: "One, better mapped" }]);
    });

    it("keeps the version that changed last, whichever comes last", async () => {
      await write([record({ hash: "new", nativeKey: "7", changedAt: minute(9), rows: [pullRequest("New")] })]);
      expect(
        await write([
          record({ hash: "old", nativeKey: "7", changedAt: minute(8), seenAt: minute(60), rows: [pullRequest("Old")] }),
        ]),
      ).toEqual({
        entities: 0,
        unchanged: 0,
        tombstoned: 0,
      });
      expect(await rows("select title, raw_hash from pull_request")).toEqual([{ title: "New", raw_hash: "new" }]);
      expect(await rows("select hash, is_latest from raw_record order by hash")).toEqual([
        { hash: "new", is_latest: true },
        { hash: "old", is_latest: false },
      ]);
    });

    it("takes the content of a record that came back to what it was before", async () => {
      const a = record({ hash: "a", nativeKey: "7", seenAt: minute(1), rows: [pullRequest("A")] });
      await write([a]);
      await write([record({ hash: "b", nativeKey: "7", seenAt: minute(2), rows: [pullRequest("B")] })]);
      expect(await rows("select title from pull_request")).toEqual([{ title: "B" }]);
      await write([{ ...a, seenAt: minute(3) }]);
      expect(await rows("select title from pull_request")).toEqual([{ title: "A" }]);
    });

    it("reduces rows of one id inside a batch to one", async () => {
      const result = await write([
        record({ hash: "h1", nativeKey: "7", changedAt: minute(1), rows: [pullRequest("First"), pullRequest("First again")] }),
        record({ hash: "h2", nativeKey: "7", changedAt: minute(2), rows: [pullRequest("Second")] }),
      ]);
      expect(result.entities).toBe(1);
      expect(await rows("select title from pull_request")).toEqual([{ title: "Second" }]);
    });

    it("marks children that a whole set no longer has, and takes the mark away when they come back", async () => {
      const sets = setsOf("pull_request_commit", "pull_request_review");
      const version = (n: number, children: MappedRow[]) =>
        record({
          hash: `h${n}`,
          nativeKey: "7",
          changedAt: minute(n),
          seenAt: minute(100 + n),
          rows: [pullRequest("P"), ...children],
          sets,
        });
      const read = async () => ({
        commits: await rows("select sha, removed_at, deleted_at from pull_request_commit order by sha"),
        reviews: await rows("select native_id, deleted_at from pull_request_review order by native_id"),
      });
      await write([version(1, [commitOf("a"), commitOf("b"), reviewOf(1)])]);
      expect(await write([version(2, [commitOf("b")])])).toEqual({ entities: 2, unchanged: 0, tombstoned: 2 });
      const b = { sha: "b", removed_at: null, deleted_at: null };
      expect(await read()).toEqual({
        commits: [{ sha: "a", removed_at: "2026-03-01T01:42:00Z", deleted_at: null }, b],
        reviews: [{ native_id: "1/7/1", deleted_at: "2026-03-01T01:42:00Z" }],
      });
      expect((await write([version(3, [commitOf("b")])])).tombstoned).toBe(0);
      await write([version(4, [commitOf("a"), commitOf("b"), reviewOf(1)])]);
      const back = {
        commits: [{ sha: "a", removed_at: null, deleted_at: null }, b],
        reviews: [{ native_id: "1/7/1", deleted_at: null }],
      };
      expect(await read()).toEqual(back);
      expect((await write([{ ...version(0, []), seenAt: minute(500) }])).tombstoned).toBe(0);
      expect(await read()).toEqual(back);
    });

    it("lets mentions fill what the own stream leaves open, and never overwrite it", async () => {
      const mention = (hash: string, more: Partial<MappedRow<"account">>) =>
        record({ hash, nativeKey: hash, rows: [account({ ...more, sighted: true })] });
      const read = async () =>
        (await rows("select username, name, email, kind_category, kind, source_updated_at, raw_hash from account"))[0];
      await write([mention("m2", { username: "bo", kindCategory: "human", kind: "User" })]);
      expect(await read()).toMatchObject({
        username: "bo",
        kind_category: "human",
        kind: "User",
        source_updated_at: null,
        raw_hash: "m2",
      });
      expect(await write([mention("m3", { username: "bo", kindCategory: "human", kind: "User" })])).toMatchObject({
        entities: 0,
      });
      await write([mention("m1", { username: "bo-by-another-name", email: "bo@example.com" })]);
      expect(await read()).toMatchObject({
        username: "bo-by-another-name",
        email: "bo@example.com",
        kind: "User",
        raw_hash: "m1",
      });
      const accounts = { ...emptyBatch(streamKey("accounts")) };
      const own = record({
        hash: "own",
        nativeKey: "9",
        rows: [account({ username: "Bo", name: "Bo B", kindCategory: "human", kind: "User" })],
      });
      await write([own], accounts);
      const expected = { username: "Bo", name: "Bo B", email: "bo@example.com", kind: "User", raw_hash: "own" };
      expect(await read()).toMatchObject(expected);
      expect(await write([mention("m0", { username: "bo", name: "Nobody", kindCategory: "bot", kind: "Bot" })])).toMatchObject({
        entities: 0,
      });
      expect(await read()).toMatchObject(expected);
    });

    it("refuses rows that do not fit, and then nothing of the batch is stored", async () => {
      const good = record({ hash: "h1", nativeKey: "7", rows: [pullRequest("Good")] });
      const cases: [string, MappedRow][] = [
        ["row_invalid", pullRequest("x", { number: 1.5 })],
        ["row_invalid", pullRequest("x", { openedAt: "yesterday" })],
        ["row_invalid", pullRequest("x", { openedAt: null as never })],
        ["row_invalid", pullRequest("x", { labels: "a" as never })],
        ["row_invalid", pullRequest("x", { id: "no id" })],
        ["row_invalid", { ...pullRequest("x"), entity: "team" } as never],
        ["row_invalid", { ...pullRequest("x"), entity: "nonsense" } as never],
        ["not_sightable", pullRequest("x", { sighted: true })],
      ];
      const progress = { cursor: 1, cursorAt: minute(1), coveredFrom: null };
      for (const [code, bad] of cases)
        await expect(write([good, record({ hash: "h2", nativeKey: "8", rows: [bad] })], { progress })).rejects.toMatchObject({
          code,
        });
      expect(await rows("select count(*) as n from pull_request")).toEqual([{ n: 0 }]);
      expect(await rows("select count(*) as n from raw_record")).toEqual([{ n: 0 }]);
      expect(await asSink(test.warehouse).readProgress(streamKey())).toBeNull();
    });

    it("keeps progress, unfinished records, pages, quarantine and the task with the rows", async () => {
      const sink = asSink(test.warehouse);
      const key = streamKey();
      const within = { integrationId: key.integrationId, scopeId: key.scopeId, stream: key.stream };
      const page = {
        id: "page-1",
        ...within,
        via: "poll" as const,
        fetchedAt: minute(1),
        bodyHash: "body",
        recordCount: 2,
        status: 200,
      };
      const misfit = {
        hash: "bad",
        ...within,
        nativeKey: "8",
        errorPath: "title",
        errorMessage: "is a number",
        seenAt: minute(1),
      };
      const task = {
        id: "task-1",
        integrationId: key.integrationId,
        kind: "backfill" as const,
        status: "running" as const,
        scheduledAt: minute(0),
        attempts: 1,
        retries: 0,
        requests: 3,
        records: 2,
        entities: 1,
        unchanged: 0,
        skipped: 0,
        quarantined: 1,
        tombstoned: 0,
        waitedSeconds: 0.5,
      };
      const first = {
        pages: [page],
        quarantined: [misfit],
        progress: { cursor: { pass: [1, null] }, cursorAt: minute(1), coveredFrom: minute(-10) },
        unfinished: {
          keep: [
            { nativeKey: "7", nextReadAt: minute(30), attempts: 1 },
            { nativeKey: "6", nextReadAt: minute(20), attempts: 2 },
          ],
          done: [],
        },
        task,
      };
      for (const _ of [1, 2])
        await write([record({ hash: "h1", nativeKey: "7", seenAt: minute(1), rows: [pullRequest("P")] })], first);
      expect(await sink.readProgress(key)).toEqual({
        cursor: { pass: [1, null] },
        cursorAt: "2026-03-01T00:01:00Z",
        coveredFrom: "2026-02-28T23:50:00Z",
      });
      expect(await sink.readProgress(streamKey("issues"))).toBeNull();
      expect((await sink.readUnfinished(key, { by: minute(60), limit: 10 })).map((row) => row.nativeKey)).toEqual(["6", "7"]);
      expect(await sink.readUnfinished(key, { by: minute(25), limit: 10 })).toEqual([
        { nativeKey: "6", nextReadAt: "2026-03-01T00:20:00Z", attempts: 2 },
      ]);
      expect(await sink.readUnfinished(key, { by: minute(60), limit: 1 })).toHaveLength(1);
      expect(await rows("select count(*) as n from raw_page")).toEqual([{ n: 1 }]);
      expect(await rows("select status, requests, waited_seconds from ingestion_task")).toEqual([
        { status: "running", requests: 3, waited_seconds: 0.5 },
      ]);
      expect(await rows("select native_key, resolved_at from quarantined_record")).toEqual([
        { native_key: "8", resolved_at: null },
      ]);
      await write([record({ hash: "h8", nativeKey: "8", seenAt: minute(2), rows: [] })], {
        unfinished: { keep: [{ nativeKey: "7", nextReadAt: minute(90), attempts: 2 }], done: ["6"] },
        task: { ...task, status: "succeeded" },
      });
      expect(await rows("select resolved_at from quarantined_record")).toEqual([{ resolved_at: "2026-03-01T00:02:00Z" }]);
      expect(await rows("select native_key, first_seen_at, attempts from unfinished_record")).toEqual([
        { native_key: "7", first_seen_at: "2026-03-01T00:01:00Z", attempts: 2 },
      ]);
      expect(await rows("select status from ingestion_task")).toEqual([{ status: "succeeded" }]);
      await write([], { quarantined: [misfit] });
      expect(await rows("select resolved_at from quarantined_record")).toEqual([{ resolved_at: "2026-03-01T00:02:00Z" }]);
      expect((await sink.readProgress(key))?.cursor).toEqual({ pass: [1, null] });
    });

    it("keeps streams apart that are written together, also where they use the same keys", async () => {
      const batchOf = (stream: string, title: string) => ({
        ...emptyBatch(streamKey(stream)),
        progress: { cursor: stream, cursorAt: minute(1), coveredFrom: null },
        unfinished: { keep: [{ nativeKey: "7", nextReadAt: minute(30), attempts: 1 }], done: [] },
        records: [
          record({
            hash: `${stream}-${title}`,
            nativeKey: "7",
            rows: [{ ...pullRequest(title), id: id("pull_request", `1/${stream}`) }],
          }),
        ],
      });
      const sink = asSink(test.warehouse);
      await sink.write(batchOf("others", "C"));
      const together = await sink.writeAll!([batchOf("pull_requests", "A"), batchOf("issues", "B")]);
      expect(together).toEqual([
        { entities: 1, unchanged: 0, tombstoned: 0 },
        { entities: 1, unchanged: 0, tombstoned: 0 },
      ]);
      const again = await sink.writeAll!([batchOf("pull_requests", "A"), batchOf("issues", "B2")]);
      expect(again.map(({ entities, unchanged }) => [entities, unchanged])).toEqual([
        [0, 1],
        [1, 0],
      ]);
      expect(await rows("select stream, hash from raw_record order by stream, hash")).toEqual([
        { stream: "issues", hash: "issues-B" },
        { stream: "issues", hash: "issues-B2" },
        { stream: "others", hash: "others-C" },
        { stream: "pull_requests", hash: "pull_requests-A" },
      ]);
      expect(await rows("select stream from progress order by stream")).toHaveLength(3);
      expect(await rows("select stream from unfinished_record order by stream")).toHaveLength(3);
      expect(await rows("select title from pull_request order by title")).toEqual([
        { title: "A" },
        { title: "B2" },
        { title: "C" },
      ]);
    });
  });
}
