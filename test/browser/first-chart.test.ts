/// <reference lib="dom" />
import { join } from "node:path";

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { browserMissing, complaints, newContext, openSite, overflow, settled, type Site, violations } from "./site.ts";

/* From a credential to an explained chart, clicked as a person would, and then every page in every look. */

const title = browserMissing ? `the web app (skipped: ${browserMissing})` : "the web app";

describe.skipIf(browserMissing !== null)(title, { timeout: 180_000 }, () => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  let seen: string[];

  beforeAll(async () => {
    site = await openSite();
    context = await newContext(site.browser);
    page = await context.newPage();
    seen = complaints(page);
  }, 120_000);
  afterAll(async () => {
    await site?.close();
  });
  // One path: what follows a broken step cannot say anything.
  let isBroken = false;
  beforeEach((test) => {
    if (isBroken) test.skip("an earlier step of the path failed");
    test.onTestFailed(async () => {
      isBroken = true;
      await screenshot(page, "failed");
    });
  });

  const api = async <Body>(path: string, body?: object): Promise<Body> => {
    const answer = await context.request.fetch(`${site.server.url}/api/v1/${path}`, body ? { method: "POST", data: body } : {});
    expect(answer.status(), `${path}: ${await answer.text()}`).toBeLessThan(300);
    return (await answer.json()) as Body;
  };

  it("asks strangers to sign in, and lets the one-time link in once", async () => {
    await page.goto(site.server.url);
    await page.getByRole("heading", { name: "Sign in to Leadline" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("One-time link or key").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("One-time link or key").fill(site.server.link);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  });

  it("shows an empty workspace the way to the first chart", async () => {
    await settled(page);
    await page.getByText("Connect the place where your code lives").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("link", { name: "Choose a connector" }).click();
    await page.getByRole("link", { name: /^GitHub/ }).click();
    await page.getByRole("heading", { name: "Connect GitHub" }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("says what is wrong with a credential, and what the right one can see", async () => {
    await page.getByLabel("Name of the integration").fill("acme-code");
    await page.getByLabel("Address").fill(site.vendor.url);
    await page.getByLabel("Personal access token").fill("not-a-token");
    await page.getByRole("button", { name: "Check connection" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/token/i);
    await page.getByLabel("Personal access token").fill(site.vendor.token);
    await page.getByRole("button", { name: "Check connection" }).click();
    await page.getByRole("button", { name: "Choose scopes" }).click();
  });

  it("offers the repositories, maps to a new project and starts", async () => {
    const list = page.getByRole("list", { name: "Scopes" });
    await list.getByRole("checkbox").first().waitFor();
    expect(await list.getByRole("checkbox", { checked: true }).count()).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Project and history", exact: true }).click();
    await page.getByLabel("Name of the project").fill("Payments");
    await page.getByLabel("The last 12 months").check();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Start reading" }).click();
    await page.getByRole("heading", { name: "acme-code" }).waitFor();
  });

  it("shows what arrives, stream by stream, and the ingestion log", async () => {
    const row = page.getByRole("row").filter({ hasText: "pull_requests" });
    await row.getByText("Complete", { exact: true }).waitFor({ timeout: 90_000 });
    await page.getByRole("tab", { name: "Monitoring" }).click();
    await page
      .getByRole("button", { name: /^Details of task/ })
      .first()
      .click();
    await page.getByText("Oldest change seen").waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("maps the integration off and on again", async () => {
    await page.getByRole("link", { name: "Integration mapping" }).click();
    const mapped = page.getByRole("switch", { name: "Map acme-code" });
    await mapped.waitFor();
    expect(await mapped.isChecked()).toBe(true);
    await mapped.press("Space");
    await page.getByText("0 of 1 mapped").waitFor();
    await mapped.press("Space");
    await page.getByText("1 of 1 mapped").waitFor();
  });

  it("shows the same number as the metric engine, its items, and what the vendor sent", async () => {
    await readAndBuilt();
    await page.getByRole("link", { name: "Efficiency", exact: true }).click();
    const tile = page.getByRole("article", { name: "Lead time for changes" });
    await tile.getByRole("button", { name: /see the items/ }).waitFor({ timeout: 60_000 });
    const url = new URL(page.url());
    const range = await shownRange(tile);
    const { rows } = await api<{ rows: Record<string, number>[] }>("query", {
      metrics: ["lead_time_for_changes"],
      project: "payments",
      ...range,
    });
    const n = rows[0]!["lead_time_for_changes_n"]!;
    expect(await tile.textContent()).toContain(`${n.toLocaleString("en")} change`);
    expect(url.pathname).toBe("/projects/payments/insights/efficiency");

    await tile.getByRole("button", { name: /see the items/ }).click();
    const items = page.getByRole("dialog");
    await items.getByText(`Counted (${n})`).waitFor();
    expect(await violations(page)).toEqual([]);
    await items
      .getByRole("button", { name: /^Explain (?!this)/ })
      .first()
      .click();

    const walk = page.getByRole("dialog").filter({ hasText: "is worked out" });
    await walk.getByRole("heading", { name: "The query and its SQL" }).waitFor();
    await walk.getByRole("heading", { name: "What the vendor sent" }).waitFor();
    await walk.getByRole("region", { name: "payload", exact: true }).waitFor();
    expect(await walk.textContent()).toMatch(/SHA-256[0-9a-f]{64}/);
    expect(await violations(page)).toEqual([]);
  });

  it("has an address for everything: the page reloads to the same panel", async () => {
    await page.reload();
    await page.getByRole("dialog").filter({ hasText: "is worked out" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").filter({ hasText: "is worked out" }).waitFor({ state: "detached" });
    expect(new URL(page.url()).searchParams.has("explain")).toBe(false);
  });

  it("holds the data of every chart as a table and as CSV", async () => {
    await page.goto(`${site.server.url}/projects/payments/insights/efficiency`);
    await settled(page);
    const panel = page.getByRole("region", { name: "Deployments and failures" });
    await panel.getByText("Table").click();
    const rows = await panel.getByRole("table").getByRole("row").count();
    const saved = page.waitForEvent("download");
    await panel.getByRole("button", { name: /CSV/ }).click();
    const lines = await text(await (await saved).createReadStream());
    expect(lines.trim().split("\r\n")).toHaveLength(rows);
    expect(lines).toMatch(/^period,deployments,deployments_n,failed_deployments/);
    expect(await violations(page)).toEqual([]);
  });

  it("keeps filters in the URL", async () => {
    await page.getByText("Month", { exact: true }).click();
    await page.waitForURL(/grain=month/);
    await page.getByRole("button", { name: /Last 12 weeks/ }).click();
    await page.getByRole("button", { name: "Last 12 months" }).click();
    await page.waitForURL(/range=12m/);
    await page.goBack();
    await page.getByRole("button", { name: /Last 12 weeks/ }).waitFor();
  });

  it("works with the keyboard alone", async () => {
    await page.goto(site.server.url);
    await settled(page);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the page");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("main") !== null)).toBe(true);
    const button = page
      .getByRole("article")
      .getByRole("button", { name: /see the items/ })
      .first();
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    expect(await page.evaluate(() => document.activeElement?.closest("[role=dialog]") !== null)).toBe(true);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("says so when there is no such page, no such integration, and no server", async () => {
    await page.goto(`${site.server.url}/nowhere`);
    await page.getByText("There is no page at this address").waitFor();
    await page.goto(`${site.server.url}/integrations/nobody`);
    await page.getByRole("alert").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${site.server.url}/integrations`);
    await settled(page);
    await context.route("**/api/**", (route) => route.abort());
    await page.getByRole("link", { name: "acme-code" }).click();
    await page.getByText("server does not answer").first().waitFor();
    await context.unroute("**/api/**");
    await page.getByRole("tab", { name: "Data" }).waitFor();
  });

  const addresses = [
    "/",
    "/integrations?tab=mine",
    "/integrations?tab=available",
    "/integrations/connect/github",
    "/integrations/acme-code",
    "/integrations/acme-code?tab=scopes",
    "/integrations/acme-code?tab=monitoring",
    "/integrations/acme-code?tab=data",
    "/integrations/acme-code?tab=settings",
    "/projects/payments/mapping",
    "/projects/payments/insights/efficiency",
    "/explain/change_failure_rate",
  ];
  for (const scheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      it(`has no violation and no sideways scroll: ${scheme}, ${width} px`, async () => {
        const other = await newContext(site.browser, { scheme, width });
        await other.addCookies(await context.cookies());
        const view = await other.newPage();
        const complained = complaints(view);
        for (const address of addresses) {
          await view.goto(site.server.url + address);
          await settled(view);
          expect(await violations(view), `${address} ${scheme} ${width}`).toEqual([]);
          expect(await overflow(view), `${address} ${width}`).toBe(0);
          await screenshot(view, `${nameOf(address)}-${scheme}-${width}`);
        }
        expect(complained).toEqual([]);
        await other.close();
      });
    }
  }

  it("complained about nothing", () => expect(seen).toEqual([]));

  /** Until the history has been read once and the numbers are those of the whole history. */
  async function readAndBuilt(): Promise<void> {
    for (;;) {
      const { progress, history } = await api<{ progress: { state: string }; history: { state: string } }>(
        "integrations/acme-code",
      );
      const { facts } = await api<{ facts: { state: string } }>("overview");
      if (progress.state === "idle" && history.state === "complete" && facts.state === "fresh") return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** The range of the page's own queries: it is written on the page, and in its drill-down. */
  async function shownRange(tile: ReturnType<Page["getByRole"]>): Promise<{ from: string; to: string }> {
    await tile.getByRole("button", { name: /see the items/ }).click();
    await page.getByRole("dialog").waitFor();
    const cell = JSON.parse(new URL(page.url()).searchParams.get("items")!) as { from: string; to: string };
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    return { from: cell.from, to: cell.to };
  }

  const focused = () => page.evaluate(() => document.activeElement?.textContent);
});

const nameOf = (address: string) => address.replace(/^\//, "").replaceAll(/[/?=]+/g, "-") || "overview";

/** Pictures of every page, for those who ask for them: LEADLINE_SCREENSHOTS names a folder. */
async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["LEADLINE_SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

async function text(stream: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
