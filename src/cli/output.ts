import { Problem } from "../domain/problem.ts";
import { ApiProblem } from "./client.ts";

/* Answers go to standard output, everything said on the way to standard error. */

export const isTerminal = (): boolean => process.stdout.isTTY && process.stdin.isTTY;

export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const say = (text: string): void => void process.stderr.write(`${text}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

type Cell = string | number | boolean | null | undefined;

/** Columns as wide as their longest cell; numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(cellText));
  const widths = head.map((name, column) => Math.max(width(name), ...texts.map((row) => width(row[column] ?? ""))));
  const isNumber = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => row[column] == null || typeof row[column] === "number"),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const gap = " ".repeat(widths[column]! - width(cell));
        return isNumber[column] ? gap + cell : cell + gap;
      })
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((length) => "─".repeat(length))), ...texts.map(line)].join("\n");
}

/** Long and many-lined texts are cut: a table is for the eye, --json for everything. */
function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "number" && !Number.isInteger(cell)) return cell.toPrecision(6).replace(/\.?0+$/, "");
  const text = String(cell).replace(/\s+/g, " ");
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

const width = (text: string) => Array.from(new Intl.Segmenter("en").segment(text)).length;

/** What happened, the rule, what to do. */
export function sayProblem(error: unknown): void {
  if (!(error instanceof Problem)) {
    say(`Leadline failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return;
  }
  say([error.what, error.rule, error.next].filter(Boolean).join("\n  "));
  if (error instanceof ApiProblem && (error.body.fields?.length ?? 0) > 1)
    for (const { path, message } of error.body.fields!) say(`  ${path}: ${message}`);
}

export function problemJson(error: unknown): unknown {
  if (error instanceof ApiProblem) return error.body;
  if (error instanceof Problem)
    return { code: error.code, title: error.what, detail: error.rule ?? null, hint: error.next ?? null, status: error.status };
  return {
    code: "internal_error",
    title: error instanceof Error ? error.message : String(error),
    detail: null,
    hint: null,
    status: 500,
  };
}

const units: readonly [number, string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
];

/** `2 h 5 min`, `12 s`, `0.3 s`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [size, unit] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}

/** `5m`, `90s`, `1h`, `1d` in seconds. */
export function readDuration(text: string): number {
  const [, count, unit] = /^(\d+)\s*(s|m|h|d)$/.exec(text.trim()) ?? [];
  if (!count)
    throw new Problem({
      code: "bad_duration",
      what: `"${text}" is not a duration.`,
      rule: "Durations are written 30s, 5m, 1h or 1d.",
      next: "Correct it and run the command again.",
    });
  return Number(count) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit as "s" | "m" | "h" | "d"];
}
