import { patternMisfit } from "./filter-problems.ts";

/*
 * The regular expressions that both engines read alike. DuckDB (RE2) and PostgreSQL (ARE) differ in `.`, in `\w` and `\d`
 * beyond ASCII, in look-around, back references and flags; so the known pieces are written out and the rest is refused.
 */

const CLASSES: Record<string, string> = { d: "0-9", w: "A-Za-z0-9_", s: " \\t\\n\\r\\f\\v" };
const CONTROLS = new Set(["t", "n", "r", "f", "v"]);
const BOUND = /^\{(\d{1,3})(,(\d{1,3})?)?\}/;
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/** The pattern rewritten so that `value ~ '^(?:…)$'` means the same on both engines. Throws `bad_pattern`. */
export function portablePattern(pattern: string): string {
  let out = "";
  let depth = 0;
  let at = 0;
  let repeatable = false;
  const refuse = (reason: string): never => {
    throw patternMisfit(pattern, reason);
  };
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    const [piece, length, kind] = readPiece(rest, refuse);
    if (kind === "repeat" && !repeatable) refuse(`nothing comes before ${piece}`);
    if (kind === "open") depth += 1;
    if (kind === "close") depth -= 1;
    if (depth < 0) refuse("a ) has no (");
    repeatable = kind === "atom" || kind === "close";
    out += piece;
    at += length;
  }
  if (depth > 0) refuse("a ( has no )");
  return `^(?:${out})$`;
}

type Kind = "atom" | "repeat" | "open" | "close" | "bar";
type Piece = readonly [text: string, length: number, kind: Kind];

function readPiece(rest: string, refuse: (reason: string) => never): Piece {
  const first = rest.charAt(0);
  if (first === "\\") return readEscape(rest, refuse);
  if (first === "[") return readBrackets(rest, refuse);
  if (first === "(") {
    if (rest.startsWith("(?:")) return ["(?:", 3, "open"];
    if (rest.startsWith("(?")) refuse(`${rest.slice(0, 3)} is not known`);
    return ["(?:", 1, "open"];
  }
  if (first === ")") return [")", 1, "close"];
  if (first === "|") return ["|", 1, "bar"];
  if ("*+?".includes(first)) return [first, 1, "repeat"];
  if (first === "{") {
    const bound = BOUND.exec(rest) ?? refuse("a { needs {m}, {m,} or {m,n}, or \\{ for itself");
    if (Number(bound[1]) > 255 || Number(bound[3] ?? 0) > 255) refuse("a bound may be at most 255");
    if (bound[3] && Number(bound[3]) < Number(bound[1])) refuse("the bounds of { } are out of order");
    return [bound[0], bound[0].length, "repeat"];
  }
  if (first === ".") return ["[^\\n]", 1, "atom"];
  if ("^$}]".includes(first)) refuse(`${first} must be written \\${first}`);
  return [first, 1, "atom"];
}

function readEscape(rest: string, refuse: (reason: string) => never): Piece {
  const next = rest.charAt(1);
  const inClass = CLASSES[next];
  if (inClass) return [`[${inClass}]`, 2, "atom"];
  if (CONTROLS.has(next) || PUNCTUATION.test(next)) return [`\\${next}`, 2, "atom"];
  return refuse(`\\${next} is not known`);
}

function readBrackets(rest: string, refuse: (reason: string) => never): Piece {
  let out = "[";
  let at = 1;
  if (rest.charAt(at) === "^") {
    out += "^";
    at += 1;
  }
  const start = at;
  while (at < rest.length && rest.charAt(at) !== "]") {
    const char = rest.charAt(at);
    if (char === "[") refuse("inside [ ] write \\[ for [");
    if (char === "\\") {
      const next = rest.charAt(at + 1);
      const inClass = CLASSES[next];
      if (!inClass && !CONTROLS.has(next) && !PUNCTUATION.test(next)) refuse(`\\${next} is not known inside [ ]`);
      out += inClass ?? `\\${next}`;
      at += 2;
    } else {
      out += char;
      at += 1;
    }
  }
  if (at >= rest.length) refuse("a [ has no ]");
  if (at === start) refuse("[ ] is empty");
  return [`${out}]`, at + 1, "atom"];
}
