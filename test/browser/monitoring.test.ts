/// <reference lib="dom" />
import { join } from "node:path";

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { browserMissing, complaints, newContext, openSite, overflow, settled, type Site, violations } from "./site.ts";

/* A person whose token is revoked reads why, gives a new one and sees it heal; looks for a pull request; deletes, and reads the proof. */

const title = browserMissing ? `monitoring (skipped: ${browserMissing})` : "monitoring";
const WAIT = { timeout: 90_000 };

describe.skipIf(browserMissing !== null)(title, { timeout: 180_000 }, () => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  let seen: string[];
  let number: number;

  beforeAll(async () => {
    site = await openSite();
    context = await newContext(site.browser);
    page = await context.newPage();
    page.setDefaultTimeout(90_000);
    seen = complaints(page);
    await page.goto(site.server.link);
    await page.getByRole("heading", { name: "Overview" }).waitFor(WAIT);
  }, 240_000);
  afterAll(async () => {
    await site?.close();
  }, 120_000);
  let isBroken = false;
  beforeEach((test) => {
    if (isBroken) test.skip("an earlier step of the path failed");
    test.onTestFailed(async () => {
      isBroken = true;
      await screenshot("failed");
    });
  });

  const api = async <Body>(path: string, body?: object, method = body ? "POST" : "GET"): Promise<Body> => {
    const answer = await context.request.fetch(`${site.server.url}/api/v1/${path}`, {
      method,
      timeout: 120_000,
      ...(body ? { data: body } : {}),
    });
    expect(answer.status(), `${path}: ${await answer.text()}`).toBeLessThan(300);
    return (await answer.json()) as Body;
  };
  const screenshot = async (name: string) => {
    const folder = process.env["LEADLINE_SCREENSHOTS"];
    if (folder) await page.screenshot({ path: join(folder, `monitoring-${name}.png`), fullPage: true });
  };
  /** No violation, nothing wider than the window, no complaint. */
  const isSound = async (name: string) => {
    await settled(page);
    await screenshot(name);
    expect(await violations(page), name).toEqual([]);
    expect(await overflow(page), name).toBe(0);
    expect(seen, name).toEqual([]);
  };

  it("reads an integration", async () => {
    await api("integrations", {
      connector: "github",
      name: "acme-code",
      config: { url: site.vendor.url, token: site.vendor.token },
    });
    await api("projects", { name: "Payments", integrations: ["acme-code"] });
    await expect.poll(async () => (await api<{ status: string }>("integrations/acme-code")).status, WAIT).toBe("HEALTHY");
    const { rows } = await api<{ rows: { number: number }[] }>("sql", { sql: "select min(number) as number from pull_request" });
    number = rows[0]!.number;
  });

  it("says why a revoked token failed, and heals with a new one", async () => {
    // A token that the vendor does not know any more, saved as it would stand after a revocation.
    await api(
      "integrations/acme-code",
      { config: { token: "ghp_revoked0000000000000000000000000000" }, isChecked: false },
      "PATCH",
    );
    await expect.poll(async () => (await api<{ status: string }>("integrations/acme-code")).status, WAIT).toBe("FAILED");
    await page.goto(`${site.server.url}/integrations/acme-code`);
    await page.getByRole("alert").filter({ hasText: "refused the credential" }).waitFor();
    await page.getByRole("alert").filter({ hasText: "Make a new one" }).waitFor();
    await isSound("failed-credential");
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByLabel("Personal access token").fill(site.vendor.token);
    await page.getByRole("button", { name: "Save and re-authenticate" }).click();
    await page.getByText("The new credential is in use.").first().waitFor();
    await page.getByText("Healthy", { exact: true }).first().waitFor();
  });

  it("finds a pull request: when it was read, from which payload, and what came of it", async () => {
    await page.getByRole("tab", { name: "Monitoring" }).click();
    await page.getByText(/scopes are healthy/).waitFor();
    await page.getByRole("textbox", { name: "Record to look for" }).fill(`#${number}`);
    await page.getByRole("button", { name: "Find", exact: true }).click();
    const choose = page.getByRole("button", { name: new RegExp(`Choose .*/${number} of pull_requests`) }).first();
    const newest = page.getByRole("button", { name: "Open the newest" });
    await choose.or(newest).first().waitFor();
    if (await choose.isVisible()) await choose.click();
    await newest.click();
    await page.getByRole("region", { name: "Archived record" }).waitFor();
    await page.getByRole("region", { name: "Rows that came of it" }).getByText("pull_request", { exact: true }).first().waitFor();
    expect(new URL(page.url()).searchParams.get("record")).toContain(String(number));
    await isSound("journey");
  });

  it("filters the log by scope and day, and opens what a task has read", async () => {
    const today = new Date().toISOString().slice(0, 10);
    await page.goto(`${site.server.url}/integrations/acme-code?tab=monitoring&kind=backfill&from=${today}`);
    const log = page.getByRole("region", { name: "Ingestion log" });
    await log.getByRole("row").nth(1).waitFor();
    await page.goto(`${site.server.url}/integrations/acme-code?tab=monitoring&to=2020-01-01`);
    await page.getByText("No tasks fit").waitFor();
    await page.goto(`${site.server.url}/integrations/acme-code?tab=monitoring&stream=pull_requests&status=succeeded`);
    await page
      .getByRole("button", { name: /^Details of task/ })
      .last()
      .click();
    const pages = page.getByRole("region", { name: /^Pages of task/ });
    await pages.getByRole("button", { name: "Open" }).first().click();
    await page.getByRole("region", { name: /^Archived page/ }).waitFor();
    await isSound("task-pages");
  });

  it("adds a channel of notifications and says what is wrong with it", async () => {
    await page.getByRole("link", { name: "Notifications", exact: true }).click();
    await page.getByText("Nobody is told yet").waitFor();
    await page.getByRole("button", { name: "Add a channel" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Webhook", { exact: true }).click();
    await dialog.getByLabel("Name of the channel").fill("Pager");
    await dialog.getByLabel(/^Address/).fill("http://10.1.2.3/hook");
    await isSound("channel-form");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").filter({ hasText: "10.1.2.3" }).waitFor();
    await dialog.getByLabel(/^Address/).fill(`${site.vendor.url}/no-receiver`);
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Send a test message over Pager" }).click();
    await page.getByRole("alert").filter({ hasText: "to a notification" }).waitFor();
    await isSound("notifications");
  });

  it("deletes: names what changes, can be taken back, and proves that nothing is left", async () => {
    await page.goto(`${site.server.url}/integrations/acme-code?tab=settings`);
    const begin = async () => {
      await page.getByRole("button", { name: "See what is affected …" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("Payments").first().waitFor();
      await dialog.getByText("Lead time for changes").first().waitFor();
      await dialog.getByLabel("Type acme-code to confirm").fill("acme-code");
      await dialog.getByRole("button", { name: "Delete with all its data" }).click();
      await dialog.waitFor({ state: "hidden" });
    };
    // With a time to think again that no slow machine outlasts.
    await api("integrations/acme-code?confirm=acme-code&graceSeconds=3600", undefined, "DELETE");
    await page.getByRole("heading", { name: "Deleting acme-code" }).waitFor();
    await isSound("deleting");
    await page.getByRole("button", { name: "Keep it after all" }).click();
    await page.getByRole("heading", { name: "Deleting acme-code" }).waitFor({ state: "hidden" });
    await page.getByText("Healthy", { exact: true }).first().waitFor();
    await begin();
    await page.getByRole("heading", { name: "acme-code was deleted" }).waitFor();
    await page.getByText("found nothing of it").waitFor();
    await isSound("deleted");
    await page.getByRole("link", { name: "My integrations" }).click();
    await page.getByRole("heading", { name: "Integrations" }).waitFor();
  });
});
