/** A name as an id: lower-case letters, digits and hyphens, at most 60; `fallback` when nothing is left of it. */
export function slugOf(name: string, fallback: string): string {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replace(/^-+|-+$/g, "");
  return slug || fallback;
}

/** The slug itself, or with the first number from 2 on that makes it free. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug;
  for (let n = 2; ; n++) {
    const candidate = `${slug.slice(0, 56)}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}

export const isSlug = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,59}$/.test(text);

/** Alphabetical whatever the case, the same on both engines. */
export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  collator.compare(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });
