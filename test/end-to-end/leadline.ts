import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A data folder of its own, and the command line as a person would run it there: a real process each time. */
export async function leadlineHome() {
  const home = await mkdtemp(join(tmpdir(), "leadline-e2e-"));
  const environment = {
    ...process.env,
    LEADLINE_HOME: home,
    LEADLINE_ALLOWED_NETWORKS: "127.0.0.0/8",
    LEADLINE_DATABASE_URL: undefined,
    LEADLINE_LOG: "silent",
  };
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [main, ...args], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  return {
    home,
    start,
    run: (...args: string[]) => finished(start(...args)),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

export async function finished(child: ChildProcess): Promise<Finished> {
  const texts = { stdout: "", stderr: "" };
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text));
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...texts };
}
