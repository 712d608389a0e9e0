import { execFile } from "node:child_process";
import { open, rename, rm } from "node:fs/promises";
import { promisify } from "node:util";

import { problems } from "../problems.ts";

const run = promisify(execFile);

/** Copies in a process of its own, prints the error's code when it fails. */
const copyScript = `
  const [from, to] = process.argv.slice(1);
  try { require("node:fs").copyFileSync(from, to) }
  catch (error) { process.stdout.write(error.code ?? ""); process.exit(1) }
`;

/**
 * Copies the file of an open database. A process of its own reads it: closing any descriptor of the file in this process would drop
 * DuckDB's lock on it (POSIX `fcntl`). The copy appears whole or not at all.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const part = `${to}.part`;
  try {
    await run(process.execPath, ["-e", copyScript, from, part]);
    await rename(part, to);
  } catch (error) {
    throw fileProblem(to, error, (error as { stdout?: string }).stdout);
  } finally {
    await rm(part, { force: true });
  }
}

/** A problem for a file of ours that could not be written. */
export function fileProblem(path: string, error: unknown, code = (error as NodeJS.ErrnoException).code) {
  return code === "ENOSPC" ? problems.diskFull(path, error) : problems.notWritable(path, error);
}

/** Whether a file begins as DuckDB's files do: https://duckdb.org/docs/stable/internals/storage */
export async function isDuckDbFile(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(12), 0, 12, 0);
    return buffer.subarray(8, 12).toString("latin1") === "DUCK";
  } finally {
    await handle.close();
  }
}
