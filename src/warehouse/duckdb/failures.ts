import { dirname } from "node:path";

import { Problem } from "../../domain/problem.ts";
import { problems } from "../problems.ts";

/* DuckDB gives its errors as text alone; these are the texts of version 1.5. */

const FULL = /No space left on device|ENOSPC|File too large|Out of disk|max_temp_directory_size/i;
const LOCKED = /Could not set lock on file/i;
const FORBIDDEN = /Permission denied|Read-only file system|EACCES|EROFS/i;
const OWNER = /held in .*?\(PID (\d+)\)/;
/** The instance refuses everything until the file is opened again. */
const FATAL = /database has been invalidated|^FATAL Error/i;

const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

export function openProblem(error: unknown, file: string): Problem {
  if (error instanceof Problem) return error;
  const text = words(error);
  if (LOCKED.test(text)) {
    const pid = OWNER.exec(text)?.[1];
    return problems.homeInUse(
      dirname(file),
      pid ? { pid: Number(pid), role: "a program that opened the file", address: null } : null,
      error,
    );
  }
  if (FULL.test(text)) return problems.diskFull(file, error);
  if (FORBIDDEN.test(text)) return problems.notWritable(file, error);
  return problems.damaged(file, error);
}

export function writeProblem(error: unknown, file: string): unknown {
  if (error instanceof Problem) return error;
  const text = words(error);
  if (FULL.test(text)) return problems.diskFull(file, error);
  return /^(?:[A-Z][\w-]* )+Error:|^FATAL Error/i.test(text) ? problems.writeFailed(error) : error;
}

export const isFatal = (error: unknown): boolean =>
  FATAL.test(words(error instanceof Error && error.cause ? error.cause : error));
