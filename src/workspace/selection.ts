/** Which scopes people chose: names or patterns, `*` for any characters but `/`, `**` for any. */
export interface Selection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly isWithArchived: boolean;
  readonly isWithForks: boolean;
}

export const everything: Selection = { include: ["**"], exclude: [], isWithArchived: true, isWithForks: true };

interface Named {
  readonly id: string;
  readonly name: string;
  readonly isArchived: boolean;
  readonly isFork: boolean;
}

/** The pattern that chooses this scope; null when it is left out. A name given whole wins over archived and fork. */
export function selectedBy(selection: Selection, scope: Named): string | null {
  if (selection.exclude.some((pattern) => matches(pattern, scope))) return null;
  const whole = selection.include.find((pattern) => !pattern.includes("*") && matches(pattern, scope));
  if (whole) return whole;
  if ((scope.isArchived && !selection.isWithArchived) || (scope.isFork && !selection.isWithForks)) return null;
  return selection.include.find((pattern) => pattern.includes("*") && matches(pattern, scope)) ?? null;
}

const matches = (pattern: string, { id, name }: Named) => pattern === id || patternToRegExp(pattern).test(name);

/** A lone `*` means everything, as people expect of it. */
function patternToRegExp(pattern: string): RegExp {
  const body = (pattern === "*" ? "**" : pattern)
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${body}$`, "iu");
}

/** Names given whole that no known scope answers to. */
export const unmatchedNames = (selection: Selection, scopes: readonly Named[]): string[] =>
  selection.include.filter((pattern) => !pattern.includes("*") && !scopes.some((scope) => matches(pattern, scope)));
