// `npm test`: what continuous integration does. Ends with the plain line `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { check } from "./check.mjs";
import { install, run } from "./toolchain.mjs";

install();
installSystemPackages();
const { passed, failed } = await check();
const built = await run("node", ["node_modules/vite/bin/vite.js", "build", "web", "--logLevel", "warn"]);
const tests = await runTests(process.argv.slice(2));
const counts = {
  passed: passed + (built === 0 ? 1 : 0) + tests.passed,
  failed: failed + (built === 0 ? 0 : 1) + tests.failed,
  skipped: tests.skipped,
};
if (counts.skipped > 0) console.log(`${counts.skipped} skipped; each says why.`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed ? 1 : 0);

/** Chromium and PostgreSQL come from Debian's packages where we may install them. */
function installSystemPackages() {
  const missing = [];
  if (spawnSync("git", ["--version"]).status !== 0) missing.push("git");
  if (!existsSync("/usr/bin/chromium")) missing.push("chromium");
  if (!existsSync("/usr/lib/postgresql") || readdirSync("/usr/lib/postgresql").length === 0) missing.push("postgresql");
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) {
    console.error(`Not installed and not installable here: ${missing.join(", ")}. Tests that need them are skipped with that reason.`);
    return;
  }
  console.error(`Installing ${missing.join(" and ")} …`);
  const options = { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update"], options);
  const result = spawnSync("apt-get", ["install", "-y", "--no-install-recommends", ...missing], options);
  if (result.status !== 0) console.error(`Could not install ${missing.join(", ")}. Tests that need them are skipped with that reason.`);
}

async function runTests(only) {
  const folder = mkdtempSync(join(tmpdir(), "leadline-test-"));
  const report = join(folder, "report.json");
  const code = await run("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...only]);
  try {
    const result = JSON.parse(readFileSync(report, "utf8"));
    const broken = result.numFailedTests === 0 && code !== 0 ? 1 : 0;
    return { passed: result.numPassedTests, failed: result.numFailedTests + broken, skipped: result.numPendingTests + result.numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
