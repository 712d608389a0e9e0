import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { checkWarehouse } from "./check.ts";
import { clearEntities, digestTables, entityTables } from "./digest.ts";
import { streamKey } from "./testing/batches.ts";
import { type TestWarehouse, createTestWarehouse, engines } from "./testing/engines.ts";
import { numberedBatch } from "./testing/numbered-batches.ts";

for (const engine of engines) {
  describe.skipIf(engine.missing)(`checks on ${engine.name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    let test: TestWarehouse;
    beforeAll(async () => {
      test = await createTestWarehouse(engine.name);
      for (const n of [1, 2, 3]) await test.warehouse.write(numberedBatch(n));
    });
    afterAll(() => test.drop());

    const findings = async () =>
      (await checkWarehouse(test.warehouse, { now: "2026-03-01T00:00:00Z", withNotices: true })).map(
        ({ check, table, failures }) => [check, table, failures],
      );

    it("find nothing in what the writer wrote", async () => {
      expect(await findings()).toEqual([]);
    });

    it("find each broken rule and name rows that break it", async () => {
      const one = "id = 'acme:pull_request:acme-code:1/100'";
      const common = "id, integration_id, native_id, ingested_at";
      const at = "cast('2026-03-01 00:00:00+00' as timestamptz)";
      const row = (table: string, key: string) => `'leadline:${table}:leadline:${key}', 'leadline', '${key}', ${at}`;
      const breaking: [string, string, number][] = [
        [`update pull_request set merge_sha = 'abc' where ${one}`, "only merged requests have a merge", 1],
        [`update pull_request set native_id = 'x' where number = 1`, "id is well formed", 100],
        [`update pull_request set state_category = 'done' where number = 2`, "state_category is a word of its list", 100],
        [
          `update pull_request set merge_method_category = 'other', merge_method = 'octopus' where number = 2`,
          "merge_method_category is seldom other",
          1,
        ],
        [
          `insert into team_member (${common}, team_id, person_id, role_category, allocation_share, valid_from, valid_to)
           values (${row("team_member", "1")}, 't', 'p', 'member', 1, ${at}, ${at})`,
          "valid_from is before valid_to",
          1,
        ],
        [
          `insert into pull_request_event (${common}, pull_request_id, kind_category, occurred_at)
           values (${row("pull_request_event", "1")}, 'p', 'closed', ${at} + interval '25 hours')`,
          "occurred_at is not in the future",
          1,
        ],
        [
          `insert into pull_request_issue (${common}, pull_request_id, issue_key, issue_id, evidence_category, confidence, is_primary)
           values (${row("pull_request_issue", "1")}, 'p', 'A-1', 'i', 'title', 1, false)`,
          "one primary issue per linked request",
          1,
        ],
        [
          `insert into incident_deployment (${common}, incident_id, deployment_id, evidence_category, confidence, is_primary)
           values (${row("incident_deployment", "1")}, 'i', 'd1', 'stated', 1, true), (${row("incident_deployment", "2")}, 'i', 'd2', 'stated', 1, true)`,
          "at most one primary deployment per incident",
          1,
        ],
        [
          `insert into account_person (${common}, account_id, person_id, evidence_category, confidence)
           values (${row("account_person", "1")}, 'a', 'p1', 'email', 1), (${row("account_person", "2")}, 'a', 'p2', 'email', 1)`,
          "at most one person per account",
          1,
        ],
        [
          `insert into source_count (integration_id, scope_id, entity, counted_at, source_count, stored_count)
           values ('i', 's', 'e', ${at}, 1000, 1000), ('i', 's', 'e', ${at} + interval '1 hour', 1000, 994)`,
          "stored counts equal the provider's",
          1,
        ],
        [
          `insert into deployment (${common}, status_category, environment) values (${row("deployment", "1")}, 'success', 'prod'), (${row("deployment", "2")}, 'failure', 'prod')`,
          "",
          0,
        ],
        [
          `insert into deployment_lineage (${common}, deployment_id, application_id, head_evidence_category, relation_category)
           select 'leadline:deployment_lineage:leadline:' || native_id, 'leadline', native_id, ingested_at, id, 'app', 'stated', 'first' from deployment`,
          "",
          0,
        ],
        [
          `insert into deployment_commit (${common}, deployment_id, repository_id, sha, is_head, is_new, evidence_category, confidence)
           select 'leadline:deployment_commit:leadline:' || native_id, 'leadline', native_id, ingested_at, id, 'r', 'sha', true, true, 'graph', 1 from deployment`,
          "a commit is new in one deployment",
          1,
        ],
      ];
      if (engine.name === "duckdb")
        breaking.push([`insert into account select * from account where native_id = '1'`, "id is unique", 1]);
      for (const [sql] of breaking) await test.warehouse.run([{ sql }]);
      const found = await findings();
      for (const [sql, check, failures] of breaking.filter(([, check]) => check))
        expect(found, sql).toContainEqual([check, expect.any(String), failures]);
      expect(found).toContainEqual(["new commits belong to successful deployments", "deployment_commit", 1]);
      expect(found).toHaveLength(breaking.filter(([, check]) => check).length + 1);
      const merge = (await checkWarehouse(test.warehouse)).find(({ check }) => check === "only merged requests have a merge");
      expect(merge).toMatchObject({ table: "pull_request", sample: ["acme:pull_request:acme-code:1/100"], severity: "fault" });
      expect(merge?.what).toContain("acme:pull_request:acme-code:1/100");
    });
  });

  describe.skipIf(engine.missing)(`digests on ${engine.name}${engine.missing ? `: ${engine.missing}` : ""}`, () => {
    it("are equal for equal rows, differ for one changed, doubled or missing row, and come back after a rebuild", async () => {
      const test = await createTestWarehouse(engine.name);
      const { warehouse } = test;
      const digest = async (without: string[] = []) =>
        (await digestTables(warehouse, ["pull_request"], { without })).map((each) => [each.rows, each.digest])[0]!;
      expect((await digest())[0]).toBe(0);
      for (const n of [1, 2]) await warehouse.write(numberedBatch(n));
      const before = await digestTables(warehouse, entityTables);
      const [rows, hash] = await digest();
      expect(rows).toBe(300);
      const withoutTitle = await digest(["title"]);
      await warehouse.run([{ sql: "update pull_request set title = 'x' where native_id = '1/150'" }]);
      expect((await digest())[1]).not.toBe(hash);
      expect(await digest(["title"])).toEqual(withoutTitle);
      await warehouse.run([{ sql: "delete from pull_request where native_id = '1/150'" }]);
      expect(await digest()).not.toContain(hash);

      await clearEntities(warehouse, "another");
      expect((await digest())[0]).toBe(299);
      await clearEntities(warehouse, "acme-code");
      expect((await digest())[0]).toBe(0);
      expect((await warehouse.readProgress(streamKey()))?.cursor).toBe(2);
      for (const n of [2, 1]) await warehouse.write({ ...numberedBatch(n), progress: null });
      expect(await digestTables(warehouse, entityTables)).toEqual(before);
      await test.drop();
    });
  });
}

it.skipIf(engines[1]!.missing)("digests of the two engines are equal", async () => {
  const tests = await Promise.all([createTestWarehouse("duckdb"), createTestWarehouse("postgres")]);
  for (const { warehouse } of tests) await warehouse.write(numberedBatch(1));
  const [duck, postgres] = await Promise.all(
    tests.map(({ warehouse }) => digestTables(warehouse, [...entityTables, "raw_record", "progress"])),
  );
  expect(duck).toEqual(postgres);
  await Promise.all(tests.map((test) => test.drop()));
});
