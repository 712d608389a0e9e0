import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { newToken } from "../workspace/secret-box.ts";

const file = (home: string) => join(home, "local.token");

/** A token for the command line of whoever may read the data folder; a new one at every start. */
export function writeLocalToken(home: string): string {
  const token = newToken("local_");
  rmSync(file(home), { force: true });
  writeFileSync(file(home), token, { mode: 0o600, flag: "wx" });
  return token;
}

export function readLocalToken(home: string): string | null {
  try {
    return readFileSync(file(home), "utf8").trim();
  } catch {
    return null;
  }
}

export const removeLocalToken = (home: string): void => rmSync(file(home), { force: true });
