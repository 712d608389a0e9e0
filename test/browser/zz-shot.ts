import { openSite, newContext, settled, violations, complaints } from "./site.ts";
const site = await openSite();
const base = (site.server as any).address ?? (site.server as any).url;
console.log("addr", base, Object.keys(site.server));
const link = (site.server as any).signInLink ?? (site.server as any).link;
console.log(link);
const token = (await import("node:fs")).readFileSync;
const ctx = await newContext(site.browser, {});
const page = await ctx.newPage();
await page.goto(link ?? base);
await page.waitForTimeout(1500);
const api = async (method: string, path: string, body?: unknown) =>
  page.evaluate(
    async ([m, p, b]) => {
      const r = await fetch(p as string, {
        method: m as string,
        headers: b ? { "content-type": "application/json" } : {},
        ...(b ? { body: JSON.stringify(b) } : {}),
      });
      return [r.status, await r.json()];
    },
    [method, path, body] as any,
  );
console.log(await api("GET", "/api/v1/session"));
console.log(
  (
    await api("POST", "/api/v1/integrations", {
      connector: "github",
      name: "Acme",
      config: { url: site.vendor.url, token: site.vendor.token },
    })
  )[0],
);
for (let i = 0; i < 200; i++) {
  const [, b] = await api("GET", "/api/v1/integrations/acme/ingest");
  if (b.finishedAt) {
    console.log(b.state);
    break;
  }
  await page.waitForTimeout(500);
}
console.log((await api("POST", "/api/v1/integrations/acme/reconcile", {}))[0]);
for (let i = 0; i < 200; i++) {
  const [, b] = await api("GET", "/api/v1/integrations/acme/reconciliation?limit=500");
  if (b.state === "idle") {
    console.log(
      b.outcome,
      b.sentence,
      b.totals,
      b.items.filter((x: any) => x.state !== "complete"),
      b.sequences[0],
    );
    break;
  }
  await page.waitForTimeout(300);
}
for (const [scheme, width] of [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
  ["dark", 390],
] as const) {
  const c = await newContext(site.browser, { scheme, width });
  await c.addCookies(await ctx.cookies());
  const p = await c.newPage();
  const seen = complaints(p);
  await p.goto(new URL("/integrations/acme?tab=data", page.url()).href);
  await settled(p);
  await p.waitForTimeout(600);
  if (width === 1280) {
    await p.getByRole("button", { name: "Show each" }).click();
  }
  await p.screenshot({ path: `/tmp/rec-${scheme}-${width}.png`, fullPage: false });
  if (width === 390) {
    await p.mouse.wheel(0, 500);
    await p.waitForTimeout(200);
    await p.screenshot({ path: `/tmp/rec-${scheme}-${width}-b.png` });
  }
  console.log(
    scheme,
    width,
    seen,
    await violations(p),
    await p.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  );
}
await site.close();
