// `npm run check`: format, lint, types, unused code, generated files. Each step is one line of the result.
import { install, run } from "./toolchain.mjs";

export const steps = [
  ["format", "oxfmt", ["--check", "src", "test", "bench", "web/app", "web/features", "web/components", "web/lib", "vitest.config.ts"]],
  ["lint", "oxlint", ["--type-aware", "--deny-warnings", "src", "test", "bench", "web"]],
  ["types", "tsc", ["--noEmit", "-p", "."]],
  ["types of the browser tests", "tsc", ["--noEmit", "-p", "test/browser"]],
  ["types of the web app", "tsc", ["--noEmit", "-p", "web"]],
  ["unused code", "knip", ["--no-progress"]],
];

/** Runs every step, also after a failed one, and answers how many passed and failed. */
export async function check() {
  let passed = 0;
  let failed = 0;
  for (const [name, command, args] of steps) {
    const started = Date.now();
    const code = await run(command, args);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.error(`${code === 0 ? "ok" : "FAILED"}  ${name} (${seconds} s)`);
    if (code === 0) passed++;
    else failed++;
  }
  return { passed, failed };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  install();
  const { failed } = await check();
  process.exit(failed ? 1 : 0);
}
