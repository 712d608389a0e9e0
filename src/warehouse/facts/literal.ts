import { canonicalInstant, type Instant } from "../../domain/instant.ts";

/**
 * A SQL text literal of the shared dialect. Backslashes are plain characters on both engines; two braces never stand
 * together, so that no value is read as a placeholder.
 */
export const textLiteral = (value: string): string =>
  `'${value
    .replaceAll("\0", "")
    .replaceAll("'", "''")
    .replaceAll(/\{(?=\{)/g, "{'||'")}'`;

export const instantLiteral = (instant: Instant): string => `cast(${textLiteral(canonicalInstant(instant))} as timestamptz)`;

/** Any bound value of a filter, written into the text. */
export function literal(value: string | number | boolean | null): string {
  if (value === null) return "null";
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${value} is not a number that SQL can hold`);
  return typeof value === "string" ? textLiteral(value) : String(value);
}
