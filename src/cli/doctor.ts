import { constants } from "node:fs";
import { access, mkdir, statfs } from "node:fs/promises";

import type { Command } from "commander";

import { readEnvironment, type Environment } from "../server/environment.ts";
import { fine, problemLine } from "../server/check-line.ts";
import type { CheckLine } from "../server/services.ts";
import { readHomeOwner } from "../warehouse/lock.ts";
import { openClient } from "./client.ts";
import { acting, command, Failed, type Shared } from "./command.ts";
import { print, printJson } from "./output.ts";

const LEAST_NODE = [22, 19] as const;
const LEAST_FREE_BYTES = 1_073_741_824;

export function doctor(program: Command): void {
  command(program, "doctor", "look at everything that could be wrong, with what to do about it").action(
    acting(async ({ json }: Shared) => {
      const lines = await examine();
      if (json) printJson({ ok: lines.every(({ ok }) => ok), checks: lines });
      else
        for (const { ok, check, what, rule, next } of lines)
          print([`${ok ? "ok  " : "BAD "} ${check}: ${what}`, rule, next].filter(Boolean).join("\n       "));
      if (lines.some(({ ok }) => !ok)) throw new Failed();
    }),
  );
}

async function examine(): Promise<CheckLine[]> {
  const lines = [nodeVersion()];
  let environment: Environment;
  try {
    environment = readEnvironment();
  } catch (error) {
    return [...lines, problemLine("environment", error)];
  }
  lines.push(await writable(environment.home), await space(environment.home), await owner(environment.home));
  if (lines.some(({ ok }) => !ok)) return lines;
  return [...lines, ...(await askHouse(environment))];
}

function nodeVersion(): CheckLine {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const isEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (isEnough) return fine("node", `Node ${process.versions.node}.`);
  return {
    check: "node",
    ok: false,
    what: `This is Node ${process.versions.node}.`,
    rule: "Leadline needs Node 22.19 or newer.",
    next: "Install a newer Node.",
  };
}

async function writable(home: string): Promise<CheckLine> {
  try {
    await mkdir(home, { recursive: true });
    await access(home, constants.W_OK | constants.X_OK);
    return fine("data folder", `${home} is writable.`);
  } catch (error) {
    return {
      check: "data folder",
      ok: false,
      what: `${home} cannot be written: ${(error as Error).message}.`,
      rule: "The data folder must belong to the user who runs Leadline.",
      next: "Change its owner, or set LEADLINE_HOME to another folder.",
    };
  }
}

async function space(home: string): Promise<CheckLine> {
  const { bavail, bsize } = await statfs(home).catch(() => ({ bavail: 0, bsize: 0 }));
  const free = bavail * bsize;
  const words = `${(free / LEAST_FREE_BYTES).toFixed(1)} GiB are free.`;
  if (free >= LEAST_FREE_BYTES) return fine("disk", words);
  return {
    check: "disk",
    ok: false,
    what: words,
    rule: "Reading stops when the disk is full; at least 1 GiB should be free.",
    next: "Free some space, or move the data folder.",
  };
}

async function owner(home: string): Promise<CheckLine> {
  const found = await readHomeOwner(home);
  if (!found) return fine("lock", "No other process uses the data folder.");
  if (found.address)
    return fine("lock", `The server of process ${found.pid} at ${found.address} owns the data folder and is asked.`);
  return {
    check: "lock",
    ok: false,
    what: `Process ${found.pid} (${found.role}) uses the data folder.`,
    rule: "One process at a time owns it.",
    next: "Wait for it to end, then run the doctor again.",
  };
}

async function askHouse(environment: Environment): Promise<CheckLine[]> {
  try {
    const client = await openClient(environment);
    try {
      return (await client.call<{ items: CheckLine[] }>("GET", "/api/v1/checks")).items;
    } finally {
      await client.close();
    }
  } catch (error) {
    return [problemLine("databases", error)];
  }
}
