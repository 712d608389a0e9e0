import { readFileSync } from "node:fs";

import { parseDocument } from "yaml";
import { z } from "zod";

import { Problem } from "../domain/problem.ts";
import { nearest } from "../server/problems.ts";
import { readDuration } from "./output.ts";

/* `leadline.yaml` (`docs/design/interface.md` §4): what people want to be there. */

const names = z.array(z.string().min(1));
const scopes = z.union([
  names,
  z.strictObject({
    include: names.optional(),
    exclude: names.optional(),
    archived: z.boolean().optional(),
    forks: z.boolean().optional(),
  }),
]);

const wantedIntegration = z.strictObject({
  name: z.string().min(1),
  connector: z.string().min(1),
  description: z.string().optional(),
  tags: names.optional(),
  config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), names])),
  scopes: scopes.optional(),
  backfill: z
    .strictObject({ since: z.union([z.string(), z.date().transform((date) => date.toISOString().slice(0, 10))]) })
    .optional(),
  every: z.string().optional(),
});

const wantedProject = z.strictObject({
  name: z.string().min(1),
  key: z.string().optional(),
  description: z.string().optional(),
  integrations: names.optional(),
});

const document = z.strictObject({
  integrations: z.array(wantedIntegration).default([]),
  projects: z.array(wantedProject).default([]),
});

/** Sections of the file that this version knows by name but does not carry out yet. */
const later = ["developers", "orgTrees", "profiles", "tables"];

export type WantedIntegration = z.output<typeof wantedIntegration>;
export type WantedProject = z.output<typeof wantedProject>;
export type Wanted = z.output<typeof document>;

/** Reads the file, refuses what it does not know, and puts the values of the environment in. */
export function readWanted(file: string, environment: Readonly<Record<string, string | undefined>> = process.env): Wanted {
  const parsed = parseDocument(readText(file));
  const [broken] = parsed.errors;
  if (broken)
    throw new Problem({
      code: "bad_yaml",
      what: `${file} is not YAML: ${broken.message.split("\n")[0]}.`,
      next: "Correct the line named.",
    });
  const value: unknown = parsed.toJS() ?? {};
  for (const section of later)
    if (typeof value === "object" && value !== null && section in value)
      throw new Problem({
        code: "section_not_supported",
        what: `${file} has a section "${section}", which this version does not apply yet.`,
        rule: "This version applies integrations and projects.",
        next: "Take the section out.",
      });
  const checked = document.safeParse(value);
  if (!checked.success) throw unfit(file, checked.error);
  for (const { every } of checked.data.integrations) if (every !== undefined) readDuration(every);
  return resolveReferences(checked.data, environment, file) as Wanted;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Problem({
      code: "unreadable_file",
      what: `${file} cannot be read: ${(error as Error).message}.`,
      next: "Give the path of a leadline.yaml with -f.",
    });
  }
}

function unfit(file: string, error: z.ZodError): Problem {
  const issue = error.issues[0]!;
  const path = issue.path.map(String).join(".");
  if (issue.code !== "unrecognized_keys")
    return new Problem({
      code: "bad_leadline_yaml",
      what: `${file}: ${path || "the file"} does not fit: ${issue.message}.`,
      rule: "See docs/design/interface.md §4 for the form.",
      next: "Correct it; nothing was changed.",
    });
  const [key] = issue.keys;
  const known = knownKeys(issue.path);
  const near = nearest(key!, known);
  return new Problem({
    code: "unknown_key",
    what: `${file}: ${path ? `${path} has` : "there is"} an unknown key "${key}".`,
    rule: `Known: ${known.join(", ")}.`,
    next: near ? `Did you mean "${near}"?` : "Take it out; nothing was changed.",
  });
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  const [section, , field] = path;
  if (section === "projects") return Object.keys(wantedProject.shape);
  if (section !== "integrations") return [...Object.keys(document.shape), ...later];
  if (field === "backfill") return ["since"];
  if (field === "scopes") return ["include", "exclude", "archived", "forks"];
  return Object.keys(wantedIntegration.shape);
}

/** `${NAME}` anywhere in a text; a variable that is not set is an error, not an empty text. */
function resolveReferences(value: unknown, environment: Readonly<Record<string, string | undefined>>, file: string): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, environment, file));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolveReferences(inner, environment, file)]));
  if (typeof value !== "string") return value;
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = environment[name];
    if (found !== undefined) return found;
    throw new Problem({
      code: "variable_not_set",
      what: `${file} names \${${name}}, which is not set.`,
      rule: "References are resolved from the environment when the file is applied.",
      next: `Set ${name} and apply again.`,
    });
  });
}
