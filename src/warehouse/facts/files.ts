import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (folder: string): ReadonlyMap<string, string> => {
  const path = fileURLToPath(new URL(folder, import.meta.url));
  const files = readdirSync(path).filter((file) => file.endsWith(".sql"));
  return new Map(files.sort().map((file) => [file.slice(0, -4), readFileSync(`${path}/${file}`, "utf8")]));
};

/** The text of each fact's SELECT, placeholders unfilled, by fact name. */
export const factFiles: ReadonlyMap<string, string> = read(".");

/** The text of each helper's SELECT, by helper name. */
export const helperFiles: ReadonlyMap<string, string> = read("helpers");

const order = [
  "fact_change",
  "fact_pull_request",
  "fact_review",
  "fact_commit",
  "fact_pipeline_run",
  "fact_pipeline_job",
  "fact_incident",
  "fact_deployment",
  "fact_issue",
  "fact_issue_stage",
  "fact_issue_assignment",
  "fact_effort",
  "fact_worklog",
  "fact_sprint_issue",
  "fact_sprint",
  "fact_sprint_event",
  "fact_team",
];

/** Every fact in the order of building: a fact reads only those before it. */
export const factNames: readonly string[] = order.filter((name) => factFiles.has(name));

const comment = /--[^\n]*/g;
const word = /[a-z_][a-z0-9_]*/g;

/** Stands between branches of a SELECT that the build may insert one by one; a comment to the database. */
export const PART = "\nunion all -- part\n";

/** Helpers that a SQL text names, and those that their rendered texts name, each after the ones it needs. */
export function helpersOf(sql: string, renderHelper: (text: string) => string): string[] {
  const found = new Set<string>();
  const visited = new Set<string>();
  const visit = (body: string) => {
    for (const [name] of body.replaceAll(comment, "").matchAll(word)) {
      const helper = helperFiles.get(name);
      if (!helper || visited.has(name)) continue;
      visited.add(name);
      visit(renderHelper(helper));
      found.add(name);
    }
  };
  visit(sql);
  return [...found];
}
