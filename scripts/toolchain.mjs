// Plain JavaScript that runs on Node 20: it prepares the pinned toolchain that everything else runs on.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".leadline-installed");

/** The environment in which `node` is the pinned one and installed commands are found by name. */
export const env = {
  ...process.env,
  PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`,
};

/** Installs exactly what is locked, unless that has been done already. */
export function install() {
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 20) fail(`Leadline's scripts need Node.js 20 or newer; this is ${process.version}.`);
  const locked = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === locked) return;
  console.error("Installing what package-lock.json names (once, about a minute) …");
  // Not `npm ci`: it refuses a lockfile without the optional packages of other platforms, which not every registry holds.
  const result = spawnSync("npm", ["install", "--no-save", "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) fail("npm install failed; the lines above say why.");
  writeFileSync(stamp, locked);
}

/** Runs a command to its end and answers its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: "inherit", ...options });
    child.once("error", (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(127);
    });
    child.once("exit", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

export function fail(message) {
  console.error(message);
  process.exit(1);
}
