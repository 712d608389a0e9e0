/* How a provider's words become our closed categories (`docs/design/domain.md` §4). The words themselves stand with each connector. */

/** Case, spaces, `-`, `_` and the form of an apostrophe do not count. */
export const plainWord = (word: string): string =>
  word
    .toLowerCase()
    .replaceAll("’", "'")
    .replace(/[\s_-]+/g, " ")
    .trim();

/** Finds the category of a raw word; a word that is not listed is `other`. */
export function categories<const Category extends string>(listed: { readonly [C in Category]?: readonly string[] }) {
  const byWord = new Map<string, Category>();
  for (const [category, words] of Object.entries(listed) as [Category, readonly string[]][])
    for (const word of words) byWord.set(plainWord(word), category);
  const known = (raw: string): Category | null => byWord.get(plainWord(raw)) ?? null;
  return { known, of: (raw: string): Category | "other" => known(raw) ?? "other" };
}

const environmentWords = {
  production: ["prod", "production", "prd", "live"],
  staging: ["stage", "staging", "stg", "uat", "preprod"],
  test: ["test", "qa", "ci", "integration", "perf"],
  development: ["dev", "development", "sandbox"],
  preview: ["preview", "review", "pr", "ephemeral"],
} as const;
type Environment = keyof typeof environmentWords;
const byEnvironmentWord = new Map<string, Environment>(
  Object.entries(environmentWords).flatMap(([category, words]) => words.map((word) => [word, category as Environment] as const)),
);

/** By whole words of an environment's name, the first that is listed; `pre-production` is one word. */
export function environmentCategory(name: string): Environment | "other" {
  const words = name
    .toLowerCase()
    .replace(/pre[\s_-]prod(uction)?/g, "preprod")
    .split(/[^a-z0-9]+/);
  return words.map((word) => byEnvironmentWord.get(word)).find((category) => category !== undefined) ?? "other";
}
