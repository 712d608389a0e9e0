import { Problem } from "../domain/problem.ts";
import type { CheckLine } from "./services.ts";

export const fine = (check: string, what: string): CheckLine => ({ check, ok: true, what, rule: null, next: null });

/** A failed check in three parts. */
export function problemLine(check: string, error: unknown): CheckLine {
  if (error instanceof Problem) return { check, ok: false, what: error.what, rule: error.rule ?? null, next: error.next ?? null };
  return {
    check,
    ok: false,
    what: error instanceof Error ? error.message : String(error),
    rule: null,
    next: "Report this with the lines above.",
  };
}
