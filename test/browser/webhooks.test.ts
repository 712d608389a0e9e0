/// <reference lib="dom" />
import { join } from "node:path";

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { systemActor } from "../../src/server/session-service.ts";
import { browserMissing, complaints, newContext, openSite, overflow, settled, type Site, violations } from "./site.ts";

/* The tab Webhooks as a person uses it: set up, a delivery comes, one is refused, one is dead and replayed, the secret is replaced. */

const title = browserMissing ? `the tab Webhooks (skipped: ${browserMissing})` : "the tab Webhooks";

describe.skipIf(browserMissing !== null)(title, { timeout: 120_000 }, () => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  let seen: string[];
  const id = "acme-code";

  beforeAll(async () => {
    site = await openSite();
    const { services } = site.server.house;
    await services.integrations.create(systemActor, {
      connector: "github",
      name: id,
      config: { url: site.vendor.url, token: site.vendor.token },
      isChecked: false,
    });
    context = await newContext(site.browser);
    page = await context.newPage();
    seen = complaints(page);
    await page.goto(site.server.link);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await site?.close();
  });

  const sendDelivery = async (secret: string, body: string, event = "ping") => {
    const { createHmac, randomUUID } = await import("node:crypto");
    const answer = await fetch(`${site.server.url}/hooks/${id}`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": randomUUID(),
        "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
      },
    });
    return answer.status;
  };

  it("shows what to do, makes a secret once, and shows what arrives", async () => {
    await page.goto(`${site.server.url}/integrations/${id}?tab=webhooks`);
    await settled(page);
    await page.getByText("Only this machine reaches this address").waitFor();
    await page.getByLabel("address", { exact: true }).getByText(`/hooks/${id}`).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Make a secret" }).click();
    const shown = page.getByLabel("secret", { exact: true });
    await shown.waitFor();
    const secret = (await shown.textContent()) ?? "";
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await sendDelivery(secret, '{"zen":"Design for failure."}')).toBe(202);
    expect(await sendDelivery("wrong", "{}")).toBe(401);
    expect(await sendDelivery(secret, "nonsense", "issues")).toBe(202);
    const table = page.getByRole("region", { name: "Deliveries" });
    await table.getByText("Dead letter", { exact: true }).waitFor();
    await table.getByText("It says nothing that is read.").waitFor();
    await page.getByText("could not be read").first().waitFor();
    await table
      .getByRole("button", { name: /^Details of delivery/ })
      .first()
      .click();
    await page.getByRole("region", { name: "body" }).getByText("nonsense").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Replay all dead letters" }).click();
    await table.getByText("Dead letter", { exact: true }).waitFor();
    await screenshot("webhooks");
    await page.reload();
    await settled(page);
    expect(await page.getByText(secret).count()).toBe(0);
  });

  it("replaces the secret with an overlap, and ends it", async () => {
    await page.getByRole("button", { name: "Replace secret …" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Make a new secret" }).click();
    await page.getByText("The one before is accepted until").waitFor();
    await page.getByRole("button", { name: "End the old one now" }).click();
    await page.getByText("The one before is accepted until").waitFor({ state: "hidden" });
  });

  it("is whole on a phone and in the dark", async () => {
    for (const [scheme, width] of [
      ["dark", 1280],
      ["light", 390],
      ["dark", 390],
    ] as const) {
      const other = await newContext(site.browser, { scheme, width });
      await other.addCookies(await context.cookies());
      const view = await other.newPage();
      await view.goto(`${site.server.url}/integrations/${id}?tab=webhooks`);
      await settled(view);
      expect(await violations(view), `${scheme} ${width}`).toEqual([]);
      expect(await overflow(view), `${scheme} ${width}`).toBe(0);
      await screenshot(`webhooks-${scheme}-${width}`, view);
      await other.close();
    }
    expect(seen).toEqual([]);
  });

  async function screenshot(name: string, of: Page = page): Promise<void> {
    const folder = process.env["LEADLINE_SCREENSHOTS"];
    if (folder) await of.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }
});
