/// <reference lib="dom" />
import { join } from "node:path";

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { browserMissing, complaints, newContext, openSite, overflow, settled, type Site, violations } from "./site.ts";

/* Two years of history, started, paused and resumed by a person who looks at the newest month meanwhile. */

const title = browserMissing ? `a backfill in the web app (skipped: ${browserMissing})` : "a backfill in the web app";
const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

describe.skipIf(browserMissing !== null)(title, { timeout: 180_000 }, () => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  let seen: string[];

  const api = async <Body>(path: string, data?: object): Promise<Body> => {
    const answer = await context.request.fetch(`${site.server.url}/api/v1/${path}`, data ? { method: "POST", data } : {});
    expect(answer.status(), `${path}: ${await answer.text()}`).toBeLessThan(300);
    return (await answer.json()) as Body;
  };
  const historyState = async () => (await api<{ history: { state: string } }>("integrations/acme-code")).history.state;

  beforeAll(async () => {
    site = await openSite();
    context = await newContext(site.browser);
    page = await context.newPage();
    seen = complaints(page);
    await page.goto(site.server.link);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await api("integrations", {
      connector: "github",
      name: "acme-code",
      config: {
        url: site.vendor.url,
        token: site.vendor.token,
      },
      selection: { include: ["acme/pay"] },
      backfill: { since: dayAgo(45) },
    });
    await api("projects", { name: "Payments", integrations: ["acme-code"] });
  }, 180_000);
  afterAll(async () => {
    await site?.close();
  });
  // One path: what follows a broken step cannot say anything.
  let isBroken = false;
  beforeEach((test) => {
    if (isBroken) test.skip("an earlier step of the path failed");
    test.onTestFailed(async () => {
      isBroken = true;
      await screenshot(page, "backfill-failed");
    });
  });

  const row = () => page.getByRole("list", { name: "Backfills" }).getByRole("listitem").first();

  it("says what it will cost before it starts, and refuses what cannot be meant", async () => {
    await expect.poll(historyState, { timeout: 120_000 }).toBe("complete");
    await page.goto(`${site.server.url}/integrations/acme-code`);
    await settled(page);
    await page.getByRole("button", { name: "Backfill …" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Before it begins:").waitFor();
    await dialog.getByRole("button", { name: "2 years" }).click();
    await dialog.getByText("Before it begins:").waitFor();
    expect(await violations(page)).toEqual([]);
    await screenshot(page, "backfill-dialog");
    // Slow enough for a person to come in between.
    site.vendor.faults.set("slow", { seconds: 5 });
    await dialog.getByRole("button", { name: "Start backfill" }).click();
    await dialog.waitFor({ state: "detached" });
  });

  it("is paused at once", async () => {
    await row().getByText("Running").waitFor({ timeout: 60_000 });
    await row()
      .getByRole("button", { name: /^Pause/ })
      .click();
    await row().getByText("Paused", { exact: true }).waitFor();
    site.vendor.faults.clear("slow");
    expect(await violations(page)).toEqual([]);
    await screenshot(page, "backfill-paused");
  });

  it("leaves the newest month to be looked at, and says how far charts reach", async () => {
    await expect
      .poll(async () => (await api<{ facts: { state: string } }>("overview")).facts.state, { timeout: 60_000 })
      .toBe("fresh");
    await page.goto(`${site.server.url}/projects/payments/insights/efficiency?range=12m`);
    await settled(page);
    await page.getByText("its backfill is paused").waitFor();
    const range = { metrics: ["pull_requests_merged"], project: "payments", from: dayAgo(30), to: dayAgo(-1) };
    const { rows } = await api<{ rows: Record<string, number>[] }>("query", range);
    expect(rows[0]!["pull_requests_merged"]).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    await screenshot(page, "backfill-efficiency");
  });

  it("goes on where it stopped, to its end", async () => {
    await page.getByRole("link", { name: "See the backfills" }).click();
    await page.getByRole("link", { name: "acme-code" }).first().click();
    await row()
      .getByRole("button", { name: /^Resume/ })
      .click();
    await row().getByText("Succeeded").waitFor({ timeout: 120_000 });
    await row()
      .getByRole("button", { name: /^Run again/ })
      .waitFor();
    expect(await historyState()).toBe("complete");
  });

  for (const scheme of ["light", "dark"] as const)
    it(`has no violation and no sideways scroll on a phone: ${scheme}`, async () => {
      const other = await newContext(site.browser, { scheme, width: 390 });
      await other.addCookies(await context.cookies());
      const view = await other.newPage();
      await view.goto(`${site.server.url}/integrations/acme-code`);
      await settled(view);
      await screenshot(view, `backfill-panel-${scheme}-390`);
      await view.getByRole("button", { name: "Backfill …" }).click();
      await view.getByText("Before it begins:").waitFor();
      expect(await violations(view)).toEqual([]);
      expect(await overflow(view)).toBe(0);
      await screenshot(view, `backfill-dialog-${scheme}-390`);
      await other.close();
    });

  it("complained about nothing", () => expect(seen).toEqual([]));
});

/** Pictures, for those who ask for them: LEADLINE_SCREENSHOTS names a folder. */
async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["LEADLINE_SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
