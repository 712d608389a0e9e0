import { afterAll, describe, expect, it } from "vitest";

import { type Entities, insertEntities } from "../../../test/entities.ts";
import { buildTime, factTester } from "../../../test/facts.ts";
import { buildLinks } from "./build.ts";
import { type AccountFacts, discoveredPersonId, resolvePeople } from "./people.ts";

const account = (id: string, more: Partial<AccountFacts> = {}): AccountFacts => ({
  id,
  native_id: id,
  integration_id: "git",
  canonical_key: id,
  username: null,
  name: null,
  email: null,
  email_is_verified: null,
  kind: "human",
  decided_person_id: null,
  ...more,
});
const git = (email: string) => account(`git:${email}`, { email });
const ann = { id: "person-ann", email: "ann@acme.example" };
const linksOf = (...given: Parameters<typeof resolvePeople>) =>
  Object.fromEntries(
    resolvePeople(...given).links.map((link) => [link.accountId, `${link.personId} ${link.evidence} ${link.confidence}`]),
  );
const alone = (id: string) => `${discoveredPersonId(id)} other 1`;

describe("resolvePeople", () => {
  it("lets a decision win over everything, and an e-mail over the rest", () => {
    const accounts = [
      account("a", { email: "ann@acme.example", email_is_verified: true }),
      account("b", { email: "Ann@acme.example" }),
      account("c", { email: "ann@acme.example", decided_person_id: "person-ben" }),
      account("d", { email: "ann@other.example" }),
    ];
    expect(linksOf(accounts, [ann, { id: "person-ben", email: null }], [])).toEqual({
      a: "person-ann email 0.95",
      b: "person-ann email 0.9",
      c: "person-ben manual 1",
      d: alone("d"),
    });
  });

  it("does not choose between two persons of one address", () => {
    expect(linksOf([account("a", { email: ann.email })], [ann, { ...ann, id: "person-twin" }], [])).toEqual({ a: alone("a") });
  });

  it("finds the login behind a noreply address, by number or name, in the same integration first", () => {
    const accounts = [
      git("7+ann@users.noreply.git.example"),
      git("ben@users.noreply.git.example"),
      git("nobody@users.noreply.git.example"),
      account("7", { username: "ann-renamed", email: ann.email }),
      account("8", { username: "Ben" }),
      account("80", { username: "ben", integration_id: "other" }),
    ];
    expect(linksOf(accounts, [ann], [])).toMatchObject({
      "git:7+ann@users.noreply.git.example": "person-ann noreply 0.95",
      "git:ben@users.noreply.git.example": `${discoveredPersonId("8")} noreply 0.95`,
      "git:nobody@users.noreply.git.example": alone("git:nobody@users.noreply.git.example"),
    });
  });

  it("follows authorship to the person of the login", () => {
    const accounts = [git("ann@laptop"), account("7", { username: "ann", email: ann.email })];
    expect(linksOf(accounts, [ann], [{ account_id: "git:ann@laptop", login_account_id: "7" }])["git:ann@laptop"]).toBe(
      "person-ann authorship 0.9",
    );
  });

  it("neither links by name nor makes persons of bots", () => {
    const accounts = [
      account("a", { name: "Ann Ng", username: "ann" }),
      account("b", { kind: "bot" }),
      account("c", { kind: "agent" }),
      account("s", { kind: "service" }),
    ];
    expect(linksOf(accounts, [ann], [])).toEqual({ a: alone("a") });
  });

  it("gives one login seen through two integrations one person", () => {
    const accounts = [
      account("x", { canonical_key: "host/7" }),
      account("y", { canonical_key: "host/7", integration_id: "second", email: ann.email }),
      account("z", { canonical_key: "host/9" }),
      account("zz", { canonical_key: "host/9", integration_id: "second" }),
    ];
    expect(linksOf(accounts, [ann], [])).toEqual({
      x: "person-ann email 0.9",
      y: "person-ann email 0.9",
      z: alone("z"),
      zz: alone("z"),
    });
  });
});

const tester = factTester();
afterAll(tester.close);

describe.each(tester.engines)("people and teams on %s", (engine) => {
  const entities: Entities = {
    integration: [
      { id: "i1", nativeId: "acme-git", connector: "git", createdAt: "2024-01-01T00:00:00Z" },
      { id: "i2", nativeId: "acme-second", connector: "git", createdAt: "2025-01-01T00:00:00Z" },
    ],
    account: [
      { id: "7", username: "ann", name: "Ann Ng", email: "ann@acme.example" },
      { id: "8", username: "ben" },
      { id: "robot", username: "robot", kindCategory: "bot" },
      { id: "decided-bot", username: "ci" },
      { id: "git:ann@laptop", nativeId: "git:ann@laptop", email: "ann@laptop" },
      { id: "git:two@logins", nativeId: "git:two@logins", email: "two@logins" },
    ],
    account_decision: [{ accountId: "decided-bot", kindCategory: "service" }],
    person: [{ id: "person-ann", name: "Ann", email: "ann@acme.example" }],
    commit: ["1", "2", "3"].flatMap((sha) => [
      { id: `a${sha}`, sha, repositoryId: "pay", authorAccountId: "git:ann@laptop" },
      { id: `b${sha}`, sha, repositoryId: "fork", authorAccountId: "7" },
      { id: `c${sha}`, sha: `x${sha}`, repositoryId: "pay", authorAccountId: "git:two@logins" },
      { id: `d${sha}`, sha: `x${sha}`, repositoryId: "fork", authorAccountId: sha === "3" ? "8" : "7" },
    ]),
    repository: [
      { id: "pay", canonicalKey: "git.example/repository/1" },
      { id: "pay-again", canonicalKey: "git.example/repository/1", integrationId: "acme-second" },
      { id: "web", canonicalKey: "git.example/repository/2", integrationId: "acme-second" },
    ],
    account_group: [
      { id: "g1", name: "Engineering", fullName: "acme/eng" },
      { id: "g2", name: "Payments", fullName: "acme/pay", parentGroupId: "g1" },
    ],
    account_group_member: [
      { id: "m1", accountGroupId: "g2", accountId: "7", roleCategory: "lead" },
      { id: "m2", accountGroupId: "g2", accountId: "git:ann@laptop", roleCategory: "member" },
      { id: "m3", accountGroupId: "g1", accountId: "8", roleCategory: "member" },
      { id: "m4", accountGroupId: "g1", accountId: "robot", roleCategory: "member" },
    ],
    team: [
      { id: "own", nativeId: "own" },
      { id: "circle-a", nativeId: "circle-a", parentTeamId: "circle-b" },
      { id: "circle-b", nativeId: "circle-b", parentTeamId: "circle-a" },
    ],
    team_member: [{ teamId: "own", personId: "person-ann" }],
  };

  it("links accounts, discovers persons and teams, and names duplicates", async () => {
    const warehouse = await tester.build(engine, entities, { steps: "links" });
    const rows = async (sql: string) => (await warehouse.query(sql)).rows.map((row) => Object.values(row).join(" "));
    const eight = "leadline:person:leadline:account/8";
    expect(await rows(`select account_id, person_id, evidence_category from account_person order by account_id`)).toEqual([
      "7 person-ann email",
      `8 ${eight} other`,
      "git:ann@laptop person-ann authorship",
      "git:two@logins leadline:person:leadline:account/git:two@logins other",
    ]);
    expect(await rows(`select id, name, origin_category from person where deleted_at is null order by id`)).toEqual([
      `${eight} ben discovered`,
      "leadline:person:leadline:account/git:two@logins two@logins discovered",
      "person-ann Ann directory",
    ]);
    expect(await rows(`select entity, duplicate_id, of_id from duplicate`)).toEqual(["repository pay-again pay"]);
    const [g1, g2] = ["leadline:team:leadline:group/g1", "leadline:team:leadline:group/g2"];
    expect(await rows(`select team_id, person_id, role_category from team_member order by team_id, person_id`)).toEqual([
      `${g1} ${eight} member`,
      `${g2} person-ann lead`,
      "own person-ann member",
    ]);
    expect(await rows(`select ancestor_team_id, team_id, depth from team_tree order by team_id, depth`)).toEqual([
      "circle-a circle-a 0",
      "circle-b circle-a 1",
      "circle-b circle-b 0",
      "circle-a circle-b 1",
      `${g1} ${g1} 0`,
      `${g2} ${g2} 0`,
      `${g1} ${g2} 1`,
      "own own 0",
    ]);
  });

  it("tombstones a discovered person once the account is linked, and repeats itself otherwise", async () => {
    const warehouse = await tester.build(engine, entities, { steps: "links" });
    const people = async () => (await warehouse.query(`select id, deleted_at is not null as gone from person order by id`)).rows;
    const before = await people();
    await buildLinks(warehouse, { now: buildTime });
    expect(await people()).toEqual(before);
    await insertEntities(warehouse, { account_decision: [{ accountId: "8", personId: "person-ann" }] });
    await buildLinks(warehouse, { now: buildTime });
    expect((await people()).filter(({ gone }) => gone)).toEqual([{ id: "leadline:person:leadline:account/8", gone: true }]);
    const { rows } = await warehouse.query(
      `select person_id, evidence_category, confidence from account_person where account_id = '8'`,
    );
    expect(rows).toEqual([{ person_id: "person-ann", evidence_category: "manual", confidence: 1 }]);
  });

  it("lays out local days across clock changes, holidays and weekends", async () => {
    const warehouse = await tester.build(
      engine,
      {
        calendar: [
          { id: "berlin", timezone: "Europe/Berlin", holidays: ["2026-03-31"] },
          { id: "night", timezone: "Europe/Berlin", opens: "00:00", closes: "24:00", weekdays: "7" },
        ],
        commit: [{ id: "c", repositoryId: "pay", authoredAt: "2026-03-20T00:00:00Z" }],
      },
      { steps: "links" },
    );
    const { rows } = await warehouse.query(
      `select calendar_id, day, is_working, opens_at, working_seconds, seconds_before from calendar_day
       where day between cast('2026-03-27' as date) and cast('2026-04-01' as date) and calendar_id in ('berlin', 'night') order by calendar_id, day`,
    );
    const shown = rows.map((row) => [row.day, row.opens_at, row.working_seconds, (row.seconds_before as number) / 3600]);
    expect(shown.slice(0, 6)).toEqual([
      ["2026-03-27", "2026-03-27T08:00:00Z", 28800, 56],
      ["2026-03-28", null, 0, 64],
      ["2026-03-29", null, 0, 64],
      ["2026-03-30", "2026-03-30T07:00:00Z", 28800, 64],
      ["2026-03-31", null, 0, 72],
      ["2026-04-01", "2026-04-01T07:00:00Z", 28800, 72],
    ]);
    expect(shown[8]).toEqual(["2026-03-29", "2026-03-28T23:00:00Z", 82800, 24]);
    const built = await warehouse.query(
      `select count(*) as n from calendar_day where calendar_id = 'leadline:calendar:leadline:default/UTC' and is_working`,
    );
    expect(built.rows[0]!.n).toBeGreaterThan(400);
  });
});
