type Plain = string | number | boolean | null | Plain[];

/** A number, or a text that is one; anything else is unknown. */
export function numberOf(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || value.trim() === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** A calendar day, of a day or of an instant; null for what is neither. */
export function dayOf(value: unknown): string | null {
  const [day] = typeof value === "string" ? (/^\d{4}-\d{2}-\d{2}/.exec(value) ?? []) : [];
  return day && !Number.isNaN(Date.parse(day)) ? day : null;
}

/**
 * Length of a text, or of all text of a document.
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 */
export function lengthOf(value: unknown): number | null {
  if (value === undefined) return null;
  if (value === null) return 0;
  if (typeof value === "string") return value.length;
  if (typeof value !== "object") return null;
  const { text, content } = value as { text?: unknown; content?: unknown };
  const own = typeof text === "string" ? text.length : 0;
  return Array.isArray(content) ? content.reduce((sum: number, part) => sum + (lengthOf(part) ?? 0), own) : own;
}

/** What a custom field holds, as people see it: a word, a number, or a list of them; null for nothing. */
export function plainValue(value: unknown): Plain {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(plainValue).filter((part) => part !== null);
  if (typeof value !== "object") return value as Plain;
  const { value: word, name, displayName, key, id, child } = value as Record<string, unknown>;
  const own = [word, name, displayName, key, id].find((part) => typeof part === "string" || typeof part === "number") as
    | Plain
    | undefined;
  if (child) return [own ?? null, plainValue(child)];
  return own ?? null;
}

const legacySprint = /com\.atlassian\.greenhopper\.service\.sprint\.Sprint@[^[]*\[(?:.*,)?id=(\d+)/;

/** Ids of the sprints in a sprint field: objects, bare numbers, or the texts of old Data Centers. */
export function sprintIds(value: unknown): string[] {
  const list = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  return list.flatMap((each: unknown) => {
    if (typeof each === "number") return [String(each)];
    if (typeof each === "string") return legacySprint.exec(each)?.[1] ?? (/^\d+$/.test(each) ? [each] : []);
    const { id } = (each ?? {}) as { id?: string | number };
    return id === undefined ? [] : [String(id)];
  });
}
