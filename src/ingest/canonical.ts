import { createHash } from "node:crypto";

/**
 * JSON text with the keys of every object sorted by code unit, no spaces: equal values give equal bytes.
 * Values that JSON cannot say are written as `JSON.stringify` does.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) {
    let text = "[";
    for (let index = 0; index < value.length; index++) text += (index ? "," : "") + canonicalJson(value[index]);
    return `${text}]`;
  }
  const object = value as Record<string, unknown>;
  let text = "{";
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined) continue;
    text += (text.length > 1 ? "," : "") + JSON.stringify(key) + ":" + canonicalJson(member);
  }
  return `${text}}`;
}

export const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
