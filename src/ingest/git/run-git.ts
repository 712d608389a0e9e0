import { spawn, spawnSync, type ChildProcess } from "node:child_process";

let isThere: boolean | undefined;

/** Whether this machine has a git that can be used; asked once. */
export const hasGit = (): boolean => (isThere ??= spawnSync("git", ["--version"], { stdio: "ignore" }).status === 0);

/** How one command of git is run: where, as whom, and for how long. */
export interface GitCommand {
  readonly folder: string;
  readonly args: readonly string[];
  /** Configuration that must not show on a command line. */
  readonly config?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Ended with another code than 0; `stderr` may name the address, never the credential. */
export class GitFailure extends Error {
  readonly code: number | null;
  readonly stderr: string;

  constructor(command: string, code: number | null, stderr: string) {
    super(`git ${command} ended with ${code}: ${stderr.slice(0, 500)}`);
    this.code = code;
    this.stderr = stderr;
  }
}

const MOST_STDERR = 16_384;
/** As shells say it: there is no such command. */
export const NOT_FOUND = 127;

/** Runs git to its end and answers what it wrote. */
export async function runGit(command: GitCommand): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of streamGit(command)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** Runs git and yields what it writes as it comes; leaving the loop ends the process. */
export async function* streamGit({ folder, args, config = {}, signal }: GitCommand): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  const child = spawn("git", [...args], {
    cwd: folder,
    env: environment(folder, config),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stop = () => endGroup(child);
  signal?.addEventListener("abort", stop, { once: true });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-MOST_STDERR)));
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(NOT_FOUND));
    child.once("close", resolve);
  });
  try {
    for await (const piece of child.stdout) yield piece as Buffer;
    const code = await exited;
    signal?.throwIfAborted();
    if (code !== 0) throw new GitFailure(args[0] ?? "", code, stderr);
  } finally {
    signal?.removeEventListener("abort", stop);
    if (child.exitCode === null) stop();
  }
}

/** Git starts helpers of its own, which must end with it. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // it ended in between
  }
}

/** Nothing of the machine's or the user's own configuration, no prompt, no hook; secrets go by environment. */
function environment(folder: string, config: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, GIT_SSL_CAINFO } = process.env;
  const entries = Object.entries({ "core.hooksPath": "/dev/null", "credential.helper": "", "gc.auto": "0", ...config });
  const given: NodeJS.ProcessEnv = { PATH, SSL_CERT_FILE, GIT_SSL_CAINFO: GIT_SSL_CAINFO ?? NODE_EXTRA_CA_CERTS };
  const numbered = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    LANG: "C",
    LC_ALL: "C",
    HOME: folder,
    GIT_DIR: folder,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "true",
    GIT_ALLOW_PROTOCOL: "http:https",
    GIT_HTTP_LOW_SPEED_LIMIT: "1000",
    GIT_HTTP_LOW_SPEED_TIME: "60",
    GIT_CONFIG_COUNT: String(entries.length),
    ...Object.fromEntries(numbered),
  };
}
