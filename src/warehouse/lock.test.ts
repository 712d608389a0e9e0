import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { lockHome, readHomeOwner } from "./lock.ts";

const children: ChildProcess[] = [];

/** A process of its own that takes the folder, says how it went, and lives until it is told to end. */
async function takeElsewhere(home: string): Promise<{ child: ChildProcess; answer: { owner?: unknown; code?: string } }> {
  const child = fork(new URL("testing/lock-child.ts", import.meta.url), [home], { execArgv: [] });
  children.push(child);
  const [answer] = (await once(child, "message")) as [{ owner?: unknown; code?: string }];
  return { child, answer };
}

async function kill(child: ChildProcess) {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }
}

describe("the lock of a data folder", () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "leadline-lock-"));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    await rm(home, { recursive: true, force: true });
  });

  it("names its owner, whose address is announced later, and is gone when released", async () => {
    const lock = await lockHome(join(home, "deep/er"), { role: "server" });
    expect(await readHomeOwner(join(home, "deep/er"))).toEqual({
      ...lock.owner,
      pid: process.pid,
      role: "server",
      address: null,
    });
    await lock.announce("http://127.0.0.1:4400");
    expect((await readHomeOwner(join(home, "deep/er")))?.address).toBe("http://127.0.0.1:4400");
    await lock.release();
    expect(await readHomeOwner(join(home, "deep/er"))).toBeNull();
    expect(await readdir(join(home, "deep/er"))).toEqual([]);
  });

  it("refuses a second owner with a problem that names the first", async () => {
    const { child } = await takeElsewhere(home);
    await expect(lockHome(home, { role: "ingest" })).rejects.toMatchObject({
      code: "home_in_use",
      what: expect.stringContaining(`process ${child.pid} (server at http://127.0.0.1:4400)`) as string,
      next: expect.stringContaining("http://127.0.0.1:4400") as string,
    });
    expect((await takeElsewhere(home)).answer).toEqual({ code: "home_in_use" });
  });

  it("is taken over from a process that was killed", async () => {
    const { child } = await takeElsewhere(home);
    await kill(child);
    expect(await readHomeOwner(home)).toBeNull();
    const lock = await lockHome(home, { role: "ingest" });
    expect((await readHomeOwner(home))?.role).toBe("ingest");
    await lock.release();
  });

  it("is taken over when its number now belongs to another process", async () => {
    const lock = await lockHome(home, { role: "server" });
    const file = join(home, "leadline.lock");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/"started":"\d+"/, '"started":"1"'));
    expect(await readHomeOwner(home)).toBeNull();
    expect((await takeElsewhere(home)).answer.owner).toBeTruthy();
    await lock.release();
    expect((await readHomeOwner(home))?.pid).not.toBe(process.pid);
  });

  it("is taken over when it is not readable as a lock", async () => {
    await writeFile(join(home, "leadline.lock"), "{half");
    expect(await readHomeOwner(home)).toBeNull();
    await (await lockHome(home, { role: "server" })).release();
  });

  it("goes to exactly one of many who take over a stale one at once", async () => {
    const { child } = await takeElsewhere(home);
    await kill(child);
    const answers = await Promise.all([1, 2, 3, 4].map(async () => (await takeElsewhere(home)).answer));
    expect(answers.filter((answer) => answer.owner)).toHaveLength(1);
    expect(answers.filter((answer) => answer.code === "home_in_use")).toHaveLength(3);
  });

  it("says what to do when the folder cannot be made", async () => {
    await writeFile(join(home, "file"), "");
    await expect(lockHome(join(home, "file"), { role: "server" })).rejects.toMatchObject({ code: "home_not_writable" });
  });
});
