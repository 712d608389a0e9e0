/// <reference lib="dom" />
import { join } from "node:path";

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { seedWork } from "./seeded-work.ts";
import { browserMissing, complaints, newContext, openSite, overflow, settled, type Site, violations } from "./site.ts";

/* The insights about planned work, over months of it: numbers, their way down to the transitions, and every page in every look. */

const title = browserMissing ? `insights about work (skipped: ${browserMissing})` : "insights about work";

describe.skipIf(browserMissing !== null)(title, { timeout: 180_000 }, () => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  let seen: string[];

  beforeAll(async () => {
    site = await openSite();
    await seedWork(site.server.house, site.vendor.url);
    context = await newContext(site.browser);
    page = await context.newPage();
    seen = complaints(page);
    await page.goto(site.server.link);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await site?.close();
  });

  const ask = async (query: object) => {
    const data = { project: "payments", ...query };
    const answer = await context.request.post(`${site.server.url}/api/v1/query`, { data });
    expect(answer.status(), await answer.text()).toBe(200);
    return ((await answer.json()) as { rows: Record<string, number | string | null>[] }).rows;
  };
  const open = async (address: string) => {
    await page.goto(`${site.server.url}/projects/payments/insights/${address}`);
    await settled(page);
  };
  const tile = (name: string) => page.getByRole("article", { name, exact: true });

  it("Sprints: a number of the page is the number of the engine, and opens its sprints", async () => {
    await open("sprints?range=12m");
    const commit = tile("Commit, in points");
    await commit.getByRole("button", { name: /see the items/ }).click();
    const items = page.getByRole("dialog");
    await items.getByText(/^Counted/).waitFor();
    const { from, to } = JSON.parse(new URL(page.url()).searchParams.get("items")!) as { from: string; to: string };
    const [row] = await ask({ metrics: ["sprint_commit_points"], from, to });
    expect(row!["sprint_commit_points"]).toBeGreaterThan(100);
    expect(await commit.textContent()).toContain(row!["sprint_commit_points"]!.toLocaleString("en"));
    await page.keyboard.press("Escape");
    await page.getByText("4 unknown items").waitFor();
  });

  it("one sprint: its course, its changes of scope, its items, and the transitions behind one", async () => {
    await page.getByRole("button", { name: "Sprint 3", exact: true }).click();
    await page.getByRole("heading", { name: "Burn-up" }).waitFor();
    expect(new URL(page.url()).searchParams.get("sprint")).toBe("sprint-3");
    await settled(page);
    const burnUp = page.getByRole("region", { name: "Burn-up", exact: true });
    await burnUp.getByText("Table").click();
    const last = burnUp.getByRole("row").last().getByRole("button");
    const [row] = await ask({
      metrics: ["sprint_delivered_points"],
      from: "2020-01-01",
      to: "2100-01-01",
      filters: [["is", "sprint_id", ["sprint-3"]]],
    });
    expect(await last.last().textContent()).toBe(String(row!["sprint_delivered_points"]));
    const changes = page.getByRole("region", { name: "Changes of scope", exact: true }).first();
    expect(await changes.getByRole("row").count()).toBeGreaterThan(3);
    await page.getByRole("combobox", { name: "Outcome" }).click();
    await page.getByRole("option", { name: "removed" }).click();
    await page.waitForURL(/outcome=removed/);
    const list = page.getByRole("region", { name: "Items of the sprint", exact: true }).first();
    await list.getByText("removed").first().waitFor();
    await list.getByRole("button", { name: /^PAY-/ }).first().click();
    const walk = page.getByRole("dialog").filter({ hasText: "is worked out" });
    await walk.getByText("issue_transition").first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
  });

  it("several sprints beside each other, in items", async () => {
    await open("sprints?range=12m&unit=items");
    await page.getByRole("checkbox", { name: "Compare Sprint 2" }).check();
    await page.getByRole("checkbox", { name: "Compare Sprint 4" }).check();
    await page.getByRole("heading", { name: "2 sprints compared" }).waitFor();
    await page.reload();
    const table = page.getByRole("region", { name: "Sprints compared", exact: true });
    await table.waitFor();
    expect(await table.getByRole("row").nth(1).textContent()).toMatch(/Commit\d+\d+/);
  });

  it("Flow: an item of the chart's table opens down to its transitions", async () => {
    await open("flow?range=26w");
    const panel = page.getByRole("region", { name: "Cycle time of completed items", exact: true });
    await panel.getByText("Table").click();
    await panel
      .getByRole("table")
      .getByRole("button", { name: /\d[dhm]/ })
      .first()
      .click();
    const walk = page.getByRole("dialog").filter({ hasText: "is worked out" });
    await walk.getByText("issue_transition").first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("region", { name: "Time in status", exact: true }).first().getByText("Review").waitFor();
  });

  it("Flow: a bar of the distribution opens as many items as it counts", async () => {
    await open("flow?range=26w");
    const panel = page.getByRole("region", { name: "Distribution", exact: true });
    await panel.getByText(/^Of \d+ completed items half took less than/).waitFor();
    await panel.getByText("Table").click();
    const bar = panel
      .getByRole("table")
      .getByRole("button", { name: /^[1-9]\d*$/ })
      .first();
    const items = await bar.textContent();
    await bar.click();
    await page.getByRole("dialog").getByText(`Counted (${items})`, { exact: true }).waitFor();
    await page.keyboard.press("Escape");
  });

  it("Alignment: shares of the engine, by what people weigh with, and what matches nothing", async () => {
    await open("alignment?range=26w&effort=points");
    await tile("Platform")
      .getByRole("button", { name: /see the items/ })
      .waitFor();
    await tile("Uncategorized").waitFor();
    await page.getByText("matches no category").waitFor();
    await page.getByText("FTE", { exact: true }).click();
    await page.waitForURL(/effort=fte/);
    await settled(page);
    await tile("Platform")
      .getByText(/person-day/)
      .waitFor();
  });

  it("Hygiene: misses by check lead to the items and to the vendor", async () => {
    await open("hygiene");
    const checks = page.getByRole("region", { name: "Misses by check", exact: true }).first();
    const row = checks.getByRole("row").filter({ hasText: "No description" });
    const shown = await row.getByRole("button").textContent();
    const [answer] = await ask({
      metrics: ["hygiene_issues"],
      from: "2020-01-01",
      to: "2100-01-01",
      filters: [["has", "hygiene_misses", ["description"]]],
    });
    expect(shown).toBe(String(answer!["hygiene_issues"]));
    expect(answer!["hygiene_issues"]).toBeGreaterThan(0);
    await page.getByRole("combobox", { name: "Check" }).click();
    await page.getByRole("option", { name: "No description" }).click();
    await page.waitForURL(/check=description/);
    const link = page.getByRole("link", { name: /^PAY-\d+ at the vendor/ }).first();
    expect(await link.getAttribute("href")).toMatch(/^https:\/\/plan\.acme\.example\/browse\/PAY-/);
  });

  const addresses = [
    "sprints?range=12m",
    "sprints?range=12m&unit=items&sprint=sprint-3&sprints=%5B%22sprint-2%22%2C%22sprint-4%22%5D",
    "flow?range=26w",
    "alignment?range=26w",
    "hygiene",
  ];
  for (const scheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      it(`has no violation and no sideways scroll: ${scheme}, ${width} px`, async () => {
        const other = await newContext(site.browser, { scheme, width });
        await other.addCookies(await context.cookies());
        const view = await other.newPage();
        const complained = complaints(view);
        for (const [index, address] of addresses.entries()) {
          await view.goto(`${site.server.url}/projects/payments/insights/${address}`);
          await settled(view);
          expect(await violations(view), `${address} ${scheme} ${width}`).toEqual([]);
          expect(await overflow(view), `${address} ${width}`).toBe(0);
          const folder = process.env["LEADLINE_SCREENSHOTS"];
          const name = `${index}-${address.replace(/\?.*/, "")}-${scheme}-${width}.png`;
          if (folder) await view.screenshot({ path: join(folder, name), fullPage: true });
        }
        expect(complained).toEqual([]);
        await other.close();
      });
    }
  }

  it("complained about nothing", () => expect(seen).toEqual([]));
});
