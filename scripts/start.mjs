// `npm start`: installs what is locked, builds the web app, starts Leadline with the demo organisation.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { env, fail, install, root, run } from "./toolchain.mjs";

const wanted = process.argv.slice(2);
const withDemo = !wanted.includes("--no-demo");
const rest = wanted.filter((argument) => argument !== "--no-demo" && argument !== "--demo");

install();
console.error("Building the web app …");
if ((await run("node", ["node_modules/vite/bin/vite.js", "build", "web", "--logLevel", "warn"])) !== 0) fail("The web app could not be built.");
if (!existsSync(join(root, "web", "dist", "index.html"))) fail("The web app was built without its index.html.");

// Small young generations: a third less memory while ingesting, for a tenth more CPU (npm run bench); few arenas: a tenth less, for nothing.
const memory = ["--max-semi-space-size=8", "--max-old-space-size=512"];
const frugal = { MALLOC_ARENA_MAX: "2", ...env };
const server = spawn("node", [...memory, "src/cli/main.ts", "up", ...(withDemo ? ["--demo"] : []), ...rest], { cwd: root, env: frugal, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill(signal));
server.once("exit", (code) => process.exit(code ?? 0));
