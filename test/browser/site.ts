/// <reference lib="dom" />
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

import { readEnvironment } from "../../src/server/environment.ts";
import { createLog } from "../../src/server/log.ts";
import { serve, type Server } from "../../src/server/serve.ts";
import { startGithubSimulator, type GithubSimulator } from "../../src/simulators/index.ts";

const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
const built = join(import.meta.dirname, "../../web/dist/index.html");

/** Why browser tests cannot run here; null when they can. */
export const browserMissing: string | null = !chromiumPath
  ? "Chromium is not installed"
  : existsSync(built)
    ? null
    : "the web app is not built (vite build web)";

/** A server with an empty data folder, a simulated vendor beside it, and a browser that looks at both. */
export interface Site {
  readonly server: Server;
  readonly vendor: Pick<GithubSimulator, "url" | "token" | "faults">;
  readonly browser: Browser;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const home = mkdtempSync(join(tmpdir(), "leadline-browser-"));
  const simulator = await startGithubSimulator({ size: "tiny", seed: 5 });
  const environment = readEnvironment({ LEADLINE_HOME: home, LEADLINE_PORT: "0", LEADLINE_ALLOWED_NETWORKS: "127.0.0.0/8" });
  const server = await serve({ environment, isDemo: false, log: createLog("silent") });
  const browser = await chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  return {
    server,
    vendor: simulator,
    browser,
    close: async () => {
      await browser.close();
      await server.stop();
      await simulator.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface Look {
  readonly scheme?: "light" | "dark";
  readonly width?: number;
}

export const newContext = (browser: Browser, { scheme = "light", width = 1280 }: Look = {}): Promise<BrowserContext> =>
  browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: scheme,
    reducedMotion: "reduce",
    locale: "en-GB",
  });

/** Collects what a page complains about while it is open: failed scripts, refused content, uncaught errors. */
export function complaints(page: Page): string[] {
  const seen: string[] = [];
  page.on("pageerror", (error) => seen.push(error.message));
  page.on("console", (message) => {
    // A refused request is part of some tests; the browser logs each one.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) seen.push(message.text());
  });
  return seen;
}

/** Waits until nothing says that it is loading. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector("h1") !== null && !document.querySelector("[aria-busy=true], .mantine-Skeleton-root"),
  );
}

/** Every violation of WCAG 2 A and AA, as lines for people. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} (${node.any[0]?.message ?? ""})`));
}

/** How far the page is wider than the window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
