import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { badSecretKey } from "./problems.ts";

export const secretKeyFile = (home: string): string => join(home, "secret.key");

/** The key from the environment, else from the key file, which is made with mode 0600 on first use. */
export function loadSecretKey(home: string, fromEnvironment: string | undefined): Buffer {
  if (fromEnvironment) return decode(fromEnvironment, "LEADLINE_SECRET_KEY");
  const file = secretKeyFile(home);
  if (!existsSync(file)) {
    try {
      writeFileSync(file, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  chmodSync(file, 0o600);
  return decode(readFileSync(file, "utf8"), file);
}

function decode(text: string, source: string): Buffer {
  const key = Buffer.from(text.trim(), "base64");
  if (key.length !== 32) throw badSecretKey(source);
  return key;
}
