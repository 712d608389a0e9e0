#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=8 --max-old-space-size=512
// Runs the sources with Node's own type stripping; the check comes before any import that needs a newer Node.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`leadline needs Node.js 22.19 or newer (this is ${process.version}). Install it, or run "npm start", which brings its own.`);
  process.exit(1);
}
await import("../src/cli/main.ts");
