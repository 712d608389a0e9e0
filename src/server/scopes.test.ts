import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { someThings } from "../ingest/testing/provider.ts";
import { openTestHouse, type TestHouse } from "./testing/house.ts";

/* Which scopes are read decides how much history there is to read. */

const patient = { timeout: 40_000 };
let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse({ isStarted: true });
});
afterEach(() => house.close());

const at = "/api/v1/integrations/things";
const statuses = async () =>
  (await house.ask("GET", `${at}/backfills`)).body.items.map(({ status }: { status: string }) => status).sort();
const allDone = (count: number) => expect.poll(statuses, patient).toEqual(Array(count).fill("succeeded"));
const stored = async () => {
  const sql = `select cast(full_name as text) as name from account_group where deleted_at is null`;
  const { body } = await house.ask("POST", "/api/v1/sql", { sql });
  return (body.rows as { name: string }[]).filter(({ name }) => name.startsWith("acme/")).length;
};
const choose = async (...include: string[]) => {
  const { status, text } = await house.ask("PUT", `${at}/scopes`, {
    include,
    exclude: [],
    isWithArchived: true,
    isWithForks: true,
  });
  expect(status, text).toBe(200);
};
/** Calls for pages of a scope's list. */
const pagesOf = (scope: string) => house.provider.calls.filter(({ url }) => url.pathname === `/scopes/${scope}/things`).length;

describe("scopes chosen later", { timeout: 120_000 }, () => {
  it("get the history that the first ones got, and what is there is not read again", async () => {
    await house.connect({ selection: { include: ["acme/a", "acme/new-*"] } });
    await allDone(1);
    expect(await stored()).toBe(25);
    await choose("acme/a", "acme/b", "acme/new-*");
    await allDone(2);
    // Twelve things are two pages: the refresh alone would have read the newest ten.
    await expect.poll(stored, patient).toBe(37);
    await choose("acme/a", "acme/new-*");
    const before = pagesOf("b");
    await choose("acme/a", "acme/b", "acme/new-*");
    await allDone(3);
    await expect.poll(async () => (await house.ask("GET", at)).body.progress.state, patient).toBe("idle");
    // A refresh asks for the newest page.
    expect(pagesOf("b") - before).toBeLessThanOrEqual(1);

    house.provider.things.set("new-1", someThings(31, { firstId: 501 }));
    await house.ask("GET", `${at}/scopes?refresh=true`);
    await allDone(4);
    await expect.poll(stored, patient).toBe(68);
    const [newest] = (await house.ask("GET", `${at}/backfills`)).body.items;
    expect(newest).toMatchObject({
      isAutomatic: true,
      mode: "fill",
      since: null,
      scopes: [expect.objectContaining({ id: "new-1" })],
    });
  });

  it("go back as far as the integration does", async () => {
    const since = new Date(Date.now() - 5.5 * 3_600_000).toISOString();
    await house.connect({ selection: { include: ["acme/a"] }, backfill: { since } });
    await allDone(1);
    await choose("acme/a", "acme/b");
    await allDone(2);
    const [newest] = (await house.ask("GET", `${at}/backfills`)).body.items;
    expect(Date.parse(newest.since)).toBe(Date.parse(since));
  });
});
