import { execFile } from "node:child_process";
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

import { fileProblem } from "./duckdb/files.ts";
import { problems } from "./problems.ts";

const run = promisify(execFile);

/** Which process owns a data folder. */
export interface HomeOwner {
  readonly pid: number;
  /** When the process began, in the operating system's own words: tells a process from a later one with the same number. */
  readonly started: string | null;
  /** What it does: `server`, `ingest` … */
  readonly role: string;
  /** Where its HTTP API answers; null when it has none. */
  readonly address: string | null;
}

export interface HomeLock {
  readonly owner: HomeOwner;
  /** Says where the HTTP API answers, once that is known. */
  announce(address: string): Promise<void>;
  release(): Promise<void>;
}

const lockFile = (home: string) => join(home, "leadline.lock");

/** Takes a data folder for this process. A lock whose process is gone is taken over; a living owner ends in `home_in_use`. */
export async function lockHome(home: string, as: { readonly role: string; readonly address?: string | null }): Promise<HomeLock> {
  const owner: HomeOwner = { pid: process.pid, started: await startOf(process.pid), role: as.role, address: as.address ?? null };
  const file = lockFile(home);
  const own = `${file}.${process.pid}`;
  try {
    await mkdir(home, { recursive: true });
    await writeFile(own, JSON.stringify(owner));
  } catch (error) {
    throw fileProblem(home, error);
  }
  try {
    await take(home, own);
  } finally {
    await rm(own, { force: true });
  }
  return {
    owner,
    async announce(address) {
      await writeFile(own, JSON.stringify({ ...owner, address }));
      await rename(own, file);
    },
    async release() {
      const { owner: current } = await readLock(file);
      if (current?.pid === owner.pid && current.started === owner.started) await rm(file, { force: true });
    },
  };
}

/** A hard link appears whole or not at all, and only where nothing is. */
async function linkIfFree(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileProblem(file, error);
    return false;
  }
}

async function take(home: string, own: string) {
  const file = lockFile(home);
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await linkIfFree(own, file)) return;
    const { text, owner } = await readLock(file);
    if (owner && (await isAlive(owner))) throw problems.homeInUse(home, owner);
    if (text !== null) await removeStale(file, own, text);
  }
  throw problems.homeInUse(home, await readHomeOwner(home));
}

/**
 * Removes a stale lock. Only the holder of the guard may remove, and only what it has read again under the guard: otherwise
 * a slow process would remove the new lock of a faster one.
 */
async function removeStale(file: string, own: string, stale: string) {
  const guard = `${file}.guard`;
  if (!(await linkIfFree(own, guard))) {
    const { text, owner } = await readLock(guard);
    if (text !== null && !(owner && (await isAlive(owner)))) await unlink(guard).catch(() => {});
    else await setTimeout(10);
    return;
  }
  try {
    if ((await readLock(file)).text === stale) await unlink(file).catch(() => {});
  } finally {
    await unlink(guard).catch(() => {});
  }
}

/** The living owner of a data folder; null when nobody has it. */
export async function readHomeOwner(home: string): Promise<HomeOwner | null> {
  const { owner } = await readLock(lockFile(home));
  return owner && (await isAlive(owner)) ? owner : null;
}

async function readLock(file: string): Promise<{ text: string | null; owner: HomeOwner | null }> {
  const text = await readFile(file, "utf8").catch(() => null);
  try {
    const owner = JSON.parse(text ?? "null") as HomeOwner | null;
    return { text, owner: owner && Number.isInteger(owner.pid) ? owner : null };
  } catch {
    return { text, owner: null };
  }
}

async function isAlive({ pid, started }: HomeOwner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = await startOf(pid);
  return now === null || started === null || now === started;
}

/** When a process began; null where the operating system does not say. */
async function startOf(pid: number): Promise<string | null> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
    // The name in brackets may contain anything; field 22 counts from the first one: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  }
  if (process.platform === "win32") return null;
  return run("ps", ["-p", String(pid), "-o", "lstart="]).then(
    ({ stdout }) => stdout.trim() || null,
    () => null,
  );
}
