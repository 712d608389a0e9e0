import { execFile } from "node:child_process";
import { rename, rm } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Copies the file of an open database. A process of its own reads it: closing any descriptor of the file in this process would drop
 * DuckDB's lock on it (POSIX `fcntl`).
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const part = `${to}.part`;
  const script = "const [from, to] = process.argv.slice(1); require('node:fs').copyFileSync(from, to)";
  try {
    await run(process.execPath, ["-e", script, from, part]);
    await rename(part, to);
  } finally {
    await rm(part, { force: true });
  }
}
